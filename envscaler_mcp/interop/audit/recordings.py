"""Recorded runs played again: which checks hold at their ends, and which tools raised on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

from envscaler_mcp.interop.carrying import Carrier
from envscaler_mcp.interop.recorded import Recorded, RecordedCall
from envscaler_mcp.sandbox.checks import CheckResult, CheckRunner
from envscaler_mcp.sandbox.worker import WorkerRefused
from envscaler_mcp.spec.record import State

from .findings import Raised
from .stage import KILLED, Stage
from .starts import Start, ask

EPISODE = "recording"
CRASHES = ("tool_crashed", "timed_out")


@dataclass(frozen=True)
class Ending:
    """How one recorded run ended when it was played again."""

    recorded: Recorded
    differences: int
    """Results that were others than recorded, generated ids and times apart."""
    answers: tuple[CheckResult, ...]
    raised: tuple[tuple[str, Raised], ...] = ()

    def solves(self, start: Start, out_of_reach: Collection[int]) -> bool:
        """Every check that was not true at the start is true here, and there is one.

        Checks that nobody can make true do not count: those out of reach, by their places, and those
        that crash here as they did at the start.
        """
        pairs = enumerate(zip(start.answers, self.answers, strict=True))
        goals = [
            end.ok
            for at, (begun, end) in pairs
            if begun.ok is not True and at not in out_of_reach and (begun.ok, end.ok) != (None, None)
        ]
        return bool(goals) and all(ok is True for ok in goals)


async def endings(stage: Stage, checks: CheckRunner, start: Start) -> list[Ending]:
    """Every recording of a task, played; one that cannot be played is left out."""
    found: list[Ending] = []
    for recorded in start.task.recorded:
        try:
            found.append(await _ending(stage, checks, start, recorded))
        except (WorkerRefused, *KILLED):
            continue
    return found


async def _ending(stage: Stage, checks: CheckRunner, start: Start, recorded: Recorded) -> Ending:
    """Play once; and once more at the recording's own time, where that was seen and results differ."""
    play = _Play(stage, start)
    differences, final = await play.through(recorded)
    if differences and play.carrier.moment is not None:
        again = _Play(stage, start, play.carrier.moment)
        fewer, other = await again.through(recorded)
        if fewer < differences:
            play, differences, final = again, fewer, other
    answers = await ask(checks, start.task, start.state, final)
    return Ending(recorded, differences, answers, tuple(play.raised))


class _Play:
    """One pass through a recording."""

    def __init__(self, stage: Stage, start: Start, now: dt.datetime | None = None) -> None:
        self._stage = stage
        self._scenario = start.task.scenario
        self._now = now.replace(tzinfo=now.tzinfo or dt.UTC) if now else None
        self._tools = {tool.released_name or tool.name: tool.name for tool in stage.card.tools}
        self.carrier = Carrier([start.state, self._scenario.start, self._scenario.instruction])
        self.raised: list[tuple[str, Raised]] = []

    async def through(self, recorded: Recorded) -> tuple[int, State]:
        """Play every call; how many results differ from the recorded ones, and the state at the end."""
        await self._stage.open(EPISODE, self._scenario, now=self._now, keep_refused=True)
        known = [call for call in recorded.calls if call.tool in self._tools]
        same = [await self._same(call) for call in known]
        final: State = await self._stage.request("state", episode=EPISODE)
        return len(same) - sum(same), final

    async def _same(self, call: RecordedCall) -> bool:
        arguments = self.carrier.carry(call.arguments)
        self.carrier.know(call.arguments)
        tool = self._tools[call.tool]
        said = await self._stage.request("call", episode=EPISODE, tool=tool, arguments=arguments)
        result = cast("dict[str, Any]", said["result"])
        if said["is_error"] and result.get("code") in CRASHES:
            self.raised.append((tool, Raised(arguments, str(result.get("message", "")), recorded=True)))
        if call.crashed:
            return bool(said["is_error"])
        self.carrier.learn(call.observed, result)
        return self.carrier.same(call.observed, result)
