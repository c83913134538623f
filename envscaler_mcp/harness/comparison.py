"""Two agents on what both of them played, paired by scenario: hard scenarios hide no difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .statistics import Interval, Trials, bootstrap, mean

FLIPS = 5000
FLIPS_AT_ONCE = 500
"""So that a run of many scenarios is held in memory by parts."""


@dataclass(frozen=True)
class Comparison:
    """What the second agent has over the first, on common scenarios.

    Attributes:
        common: scenarios that both have trials of.
        left_out: scenarios that only one of them has trials of.
        difference: mean over scenarios of (second − first), each the mean of its repeats.
        ci95: its interval, by bootstrap over environments, then scenarios.
        p_value: how often chance makes a difference as large (signs of the differences flipped at random).
        better: scenarios on which the second is better.
        worse: scenarios on which it is worse.
    """

    first: str
    second: str
    common: int
    left_out: int
    difference: float | None
    ci95: Interval | None
    p_value: float | None
    better: int
    worse: int


def compare(first: str, ours: Trials, second: str, theirs: Trials, *, seed: int = 0) -> Comparison:
    """Pair two agents' rewards by server and scenario."""
    pairs = _differences(ours, theirs)
    flat = [one for cluster in pairs for one in cluster]
    return Comparison(
        first=first,
        second=second,
        common=len(flat),
        left_out=len(_keys(ours) ^ _keys(theirs)),
        difference=mean(flat),
        ci95=bootstrap([[(one, 1) for one in cluster] for cluster in pairs], seed=seed) if flat else None,
        p_value=flipped(flat, seed=seed) if flat else None,
        better=sum(one > 0 for one in flat),
        worse=sum(one < 0 for one in flat),
    )


def flipped(differences: Sequence[float], *, seed: int = 0) -> float:
    """Two-sided p-value of a sign-flip permutation test; never 0, since the sample itself counts."""
    told = np.array([one for one in differences if one])
    seen, rng = abs(told.sum()), np.random.default_rng(seed)
    extreme = 0
    for count in (FLIPS_AT_ONCE,) * (FLIPS // FLIPS_AT_ONCE):
        signs = rng.choice((-1.0, 1.0), size=(count, len(told)))
        extreme += int(np.count_nonzero(np.abs(signs @ told) >= seen - 1e-12))
    return (extreme + 1) / (FLIPS + 1)


def _differences(ours: Trials, theirs: Trials) -> list[list[float]]:
    """For each common environment, the difference on each common scenario."""
    found = [
        [
            sum(theirs[server][scenario]) / len(theirs[server][scenario]) - sum(rewards) / len(rewards)
            for scenario, rewards in scenarios.items()
            if scenario in theirs.get(server, {})
        ]
        for server, scenarios in ours.items()
    ]
    return [cluster for cluster in found if cluster]


def _keys(trials: Trials) -> set[tuple[str, str]]:
    return {(server, scenario) for server, scenarios in trials.items() for scenario in scenarios}
