"""Referring expressions: what a person would say to single one row out of a state."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, cast

from envscaler_mcp.blueprint.design import STATE, Design, Entity, Field
from envscaler_mcp.blueprint.tasks.requests import Described, Mark, Scalar

State = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Collection → key → row."""

MOST_MARKS = 4
"""A person who needs more than that would ask for a number."""
DEEPEST = 3
"""A row may be named by another one, that by a third."""
COST = {"ref": 1.0, "date": 1.5, "text": 1.5, "enum": 2.0, "bool": 2.0, "int": 2.0, "money": 2.2}
COST_OF_STATE = 4.0
"""Where a row stands is the last thing to tell it by: it is what requests are about to change."""
COST_OF_STATE_ALONE = 8.0
WHIM = 0.8
"""How far a seed may prefer one mark to another that costs less."""


def describe(design: Design, state: State, entity: str, key: str, seed: object) -> Described | None:
    """The marks by which a person would name a row; no other row of its entity has all of them.

    Args:
        design: says which fields rows are told apart by.
        state: in which the row is to be found.
        entity: of the row.
        key: of the row.
        seed: chooses among descriptions that are equally good.

    Returns:
        The description, or None where nothing but its id tells the row from others.
    """
    return _Describer(design, state, str(seed)).row(entity, key, 1)


def named_by(design: Design, state: State, described: Described) -> frozenset[str]:
    """The keys of all rows that a description is true of."""
    entity = design.by_entity[described.entity]
    rows = state[entity.collection]
    return frozenset(
        key
        for key, row in rows.items()
        if all(_true(design, state, entity, row, one) for one in described.marks)
    )


def in_order(design: Design, entity: str, marks: Mapping[str, Scalar | Described]) -> tuple[Mark, ...]:
    """Marks in the one order in which they are kept: the title, then the fields as the design lists them."""
    fields = sorted(design.by_entity[entity].fields, key=lambda field: not field.title)
    return tuple(Mark(field.name, marks[field.name]) for field in fields if field.name in marks)


@dataclass(frozen=True)
class _Candidate:
    """A mark of the row, what it costs to say, and the rows that share it."""

    mark: Mark
    cost: float
    shared: frozenset[str]


@dataclass(frozen=True)
class _Describer:
    design: Design
    state: State
    seed: str

    def row(self, name: str, key: str, depth: int) -> Described | None:
        entity = self.design.by_entity[name]
        candidates = list(self._candidates(entity, key, depth))
        title = [one for one in candidates if entity.field(one.mark.field).title]
        if entity.title and not title:
            return None
        others = [one for one in candidates if one not in title]
        found = self._cheapest(entity, title, others, key)
        if found is None:
            return None
        return Described(
            name, in_order(self.design, name, {one.mark.field: one.mark.value for one in found}), key
        )

    def _cheapest(
        self, entity: Entity, title: list[_Candidate], others: list[_Candidate], key: str
    ) -> list[_Candidate] | None:
        """The cheapest marks that only this row has all of."""
        every = frozenset(self.state[entity.collection])
        proven = [
            [*title, *more]
            for size in range(0 if title else 1, MOST_MARKS + 1 - len(title))
            for more in combinations(others, size)
            if every.intersection(*(one.shared for one in (*title, *more))) == frozenset({key})
        ]
        return min(proven, key=_cost_of, default=None)

    def _candidates(self, entity: Entity, key: str, depth: int) -> Iterator[_Candidate]:
        row = self.state[entity.collection][key]
        for field in entity.fields:
            mark = self._mark(field, row, depth)
            if mark is not None:
                yield _Candidate(mark, self._cost(entity, field, key, mark), self._shared(entity, mark))

    def _mark(self, field: Field, row: Mapping[str, Any], depth: int) -> Mark | None:
        """The mark that a field gives a row, if a person could say it."""
        value = row.get(field.stored)
        if not _is_told(field) or not _can_be_said(field, value):
            return None
        if field.type.kind != "ref":
            return Mark(field.name, value)
        nested = self.row(field.type.entity, str(value), depth + 1) if depth < DEEPEST else None
        return nested and Mark(field.name, nested)

    def _shared(self, entity: Entity, mark: Mark) -> frozenset[str]:
        """The rows that have the mark; a nested description has its key, so that one look suffices."""
        stored = entity.field(mark.field).stored
        wanted = mark.value.key if isinstance(mark.value, Described) else mark.value
        return frozenset(
            key for key, row in self.state[entity.collection].items() if row.get(stored) == wanted
        )

    def _cost(self, entity: Entity, field: Field, key: str, mark: Mark) -> float:
        basis = COST_OF_STATE if field.name == STATE else COST.get(field.type.kind, 2.0)
        nested = len(mark.value.marks) - 1 if isinstance(mark.value, Described) else 0
        rng = random.Random(f"{self.seed}/{entity.name}/{key}/{field.name}")
        return basis + nested + WHIM * rng.random()


def _cost_of(marks: Sequence[_Candidate]) -> float:
    """What all marks cost together: `the confirmed one` is the last resort."""
    alone = [one.mark.field for one in marks] == [STATE]
    return COST_OF_STATE_ALONE if alone else sum(one.cost for one in marks)


def _is_told(field: Field) -> bool:
    """Whether rows are told apart by the field."""
    return not field.free_text and (field.title or bool(field.phrase) or field.name == STATE)


def _can_be_said(field: Field, value: object) -> bool:
    if value is None or field.type.kind == "refs":
        return False
    if field.type.kind == "bool":
        return value is True or "{}" in field.phrase
    if isinstance(value, str):
        return bool(value.strip()) and not set(value) & set("“”\n")
    return True


def _true(design: Design, state: State, entity: Entity, row: Mapping[str, Any], mark: Mark) -> bool:
    """Whether a row has a mark; a nested description counts if it is true of the row that is referred to."""
    held = row.get(entity.field(mark.field).stored)
    if not isinstance(mark.value, Described):
        return held == mark.value
    return cast("str", held) in named_by(design, state, mark.value)
