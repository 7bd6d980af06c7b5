"""Pictures, code, tables and widgets for the notebooks and slides. The only part that draws.

Importing it makes the course's figure style (`style.mplstyle`) the default; `use_style()` does so again.
"""

from course_lib.show.animations import animate_paths
from course_lib.show.display import figure, source, use_style
from course_lib.show.landscapes import contour, paths
from course_lib.show.momentum import describe_momentum, draw_momentum, momentum_explorer
from course_lib.show.neuron import describe_neuron, draw_neuron, neuron_explorer
from course_lib.show.plots import activation, loglog_slope, loss_curves
from course_lib.show.tables import table
from course_lib.show.widgets import Picture, dropdown, explore, labelled_slider

__all__ = [
    "Picture", "activation", "animate_paths", "contour", "describe_momentum", "describe_neuron",
    "draw_momentum", "draw_neuron", "dropdown", "explore", "figure", "labelled_slider", "loglog_slope",
    "loss_curves", "momentum_explorer", "neuron_explorer", "paths", "source", "table", "use_style",
]

use_style()
