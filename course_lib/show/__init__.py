"""Pictures, code, tables and widgets for the notebooks and slides. The only part that draws.

Importing it makes the course's figure style (`style.mplstyle`) the default; `use_style()` does so again.
"""

from course_lib.show.accumulators import accumulator_explorer, describe_accumulators, draw_accumulators
from course_lib.show.adam import adam_explorer, describe_adam, draw_adam
from course_lib.show.animations import animate_paths
from course_lib.show.batch_normalization import batch_norm_explorer, describe_batch_norm, draw_batch_norm
from course_lib.show.choosing import choosing_explorer, describe_choosing, draw_choosing
from course_lib.show.comparison import comparison, learning_rates, rankings
from course_lib.show.designer import describe_schedule, draw_schedule, schedule_designer
from course_lib.show.display import figure, source, use_style
from course_lib.show.dropout import describe_dropout, draw_dropout, dropout_explorer
from course_lib.show.initialization import (
    describe_initialization,
    draw_initialization,
    initialization_explorer,
)
from course_lib.show.landscapes import contour, paths
from course_lib.show.momentum import describe_momentum, draw_momentum, momentum_explorer
from course_lib.show.neuron import describe_neuron, draw_neuron, neuron_explorer
from course_lib.show.penalty_path import describe_path, draw_path, path_explorer
from course_lib.show.plots import activation, loglog_slope, loss_curves
from course_lib.show.rate import describe_rate, draw_rate, rate_explorer
from course_lib.show.stochastic import describe_stochastic, draw_stochastic, stochastic_explorer
from course_lib.show.tables import table
from course_lib.show.whitening import describe_whitening, draw_whitening, whitening_explorer
from course_lib.show.widgets import Picture, dropdown, explore, labelled_slider

__all__ = [
    "Picture", "accumulator_explorer", "activation", "adam_explorer", "animate_paths",
    "batch_norm_explorer", "choosing_explorer", "comparison", "contour", "describe_accumulators",
    "describe_adam", "describe_batch_norm", "describe_choosing", "describe_dropout",
    "describe_initialization", "describe_momentum", "describe_neuron", "describe_path", "describe_rate",
    "describe_schedule", "describe_stochastic", "describe_whitening", "draw_accumulators", "draw_adam",
    "draw_batch_norm", "draw_choosing", "draw_dropout", "draw_initialization", "draw_momentum",
    "draw_neuron", "draw_path", "draw_rate", "draw_schedule", "draw_stochastic", "draw_whitening",
    "dropdown", "dropout_explorer", "explore", "figure", "initialization_explorer", "labelled_slider",
    "learning_rates", "loglog_slope", "loss_curves", "momentum_explorer", "neuron_explorer",
    "path_explorer", "paths", "rankings", "rate_explorer", "schedule_designer", "source",
    "stochastic_explorer", "table", "use_style", "whitening_explorer",
]

use_style()
