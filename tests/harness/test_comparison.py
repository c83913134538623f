"""Two agents on common scenarios."""

from __future__ import annotations

import random
from typing import Any

import pytest

from envscaler_mcp.harness.comparison import compare, flipped

stats: Any = pytest.importorskip("scipy.stats")
np: Any = pytest.importorskip("numpy")


def test_only_common_scenarios_count_each_as_the_mean_of_its_repeats() -> None:
    ours = {"s": {"1": [0.0, 0.0], "2": [1.0], "only": [0.0]}, "mine": {"1": [0.0]}}
    theirs = {"s": {"1": [1.0, 0.0], "2": [1.0], "other": [1.0]}}
    found = compare("a", ours, "b", theirs)
    assert (found.common, found.left_out, found.difference) == (2, 3, 0.25)
    assert (found.better, found.worse) == (1, 0)


def test_a_difference_that_pairing_alone_can_see() -> None:
    """The same hard and easy scenarios for both; the second solves a little more of each environment."""
    rng = random.Random(2)
    ours: dict[str, dict[str, list[float]]] = {}
    theirs: dict[str, dict[str, list[float]]] = {}
    for server in range(12):
        level = 0.95 * (server % 2)
        solved = [float(rng.random() < level) for _ in range(20)]
        ours[str(server)] = {str(n): [one] for n, one in enumerate(solved)}
        theirs[str(server)] = {str(n): [max(one, float(n < 2))] for n, one in enumerate(solved)}
    found = compare("a", ours, "b", theirs)
    low, high = found.ci95 or (0.0, 0.0)
    assert 0 < low < high
    assert found.p_value is not None
    assert found.p_value < 0.01
    same = compare("a", ours, "a", ours)
    assert (same.difference, same.p_value, same.ci95) == (0.0, 1.0, (0.0, 0.0))


def test_the_p_value_is_that_of_scipy() -> None:
    rng = random.Random(4)
    differences = [rng.choice((-1.0, 0.0, 0.0, 1.0, 1.0)) for _ in range(30)]
    theirs = stats.permutation_test(
        (np.array(differences),), np.sum, permutation_type="samples", n_resamples=9999, rng=1
    )
    assert flipped(differences) == pytest.approx(theirs.pvalue, abs=0.02)


def test_without_anything_in_common_there_is_nothing_to_say() -> None:
    found = compare("a", {"s": {"1": [1.0]}}, "b", {"t": {"1": [0.0]}})
    assert (found.common, found.difference, found.ci95, found.p_value) == (0, None, None, None)
