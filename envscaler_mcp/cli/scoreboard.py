"""The tables of a run, as `eval` and `demo` show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table

from .output import table

if TYPE_CHECKING:
    from envscaler_mcp.harness.comparison import Comparison
    from envscaler_mcp.harness.summary import AgentSummary
    from envscaler_mcp.view.overview import Overview, Split

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

PAIR_COLUMNS = ("first", "second", "second − first", "95 % interval", "p", "better", "worse", "scenarios")
MOST_LABELS = 20
"""Lines of a table on a terminal; `report` and `view` have them all."""


def agents_json(summaries: Sequence[AgentSummary]) -> list[dict[str, Any]]:
    """The value of `agents[]`."""
    return [asdict(one) for one in summaries]


def score_table(summaries: Sequence[AgentSummary], title: str | None = None) -> Table:
    """One line for each agent; what a model took, where there was one."""
    if not any(one.tokens for one in summaries):
        return table(COLUMNS, [_line(one) for one in summaries], title)
    lines = [(*_line(one), one.tokens, f"${one.cost_usd:.2f}") for one in summaries]
    return table((*COLUMNS, "tokens", "cost"), lines, title)


def run_tables(overview: Overview) -> list[Table | str]:
    """What stands below the score table: agents compared, the run taken apart, scenarios that say nothing."""
    told = [one for one in overview.comparisons if {one.first, one.second} <= set(overview.compared)]
    splits = [one for one in overview.splits if one.title != "tag" and len(one.labels) > 1]
    parts: list[Table | str] = [comparison_table(told)] if told else []
    parts += [split_table(one, overview.compared) for one in splits if len(one.labels) <= MOST_LABELS]
    flagged = Counter(one.solved_by for one in overview.flags)
    if flagged and len(overview.compared) > 1:
        said = " and ".join(f"{number} that {who} solves" for who, number in sorted(flagged.items()))
        parts.append(f"Scenarios that tell these agents not apart: {said}. They stay in the numbers.")
    return parts


def comparison_table(comparisons: Sequence[Comparison]) -> Table:
    """One line for each pair of agents, on the scenarios that both played."""
    return table(PAIR_COLUMNS, [_pair(one) for one in comparisons], "Compared, paired by scenario")


def split_table(split: Split, agents: Sequence[str]) -> Table:
    """The mean reward of each agent, a line for each label."""
    lines = [
        (label, split.scenarios(label), *(_mean(split, label, agent) for agent in agents))
        for label in split.labels
    ]
    return table((split.title, "scenarios", *agents), lines, f"Reward by {split.title}")


def _mean(split: Split, label: str, agent: str) -> str:
    part = split.parts.get((label, agent))
    return "–" if part is None or part.reward_mean is None else f"{part.reward_mean:.2f}"


def _pair(one: Comparison) -> tuple[object, ...]:
    low, high = one.ci95 or (None, None)
    return (
        one.first,
        one.second,
        "–" if one.difference is None else f"{one.difference:+.2f}",
        "–" if low is None or high is None else f"{low:+.2f} … {high:+.2f}",
        "–" if one.p_value is None else ("< 0.001" if one.p_value < 0.001 else f"{one.p_value:.3f}"),
        one.better,
        one.worse,
        one.common,
    )


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


def remarks(found: Overview) -> list[str]:
    """What the tables leave open: what no evidence may hide, and whether long plans are the hard ones."""
    told = [
        f"{one.agent}: {low:.2f} if all that is no evidence had failed, {high:.2f} if it had passed."
        for one in found.agents
        if one.reward_bounds and (low := one.reward_bounds[0]) != (high := one.reward_bounds[1])
    ]
    if found.correlation is not None:
        told.append(
            f"Rank correlation of plan length and reward: {found.correlation:+.2f} (no oracle, no noop)."
        )
    return told
