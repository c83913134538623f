"""Rows of a run that was never played."""

from __future__ import annotations

from typing import Any

from envscaler_mcp.spec import Outcome, RolloutRow


def row(outcome: Outcome, reward: float | None, **changes: Any) -> RolloutRow:
    fields = {"id": "r", "agent": "a", "server": "s", "scenario": "1", "repeat": 0, "seed": 0}
    return RolloutRow(**{
        **fields, "outcome": outcome, "reward": reward, "progress": reward, "reward_paper": reward, **changes,
    })  # fmt: skip
