"""Checks for the exercises of lecture 16, learning-rate schedules."""

from __future__ import annotations

import math

from course_lib.exercises.base import Mistake, check_function, check_number, right
from course_lib.schedules import cosine, triangular, warmup


def warm_cosine(step, lr, warm_steps, steps):
    """Warm-up from 0 to lr, then a cosine to 0 at `steps`, then 0."""
    return warmup(cosine(lr, steps - warm_steps), warm_steps)(step)


WARM_CASES = [(step, lr, warm, steps) for lr, warm, steps in ((0.3, 10, 50), (0.07, 5, 104))
              for step in (3, 0, 1, 4, 5, 9, 10, 11, 27, 30, 49, 50, 51, 104, 105, 300)]


def _half(share):
    return (1 + math.cos(math.pi * share)) / 2


def _cos(step, lr, w, n, *, rise=None, share=None, wave=_half, late=0.0):
    """A warm-up and cosine with one thing changed; the rest as in `warm_cosine`."""
    if step < w:
        return lr * step / w if rise is None else rise
    if step >= n and late is not None:
        return late
    return lr * wave((step - w) / (n - w) if share is None else share)


WARM_MISTAKES = [
    Mistake("there is no warm-up: below warm_steps the rate is lr · step / warm_steps",
            lambda step, lr, w, n: _cos(step, lr, 0, n)),
    Mistake("there is no warm-up, and below warm_steps your cosine gets a negative share: there the rate is "
            "lr · step / warm_steps",
            lambda step, lr, w, n: _cos(step, lr, w, n, rise=lr * _half((step - w) / (n - w)))),
    *[Mistake("that is the cosine alone, at every step: before step warm_steps the rate rises from 0, and "
              "from step steps on it stays at 0",
              lambda step, lr, w, n, begin=begin: lr * _half((step - begin * w) / (n - begin * w)))
      for begin in (0, 1)],
    Mistake("the rate is 0 during the whole warm-up: it is lr · step / warm_steps, with / and not with //",
            lambda step, lr, w, n: _cos(step, lr, w, n, rise=0.0)),
    Mistake("your warm-up rises to 1: multiply step / warm_steps by lr",
            lambda step, lr, w, n: _cos(step, lr, w, n, rise=step / w)),
    Mistake("your warm-up reaches lr one step early: divide by warm_steps, not by warm_steps - 1",
            lambda step, lr, w, n: _cos(step, lr, w, n, rise=lr * step / (w - 1))),
    Mistake("your whole schedule is one step ahead: step 0 has the rate 0, step warm_steps the rate lr",
            lambda step, lr, w, n: warm_cosine(step + 1, lr, w, n)),
    Mistake("your cosine is one step ahead: at step warm_steps the rate is still lr",
            lambda step, lr, w, n: _cos(step, lr, w, n, share=(step + 1 - w) / (n - w))),
    Mistake("the cosine has steps - warm_steps steps; yours is one step shorter",
            lambda step, lr, w, n: _cos(step, lr, w, n, share=(step - w) / (n - w - 1) if step < n else 1)),
    Mistake("the cosine has steps - warm_steps steps; yours is one step longer",
            lambda step, lr, w, n: _cos(step, lr, w, n, share=min((step - w) / (n - w + 1), 1), late=None)),
    Mistake("warm-up and cosine run at the same time in yours. First comes the one, then the other, with the "
            "share (step - warm_steps) / (steps - warm_steps)",
            lambda step, lr, w, n: min(step / w, 1) * _cos(step, lr, 0, n)),
    Mistake("the rate stays at lr during the warm-up: it should rise from 0",
            lambda step, lr, w, n: _cos(step, lr, w, n, rise=lr)),
    Mistake("your warm-up is one step ahead: step 0 has the rate 0, step warm_steps the rate lr",
            lambda step, lr, w, n: _cos(step, lr, w, n, rise=lr * (step + 1) / w)),
    Mistake("your warm-up never reaches lr smoothly: divide by warm_steps, not by steps",
            lambda step, lr, w, n: _cos(step, lr, w, n, rise=lr * step / n)),
    Mistake("the cosine must begin when the warm-up ends, with its own count: (step - warm_steps) / "
            "(steps - warm_steps). Yours begins at step 0, so the rate jumps",
            lambda step, lr, w, n: _cos(step, lr, w, n, share=step / n)),
    Mistake("the cosine has steps - warm_steps steps, not steps: yours does not arrive at 0 in time",
            lambda step, lr, w, n: _cos(step, lr, w, n, share=min((step - w) / n, 1), late=None)),
    Mistake("the cosine has steps - warm_steps steps, not steps: yours jumps to 0 at the end",
            lambda step, lr, w, n: _cos(step, lr, w, n, share=(step - w) / n)),
    Mistake("past the last step the rate rises again, as PyTorch's CosineAnnealingLR does: stay at 0 with "
            "min(…, 1)",
            lambda step, lr, w, n: _cos(step, lr, w, n, late=None)),
    Mistake("past the last step the cosine begins again, as in a schedule with restarts: the rate stays at 0",
            lambda step, lr, w, n: _cos(step, lr, w, n, share=(step - w) % (n - w) / (n - w), late=None)),
    Mistake("past the last step the rate is lr again: it should stay at 0",
            lambda step, lr, w, n: _cos(step, lr, w, n, late=lr)),
    Mistake("that is a whole wave, which comes back to lr: half a wave is π, not 2π",
            lambda step, lr, w, n: _cos(step, lr, w, n, wave=lambda p: (1 + math.cos(2 * math.pi * p)) / 2)),
    Mistake("brackets: 0.5 * 1 + cos is not 0.5 * (1 + cos)",
            lambda step, lr, w, n: _cos(step, lr, w, n, wave=lambda p: 0.5 + math.cos(math.pi * p))),
    Mistake("that is the whole cosine from 1 to -1, so the rate becomes negative: take (1 + cos) / 2",
            lambda step, lr, w, n: _cos(step, lr, w, n, wave=lambda p: math.cos(math.pi * min(p, 1)),
                                        late=None)),
    Mistake("that is the whole cosine from 1 to -1, cut off at the end: take (1 + cos) / 2",
            lambda step, lr, w, n: _cos(step, lr, w, n, wave=lambda p: math.cos(math.pi * p))),
    Mistake("that is a quarter of a wave: the rate ends steeply. Take half a wave, (1 + cos(π·share)) / 2",
            lambda step, lr, w, n: _cos(step, lr, w, n, wave=lambda p: math.cos(math.pi * p / 2))),
    Mistake("the π is missing: math.cos takes radians, and half a wave is π of them",
            lambda step, lr, w, n: _cos(step, lr, w, n, wave=lambda p: (1 + math.cos(p)) / 2)),
    Mistake("math.cos takes radians, not degrees: half a wave is π",
            lambda step, lr, w, n: _cos(step, lr, w, n, wave=lambda p: (1 + math.cos(180 * p)) / 2)),
    Mistake("the half is missing: 1 + cos runs from 2 to 0, so your cosine begins at 2·lr",
            lambda step, lr, w, n: _cos(step, lr, w, n, wave=lambda p: 1 + math.cos(math.pi * p))),
    Mistake("after the warm-up the rate falls on a straight line: take half a cosine wave",
            lambda step, lr, w, n: _cos(step, lr, w, n, wave=lambda p: 1 - p)),
    Mistake("the cosine runs upwards: it should be lr at its start and 0 at its end",
            lambda step, lr, w, n: _cos(step, lr, w, n, wave=lambda p: (1 - math.cos(math.pi * p)) / 2)),
    Mistake("you returned the factor between 0 and 1: multiply it by lr",
            lambda step, lr, w, n: _cos(step, 1.0, w, n)),
    Mistake("lr enters twice, as in a LambdaLR whose factor contains it",
            lambda step, lr, w, n: lr * _cos(step, lr, w, n)),
]


