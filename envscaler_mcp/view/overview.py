"""What a run came to, as its page and its report show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from envscaler_mcp.harness.breakdown import (
    Flag,
    Labels,
    Part,
    break_down,
    by_band,
    by_server,
    by_tag,
    difficulty_against_success,
    flags,
)
from envscaler_mcp.harness.comparison import Comparison, compare
from envscaler_mcp.harness.summary import AgentSummary, summarise, trials_of
from envscaler_mcp.spec import NO_EVIDENCE, RolloutRow, RunCard, Scenario

Place = tuple[str, str]
"""Server and scenario."""
MOST_PAIRS = 15
"""Comparisons that are shown: those of six agents with each other."""
BANDS = ("easy", "medium", "hard")


@dataclass(frozen=True)
class Split:
    """A run taken apart by one kind of label: a line for each label, a part for each agent that has one."""

    title: str
    labels: tuple[str, ...]
    parts: Mapping[tuple[str, str], Part]
    """By label and agent."""

    def scenarios(self, label: str) -> int:
        """How many scenarios have this label."""
        return max(part.scenarios for (name, _), part in self.parts.items() if name == label)


@dataclass(frozen=True)
class Square:
    """One scenario under one agent."""

    scenario: str
    passed: int
    trials: int

    @property
    def grade(self) -> str:
        """`none` without evidence, else from `s0` (never passed) to `s4` (always)."""
        if not self.trials:
            return "none"
        share = self.passed / self.trials
        return "s4" if share == 1 else ("s0" if share == 0 else f"s{1 + int(share * 3 - 1e-9)}")


@dataclass(frozen=True)
class Point:
    """How the scenarios of one plan length went."""

    length: int
    scenarios: int
    reward: float


@dataclass(frozen=True)
class Overview:
    """Everything on the page of a run but its rollouts."""

    card: RunCard
    rollouts: int
    agents: tuple[AgentSummary, ...]
    splits: tuple[Split, ...]
    comparisons: tuple[Comparison, ...]
    flags: tuple[Flag, ...]
    squares: Mapping[str, Mapping[str, tuple[Square, ...]]]
    """Server → agent → its scenarios."""
    lengths: Mapping[str, tuple[Point, ...]]
    """Agent → reward by plan length."""
    correlation: float | None
    """Of plan length with mean reward, by rank."""

    @property
    def compared(self) -> tuple[str, ...]:
        """The agents whose rewards say something of a scenario."""
        return told_apart(self.card.agents)

    @property
    def without_evidence(self) -> int:
        """Rollouts that say nothing about their agent."""
        return sum(one.outcomes.get(name, 0) for one in self.agents for name in NO_EVIDENCE)


def told_apart(agents: Sequence[str]) -> tuple[str, ...]:
    """Agents but those that are there to be sure of the checks: the oracle passes, doing nothing fails."""
    return tuple(agent for agent in agents if agent not in ("oracle", "noop", "stall")) or tuple(agents)


def overview(card: RunCard, rows: Sequence[RolloutRow], scenarios: Mapping[Place, Scenario]) -> Overview:
    """Sum a run up.

    Args:
        card: of the run.
        rows: its rollouts so far.
        scenarios: those that are still known; others have no difficulty and no tags.
    """
    agents, known = card.agents, dict(scenarios)
    others = [row for row in rows if row.agent in told_apart(agents)]
    return Overview(
        card=card,
        rollouts=len(rows),
        agents=tuple(summarise(rows, agents, card.suite.repeats)),
        splits=(
            _split("environment", rows, agents, by_server),
            _split("difficulty", rows, agents, by_band(known)),
            _split("tag", rows, agents, by_tag(known)),
        ),
        comparisons=tuple(_compared(rows, agents)),
        flags=tuple(flags(rows, told_apart(agents))),
        squares=_squares(rows, agents),
        lengths={agent: _lengths(rows, agent, known) for agent in agents},
        correlation=difficulty_against_success(others, known),
    )


def _split(title: str, rows: Sequence[RolloutRow], agents: Sequence[str], labels: Labels) -> Split:
    parts = {(part.label, part.agent): part for part in break_down(rows, agents, labels)}
    found = {label for label, _ in parts}
    known = [band for band in BANDS if band in found]
    return Split(title, (*known, *sorted(found - set(known))), parts)


def _compared(rows: Sequence[RolloutRow], agents: Sequence[str]) -> list[Comparison]:
    """Every pair of agents; each pair on what both have played."""
    trials = {agent: trials_of([row for row in rows if row.agent == agent]) for agent in agents}
    pairs = list(combinations(agents, 2))[:MOST_PAIRS]
    return [compare(one, trials[one], other, trials[other]) for one, other in pairs]


def _squares(rows: Sequence[RolloutRow], agents: Sequence[str]) -> dict[str, dict[str, tuple[Square, ...]]]:
    outcomes: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    for row in rows:
        told = outcomes[row.server, row.agent, row.scenario]
        if row.outcome not in NO_EVIDENCE:
            told.append(row.outcome == "passed")
    found: dict[str, dict[str, tuple[Square, ...]]] = {}
    for server in sorted({row.server for row in rows}):
        scenarios = sorted({scenario for name, _, scenario in outcomes if name == server})
        found[server] = {
            agent: tuple(
                _square(scenario, outcomes.get((server, agent, scenario), [])) for scenario in scenarios
            )
            for agent in agents
        }
    return found


def _square(scenario: str, passed: Sequence[bool]) -> Square:
    return Square(scenario, sum(passed), len(passed))


def _lengths(
    rows: Sequence[RolloutRow], agent: str, scenarios: Mapping[Place, Scenario]
) -> tuple[Point, ...]:
    means: dict[int, list[float]] = defaultdict(list)
    for server, some in trials_of([row for row in rows if row.agent == agent]).items():
        for scenario, rewards in some.items():
            known = scenarios.get((server, scenario))
            if known and known.difficulty.plan_length:  # 0: nobody has said
                means[known.difficulty.plan_length].append(sum(rewards) / len(rewards))
    return tuple(
        Point(length, len(found), sum(found) / len(found)) for length, found in sorted(means.items())
    )
