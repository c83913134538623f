"""The agents that need no model: they measure the scenarios, not themselves."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import cycle

from envscaler_mcp.certify.play import play
from envscaler_mcp.certify.probes import Probes
from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import Call

from .agent import Assignment

RANDOM_CALLS = 25


@dataclass(frozen=True)
class Oracle:
    """Plays the recorded solution: the upper bound, which must be 1."""

    spec: str = "oracle"

    async def act(self, assignment: Assignment) -> None:
        """Play the scenario's oracle."""
        if assignment.oracle is None:
            raise BadInput("oracle", "the scenario has no oracle", "adopt one with `replay --adopt`")
        await play(assignment.oracle, assignment.call_tool)


@dataclass(frozen=True)
class Noop:
    """Does nothing: must earn nothing."""

    spec: str = "noop"

    async def act(self, assignment: Assignment) -> None:
        """Leave everything as it is."""


@dataclass(frozen=True)
class Random:
    """Calls tools at random, with arguments seen in schemas and results: must earn next to nothing."""

    spec: str = "random"

    async def act(self, assignment: Assignment) -> None:
        """Make so many seeded calls."""
        rng = random.Random(f"{assignment.seed}/{assignment.instruction}")  # noqa: S311 - no secret
        probes = Probes(assignment.tools, rng)
        for _ in range(RANDOM_CALLS):
            tool, arguments = probes.next_call()
            result = await assignment.call_tool(tool, arguments)
            probes.learn(result.structured_content)


@dataclass(frozen=True)
class Stall:
    """Looks things up until its budget is used up: reading must earn nothing."""

    spec: str = "stall"

    async def act(self, assignment: Assignment) -> None:
        """Call reads, for ever."""
        rng = random.Random(assignment.seed)  # noqa: S311 - no secret
        reads = [tool for tool in assignment.tools if tool.annotations and tool.annotations.read_only_hint]
        probes = Probes(tuple(reads), rng)
        for _ in cycle((None,)):
            tool, arguments = probes.next_call()
            probes.learn((await assignment.call_tool(tool, arguments)).structured_content)


@dataclass(frozen=True)
class Replay:
    """Plays the calls of a recorded trajectory as they stand."""

    spec: str
    calls: tuple[Call, ...]

    async def act(self, assignment: Assignment) -> None:
        """Play the recorded calls."""
        await play(self.calls, assignment.call_tool)