def check_warm_cosine(function):
    """Exercise 1: warm_cosine(step, lr, warm_steps, steps) -> rate."""
    check_function(function, reference=warm_cosine, cases=WARM_CASES, outputs=("the rate",),
                   mistakes=WARM_MISTAKES)
    right("from 0 up to lr, down a half wave to 0, and then it stays there.")


def triangle(step, low, high, half_cycle):
    return triangular(low, high, half_cycle)(step)


TRIANGLE_CASES = [(step, low, high, half) for low, high, half in ((0.1, 0.9, 5), (0.002, 0.05, 8))
                  for step in (0, 1, 4, 5, 6, 8, 9, 10, 11, 13, 16, 20, 25, 33, 64, 1001)]


def _rise(step, half):
    """Share of the way from low to high."""
    return 1 - abs(step % (2 * half) / half - 1)


TRIANGLE_MISTAKES = [
    Mistake("half_cycle is the length of one side; you took it for the whole cycle",
            lambda step, low, high, half: low + (high - low) * (1 - abs(2 * (step % half) / half - 1))),
    Mistake("your triangle starts at high and goes down: step 0 has the rate low, step half_cycle the rate "
            "high",
            lambda step, low, high, half: high - (high - low) * _rise(step, half)),
    Mistake("that is a saw: it climbs for a whole cycle and falls at once",
            lambda step, low, high, half: low + (high - low) * (step % (2 * half)) / (2 * half)),
    Mistake("that is a saw: it climbs for half_cycle steps and falls at once",
            lambda step, low, high, half: low + (high - low) * (step % half) / half),
    Mistake("only the first cycle is right: take the step modulo 2 · half_cycle",
            lambda step, low, high, half: low + (high - low) * max(1 - abs(step / half - 1), 0)),
    Mistake("only the first cycle is right, and then the rate falls below low: take the step modulo "
            "2 · half_cycle",
            lambda step, low, high, half: low + (high - low) * (1 - abs(step / half - 1))),
    Mistake("it rises and never comes down: past half_cycle the rate must fall again",
            lambda step, low, high, half: low + (high - low) * min(step / half, 1)),
    Mistake("the peaks are too high: the rise is high - low, since low is added",
            lambda step, low, high, half: low + high * _rise(step, half)),
    Mistake("the valleys are at 0: add low",
            lambda step, low, high, half: (high - low) * _rise(step, half)),
    Mistake("the valleys are at 0 and not at low: it is low + (high - low) · rise",
            lambda step, low, high, half: high * _rise(step, half)),
    Mistake("brackets: the rise multiplies (high - low), not low alone",
            lambda step, low, high, half: low + high - low * _rise(step, half)),
    Mistake("the rate is low everywhere but at the peaks, as if // had cut the rise to a whole number",
            lambda step, low, high, half: low + (high - low) * int(_rise(step, half))),
    Mistake("your sides have 2 · half_cycle steps: a side has half_cycle of them, a cycle has two sides",
            lambda step, low, high, half: low + (high - low) * _rise(step, 2 * half)),
    *[Mistake("your falling side is too low: it begins at high, at half_cycle, so count its steps from there",
              lambda step, low, high, half, first=first: low + (high - low) * (
                  _rise(step, half) - (step % (2 * half) >= half + first))) for first in (0, 1)],
    Mistake("that is a saw: it falls from high to low and starts again at high. Every second side rises",
            lambda step, low, high, half: high - (high - low) * (step % half) / half),
    Mistake("that is a sine wave between the two rates: the sides should be straight",
            lambda step, low, high, half: low + (high - low) * abs(math.sin(math.pi * step / (2 * half)))),
    Mistake("that is \"triangular2\": each cycle rises half as far. Here all reach high",
            lambda step, low, high, half: low + (high - low) * _rise(step, half) * 0.5**(step // (2 * half))),
    Mistake("that is a cosine wave between the two rates: the sides should be straight",
            lambda step, low, high, half: low + (high - low) * (1 - math.cos(math.pi * step / half)) / 2),
    Mistake("your triangle is one step ahead: step 0 has the rate low",
            lambda step, low, high, half: low + (high - low) * _rise(step + 1, half)),
    Mistake("you returned the share of the way from low to high: it is low + (high - low) · share",
            lambda step, low, high, half: _rise(step, half)),
]


def check_triangle(function):
    """Exercise 2: triangle(step, low, high, half_cycle) -> rate."""
    check_function(function, reference=triangle, cases=TRIANGLE_CASES, outputs=("the rate",),
                   mistakes=TRIANGLE_MISTAKES)
    right("low at steps 0, 2h, 4h, …, high at h, 3h, …, with straight sides.")


def check_prediction(second_epoch, way_meant, way_made):
    """Exercise 3: StepLR(step_size=10, gamma=0.1), rate 0.1, 30 epochs of 40 batches, stepped per batch."""
    check_number("second_epoch", second_epoch, 1e-5, tolerance=1e-6, mistakes=[
        Mistake("that is the rate meant. But step() was called 40 times in the first epoch", 0.1),
        Mistake("one drop has happened only after 10 to 19 calls of step(); there were 40", 0.01),
        Mistake("that is the rate after the second epoch, 80 calls: the question is its first batch", 1e-9),
        Mistake("that is three drops, or the factor 0.1⁴ without the first rate, 0.1. 40 calls make four "
                "drops", 1e-4),
        Mistake("40 calls make four drops, and the rate starts at 0.1: yours has dropped five times", 1e-6),
        Mistake("step_size=10 means one drop after each 10 calls, so only 4 in an epoch", 1e-41)])
    check_number("way_meant", way_meant, 44.4, tolerance=1e-6, mistakes=[
        Mistake("count batches, not epochs: 40 steps in each epoch", 1.11),
        Mistake("that is the first ten epochs only. Add those at 0.01 and at 0.001", 40.0),
        Mistake("add the last ten epochs, at 0.001, too", 44.0),
        Mistake("that is without any decay", 120.0),
        Mistake("that is the way of the wrong loop, 10 · (0.1 + 0.01 + …)", 10 / 9, within=2e-4),
        Mistake("30 epochs have only three rates, 0.1, 0.01 and 0.001", 400 / 9, within=2e-4)])
    check_number("way_made", way_made, 10 / 9, mistakes=[
        Mistake("that is the first ten steps only: add 10 · (0.01 + 0.001 + …)", 1.0),
        Mistake("that is the way that was meant", 44.4),
        Mistake("that is without any decay", 120.0),
        Mistake("each rate counts for 10 steps", 1 / 9),
        Mistake("that is with 40 steps at each rate. The scheduler moves at each batch: 10", 40 / 9)])
    right("the run stops a fortieth of the way: 1.11 where 44.4 was meant, and no error says so.")


def largest_decay(lr, curvature, share):
    return lr * curvature / math.log(1 / share)


DECAY_CASES = [(0.1, 2.0, 0.01), (0.03, 5.0, 0.2), (0.1, 0.5, 0.05)]

DECAY_MISTAKES = [
    Mistake("it is the natural logarithm that undoes exp", lambda lr, h, s: lr * h / math.log10(1 / s)),
    Mistake("it is the natural logarithm that undoes exp", lambda lr, h, s: lr * h / math.log2(1 / s)),
    Mistake("log(share) is negative, and so is your decay: take log(1 / share)",
            lambda lr, h, s: lr * h / math.log(s)),
    Mistake("upside down: a run that must come closer needs a smaller decay",
            lambda lr, h, s: math.log(1 / s) / (lr * h)),
    Mistake("multiplied where it must be divided: with a smaller share left, the decay must be smaller",
            lambda lr, h, s: lr * h * math.log(1 / s)),
    Mistake("the curvature is missing: in a flatter direction the run needs more way",
            lambda lr, h, s: lr / math.log(1 / s)),
    Mistake("the curvature belongs above: in a flatter direction the run needs more way, so a slower decay",
            lambda lr, h, s: lr / (h * math.log(1 / s))),
    Mistake("the rate is missing: a larger first rate bears a faster decay",
            lambda lr, h, s: h / math.log(1 / s)),
    Mistake("the distance shrinks like exp(-h·Σ rates), not like 1 - h·Σ rates",
            lambda lr, h, s: lr * h / (1 - s)),
    Mistake("share itself is no exponent: solve exp(-lr·curvature/decay) = share",
            lambda lr, h, s: lr * h / s),
    Mistake("that shrinks the *loss* to the share, which is the square of the distance",
            lambda lr, h, s: 2 * lr * h / math.log(1 / s)),
    Mistake("that is half of it. The gradient of ½·h·x² is h·x, without the ½, and share is of the distance, "
            "not of its square", lambda lr, h, s: lr * h / (2 * math.log(1 / s))),
    Mistake("share is what is left of the distance, not what is covered: log(1 / share)",
            lambda lr, h, s: lr * h / math.log(1 / (1 - s))),
    Mistake("you summed the rates exactly, to lr / (1 - exp(-decay)). That is good, but the check wants the "
            "formula with the sum lr / decay", lambda lr, h, s: -math.log(1 - lr * h / math.log(1 / s))),
]


def check_largest_decay(function):
    """Exercise 4: the decay of lr·exp(-decay·step) beyond which more than `share` is left."""
    check_function(function, reference=largest_decay, cases=DECAY_CASES, outputs=("the decay",),
                   mistakes=DECAY_MISTAKES, tolerance=1e-6)
    right("a little faster, and the run freezes on the way, noise or not.")
