"""What rows say of an agent."""

from __future__ import annotations

from random import Random

import pytest

from envscaler_mcp.harness.summary import summarise
from envscaler_mcp.spec import Outcome

from .rows import row


def test_what_is_no_evidence_is_counted_and_left_out_of_the_mean() -> None:
    rows = [row("passed", 1.0), row("failed", 0.0), row("agent_error", 0.0)]
    rows.append(row("infrastructure_error", None))
    (one,) = summarise(rows, ["a"], 1)
    assert one.reward_mean == pytest.approx(1 / 3)
    assert one.outcomes == {"passed": 1, "failed": 1, "agent_error": 1, "infrastructure_error": 1}


def test_pass_hat_k_is_the_chance_that_all_of_k_repeats_pass() -> None:
    passed = [row("passed", 1.0, repeat=number) for number in range(3)]
    (one,) = summarise([*passed, row("failed", 0.0, repeat=3)], ["a"], 2)
    assert one.pass_1 == pytest.approx(3 / 4)
    assert one.pass_hat_k == pytest.approx(3 / 6)


def test_the_interval_is_wider_over_few_scenarios_than_over_many_rollouts_of_them() -> None:
    def width(scenarios: int, repeats: int) -> float:
        outcomes: list[Outcome] = ["failed", "passed"]
        rows = [
            row(outcomes[number % 2], float(number % 2), scenario=str(number), repeat=repeat)
            for number in range(scenarios)
            for repeat in range(repeats)
        ]
        low, high = summarise(rows, ["a"], 1)[0].reward_ci95 or (0.0, 0.0)
        return high - low

    assert width(4, 10) > width(40, 1)


def test_agents_stand_in_the_order_asked_for_and_may_have_no_rows() -> None:
    first, second = summarise([row("passed", 1.0)], ["b", "a"], 1)
    assert (first.agent, first.rollouts, first.reward_mean, first.reward_ci95) == ("b", 0, None, None)
    assert (second.agent, second.reward_mean) == ("a", 1.0)


def test_the_bounds_say_what_missing_evidence_could_have_changed() -> None:
    rows = [row("passed", 1.0), row("failed", 0.0)]
    rows += [row("infrastructure_error", None), row("task_defect", None)]
    (one,) = summarise(rows, ["a"], 1)
    assert one.reward_bounds == (0.25, 0.75)


def test_one_of_k_is_easier_than_all_of_k() -> None:
    rows = [row("passed", 1.0), row("failed", 0.0, repeat=1)]
    (one,) = summarise(rows, ["a"], 2)
    assert (one.pass_1, one.pass_at_k, one.pass_hat_k) == (0.5, 1.0, 0.0)


def test_the_order_in_which_rollouts_end_changes_no_figure() -> None:
    rewards = Random(7)
    places = [{"server": str(n % 5), "scenario": str(n % 15), "repeat": n // 15} for n in range(45)]
    rows = [row("failed", rewards.random(), cost_usd=rewards.random(), **place) for place in places]
    summaries = [summarise(Random(seed).sample(rows, len(rows)), ["a"], 3) for seed in range(10)]
    assert all(one == summaries[0] for one in summaries)
