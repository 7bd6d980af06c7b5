"""bench: time the library against PyTorch on this machine, one thread each.

Only ratios of one run mean anything. Both sides run in turn, in short bursts of steps, many times; a row
gives the median of the ratios of neighbouring bursts, and the lowest and the highest of them. Time is the
processor time of this process, which other programs disturb less than a clock on the wall does.

Training: examples per second over PyTorch's, so more is better. PyTorch's side is the eager loop of its
own tutorials: zero_grad, forward, loss, backward, step, keep loss.item(); torch.optim with its defaults.
Its mini-batches are picked by index, x[index], or come from its DataLoader, as in the tutorials. Ours is
`course_lib.training.fit`. Both work in float32 on the same data.
Layers: how many times as fast as torch.nn's, eager, a layer passes an array of (128, 1000) float32 numbers
forward in training mode, and forward and backward, with autograd recording on PyTorch's side.
Steps: the time of opt.step over that of torch.optim with foreach=True and, where it has it, with fused=True,
which is PyTorch's own compiled loop over all tensors; less is better. Neither side looks for NaN in the
gradient, as in training. The parameters are those of a network; for Adam also one single tensor of as many
numbers, which is what opt.step itself is given.

A row with a promise makes the command fail when its median does not reach it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise

ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
                                     "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS")}

# Sizes of the layers; the numbers of parameters are 10,401, 1,796,010 and 10,068,810.
SMALL, LARGE, HUGE = (1, 100, 100, 1), (784, 1000, 1000, 10), (784, 2800, 2800, 10)
BATCH = 128

# What the kit promises of training: examples per second over PyTorch's; None: for information. Most of the
# time goes into matrix products and tanh, which are equally fast on both sides: that is why the large network
# gains little, and each network most with Adam, the rule that costs PyTorch most. The promises are the same
# for every rule; where plain rules miss them, the table says so.
PROMISES = {
    ("large", "sgd", "by index"): 1.05, ("large", "momentum", "by index"): 1.05,
    ("large", "adam", "by index"): 1.05,
    ("large", "sgd", "DataLoader"): None, ("large", "momentum", "DataLoader"): None,
    ("large", "adam", "DataLoader"): None,
    ("small", "sgd", "whole"): 3.0, ("small", "momentum", "whole"): 3.0, ("small", "adam", "whole"): 3.0,
}
# And of a step with Adam: its time over PyTorch's, at most. Where one tensor has more than 8 million numbers,
# PyTorch pays for memory that it asks for anew at each step; the tensors of the widest network are smaller.
STEP_PROMISES = {("adam", widths, kind): most for widths, most in ((SMALL, 0.30), (LARGE, 1.0), (HUGE, 0.7))
                 for kind in ("foreach", "foreach, one tensor")}

# Of a layer: PyTorch's time over ours, at least; None: for information.
LAYER_SHAPE = (128, 1000)
LAYER_PROMISES = {("batch norm", "forward"): None, ("batch norm", "forward and backward"): 1.0,
                  ("layer norm", "forward and backward"): None,
                  ("dropout", "forward"): 2.0, ("dropout", "forward and backward"): 2.0}


@dataclass
class Row:
    """One line of the table: the ratios of all bursts, and the promise on their median, if any.

    less : True if the promise is an upper bound
    """

    name: str
    ratios: list
    promised: float | None = None
    less: bool = False

    @property
    def measured(self):
        return statistics.median(self.ratios)

    @property
    def held(self):
        if self.promised is None:
            return True
        return self.measured <= self.promised if self.less else self.measured >= self.promised

    def __str__(self):
        promised = "" if self.promised is None else f"{'<=' if self.less else '>='} {self.promised:g}"
        spread = f"{min(self.ratios):.2f} – {max(self.ratios):.2f}"
        return f"{self.name:<61} {promised:>8} {self.measured:>8.2f}   {spread:<14}" + (
            "" if self.held else "  NOT HELD")


def main(argv=None):
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.strip(),
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few, short bursts: a look, with more noise")
    parser.add_argument("--report", action="store_true", help="print the table; never fail")
    parser.add_argument("--only", choices=["training", "layers", "steps"],
                        help="only this part of the table")
    given = parser.parse_args(argv)

    if any(os.environ.get(name) != "1" for name in ONE_THREAD):
        # BLAS reads these when NumPy is imported, so they must be set before Python starts.
        command = [sys.executable, "-m", "tools.bench", *(sys.argv[1:] if argv is None else argv)]
        return subprocess.run(command, env={**os.environ, **ONE_THREAD}, check=False).returncode
    try:
        import torch
    except ImportError:
        print("bench: PyTorch is not installed, and all rows compare with it", file=sys.stderr)
        return 1
    torch.set_num_threads(1)

    from course_lib.progress import progress

    plan = [(job, names) for job, names in ((training_row, training_rows()), (layer_row, layer_rows()),
                                            (step_row, step_rows()))
            if given.only is None or job.__name__.startswith(given.only.removesuffix("s"))]
    jobs = [(job, name) for job, names in plan for name in names]
    rows = [job(*name, quick=given.quick) for job, name in progress(jobs, "bench")]
    print(f"{'ratio to PyTorch ' + torch.__version__:<61} {'promised':>8} {'measured':>8}   lowest – highest")
    for row in rows:
        print(row)
    broken = [row for row in rows if not row.held]
    if broken:
        print(f"\n{len(broken)} promise(s) not held by this run")
    return 1 if broken and not given.report else 0


def training_rows():
    return list(PROMISES)


def step_rows():
    from course_lib.frameworks.conventions import frameworks_with
    from course_lib.optimizers import OPTIMIZERS
    from course_lib.studies.step_cost import FUSED

    rules = [name for name in OPTIMIZERS if "pytorch" in frameworks_with(name)]
    kinds = {name: ["foreach", "fused"] if name in FUSED else ["foreach"] for name in rules}
    kinds["adam"].append("foreach, one tensor")
    return [(rule, widths, kind) for rule in rules for widths in (SMALL, LARGE, HUGE) for kind in kinds[rule]]


def training_row(size, rule, loader, *, quick):
    """Samples per second of `fit` over those of a PyTorch loop."""
    widths = {"small": SMALL, "large": LARGE}[size]
    steps = (5 if quick else 20) if size == "large" else (20 if quick else 100)
    x, y = make_data(size, widths, steps)
    ratios = compare(our_training(size, widths, rule, x, y, steps),
                     torch_training(size, widths, rule, x, y, steps, loader), 3 if quick else 31)
    batch = f"batch {BATCH}" if size == "large" else f"full batch of {len(x)}"
    what = "train {} {}, {}, {}".format("-".join(map(str, widths)), "ReLU" if size == "large" else "tanh",
                                        batch, rule)
    return Row(what + (", DataLoader" if loader == "DataLoader" else ""), ratios,
               PROMISES[size, rule, loader])


def layer_rows():
    return list(LAYER_PROMISES)


def layer_row(name, passes, *, quick):
    """PyTorch's time for a pass through a layer over ours."""
    import numpy as np
    import torch

    from course_lib.layers import BatchNorm, Dropout, LayerNorm
    from course_lib.losses import MSE
    from course_lib.network import Network

    features = LAYER_SHAPE[1]
    layer, twin = {"batch norm": (BatchNorm(features), torch.nn.BatchNorm1d(features)),
                   "layer norm": (LayerNorm(features), torch.nn.LayerNorm(features)),
                   "dropout": (Dropout(0.5), torch.nn.Dropout(0.5))}[name]
    rng = np.random.default_rng(0)
    Network([layer], loss=MSE(), rng=rng)  # gives the layer its parameters, or its rng
    x, g = rng.standard_normal((2, *LAYER_SHAPE), dtype=np.float32)
    inputs, gradient = torch.from_numpy(x.copy()).requires_grad_(), torch.from_numpy(g.copy())
    steps = 5 if quick else 50

    def ours():
        for _ in range(steps):
            layer.forward(x, train=True)
            if "backward" in passes:
                layer.backward(g)

    def theirs():
        for _ in range(steps):
            inputs.grad = None
            twin.zero_grad()
            out = twin(inputs)
            if "backward" in passes:
                out.backward(gradient)

    return Row(f"{name} at {LAYER_SHAPE}, {passes}", compare(ours, theirs, 3 if quick else 31),
               LAYER_PROMISES[name, passes])


