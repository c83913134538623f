"""What an expression says of a state: the reference that the compiled Python must agree with.

A ref is the id of its row, a date is a `date`; `and`, `or` and choices look no further than they need to.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeAlias

from envscaler_mcp.blueprint.design import Design, Order

from .tree import (
    Aggregate,
    Arithmetic,
    Choice,
    Compare,
    Constant,
    Expression,
    Extreme,
    Get,
    Logic,
    Not,
    OneOf,
    Today,
    Type,
    Variable,
    Within,
)

Bindings: TypeAlias = Mapping[str, Any]

_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "//": lambda left, right: left // right,
    "%": lambda left, right: left % right,
}
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Rows(Protocol):
    """Where rows are read: a live episode, or a state as JSON behind `StateRows`."""

    def rows(self, collection: str) -> Mapping[str, Mapping[str, Any]]:
        """The rows of a collection as JSON, by key."""
        ...


@dataclass(frozen=True)
class StateRows:
    """A state as JSON."""

    state: Mapping[str, Any]

    def rows(self, collection: str) -> Mapping[str, Mapping[str, Any]]:
        """The rows of a collection, by key."""
        return self.state[collection]


@dataclass(frozen=True)
class Scope:
    """A state to ask expressions of, on a day."""

    design: Design
    source: Rows
    today: dt.date

    def value(self, expression: Expression, bindings: Bindings) -> Any:
        """The value of an expression; `bindings` holds what is in scope, rows by their id."""
        return _ASK[type(expression)](self, expression, bindings)

    def field(self, entity: str, key: str, name: str) -> Any:
        """A field of a row, or a value derived of it."""
        derived = self.design.derived.get((entity, name))
        if derived is not None:
            return self.value(derived, {entity: key})
        described = self.design.by_entity[entity]
        stored = described.field(name)
        return from_json(self.source.rows(described.collection)[key][stored.stored], stored.type)

    def keys(self, entity: str) -> list[str]:
        """The ids of all rows of an entity, in the order in which the state holds them."""
        return list(self.source.rows(self.design.by_entity[entity].collection))

    def where(
        self, variable: str, entity: str, condition: Expression | None, bindings: Bindings
    ) -> Iterator[str]:
        """The rows that a condition holds of."""
        for key in self.keys(entity):
            if condition is None or self.value(condition, {**bindings, variable: key}):
                yield key

    def in_order(
        self,
        variable: str,
        keys: Iterable[str],
        order: Iterable[Order],
        bindings: Bindings,
        *,
        ties_backwards: bool = False,
    ) -> list[str]:
        """Rows by the keys of an order; ties end at the id (or its opposite), and None comes first."""
        found = sorted(keys, reverse=ties_backwards)
        for one in reversed(tuple(order)):
            found.sort(
                key=lambda key: _sortable(self.value(one.by, {**bindings, variable: key})),
                reverse=one.descending,
            )
        return found


def compared(op: str, left: Any, right: Any) -> bool:
    """Whether `left op right` holds."""
    return _COMPARE[op](left, right)


def from_json(value: Any, kind: Type) -> Any:
    """A value as expressions see it."""
    return _date(value) if kind.kind == "date" and value is not None else value


def to_json(value: Any) -> Any:
    """A value as the state holds it."""
    return value.isoformat() if isinstance(value, dt.date) else value


@lru_cache(maxsize=4096)
def _date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)


def _constant(_: Scope, expression: Constant, __: Bindings) -> Any:
    return expression.value


def _variable(_: Scope, expression: Variable, bindings: Bindings) -> Any:
    return bindings[expression.name]


def _get(scope: Scope, expression: Get, bindings: Bindings) -> Any:
    key = scope.value(expression.base, bindings)
    return scope.field(expression.base.type.entity, key, expression.field)


def _today(scope: Scope, _: Today, __: Bindings) -> Any:
    return scope.today


def _arithmetic(scope: Scope, expression: Arithmetic, bindings: Bindings) -> Any:
    left, right = scope.value(expression.left, bindings), scope.value(expression.right, bindings)
    if isinstance(left, dt.date) and isinstance(right, dt.date):
        return (left - right).days
    if isinstance(left, dt.date):
        right = dt.timedelta(right)
    elif isinstance(right, dt.date):
        left = dt.timedelta(left)
    return _ARITHMETIC[expression.op](left, right)


def _compare(scope: Scope, expression: Compare, bindings: Bindings) -> bool:
    left, right = scope.value(expression.left, bindings), scope.value(expression.right, bindings)
    return _COMPARE[expression.op](left, right)


def _one_of(scope: Scope, expression: OneOf, bindings: Bindings) -> bool:
    value = scope.value(expression.value, bindings)
    return any(value == one.value for one in expression.options) != expression.negated


def _within(scope: Scope, expression: Within, bindings: Bindings) -> bool:
    rows = scope.value(expression.rows, bindings)
    return (scope.value(expression.value, bindings) in rows) != expression.negated


def _logic(scope: Scope, expression: Logic, bindings: Bindings) -> bool:
    asked = (scope.value(part, bindings) for part in expression.parts)
    return all(asked) if expression.op == "and" else any(asked)


def _not(scope: Scope, expression: Not, bindings: Bindings) -> bool:
    return not scope.value(expression.part, bindings)


def _choice(scope: Scope, expression: Choice, bindings: Bindings) -> Any:
    holds = scope.value(expression.condition, bindings)
    return scope.value(expression.then if holds else expression.otherwise, bindings)


def _extreme(scope: Scope, expression: Extreme, bindings: Bindings) -> Any:
    values = [scope.value(part, bindings) for part in expression.parts]
    return min(values) if expression.how == "min" else max(values)


def _aggregate(scope: Scope, expression: Aggregate, bindings: Bindings) -> Any:
    keys = scope.where(expression.variable, expression.entity, expression.where, bindings)
    values = (_value_of(scope, expression, {**bindings, expression.variable: key}) for key in keys)
    return _SUM_UP[expression.how](values, None if expression.type.kind == "date" else 0)


def _value_of(scope: Scope, expression: Aggregate, bindings: Bindings) -> Any:
    return True if expression.value is None else scope.value(expression.value, bindings)


_SUM_UP: Mapping[str, Callable[[Iterator[Any], Any], Any]] = {
    "count": lambda values, _: sum(bool(value) for value in values),
    "sum": lambda values, _: sum(values),
    "min": lambda values, nothing: min(values, default=nothing),
    "max": lambda values, nothing: max(values, default=nothing),
    "any": lambda values, _: any(values),
    "all": lambda values, _: all(values),
}

_ASK: Mapping[type, Callable[[Scope, Any, Bindings], Any]] = {
    Constant: _constant,
    Variable: _variable,
    Get: _get,
    Today: _today,
    Arithmetic: _arithmetic,
    Compare: _compare,
    OneOf: _one_of,
    Within: _within,
    Logic: _logic,
    Not: _not,
    Choice: _choice,
    Extreme: _extreme,
    Aggregate: _aggregate,
}
