"""Figures of the slides of lecture 04; the drawing is the notebook's, from course_lib.show.lecture04."""

import numpy as np

from course_lib.averaging import TailAverage
from course_lib.schedules import power
from course_lib.show import lecture04 as pictures
from course_lib.studies import minibatch, minibatch_fits, noisy_descent
from course_lib.studies import stochastic as study

H, X0 = np.array([2.0, 4.0]), np.array([-5.0, -2.5])  # x1² + 2x2²


def rng():
    return np.random.default_rng(0)


def ways():
    return pictures.three_ways(*noisy_descent.three_ways(noisy_descent.portion_rates()), size=(6.6, 3.35))


def passes():
    compared = minibatch_fits.compare_sizes(minibatch_fits.SETTINGS, tuning_seeds=[0, 1, 2],
                                            seeds=[10, 11, 12])
    return pictures.passes_and_seconds(compared, size=(8.7, 3.2))


def noise():
    sizes = [1, 4, 16, 64, 256, 600, 900, 1197]
    return pictures.noise_and_batch(sizes, noisy_descent.noise_by_size(sizes, rng=rng()), size=(5, 3.8))


def orders():
    return pictures.orders(*noisy_descent.late_orders(rng=rng()), size=(5, 3.8))


def balls():
    rates = (0.2, 0.1, 0.05, 0.02)
    return pictures.noise_balls(
        {f"rate {lr}": study.moments(H, X0, lr, 200).loss for lr in rates},
        {f"rate {lr}": study.stationary_variance(H, lr) @ H / 2 for lr in rates}, size=(5, 3.8))


def clouds():
    exact, simulated = noisy_descent.planned(H, X0, runs=1500, rng=rng())
    return pictures.clouds(exact, simulated, size=(8.7, 2.8))


def cures():
    k = np.arange(10, 10_001)
    return pictures.cures(noisy_descent.cures(H, X0), (k, study.polyak_loss(H, k)), size=(5, 3.7))


def inverse_rates():
    return pictures.inverse_rates(noisy_descent.inverse_rates([0.1, 0.3, 1.0, 3.0]), size=(5, 3.8))


def plateaus():
    return pictures.plateaus(noisy_descent.averages(H, X0), size=(5, 3.9))


def streams():
    at = [100, 300, 1000, 3000, 10_000]
    found = minibatch.stream([1.0, 0.5], TailAverage(start=50), lr=power(0.2, 0.02, 0.5), runs=500, rng=rng(),
                             at=at)
    return pictures.streams(at, found, features=2, size=(5, 3.8))


FIGURES = {
    "04_ways": ways, "04_passes": passes, "04_noise": noise, "04_orders": orders, "04_balls": balls,
    "04_clouds": clouds, "04_cures": cures, "04_inverse_rates": inverse_rates, "04_plateaus": plateaus,
    "04_streams": streams,
}
