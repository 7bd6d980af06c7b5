"""The table of conventions: one row for each optimizer of each framework.

Row by row: the framework's class, its own defaults by course_lib's names, the flags of the course_lib
class that reproduce it, and what to know. All else in this package is made from these rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from course_lib.optimizers import OPTIMIZERS

# What a framework calls a hyper-parameter, where it is not course_lib's name.
SPELLING = {
    "pytorch": {"beta1": "betas[0]", "beta2": "betas[1]", "initial_accumulator": "initial_accumulator_value"},
    "keras": {"lr": "learning_rate", "beta1": "beta_1", "beta2": "beta_2", "eps": "epsilon",
              "initial_accumulator": "initial_accumulator_value"},
}

# What each framework's weight_decay does to a row.
DECAY = {
    "coupled": "weight_decay·x is added to the gradient",
    "decoupled": "weight_decay shrinks x to (1 - lr·weight_decay)·x before the step",
}


@dataclass(frozen=True)
class Convention:
    """One row.

    framework, name : as `like` takes them
    call : the framework's class
    defaults : course_lib's name of each hyper-parameter -> the framework's default
    note : in words, what differs from the plain rule or from the other framework
    decay : what weight_decay does, a key of DECAY
    flags : arguments of the course_lib class that reproduce the framework
    fixed : arguments of the framework's class that make it this optimizer
    rounds : the hyper-parameters that Keras rounds to float32 even for float64 variables
    positive : the hyper-parameters for which the framework refuses 0
    spelled : names of its hyper-parameters that are not those of SPELLING
    """

    framework: str
    name: str
    call: str
    defaults: dict
    note: str = ""
    decay: str = "coupled"
    flags: dict = field(default_factory=dict)
    fixed: dict = field(default_factory=dict)
    rounds: tuple = ()
    positive: tuple = ()
    spelled: dict = field(default_factory=dict)

    @property
    def rule(self):
        """The course_lib class."""
        return OPTIMIZERS[self.name]

    @property
    def spelling(self):
        """course_lib's name of each hyper-parameter -> the framework's."""
        names = SPELLING[self.framework] | self.spelled
        return {name: names.get(name, name) for name in self.defaults}

    @property
    def rounding(self):
        """What the framework rounds, in words; "" if nothing."""
        *most, last = self.rounds or ("",)
        return f"Python numbers are rounded to float32: {', '.join(most)} and {last}" if last else ""


def torch_row(name, call, defaults, note="", **more):
    return Convention("pytorch", name, f"torch.optim.{call}", defaults, note, **more)


def keras_row(name, call, defaults, note="", *, rounds=(), **more):
    # Keras rounds two numbers in every class. The learning rate is kept in a variable of
    # keras.config.floatx(), float32 unless changed (base_optimizer.py, BaseOptimizer.__init__); weight_decay
    # goes through tf.cast, which first makes a float32 tensor of a Python number
    # (backend/tensorflow/optimizer.py, _apply_weight_decay). `make` therefore hands over these, and those
    # that the row adds, in float64, unless told exact=False.
    return Convention("keras", name, f"keras.optimizers.{call}", defaults, note, decay="decoupled",
                      rounds=("lr", "weight_decay", *rounds), **more)


TORCH_ADAM = {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.0}
KERAS_ADAM = {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-7, "weight_decay": 0.0}

TABLE = [
    # ------------------------------------------------------------ PyTorch
    torch_row("sgd", "SGD", {"lr": 1e-3, "weight_decay": 0.0}),
    torch_row("momentum", "SGD", {"lr": 1e-3, "momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0},
              "lr multiplies the velocity outside; the first gradient is not dampened",
              flags={"dampen_first_step": False}),
    torch_row("nesterov", "SGD", {"lr": 1e-3, "momentum": 0.0, "weight_decay": 0.0},
              "lr multiplies the velocity outside; the class itself refuses momentum = 0",
              fixed={"nesterov": True}, positive=("momentum",)),
    torch_row("adagrad", "Adagrad",
              {"lr": 0.01, "eps": 1e-10, "initial_accumulator": 0.0, "lr_decay": 0.0, "weight_decay": 0.0},
              "eps is added outside the root, and so small that a gradient of 1e-17, a mere rounding error, "
              "is a step of 1e-7·lr; the sum starts from 0"),
    torch_row("rmsprop", "RMSprop",
              {"lr": 0.01, "rho": 0.99, "eps": 1e-8, "momentum": 0.0, "centered": False, "weight_decay": 0.0},
              "calls rho alpha; eps is added outside the root; lr multiplies the velocity outside; centered: "
              "NaN where rounding makes the variance negative",
              spelled={"rho": "alpha"}),
    torch_row("adadelta", "Adadelta", {"lr": 1.0, "rho": 0.9, "eps": 1e-6, "weight_decay": 0.0},
              "lr = 1 is the paper's rule"),
    torch_row("adam", "Adam", TORCH_ADAM, "eps is added after the bias correction"),
    torch_row("adamw", "AdamW", TORCH_ADAM | {"weight_decay": 0.01}, "eps is added after the bias correction",
              decay="decoupled"),
    torch_row("amsgrad", "Adam", TORCH_ADAM,
              "the largest v is kept before the bias correction, and eps added after",
              fixed={"amsgrad": True}),
    # nadam.py, _init_group: the product of all mu is a tensor of torch.get_default_dtype(), float32 unless
    # changed. `make` starts it in float64, unless told exact=False.
    torch_row("nadam", "NAdam",
              TORCH_ADAM | {"lr": 2e-3, "momentum_decay": 0.004, "decoupled_weight_decay": False},
              "the product of all mu is kept in float32"),
    torch_row("adamax", "Adamax", TORCH_ADAM | {"lr": 2e-3}, "eps is added to |g|, inside the maximum",
              flags={"eps_in_norm": True}),
    torch_row("radam", "RAdam", TORCH_ADAM | {"decoupled_weight_decay": False},
              "adaptive once rho is above 5, where the paper has 4; eps is added before the bias correction",
              flags={"threshold": 5.0}),
    # ------------------------------------------------------------ Keras
    keras_row("sgd", "SGD", {"lr": 0.01, "weight_decay": 0.0}),
    # sgd.py, update_step: momentum goes through ops.cast, that is tf.cast
    keras_row("momentum", "SGD", {"lr": 0.01, "momentum": 0.0, "weight_decay": 0.0},
              "lr multiplies each gradient inside the velocity; no dampening",
              flags={"lr_in_velocity": True}, rounds=("momentum",)),
    keras_row("nesterov", "SGD", {"lr": 0.01, "momentum": 0.0, "weight_decay": 0.0},
              "lr multiplies each gradient inside the velocity",
              flags={"lr_in_velocity": True}, fixed={"nesterov": True}, rounds=("momentum",)),
    # constant_initializers.py, Constant.__call__: the start of the sum goes through ops.cast
    keras_row("adagrad", "Adagrad",
              {"lr": 1e-3, "eps": 1e-7, "initial_accumulator": 0.1, "weight_decay": 0.0},
              "eps is added inside the root; the sum starts from 0.1",
              flags={"eps_inside_sqrt": True}, rounds=("initial_accumulator",)),
    keras_row("rmsprop", "RMSprop",
              {"lr": 1e-3, "rho": 0.9, "eps": 1e-7, "momentum": 0.0, "centered": False, "weight_decay": 0.0},
              "eps is added inside the root; lr multiplies each gradient inside the velocity; centered: NaN "
              "where rounding makes the variance negative and eps does not outweigh it",
              flags={"eps_inside_sqrt": True, "lr_in_velocity": True}),
    keras_row("adadelta", "Adadelta", {"lr": 1e-3, "rho": 0.95, "eps": 1e-7, "weight_decay": 0.0},
              "lr = 0.001 makes each step 1000 times smaller than the paper's"),
    # adam.py, update_step: beta_1 and beta_2 go through ops.cast in the bias correction, not in the averages
    keras_row("adam", "Adam", KERAS_ADAM, "eps is added before the bias correction, the paper's ε̂",
              flags={"eps_hat": True}, rounds=("beta1", "beta2")),
    keras_row("adamw", "AdamW", KERAS_ADAM | {"weight_decay": 0.004},
              "eps is added before the bias correction",
              flags={"eps_hat": True}, rounds=("beta1", "beta2")),
    keras_row("amsgrad", "Adam", KERAS_ADAM,
              "the largest v is kept before the bias correction, and eps added there",
              flags={"eps_hat": True}, fixed={"amsgrad": True}, rounds=("beta1", "beta2")),
    # nadam.py, update_step: beta_1, beta_2 and the constant 0.96 go through ops.cast. The constant is written
    # in Keras' own code, so that nothing that `make` hands over keeps it from being rounded to float32.
    keras_row("nadam", "Nadam", KERAS_ADAM,
              "mu rises to beta1 within 100 steps (momentum_decay = 1); its 0.96 is rounded to float32, "
              "which moves a run by about 1e-7",
              flags={"momentum_decay": 1.0}, rounds=("beta1", "beta2")),
    # adamax.py, update_step: beta_1 goes through ops.cast in the bias correction
    keras_row("adamax", "Adamax", KERAS_ADAM, "eps is added outside the maximum", rounds=("beta1",)),
    # lion.py, update_step: beta_1 and beta_2 go through ops.cast
    keras_row("lion", "Lion", {"lr": 1e-3, "beta1": 0.9, "beta2": 0.99, "weight_decay": 0.0},
              "the sign of a mere rounding error is a whole step; the class itself refuses beta1 = 0",
              rounds=("beta1", "beta2"), positive=("beta1",)),
]
