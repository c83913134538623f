"""The agents that need no model: they measure the scenarios, not themselves."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import mcp_types as types

from envscaler_mcp.certify.play import play
from envscaler_mcp.certify.probes import Prober
from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import Call, Json

from .agent import Assignment

RANDOM_CALLS = 25
DONE = "Everything is done."
AGAIN = "Could you say that again?"


@dataclass(frozen=True)
class Oracle:
    """Plays the recorded solution: the upper bound, which must be 1."""

    spec: str = "oracle"

    async def act(self, assignment: Assignment) -> None:
        """Ask the user, where there is one, for every detail; play the scenario's oracle; say so."""
        if assignment.oracle is None:
            raise BadInput("oracle", "the scenario has no oracle", "adopt one with `replay --adopt`")
        if assignment.say:
            for question in assignment.questions:
                await assignment.say(question)
        await play(assignment.call, assignment.oracle)
        if assignment.say:
            await assignment.say(DONE)


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
        await _wander(assignment, assignment.tools, RANDOM_CALLS)


@dataclass(frozen=True)
class Stall:
    """Looks things up until its budget is used up, or keeps its user talking: neither must earn anything."""

    spec: str = "stall"

    async def act(self, assignment: Assignment) -> None:
        """Call reads, for ever; where there is a user, ask for ever."""
        while assignment.say:
            if (await assignment.say(AGAIN)).ends:
                return
        reads = [tool for tool in assignment.tools if tool.annotations and tool.annotations.read_only_hint]
        await _wander(assignment, reads, None)


@dataclass(frozen=True)
class Replay:
    """Plays the calls of a recorded trajectory as they stand."""

    spec: str
    calls: tuple[Call, ...]

    async def act(self, assignment: Assignment) -> None:
        """Play the recorded calls."""
        await play(assignment.call, self.calls)


async def _wander(assignment: Assignment, tools: Sequence[types.Tool], calls: int | None) -> None:
    """Seeded calls with values out of what was seen so far; without a number, until stopped."""
    described = [tool.model_dump(by_alias=True, exclude_none=True) for tool in tools]
    rng = random.Random(f"{assignment.seed}/{assignment.instruction}")
    seen: dict[str, Json] = {"instruction": assignment.instruction.split()}
    for number in range(calls) if calls is not None else count():
        if not described:
            return
        prober = Prober(described, seen, f"{assignment.seed}/{number}")
        call = prober.valid(rng.choice(described)["name"])
        outcome = await assignment.call(call.tool, call.arguments)
        if not outcome.is_error:
            seen[call.tool] = outcome.result
