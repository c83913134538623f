"""States beside a start state: one value changed in each, so that every rule has something to object to."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator
from typing import Any

from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.spec import Json, Problem, State
from envscaler_mcp.synthesis.outline.outline import EntityOutline, FieldOutline, Outline

from .bench import scenario_of

FRESH = "-999"
"""Ends the id of a row that was added."""


def perturbed(outline: Outline, start: State) -> Iterator[State]:
    """Each row with each field changed, missing, or there once more; always in the same order."""
    for entity in outline.entities:
        for key in start[entity.collection]:
            for field in entity.fields:
                yield from changed(outline, start, entity, key, field)
            yield _without(start, entity, key)
            yield _twice(start, entity, key)


def changed(
    outline: Outline, start: State, entity: EntityOutline, key: str, field: FieldOutline
) -> Iterator[State]:
    """A row with other values in one field."""
    for value in _others(outline, start, field, start[entity.collection][key][field.name]):
        state = copy.deepcopy(start)
        state[entity.collection][key][field.name] = value
        yield state


async def vacuous_rules(process: EnvironmentProcess, outline: Outline, start: State) -> list[Problem]:
    """Executable rules that no state beside the start breaks: their invariants say nothing."""
    waiting = {rule.id: rule.text for rule in outline.rules if rule.executable}
    scenario = scenario_of(start)
    for state in perturbed(outline, start):
        if not waiting:
            break
        for rule in await process.broken_in(scenario, state) or ():
            waiting.pop(rule, None)
    return [
        Problem(
            code="rule_vacuous",
            where=f"rules/{rule}",
            message=(
                "Its invariant holds in every state that differs from the start in one value or one row:"
                f" it cannot be what the rule says ({text}), or the start has no row that the rule is about."
            ),
        )
        for rule, text in waiting.items()
    ]


def _without(start: State, entity: EntityOutline, key: str) -> State:
    state = copy.deepcopy(start)
    del state[entity.collection][key]
    return state


def _twice(start: State, entity: EntityOutline, key: str) -> State:
    state = copy.deepcopy(start)
    fresh = f"{entity.prefix}{FRESH}"
    state[entity.collection][fresh] = {**state[entity.collection][key], "id": fresh}
    return state


def _others(outline: Outline, start: State, field: FieldOutline, value: Json) -> list[Any]:
    """Other values of a field, null among them where it may be."""
    null = [None] if field.optional and value is not None else []
    if field.many:
        others: list[Any] = [[], *([[one] for one in _single(outline, start, field, None)])]
    else:
        others = _single(outline, start, field, value)
    return [*null, *(one for one in others if one != value)]


def _single(outline: Outline, start: State, field: FieldOutline, value: Json) -> list[Any]:
    if field.kind == "reference":
        entity = outline.entity(field.refers_to or "")
        return [*(start[entity.collection] if entity else ()), "NO-SUCH-ID"]
    if field.kind in ("integer", "number"):
        number = value if isinstance(value, int | float) else 1
        ends = (field.minimum, field.maximum, 0, -1, 1_000_000)
        return [number + 1, number - 1, *(end for end in ends if end is not None)]
    if field.kind in ("date", "datetime"):
        time = "T09:00:00" if field.kind == "datetime" else ""
        return [f"{_day(value) + dt.timedelta(days=days)}{time}" for days in (-400, -1, 1, 400)]
    return {"choice": list(field.choices), "boolean": [True, False]}.get(field.kind, ["", "something else"])


def _day(value: Json) -> dt.date:
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return dt.date(2026, 3, 2)
