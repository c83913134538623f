"""Where rules and requirements draw their lines: for each number or day that an action takes, its limits.

From `arrives + nights <= room.closes` follows that `nights` is interesting near `room.closes - arrives`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from envscaler_mcp.blueprint.design import STATE, Action, Assign, Design
from envscaler_mcp.blueprint.expression.tree import (
    Aggregate,
    Arithmetic,
    Compare,
    Constant,
    Expression,
    Get,
    Logic,
    Not,
    Type,
    Variable,
)
from envscaler_mcp.blueprint.expression.walk import nodes_of

from .trees import effects_in, free_names, given_values, replaced, spelt_out

MEASURED = ("int", "money", "date")
Found: TypeAlias = Mapping[str, tuple[Expression, ...]]


@dataclass(frozen=True)
class Seen:
    """A field of `entity` that is compared with `limit`, of the row that `base` is for a row of `subject`."""

    subject: str
    base: Expression
    entity: str
    field: str
    limit: Expression


class Limits:
    """The limits of one design; they are found when first asked for."""

    def __init__(self, design: Design) -> None:
        self._design = design
        self._of_actions: dict[str, Found] = {}

    def of_action(self, action: Action) -> Found:
        """Parameter → expressions over the other parameters at which a comparison turns over."""
        if action.name not in self._of_actions:
            self._of_actions[action.name] = self._compared_by(action)
        return self._of_actions[action.name]

    @cached_property
    def seen_from(self) -> tuple[Seen, ...]:
        """Each number or day that is compared, with the row from which it is seen: `booking.room.beds`."""
        return tuple(
            Seen(subject, part.base, part.base.type.entity, part.field, limit)
            for subject, said in self._said
            for test in _compared(said)
            if subject and free_names(test) <= {subject}
            for part, limit in _turning(test)
        )

    @cached_property
    def lasting(self) -> Mapping[tuple[str, str], tuple[Expression, ...]]:
        """(entity, field) → limits that depend on nothing but the day: today, tomorrow, a fixed number."""
        found: dict[tuple[str, str], dict[Expression, None]] = {}
        for _, said in self._said:
            for test in _compared(said):
                for part, limit in _turning(test):
                    if not free_names(limit):
                        found.setdefault((part.base.type.entity, part.field), {})[limit] = None
        return {at: tuple(limits) for at, limits in found.items()}

    def _compared_by(self, action: Action) -> Found:
        """What the action asks, and what is asked of the row as the action leaves it: by rules, and later."""
        scope = {one.name for one in action.parameters}
        said = [one.must for one in action.requires]
        said += self._as_left(action)
        tests = [test for one in said for test in _compared(one) if free_names(test) <= scope]
        later = self._later(action)
        return {
            one.name: (*_distinct(tests, one.name, one.type), *later.get(one.name, ()))
            for one in action.parameters
            if one.type.kind in MEASURED
        }

    def _as_left(self, action: Action) -> Iterator[Expression]:
        """What is said of the row, as it is of the row that the action leaves."""
        entity = action.creates or action.subject
        for subject, said in self._said:
            if subject == entity and free_names(said) <= {entity}:
                yield replaced(said, after(self._design, action))

    def _later(self, action: Action) -> Found:
        """Parameter → limits that the field it is given to meets on some day."""
        entity = action.creates or action.subject
        return {
            value.name: self.lasting.get((entity, field), ())
            for field, value in given_values(action).items()
            if isinstance(value, Variable)
        }

    @cached_property
    def _said(self) -> list[tuple[str, Expression]]:
        """The entity and what is said of its row: by rules, and by what actions require and compute."""
        return [
            (subject, spelt_out(self._design, said, {subject: Variable(subject, Type("ref", subject))}))
            for subject, said in _sayings(self._design)
        ]


def after(design: Design, action: Action) -> Callable[[Expression], Expression | None]:
    """Turns fields of the row that an action makes or changes into the values that it leaves there."""
    entity = design.by_entity.get(action.creates or action.subject)
    values = dict(given_values(action))
    if entity and action.creates and entity.states:
        values.setdefault(STATE, Constant(entity.states[0], entity.field(STATE).type))

    def change(part: Expression) -> Expression | None:
        if isinstance(part, Get) and isinstance(part.base, Variable) and entity:
            return values.get(part.field) if part.base.name == entity.name else None
        return None

    return change


def rules_after(design: Design, action: Action) -> Iterator[Expression]:
    """Rules of the row as the action leaves it, over the action's parameters; only those of one row."""
    entity, scope = action.creates or action.subject, {one.name for one in action.parameters}
    row = Variable(entity, Type("ref", entity))
    for rule in design.rules:
        if rule.subject == entity:
            whole = rule.must if rule.when is None else Logic("or", (Not(rule.when), rule.must))
            left = replaced(spelt_out(design, whole, {entity: row}), after(design, action))
            sums = any(isinstance(one, Aggregate) for one in nodes_of(left))
            if free_names(left) <= scope and not sums:
                yield left


def _sayings(design: Design) -> Iterator[tuple[str, Expression]]:
    for rule in design.rules:
        yield from ((rule.subject, one) for one in (rule.when, rule.must) if one is not None)
    for action in design.actions:
        yield from ((action.subject, one.must) for one in action.requires)
        assigned = (one for one in effects_in(action.effects) if isinstance(one, Assign))
        yield from ((action.subject, one.value) for one in assigned)


def _turning(test: Compare) -> Iterator[tuple[Get, Expression]]:
    """Each field in a comparison, and where the comparison turns over for it."""
    for part in nodes_of(test):
        if isinstance(part, Get) and part.type.kind in MEASURED:
            named = _put_for(test, part, Variable("", part.type))
            yield from ((part, limit) for limit in _limits(named, "", part.type))


def _distinct(tests: Iterable[Compare], name: str, kind: Type) -> tuple[Expression, ...]:
    return tuple(dict.fromkeys(limit for test in tests for limit in _limits(test, name, kind)))


def _put_for(test: Compare, old: Expression, new: Expression) -> Compare:
    def change(part: Expression) -> Expression | None:
        return new if part == old else None

    return Compare(test.op, replaced(test.left, change), replaced(test.right, change))


def _compared(expression: Expression) -> Iterator[Compare]:
    return (part for part in nodes_of(expression) if isinstance(part, Compare))


def _limits(test: Compare, name: str, kind: Type) -> Iterator[Expression]:
    if test.op == "==" or test.left.type.kind not in (*MEASURED, "none"):
        return
    for side, other in ((test.left, test.right), (test.right, test.left)):
        if name in free_names(side) and name not in free_names(other):
            limit = _solved(side, other, name, kind)
            if limit is not None:
                yield limit


def _solved(side: Expression, other: Expression, name: str, kind: Type) -> Expression | None:
    """`other` rewritten until it says what `name` is where both sides are equal."""
    while not (isinstance(side, Variable) and side.name == name):
        if not isinstance(side, Arithmetic):
            return None
        on_left = name in free_names(side.left)
        if on_left == (name in free_names(side.right)):
            return None
        inner, rest = (side.left, side.right) if on_left else (side.right, side.left)
        undone = _undone(side.op, other, rest, kind, on_left=on_left)
        if undone is None:
            return None
        side, other = inner, undone
    return other


def _undone(op: str, other: Expression, rest: Expression, kind: Type, *, on_left: bool) -> Expression | None:
    if op == "+":
        return Arithmetic("-", other, rest, kind)
    if op == "-":
        return Arithmetic("+", other, rest, kind) if on_left else Arithmetic("-", rest, other, kind)
    return Arithmetic("//", other, rest, kind) if op == "*" else None
