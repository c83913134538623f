"""Plans: lists of calls whose arguments may refer to earlier results; played, cut and rearranged.

`{"$result": [step, "/json/pointer"]}` stands for a part of the result of an earlier step; steps
count from 0.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import mcp_types as types
from mcp import Client
from mcp.shared.exceptions import MCPError

from envscaler_mcp.runtime.standalone.canonical import StrictJsonError, loads
from envscaler_mcp.runtime.standalone.difference import unescape
from envscaler_mcp.runtime.standalone.episode import Outcome, UnknownTool
from envscaler_mcp.runtime.standalone.server import REQUEST_ID
from envscaler_mcp.spec.record import Json
from envscaler_mcp.spec.scenario import Call

Plan = tuple[Call, ...]
Caller = Callable[[str, dict[str, Json]], Awaitable[Outcome]]
REFERENCE = "$result"


class Unresolved(LookupError):
    """A reference names no part of an earlier result."""


@dataclass(frozen=True)
class Played:
    """One step as it went: without an outcome where a reference did not resolve."""

    tool: str
    arguments: dict[str, Json]
    outcome: Outcome | None

    @property
    def succeeded(self) -> bool:
        """Whether the call was made and not refused."""
        return self.outcome is not None and not self.outcome.is_error


async def play(caller: Caller, plan: Sequence[Call]) -> list[Played]:
    """Play a plan to its end; a step whose references do not resolve is passed over."""
    played: list[Played] = []
    for call in plan:
        played.append(await play_step(caller, call, played))
    return played


async def play_step(caller: Caller, call: Call, played: Sequence[Played]) -> Played:
    """Play one call after those that were played before it."""
    try:
        arguments = resolve(call.arguments, played)
    except Unresolved:
        return Played(call.tool, call.arguments, None)
    try:
        return Played(call.tool, arguments, await caller(call.tool, arguments))
    except (UnknownTool, MCPError) as error:
        refusal = {"code": "unknown_tool", "message": str(error)}
        return Played(call.tool, arguments, Outcome(refusal, is_error=True, code="unknown_tool"))


def through(client: Client, request_id: str | None = None) -> Caller:
    """Calls over MCP; with a `request_id`, each of them carries it."""
    meta: types.RequestParamsMeta | None = {REQUEST_ID: request_id} if request_id else None

    async def call(tool: str, arguments: dict[str, Json]) -> Outcome:
        answer = await client.call_tool(tool, arguments, meta=meta)
        result = result_of(answer)
        code = str(result.get("code", "refused")) if answer.is_error else None
        return Outcome(result, bool(answer.is_error), code)

    return call


def result_of(answer: types.CallToolResult) -> dict[str, Json]:
    """What a tool said, as an object; an error comes as text alone."""
    if answer.structured_content is not None:
        return answer.structured_content
    text = "".join(part.text for part in answer.content if isinstance(part, types.TextContent))
    try:
        said = loads(text)
    except StrictJsonError:
        said = None
    return cast("dict[str, Json]", said) if isinstance(said, dict) else {"message": text}


def resolve(arguments: dict[str, Json], played: Sequence[Played]) -> dict[str, Json]:
    """The arguments with every reference replaced by what it refers to.

    Raises:
        Unresolved: the step was not played, was refused, or its result has no such part.
    """
    return _replace(arguments, lambda step, pointer: _look_up(played, step, pointer))


def references(call: Call) -> frozenset[int]:
    """The steps whose results a call uses."""
    found: set[int] = set()

    def note(step: int, pointer: str) -> Json:
        found.add(step)
        return pointer

    _replace(call.arguments, note)
    return frozenset(found)


def dependents(plan: Sequence[Call], index: int) -> frozenset[int]:
    """The later steps that use a step's result, or that of one which does."""
    found = {index}
    for later in range(index + 1, len(plan)):
        if references(plan[later]) & found:
            found.add(later)
    return frozenset(found - {index})


def without(plan: Sequence[Call], dropped: Collection[int]) -> Plan:
    """The plan without some steps and what depends on them."""
    gone = set(dropped).union(*(dependents(plan, index) for index in dropped))
    return rearranged(plan, [index for index in range(len(plan)) if index not in gone])


def rearranged(plan: Sequence[Call], order: Sequence[int | Call]) -> Plan:
    """Steps of a plan (by number) and new calls, in this order, with references renumbered.

    Of a step that stands twice, the last one before the reference is meant. A new call may not refer.
    """
    places: dict[int, int] = {}
    made: list[Call] = []
    for place, step in enumerate(order):
        made.append(step if isinstance(step, Call) else _renumbered(plan[step], places))
        if isinstance(step, int):
            places[step] = place
    return tuple(made)


def literals(value: Json) -> list[Json]:
    """Every number, text and truth value that stands in arguments as itself."""
    if isinstance(value, dict):
        parts = cast("dict[str, Json]", value)
        return [] if _is_reference(parts) else [one for part in parts.values() for one in literals(part)]
    if isinstance(value, list):
        return [one for part in cast("list[Json]", value) for one in literals(part)]
    return [] if value is None else [value]


def _renumbered(call: Call, places: Mapping[int, int]) -> Call:
    moved = _replace(call.arguments, lambda step, pointer: {REFERENCE: [places[step], pointer]})
    return Call(tool=call.tool, arguments=moved)


def _replace(value: Any, by: Callable[[int, str], Json]) -> Any:
    if isinstance(value, dict):
        parts = cast("dict[str, Json]", value)
        if _is_reference(parts):
            return by(*_target(parts[REFERENCE]))
        return {name: _replace(part, by) for name, part in parts.items()}
    if isinstance(value, list):
        return [_replace(part, by) for part in cast("list[Json]", value)]
    return value


def _is_reference(parts: Mapping[str, Json]) -> bool:
    return list(parts) == [REFERENCE]


def _target(given: Json) -> tuple[int, str]:
    if isinstance(given, list) and len(target := cast("list[Json]", given)) == 2:
        step, pointer = target
        if type(step) is int and isinstance(pointer, str):
            return step, pointer
    raise Unresolved(f"{given!r} is no [step, pointer]")


def _look_up(played: Sequence[Played], step: int, pointer: str) -> Json:
    outcome = played[step].outcome if 0 <= step < len(played) else None
    if outcome is None or outcome.is_error:
        raise Unresolved(f"step {step} has no result")
    return _pointed(outcome.result, pointer)


def _pointed(value: Json, pointer: str) -> Json:
    part: Any = value
    for raw in pointer.split("/")[1:]:
        step = unescape(raw)
        try:
            part = part[int(step) if isinstance(part, list) else step]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise Unresolved(f"the result has no {pointer}") from error
    return part
