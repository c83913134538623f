"""What stands below the score tables."""

from __future__ import annotations

from datetime import UTC, datetime

from envscaler_mcp.cli.scoreboard import remarks
from envscaler_mcp.spec import Difficulty, RunCard, Scenario, Suite
from envscaler_mcp.view.overview import overview
from tests.harness.rows import row

NOW = datetime(2026, 3, 2, tzinfo=UTC)
CARD = RunCard(suite=Suite(servers=("s",)), agents=("a",), started=NOW)


def test_what_is_no_evidence_is_bounded_and_difficulty_is_held_against_reward() -> None:
    rows = [
        row("passed", 1.0, id="1", scenario="1"),
        row("failed", 0.0, id="2", scenario="2"),
        row("user_error", None, id="3", scenario="1", repeat=1),
    ]
    scenarios = {
        ("s", name): Scenario(
            id=name, instruction="", start={}, now=NOW, difficulty=Difficulty(plan_length=int(name))
        )
        for name in ("1", "2")
    }
    bounded, correlated = remarks(overview(CARD, rows, scenarios))
    assert bounded == "a: 0.33 if all that is no evidence had failed, 0.67 if it had passed."
    assert "-1.00" in correlated
    assert remarks(overview(CARD, rows[:1], scenarios)) == []
