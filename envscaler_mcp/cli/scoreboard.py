"""The score table of a run, as `eval` and `demo` show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table

from .output import table

if TYPE_CHECKING:
    from envscaler_mcp.harness.summary import AgentSummary

COLUMNS = (
    "agent",
    "rollouts",
    "passed",
    "reward",
    "95 % interval",
    "pass^k",
    "calls",
    "refusals",
    "no evidence",
)


def agents_json(summaries: Sequence[AgentSummary]) -> list[dict[str, Any]]:
    """The value of `agents[]`."""
    return [asdict(one) for one in summaries]


def score_table(summaries: Sequence[AgentSummary], title: str | None = None) -> Table:
    """One line for each agent."""
    return table(COLUMNS, [_line(one) for one in summaries], title)


def _line(one: AgentSummary) -> tuple[object, ...]:
    low, high = one.reward_ci95 or (None, None)
    counted = one.outcomes
    return (
        one.agent,
        one.rollouts,
        counted.get("passed", 0),
        "–" if one.reward_mean is None else f"{one.reward_mean:.2f}",
        "–" if low is None or high is None else f"{low:.2f} … {high:.2f}",
        "–" if one.pass_hat_k is None else f"{one.pass_hat_k:.2f}",
        one.calls,
        one.refusals,
        one.rollouts - sum(counted.get(name, 0) for name in ("passed", "failed", "agent_error")),
    )
