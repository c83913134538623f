"""Walks over expressions: the names they need, and copies with parts replaced."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from envscaler_mcp.blueprint.design import Action, Assign, Create, Design, Each, Effect, When
from envscaler_mcp.blueprint.expression.tree import Aggregate, Expression, Get, Variable
from envscaler_mcp.blueprint.expression.walk import parts_of

EXPRESSIONS = Expression.__args__


def free_names(expression: Expression) -> frozenset[str]:
    """The names that must be bound before it can be asked: its own loops' rows are not among them."""
    if isinstance(expression, Variable):
        return frozenset((expression.name,))
    names = frozenset(name for part in parts_of(expression) for name in free_names(part))
    return names - {expression.variable} if isinstance(expression, Aggregate) else names


def replaced(expression: Expression, change: Callable[[Expression], Expression | None]) -> Expression:
    """A copy in which each part that `change` has another one for is that other one."""
    other = change(expression)
    if other is not None:
        return other
    values = {name: _replaced_value(value, change) for name, value in vars(expression).items()}
    return dataclasses.replace(expression, **values)


def spelt_out(design: Design, expression: Expression, rows: Mapping[str, Expression]) -> Expression:
    """The expression with the derived values of these rows as what they follow from.

    Args:
        design: has the derived values.
        expression: to be spelt out.
        rows: names of rows → what stands for the row.
    """

    def change(part: Expression) -> Expression | None:
        if not isinstance(part, Get) or not isinstance(part.base, Variable) or part.base.name not in rows:
            return None
        entity = part.base.type.entity
        derived = design.derived.get((entity, part.field))
        if derived is None:
            return None
        row = part.base
        own = replaced(derived, lambda one: row if _is_variable(one, entity) else None)
        return replaced(own, change)

    return replaced(expression, change)


def effects_in(effects: tuple[Effect, ...]) -> Iterator[Effect]:
    """Effects and all that lie within them."""
    for effect in effects:
        yield effect
        if isinstance(effect, Each):
            yield from effects_in(effect.body)
        elif isinstance(effect, When):
            yield from effects_in(effect.body)
            yield from effects_in(effect.otherwise)


def given_values(action: Action) -> Mapping[str, Expression]:
    """Field → the value that the action gives it, of the row that it creates or acts on, at the top level."""
    values: dict[str, Expression] = {}
    for effect in action.effects:
        if isinstance(effect, Create) and effect.entity == action.creates:
            values.update(effect.values)
        elif isinstance(effect, Assign) and _is_variable(effect.row, action.creates or action.subject):
            values[effect.field] = effect.value
    return values


def _is_variable(expression: Expression, name: str) -> bool:
    return isinstance(expression, Variable) and expression.name == name


def _replaced_value(value: Any, change: Callable[[Expression], Expression | None]) -> Any:
    if isinstance(value, EXPRESSIONS):
        return replaced(cast("Expression", value), change)
    if isinstance(value, tuple):
        return tuple(_replaced_value(part, change) for part in cast("tuple[Any, ...]", value))
    return value
