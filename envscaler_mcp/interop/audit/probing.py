"""Probe calls: does every tool answer plausible arguments, and the same way each time?

Each call is played alone, on a copy of one start state, three times: as it is; in another process with
another hash seed; and there once more with another seed and on another day, as a later run would.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from envscaler_mcp.runtime.standalone.canonical import canonical
from envscaler_mcp.sandbox.worker import WorkerRefused
from envscaler_mcp.spec.scenario import Call, Scenario

from .arguments import Arguments
from .findings import Raised, ToolAudit
from .recordings import CRASHES
from .stage import KILLED, Stage
from .starts import Start

CALLS = 4
"""Probe calls for each tool."""
LATER = dt.timedelta(days=40, hours=5)


@dataclass(frozen=True)
class _Answer:
    """What one call came to."""

    result: bytes
    digest: str
    fault: str | None
    changed: frozenset[str] = frozenset()
    """Attributes of the state that are others now."""


@dataclass
class Probed:
    """What the probes of one environment showed."""

    tools: tuple[ToolAudit, ...] = ()
    changed: set[str] = field(default_factory=set[str])


class _Side:
    """One way to play the probes: a worker, a seed, a time."""

    def __init__(self, stage: Stage, scenario: Scenario, *, later: bool = False) -> None:
        self._stage = stage
        self._scenario = scenario
        self._seed = scenario.seed + 1 if later else scenario.seed
        self._now = scenario.now + LATER if later else scenario.now
        self._held = 0
        self._is_fresh = False
        self._base, self._copy = f"base {later}", f"copy {later}"
        self._state: Mapping[str, Any] = {}
        self.start = ""
        """Digest of the start state."""

    async def play(self, calls: Sequence[Call], *, looking: bool = False) -> list[_Answer]:
        """Play calls, each on the start state, up to one that had to be stopped.

        Args:
            calls: what to play.
            looking: say what each call changed.
        """
        answers: list[_Answer] = []
        for call in calls:
            answers.append(await self._one(call, looking=looking))
            if not answers[-1].digest:
                break
        return answers

    async def _one(self, call: Call, *, looking: bool) -> _Answer:
        try:
            await self._begin()
            arguments = dict(call.arguments)
            said = await self._stage.request("call", episode=self._copy, tool=call.tool, arguments=arguments)
        except KILLED as error:
            return _Answer(b"stopped", "", f"stopped: {error}")
        except WorkerRefused as error:
            return _Answer(b"refused", "", f"no usable answer: {error}")
        result, digest = cast("dict[str, Any]", said["result"]), str(said["state_digest"])
        self._is_fresh = digest == self.start
        crashed = said["is_error"] and result.get("code") in CRASHES
        fault = str(result.get("message", "")) if crashed else None
        changed = await self._changed() if looking and not self._is_fresh else frozenset[str]()
        return _Answer(canonical(result), digest, fault, changed)

    async def _begin(self) -> None:
        """A copy of the start state; one that no call has changed serves the next call as well."""
        if not self._stage.holds(self._held):
            self.start = await self._stage.open(self._base, self._scenario, seed=self._seed, now=self._now)
            self._state = await self._stage.request("state", episode=self._base)
            self._held, self._is_fresh = self._stage.generation, False
        if not self._is_fresh:
            await self._stage.request("fork", episode=self._base, new=self._copy)

    async def _changed(self) -> frozenset[str]:
        after: Mapping[str, Any] = await self._stage.request("state", episode=self._copy)
        before = self._state
        return frozenset(key for key in {*before, *after} if before.get(key) != after.get(key))


async def probe(first: Stage, second: Stage, start: Start) -> Probed:
    """Probe every tool of an environment on one start state."""
    scenario = start.task.scenario
    sides = (_Side(first, scenario), _Side(second, scenario), _Side(second, scenario, later=True))
    arguments = Arguments(first.tools, start.state)
    found = Probed()
    found.tools = tuple([await _tool(tool, arguments, sides, found.changed) for tool in first.tools])
    return found


async def _tool(
    tool: Mapping[str, Any], arguments: Arguments, sides: tuple[_Side, _Side, _Side], changed: set[str]
) -> ToolAudit:
    raised: dict[str, Raised] = {}
    differs: Literal["process", "run"] | None = None
    calls = arguments.calls(tool, CALLS)
    # Up to the first call that had to be stopped on any side.
    for call, one, other, later in zip(calls, *await _thrice(sides, calls), strict=False):
        changed |= one.changed
        if one.fault is not None:
            raised.setdefault(one.fault, Raised(dict(call.arguments), one.fault))
        elif (one.result, one.digest) != (other.result, other.digest):
            differs = "process"
        elif differs is None and _differ(one, later, sides):
            differs = "run"
    kind = "read" if tool["annotations"]["readOnlyHint"] else "write"
    return ToolAudit(tool["name"], kind, len(calls), tuple(raised.values()), differs)


async def _thrice(
    sides: tuple[_Side, _Side, _Side], calls: Sequence[Call]
) -> tuple[list[_Answer], list[_Answer], list[_Answer]]:
    """Both processes at the same time, each one call after the other."""

    async def second() -> tuple[list[_Answer], list[_Answer]]:
        return await sides[1].play(calls), await sides[2].play(calls)

    one, (other, later) = await asyncio.gather(sides[0].play(calls, looking=True), second())
    return one, other, later


def _differ(one: _Answer, later: _Answer, sides: tuple[_Side, ...]) -> bool:
    """Another result, or another state after it; where the starts differ already, states say nothing."""
    same_start = sides[0].start == sides[2].start
    return one.result != later.result or (same_start and one.digest != later.digest)
