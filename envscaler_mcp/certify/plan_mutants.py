"""Mutants of an oracle's plan: played again with one argument wrong, or with a part not done."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, cast

from envscaler_mcp.spec import Call, Json

from .bench import Bench, Ending
from .neighbours import off_by_one, others, siblings, spread
from .play import dependents, literals, rearranged, without
from .state_mutants import Mutant

TRIES = 8
KEPT = 2
MOST = 24
TOUCHES = 40
_RECORDS = re.compile(r"decision|declin|refus|reject|den[yi]|report|escalat")


async def plan_mutants(bench: Bench) -> list[Mutant]:
    """All operators on the plan; what was refused is no mutant, because nothing went wrong."""
    made = [mutant async for mutant in _wrong_arguments(bench)]
    made += [mutant async for mutant in _declines(bench)]
    made += [mutant async for mutant in _complies(bench)]
    return made


async def _wrong_arguments(bench: Bench) -> AsyncIterator[Mutant]:
    counts: dict[str, int] = {}
    for index, call in enumerate(bench.oracle):
        if call.tool not in bench.writes and not dependents(bench.oracle, index):
            continue
        for operator, name, wrong in _wrongs(bench, call):
            kept = 0
            for value, changed in wrong:
                if kept == KEPT or counts.get(operator, 0) >= MOST:
                    break
                ending = await bench.run((*bench.oracle[:index], changed, *bench.oracle[index + 1 :]))
                if ending.played[index].succeeded:
                    kept += 1
                    counts[operator] = counts.get(operator, 0) + 1
                    yield _mutant(operator, f"step {index} ({call.tool}) with {name} = {value!r}", ending)


def _wrongs(bench: Bench, call: Call) -> Iterator[tuple[str, str, list[tuple[Json, Call]]]]:
    """Operator, place and the calls with another value there, for every literal argument."""
    tool = next(tool for tool in bench.folder.bundle.tools if tool["name"] == call.tool)
    properties = cast("dict[str, Any]", tool["inputSchema"].get("properties", {}))
    for place, value in _places(call.arguments):
        enum = properties.get(place[0], {}).get("enum")
        choices: dict[str, Sequence[Json]] = {
            "wrong_entity": siblings(bench.initial, value)[:TRIES],
            "off_by_one": [] if isinstance(value, bool) else off_by_one(value),
            "wrong_enum_value": others(enum, value)[:TRIES],
        }
        for operator, values in choices.items():
            if values:
                changed = [
                    (one, Call(tool=call.tool, arguments=_put(call.arguments, place, one))) for one in values
                ]
                yield operator, "/".join(str(step) for step in place), changed


async def _declines(bench: Bench) -> AsyncIterator[Mutant]:
    """Nothing but what records a decision: those calls of the oracle alone, or one made up."""
    recording = [index for index in bench.write_steps() if _records(bench.oracle[index].tool)]
    acting = [index for index in bench.write_steps() if index not in recording]
    if recording and acting:
        yield _mutant(
            "declines_everything",
            "only decisions and reports",
            await bench.run(without(bench.oracle, acting)),
        )
    prober, made = bench.prober("declines"), 0
    names = sorted(name for name in bench.writes if _records(name))
    for name in names * TRIES:
        call = prober.valid(name)
        ending = await bench.run((call,))
        if not ending.refused:
            made += 1
            yield _mutant("declines_everything", f"only {name} with {call.arguments}", ending)
        if made == KEPT:
            return


async def _complies(bench: Bench) -> AsyncIterator[Mutant]:
    """What was to be declined or only reported is acted upon instead."""
    recording = [index for index in bench.write_steps() if _records(bench.oracle[index].tool)]
    about = [value for index in recording for value in literals(bench.oracle[index].arguments)]
    subjects = [value for value in about if siblings(bench.initial, value)]
    if not subjects:
        return
    rest = without(bench.oracle, recording)
    for call in spread(_touching(bench, subjects), TOUCHES):
        ending = await bench.run(rearranged(rest, [*range(len(rest)), call]))
        if ending.played[-1].succeeded:
            yield _mutant(
                "complies_with_everything", f"{call.tool} with {call.arguments}, nothing declined", ending
            )


def _touching(bench: Bench, subjects: Sequence[Json]) -> list[Call]:
    """Seeded writes that name one of the subjects where its own kind of id belongs."""
    prober = bench.prober("complies")
    names = sorted(name for name in bench.writes if not _records(name))
    tried = [prober.valid(name) for name in names for _ in range(TRIES * 4)]
    return [call for call in tried if any(value in subjects for value in literals(call.arguments))]


def _records(tool: str) -> bool:
    return bool(_RECORDS.search(tool))


def _mutant(operator: str, about: str, ending: Ending) -> Mutant:
    return Mutant(operator, about[:200], ending.state, ending.broken_rules, ending)


def _places(value: Json, place: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, Json]]:
    """Where literals stand in arguments; references are passed over."""
    if isinstance(value, dict):
        parts = cast("dict[str, Json]", value)
        for name, part in () if "$result" in parts else parts.items():
            yield from _places(part, (*place, name))
    elif isinstance(value, list):
        for index, part in enumerate(cast("list[Json]", value)):
            yield from _places(part, (*place, index))
    elif value is not None:
        yield place, value


def _put(value: Any, place: Sequence[str | int], new: Json) -> Any:
    if not place:
        return new
    first, *rest = place
    if isinstance(value, list):
        parts = cast("list[Any]", value)
        return [_put(part, rest, new) if index == first else part for index, part in enumerate(parts)]
    return {**value, first: _put(value[first], rest, new)}
