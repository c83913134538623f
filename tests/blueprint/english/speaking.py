"""Requests at random over any design: nothing that makes sense, everything that can be said."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from typing import Any

from envscaler_mcp.blueprint.design import STATE, Action, Design, Field, Parameter
from envscaler_mcp.blueprint.english.conditions import Conditions
from envscaler_mcp.blueprint.english.describe import in_order
from envscaler_mcp.blueprint.english.values import value_form
from envscaler_mcp.blueprint.expression.tree import Type
from envscaler_mcp.blueprint.tasks.requests import (
    Best,
    Condition,
    Described,
    Do,
    DoEach,
    DoIf,
    Event,
    Request,
    Selection,
    Tell,
)

NAMES = {
    "person": ("Anna Berg", "Jonas Lund", "Mei Tanaka", "Inés de la Cruz", "Liam O’Brien", "Zoë Adler-Smith"),
    "city": ("Lyon", "Santa Cruz", "Oslo", "Århus", "St. Louis"),
    "company": ("Berg & Sons", "Northwind Ltd", "Acme", "Lund, Holm and Partners"),
    "email": ("anna.berg@example.org",),
    "phone": ("+47 55 01 02 03",),
    "street": ("12 High Street", "Storgata 4"),
    "": ("as agreed on the telephone", "x"),
}
FIRST = dt.date(2026, 3, 2)


class Speaker:
    """Makes requests of one design."""

    def __init__(self, design: Design, seed: object) -> None:
        self.design = design
        self.rng = random.Random(str(seed))
        self.conditions = Conditions(design, value_form)
        self.actions = [one for one in design.actions if one.asks]

    def requests(self) -> tuple[Request, ...]:
        return tuple(self.request() for _ in range(self.rng.choice((1, 1, 2, 2, 3, 4))))

    def request(self) -> Request:
        kinds = [self.do, self.do, self.do, self.each, self.conditional]
        kinds += [self.figure] if self.design.measures else []
        kinds += [self.event] if self.design.duties else []
        return self.rng.choice(kinds)()

    def do(self) -> Do:
        action = self.rng.choice(self.actions)
        return Do(action.name, self.arguments(action))

    def each(self) -> Request:
        action = self.rng.choice(self.actions)
        arguments = self.arguments(action)
        rows = [one for one in action.parameters if one.type.kind == "ref" and one.name in arguments]
        if not rows:
            return Do(action.name, arguments)
        parameter = self.rng.choice(rows)
        selection = self.selection(parameter.type.entity, 2)
        others = {name: value for name, value in arguments.items() if name != parameter.name}
        return DoEach(action.name, parameter.name, selection, others)

    def conditional(self) -> Request:
        then = self.do()
        rows = [value for value in then.arguments.values() if isinstance(value, Described)]
        if not rows:
            return then
        row = self.rng.choice(rows)
        condition = next(self.tests(row.entity), None)
        otherwise = self.do() if self.rng.random() < 0.5 else None
        return DoIf(row, condition, then, otherwise) if condition else then

    def figure(self) -> Tell:
        measure = self.rng.choice(self.design.measures)
        return Tell(measure.name, self.row(measure.about) if measure.about else None)

    def event(self) -> Request:
        duty = self.rng.choice(self.design.duties)
        return Event(duty.name, self.arguments(self.design.by_action[duty.after], best=False))

    def arguments(self, action: Action, *, best: bool = True) -> dict[str, Any]:
        judged = [one for one in action.parameters if not one.free_text]
        return {one.name: self.argument(one, best) for one in judged}

    def argument(self, parameter: Parameter, best: bool) -> Any:
        if parameter.type.kind == "ref":
            entity = parameter.type.entity
            superlative = self.best(entity) if best and self.rng.random() < 0.1 else None
            return superlative or self.row(entity)
        return self.value(parameter.type, parameter.like, parameter.low, parameter.high)

    def best(self, entity: str) -> Best | None:
        numbers = [
            name
            for name in self.conditions.names(entity)
            if self.conditions.kind(entity, name).kind in ("int", "money", "date")
        ]
        if not numbers:
            return None
        return Best(self.selection(entity, 2), self.rng.choice(numbers), self.rng.random() < 0.5)

    def selection(self, entity: str, most: int) -> Selection:
        tests = [one for one, _ in zip(self.tests(entity), range(self.rng.randint(0, most)), strict=False)]
        return Selection(entity, tuple({one.field: one for one in tests}.values()))

    def tests(self, entity: str) -> Iterator[Condition]:
        names = self.conditions.names(entity)
        for name in self.rng.sample(names, len(names)):
            kind = self.conditions.kind(entity, name)
            if kind.kind == "bool" or kind.kind == "text":
                continue
            ordered = kind.kind in ("int", "money", "date")
            op = self.rng.choice(("<", "<=", ">", ">=") if ordered else ("==", "!="))
            field = (
                None if (entity, name) in self.design.derived else self.design.by_entity[entity].field(name)
            )
            like, low, high = (field.like, field.low, field.high) if field else ("", 0, 9)
            yield Condition(name, op, self.value(kind, like, low, high))

    def row(self, entity: str, depth: int = 0) -> Described:
        row = self.design.by_entity[entity]
        told = [one for one in row.fields if one.phrase and not one.title and self.can_be_told(one, depth)]
        title = {row.title.name: self.of_field(row.title, depth)} if row.title else {}
        least = 0 if title else 1
        chosen = self.rng.sample(told, min(len(told), self.rng.choice((least, least, 1, 2))))
        state = {STATE: self.rng.choice(row.states)} if row.states and self.rng.random() < 0.15 else {}
        marks = {**title, **{one.name: self.of_field(one, depth) for one in chosen}, **state}
        if not marks:
            marks = {STATE: row.states[0]}
        return Described(entity, in_order(self.design, entity, marks))

    def can_be_told(self, field: Field, depth: int) -> bool:
        return field.type.kind != "refs" and (field.type.kind != "ref" or depth < 2)

    def of_field(self, field: Field, depth: int) -> Any:
        if field.type.kind == "ref":
            return self.row(field.type.entity, depth + 1)
        if field.type.kind == "bool":
            return True
        return self.value(field.type, field.like, field.low, field.high)

    def value(
        self, kind: Type, like: str | tuple[str, ...], low: int | None = None, high: int | None = None
    ) -> Any:
        low, high = low or 0, high if high is not None else 9
        match kind.kind:
            case "ref":
                return self.row(kind.entity, 1)
            case "int" | "money":
                return self.rng.randint(low, high)
            case "date":
                return (FIRST + dt.timedelta(days=self.rng.randint(low, high))).isoformat()
            case "bool":
                return self.rng.random() < 0.5
            case "enum":
                return self.rng.choice(kind.values)
            case _:
                return self.text(like)

    def text(self, like: str | tuple[str, ...]) -> str:
        if isinstance(like, tuple):
            return self.rng.choice(like)
        if "#" in like:
            return "".join(str(self.rng.randint(0, 9)) if sign == "#" else sign for sign in like)
        return self.rng.choice(NAMES.get(like, NAMES[""]))


def several(design: Design, seeds: Sequence[int]) -> Iterator[tuple[int, tuple[Request, ...]]]:
    for seed in seeds:
        yield seed, Speaker(design, seed).requests()
