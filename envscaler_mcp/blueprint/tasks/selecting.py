"""Selections by condition: few rows, meant as a set, with others that only just miss it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

from envscaler_mcp.blueprint.design import STATE, Field
from envscaler_mcp.blueprint.expression.evaluate import to_json

from .making import Maker
from .meeting import chosen_row, holds
from .neighbours import nearly_selected
from .requests import Best, Condition, Selection

MOST_CONDITIONS = 2
TESTED = 60
"""So many selections are looked at."""


def conditions(maker: Maker, entity: str, *, of: Collection[str] | None = None) -> list[Condition]:
    """Tests that rows can be selected by, true of some and false of others; seeded order."""
    keys = maker.scope.keys(entity)
    found = [
        one
        for field in maker.design.by_entity[entity].fields
        for one in _tests(maker, entity, field, of or keys)
    ]
    useful = [
        one for one in found if 0 < sum(holds(maker.scope, entity, key, one) for key in keys) < len(keys)
    ]
    maker.rng.shuffle(useful)
    return useful


def selections(
    maker: Maker, entity: str, wanted: Callable[[Collection[str]], bool], *, of: Collection[str] | None = None
) -> Iterator[Selection]:
    """Selections of which the keys are wanted; those with near misses first."""
    known = conditions(maker, entity, of=of)
    met = {
        one: frozenset(key for key in maker.scope.keys(entity) if holds(maker.scope, entity, key, one))
        for one in known
    }
    sets: list[tuple[Condition, ...]] = [(one,) for one in known]
    sets += [pair for pair in combinations(known, MOST_CONDITIONS) if pair[0].field != pair[1].field]
    maker.rng.shuffle(sets)
    chosen = [(made, met[made[0]] & met[made[-1]]) for made in sets]
    fit = [(made, keys) for made, keys in chosen if wanted(keys)]
    found = [
        Selection(entity, _in_order(maker, entity, made), tuple(sorted(keys))) for made, keys in fit[:TESTED]
    ]
    yield from sorted(found, key=lambda one: -min(len(nearly_selected(maker.scope, one)), 2))


def bests(maker: Maker, entity: str, allowed: Collection[str]) -> Iterator[Best]:
    """Rows picked as the least or greatest of a selection that has at least two rows."""
    fields = [
        one for one in maker.design.by_entity[entity].fields if one.type.kind in ("int", "money", "date")
    ]
    fields = [one for one in fields if not one.type.optional and not one.title]
    maker.rng.shuffle(fields)
    for selection in selections(maker, entity, lambda keys: 2 <= len(keys) <= 8):
        for one in fields:
            if one.name not in [condition.field for condition in selection.conditions]:
                for greatest in (False, True):
                    best = Best(selection, one.name, greatest)
                    key = chosen_row(maker.scope, best)
                    if key in allowed:
                        yield Best(selection, one.name, greatest, str(key))


def _in_order(maker: Maker, entity: str, made: Sequence[Condition]) -> tuple[Condition, ...]:
    names = [one.name for one in maker.design.by_entity[entity].fields]
    return tuple(sorted(made, key=lambda one: names.index(one.field)))


def _tests(maker: Maker, entity: str, field: Field, keys: Collection[str]) -> Iterator[Condition]:
    """The tests of one field; only of fields that rows are told by, and of where they stand."""
    values = _values(maker, entity, field, keys)
    if field.name == STATE or (field.type.kind in ("enum", "bool") and not field.free_text):
        yield from (Condition(field.name, "==", value) for value in values)
    elif field.type.kind == "ref":
        names = [maker.named(field.type.entity, value) for value in values]
        yield from (Condition(field.name, "==", name) for name in names if name)
    elif field.type.kind in ("int", "money", "date") and len(values) > 2:
        for value in maker.rng.sample(values, min(3, len(values))):
            test = Condition(field.name, maker.rng.choice(["<=", ">="]), value)
            is_none = test.op == "<=" and value == field.low == 0
            yield replace(test, op="==") if is_none else test


def _values(maker: Maker, entity: str, field: Field, keys: Collection[str]) -> list[Any]:
    found = {maker.scope.field(entity, key, field.name) for key in keys if field.type.kind != "refs"}
    return sorted((to_json(value) for value in found if value is not None), key=str)
