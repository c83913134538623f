"""A run taken apart."""

from __future__ import annotations

import pytest

from envscaler_mcp.harness.breakdown import (
    break_down,
    by_band,
    by_server,
    by_tag,
    difficulty_against_success,
    flags,
)
from envscaler_mcp.spec import Difficulty, Scenario

from .rows import row

NOW = "2026-03-05T09:00:00"


def scenario(identifier: str, band: str, length: int, *tags: str) -> Scenario:
    difficulty = Difficulty.model_validate({"band": band, "plan_length": length})
    task = {"id": identifier, "instruction": "Do.", "start": {}, "now": NOW}
    return Scenario.model_validate({**task, "difficulty": difficulty, "tags": tags})


SCENARIOS = {
    ("s", "1"): scenario("1", "easy", 1, "turn"),
    ("s", "2"): scenario("2", "hard", 6, "turn", "waitlist"),
    ("t", "1"): scenario("1", "hard", 9),
}
ROWS = [
    row("passed", 1.0, scenario="1"),
    row("failed", 0.0, scenario="2"),
    row("failed", 0.0, server="t", scenario="1"),
    row("passed", 1.0, scenario="1", agent="b"),
    row("passed", 1.0, scenario="2", agent="b"),
    row("failed", 0.0, server="t", scenario="1", agent="b"),
]


def test_a_run_falls_apart_by_server_band_and_tag() -> None:
    servers = break_down(ROWS, ["b", "a"], by_server)
    assert [(one.agent, one.label, one.rollouts, one.reward_mean) for one in servers] == [
        ("b", "s", 2, 1.0),
        ("b", "t", 1, 0.0),
        ("a", "s", 2, 0.5),
        ("a", "t", 1, 0.0),
    ]
    bands = break_down(ROWS, ["a", "b"], by_band(SCENARIOS))
    assert [(one.label, one.scenarios) for one in bands[:2]] == [("easy", 1), ("hard", 2)]
    tags = break_down(ROWS, ["a", "b"], by_tag(SCENARIOS))
    assert [(one.agent, one.label) for one in tags][:2] == [("a", "turn"), ("a", "waitlist")]


def test_scenarios_that_tell_nobody_apart_are_flagged() -> None:
    found = [(one.server, one.scenario, one.solved_by) for one in flags(ROWS, ["a", "b"])]
    assert found == [("s", "1", "everybody"), ("t", "1", "nobody")]


def test_longer_plans_are_solved_less_often_here() -> None:
    assert difficulty_against_success(ROWS, SCENARIOS) == pytest.approx(-1.0)
