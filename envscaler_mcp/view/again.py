"""A run that was scored again: what `score` says of it now beside what was said on the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

from envscaler_mcp.spec import RolloutRow, Verdict

MOST_SHOWN = 100
"""Rollouts on the page of a run that are judged otherwise now."""


@dataclass(frozen=True)
class Pair:
    """One rollout, then and now."""

    then: RolloutRow
    now: RolloutRow

    @cached_property
    def differs(self) -> bool:
        """Whether anything of its verdicts is another now."""
        return _judged(self.then) != _judged(self.now)

    @property
    def verdicts(self) -> list[tuple[Verdict | None, Verdict | None]]:
        """What is judged otherwise, then and now; None where there was or is no such check."""
        then = {one.id: one for one in self.then.verdicts}
        now = {one.id: one for one in self.now.verdicts}
        both = [(then.get(name), now.get(name)) for name in {**then, **now}]
        return [(was, told) for was, told in both if was is None or told is None or was.ok != told.ok]


@dataclass(frozen=True)
class AgentAgain:
    """One agent, then and now."""

    agent: str
    rollouts: int
    changed: int
    reward_then: float | None
    reward_now: float | None


@dataclass(frozen=True)
class Again:
    """All rollouts that were scored again."""

    pairs: tuple[Pair, ...]
    later: int
    """Rollouts that came after it, and were not."""

    @cached_property
    def changed(self) -> list[Pair]:
        """Those that are judged otherwise now."""
        return [one for one in self.pairs if one.differs]

    @property
    def shown(self) -> list[Pair]:
        """As many of those as a page shows."""
        return self.changed[:MOST_SHOWN]

    @property
    def agents(self) -> list[AgentAgain]:
        """Agent by agent, as they first appear."""
        names = dict.fromkeys(one.then.agent for one in self.pairs)
        return [_agent(name, [one for one in self.pairs if one.then.agent == name]) for name in names]


def again_of(rows: Sequence[RolloutRow], rescored: Mapping[str, RolloutRow]) -> Again | None:
    """What was scored again; None where nothing was."""
    if not rescored:
        return None
    pairs = tuple(Pair(row, rescored[row.id]) for row in rows if row.id in rescored)
    return Again(pairs, len(rows) - len(pairs))


def _agent(name: str, pairs: Sequence[Pair]) -> AgentAgain:
    changed = sum(one.differs for one in pairs)
    then, now = _mean([one.then for one in pairs]), _mean([one.now for one in pairs])
    return AgentAgain(name, len(pairs), changed, then, now)


def _mean(rows: Sequence[RolloutRow]) -> float | None:
    rewards = [row.reward for row in rows if row.reward is not None]
    return fmean(rewards) if rewards else None


def _judged(row: RolloutRow) -> object:
    return row.outcome, row.reward, row.verdicts
