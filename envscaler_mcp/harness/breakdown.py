"""A run taken apart: by environment, difficulty and tag; and scenarios that tell agents nothing apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from envscaler_mcp.spec import NO_EVIDENCE, RolloutRow, Scenario

from .statistics import Interval, interval, mean, spearman
from .summary import trials_of

Labels = Callable[[RolloutRow], Iterable[str]]


@dataclass(frozen=True)
class Part:
    """What one agent earned on the rows of one label."""

    agent: str
    label: str
    scenarios: int
    rollouts: int
    reward_mean: float | None
    reward_ci95: Interval | None


@dataclass(frozen=True)
class Flag:
    """A scenario that every agent solves each time, or none ever; it stays in the numbers."""

    server: str
    scenario: str
    solved_by: str
    """`everybody` or `nobody`."""
    rollouts: int


def by_server(row: RolloutRow) -> Iterable[str]:
    """Label rows by environment."""
    return (row.server,)


def by_band(scenarios: dict[tuple[str, str], Scenario]) -> Labels:
    """Label rows by structural difficulty."""
    return lambda row: _of(scenarios, row, lambda scenario: (scenario.difficulty.band or "unrated",))


def by_tag(scenarios: dict[tuple[str, str], Scenario]) -> Labels:
    """Label rows by each tag of their scenario."""
    return lambda row: _of(scenarios, row, lambda scenario: scenario.tags)


def break_down(rows: Sequence[RolloutRow], agents: Sequence[str], labels: Labels) -> list[Part]:
    """One part for every agent and label, in the order of agents, then labels."""
    groups: dict[tuple[str, str], list[RolloutRow]] = defaultdict(list)
    for row in rows:
        for label in labels(row):
            groups[row.agent, label].append(row)
    ordered = sorted(groups, key=lambda key: (agents.index(key[0]), key[1]))
    return [_part(*key, groups[key]) for key in ordered]


def flags(rows: Sequence[RolloutRow], agents: Sequence[str]) -> list[Flag]:
    """Scenarios that all the named agents solve in every repeat, or none of them in any."""
    passed: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for row in rows:
        if row.agent in agents and row.outcome not in NO_EVIDENCE:
            passed[row.server, row.scenario].append(row.outcome == "passed")
    told = {key: set(outcomes) for key, outcomes in sorted(passed.items())}
    return [
        Flag(*key, "everybody" if True in found else "nobody", len(passed[key]))
        for key, found in told.items()
        if len(found) == 1
    ]


def difficulty_against_success(
    rows: Sequence[RolloutRow], scenarios: dict[tuple[str, str], Scenario]
) -> float | None:
    """Spearman's correlation of an oracle's plan length with the mean reward of the same scenario."""
    rewards: dict[tuple[str, str], list[float]] = defaultdict(list)
    for server, some in trials_of(rows).items():
        for scenario, found in some.items():
            rewards[server, scenario].extend(found)
    known = [key for key in sorted(rewards) if key in scenarios]
    lengths = [float(scenarios[key].difficulty.plan_length) for key in known]
    return spearman(lengths, [sum(rewards[key]) / len(rewards[key]) for key in known])


def _part(agent: str, label: str, rows: list[RolloutRow]) -> Part:
    trials = trials_of(rows)
    rewards = [reward for some in trials.values() for found in some.values() for reward in found]
    scenarios = {(row.server, row.scenario) for row in rows}
    return Part(agent, label, len(scenarios), len(rows), mean(rewards), interval(trials))


def _of(
    scenarios: dict[tuple[str, str], Scenario],
    row: RolloutRow,
    labels: Callable[[Scenario], Iterable[str]],
) -> Iterable[str]:
    scenario = scenarios.get((row.server, row.scenario))
    return labels(scenario) if scenario else ()
