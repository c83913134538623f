"""Our estimates beside those of scipy."""

from __future__ import annotations

import random
from itertools import combinations
from typing import Any

import pytest

from envscaler_mcp.harness.statistics import (
    bootstrap,
    interval,
    pass_at_k,
    pass_hat_k,
    quantile,
    spearman,
    wilson,
)

stats: Any = pytest.importorskip("scipy.stats")
np: Any = pytest.importorskip("numpy")


@pytest.mark.parametrize(("passed", "trials"), [(0, 7), (7, 7), (3, 10), (181, 200)])
def test_wilson_is_that_of_scipy(passed: int, trials: int) -> None:
    theirs = stats.binomtest(passed, trials).proportion_ci(0.95, method="wilson")
    assert wilson(passed, trials) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize(("passed", "k"), [(0, 2), (1, 2), (3, 2), (5, 3), (3, 3)])
def test_passing_k_is_counted_over_all_choices_of_repeats(passed: int, k: int) -> None:
    outcomes = [number < passed for number in range(5)]
    drawn = list(combinations(outcomes, k))
    assert pass_at_k(passed, 5, k) == pytest.approx(sum(map(any, drawn)) / len(drawn))
    assert pass_hat_k(passed, 5, k) == pytest.approx(sum(map(all, drawn)) / len(drawn))


def test_with_one_cluster_the_bootstrap_is_that_of_scipy() -> None:
    rng = random.Random(3)
    rewards = [float(rng.random() < 0.3) for _ in range(120)]
    theirs = stats.bootstrap((rewards,), np.mean, method="percentile", n_resamples=4000, rng=1)
    assert bootstrap([[(one, 1) for one in rewards]]) == pytest.approx(
        (theirs.confidence_interval.low, theirs.confidence_interval.high), abs=0.02
    )


def test_the_bootstrap_covers_the_truth_about_as_often_as_it_says() -> None:
    """Environments that differ: an interval that took rollouts for independent would cover far less."""
    rng = random.Random(11)
    covered = naive = 0
    for sample in range(120):
        levels = [rng.betavariate(2, 2) for _ in range(14)]
        passed = [[float(rng.random() < level) for _ in range(10)] for level in levels]
        trials = {str(n): {str(m): [one] for m, one in enumerate(some)} for n, some in enumerate(passed)}
        low, high = interval(trials, seed=sample) or (0.0, 0.0)
        covered += low <= 0.5 <= high
        low, high = wilson(sum(map(sum, passed)), 140)
        naive += low <= 0.5 <= high
    assert covered / 120 > 0.86
    assert naive < covered


def test_where_all_agree_the_interval_is_not_a_point() -> None:
    low, high = interval({"s": {str(number): [1.0, 1.0] for number in range(20)}}) or (0.0, 0.0)
    assert (low, high) == pytest.approx(wilson(20, 20))
    assert interval({}) is None


def test_quantiles_are_those_of_numpy() -> None:
    values = sorted(random.Random(1).random() for _ in range(37))
    for share in (0.0, 0.025, 0.5, 0.9, 1.0):
        assert quantile(values, share) == pytest.approx(float(np.quantile(values, share)))


def test_rank_correlation_is_that_of_scipy() -> None:
    rng = random.Random(5)
    left = [float(rng.randrange(6)) for _ in range(40)]
    right = [one + rng.random() * 3 for one in left]
    assert spearman(left, right) == pytest.approx(float(stats.spearmanr(left, right).statistic))
    assert spearman([1.0, 1.0], [0.0, 1.0]) is None
