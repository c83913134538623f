"""Estimates and their intervals.

Rollouts of one scenario are not independent, nor are scenarios of one environment. Rewards come as `Trials`:
server → scenario → the reward of every repeat. Pure functions, seeded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import comb, fsum, sqrt
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Trials: TypeAlias = Mapping[str, Mapping[str, Sequence[float]]]
Interval: TypeAlias = tuple[float, float]
Share: TypeAlias = tuple[float, int]
"""A sum and the number of its terms: all that a resampled mean needs of a scenario."""

RESAMPLES = 2000
DRAWN_AT_ONCE = 1_000_000
"""Scenarios, so that a run of many is held in memory by parts."""
CONFIDENCE = 0.95


def mean(values: Sequence[float]) -> float | None:
    """The mean, the same in whatever order; None of nothing."""
    return fsum(values) / len(values) if values else None


def pass_at_k(passed: int, trials: int, k: int) -> float:
    """The chance that one of k repeats passes, without bias (Chen et al. 2021, arXiv 2107.03374, eq. 1)."""
    return 1.0 - comb(trials - passed, k) / comb(trials, k)


def pass_hat_k(passed: int, trials: int, k: int) -> float:
    """The chance that all of k repeats pass, without bias (τ-bench, arXiv 2406.12045, section 3)."""
    return comb(passed, k) / comb(trials, k)


def wilson(passed: float, trials: int, confidence: float = CONFIDENCE) -> Interval:
    """Wilson's score interval of a share; only for trials that are independent of each other."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share, room = passed / trials, z * z / trials
    half = z * sqrt(share * (1 - share) / trials + room / (4 * trials))
    low, high = ((share + room / 2 + sign * half) / (1 + room) for sign in (-1, 1))
    return max(0.0, low), min(1.0, high)


def interval(trials: Trials, *, seed: int = 0, confidence: float = CONFIDENCE) -> Interval | None:
    """Where the mean reward may lie; None without a trial.

    A bootstrap over environments, then over their scenarios. Where every reward is 0, or every one is 1,
    resampling can say nothing: then Wilson's interval over scenarios, which are the trials that differ.
    """
    rewards = [reward for scenarios in trials.values() for some in scenarios.values() for reward in some]
    if not rewards:
        return None
    if len(set(rewards)) == 1 and rewards[0] in (0.0, 1.0):
        count = sum(len(scenarios) for scenarios in trials.values())
        return wilson(rewards[0] * count, count, confidence)
    return bootstrap(_shares(trials), seed=seed, confidence=confidence)


def bootstrap(
    clusters: Sequence[Sequence[Share]], *, seed: int = 0, confidence: float = CONFIDENCE
) -> Interval:
    """Percentile interval of the pooled mean: clusters are drawn first, then what is in them."""
    means: list[float] = np.sort(_resampled(np.random.default_rng(seed), clusters)).tolist()
    tail = (1 - confidence) / 2
    return quantile(means, tail), quantile(means, 1 - tail)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which that share of the ordered values lies, between two of them by proportion."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def spearman(left: Sequence[float], right: Sequence[float]) -> float | None:
    """Rank correlation of two sequences of equal length; None where one of them does not vary."""
    return _correlation(_ranks(left), _ranks(right))


def _shares(trials: Trials) -> list[list[Share]]:
    return [[(fsum(some), len(some)) for some in scenarios.values()] for scenarios in trials.values()]


def _resampled(rng: np.random.Generator, clusters: Sequence[Sequence[Share]]) -> NDArray[np.float64]:
    """The means of `RESAMPLES` samples; each has as many clusters and scenarios as there are."""
    chosen = rng.integers(len(clusters), size=(RESAMPLES, len(clusters)))
    sample = np.repeat(np.arange(RESAMPLES), len(clusters))
    found = np.zeros((RESAMPLES, 2))
    for number, scenarios in enumerate(clusters):
        shares = np.array(scenarios, dtype=float)
        drawn = sample[chosen.ravel() == number]
        for part in np.array_split(drawn, 1 + len(drawn) * len(shares) // DRAWN_AT_ONCE):
            picked = rng.integers(len(shares), size=(len(part), len(shares)))
            np.add.at(found, part, shares[picked].sum(axis=1))
    return found[:, 0] / found[:, 1]


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1; equal values share the mean of theirs."""
    ranks: dict[float, float] = {}
    below = 0
    for value, count in sorted(Counter(values).items()):
        ranks[value] = below + (count + 1) / 2
        below += count
    return [ranks[value] for value in values]


def _correlation(left: Sequence[float], right: Sequence[float]) -> float | None:
    if len(left) < 2:
        return None
    middle_left, middle_right = sum(left) / len(left), sum(right) / len(right)
    ours, theirs = [one - middle_left for one in left], [one - middle_right for one in right]
    spread = sqrt(sum(one * one for one in ours) * sum(one * one for one in theirs))
    return sum(one * other for one, other in zip(ours, theirs, strict=True)) / spread if spread else None