def step_row(rule, widths, kind, *, quick):
    """Time of opt.step over that of torch.optim: the inverse ratio, less is better."""
    import numpy as np
    import torch

    from course_lib.optimizers import OPTIMIZERS
    from course_lib.studies.step_cost import shapes_of, torch_optimizer

    shapes = shapes_of(widths)
    size = sum(int(np.prod(shape)) for shape in shapes)
    if kind.endswith("one tensor"):
        shapes = [(size,)]
    rng = np.random.default_rng(0)
    x, g = rng.standard_normal((2, size), dtype=np.float32)
    opt = OPTIMIZERS[rule](lr=1e-6)
    parameters = [torch.nn.Parameter(torch.randn(shape)) for shape in shapes]
    for p in parameters:
        p.grad = torch.randn_like(p)
    torch_opt = torch_optimizer(rule, parameters, 1e-6, **{kind.split(",")[0]: True})
    steps = max(2, min(200, 20_000_000 // size))
    if quick:
        steps = max(2, steps // 10)

    def ours():
        for _ in range(steps):
            opt.step(x, g, check_finite=False)  # neither does torch.optim look, nor does fit let it

    def theirs():
        for _ in range(steps):
            torch_opt.step()

    def before():  # Nesterov's step with foreach changes the gradients it is given: renew them
        for p in parameters:
            p.grad.fill_(1e-3)

    promised = STEP_PROMISES.get((rule, widths, kind))
    repeats = 3 if quick else 7 if promised is None else 31
    ratios = [1 / ratio for ratio in compare(ours, theirs, repeats, before)]
    return Row(f"step of {size:>10,} parameters, {rule}, time over {kind}", ratios, promised, less=True)


def compare(ours, theirs, repeats, before=lambda: None):
    """theirs / ours, the ratios of processor times of `repeats` pairs of bursts, after one to warm up."""
    ratios = []
    for repeat in range(repeats + 1):
        before()
        start = time.process_time()
        ours()
        middle = time.process_time()
        theirs()
        end = time.process_time()
        if repeat:
            ratios.append((end - middle) / max(middle - start, 1e-9))
    return ratios


def make_data(size, widths, steps):
    """Inputs and targets: `steps` mini-batches shaped like MNIST, or one batch of 100 points of a sine."""
    import numpy as np

    rng = np.random.default_rng(0)
    if size == "large":
        n = steps * BATCH
        return rng.random((n, widths[0]), dtype=np.float32), rng.integers(0, widths[-1], n)
    x = np.linspace(-np.pi, np.pi, 100, dtype=np.float32)[:, None]
    return x, np.sin(x)


def our_training(size, widths, rule, x, y, steps):
    import numpy as np

    from course_lib.layers import Dense, ReLU, Tanh
    from course_lib.losses import MSE, SoftmaxCrossEntropy
    from course_lib.network import Network
    from course_lib.optimizers import OPTIMIZERS
    from course_lib.training import fit

    rng = np.random.default_rng(0)
    layers, loss = alternate(Dense, ReLU if size == "large" else Tanh, widths), MSE()
    if size == "large":
        loss = SoftmaxCrossEntropy()
    net, opt = Network(layers, loss=loss, rng=rng), OPTIMIZERS[rule](lr=1e-4)
    epochs, batch_size = (1, BATCH) if size == "large" else (steps, None)
    return lambda: fit(net, opt, x, y, epochs=epochs, batch_size=batch_size, rng=rng, progress=False)


def torch_training(size, widths, rule, x, y, steps, loader):
    import torch
    from torch import nn

    from course_lib.studies.step_cost import torch_optimizer

    model = nn.Sequential(*alternate(nn.Linear, nn.ReLU if size == "large" else nn.Tanh, widths))
    loss_function = nn.CrossEntropyLoss() if size == "large" else nn.MSELoss()
    optimizer = torch_optimizer(rule, model.parameters(), 1e-4)
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=BATCH, shuffle=True)

    def batches():
        if size == "small":
            return ((x, y) for _ in range(steps))
        if loader == "DataLoader":
            return data
        return ((x[index], y[index]) for index in torch.randperm(len(x)).split(BATCH))

    def run():
        losses = []
        for inputs, targets in batches():
            optimizer.zero_grad()
            loss = loss_function(model(inputs), targets)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())

    return run


def alternate(linear, activation, widths):
    """linear, activation, linear, …, linear."""
    layers = []
    for fan_in, fan_out in pairwise(widths):
        layers += [linear(fan_in, fan_out), activation()]
    return layers[:-1]


if __name__ == "__main__":
    sys.exit(main())
