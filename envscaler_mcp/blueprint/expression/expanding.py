"""Expressions with derived values told in full, so that all they read stands in one tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from itertools import count
from typing import Any, cast

from envscaler_mcp.blueprint.design import Design

from .tree import Aggregate, Expression, Get, Type, Variable


def expanded(expression: Expression, design: Design) -> Expression:
    """The expression without derived values; the loops in them get variables of their own."""
    numbers = count(1)

    def told(one: Expression) -> Expression:
        one = with_parts(one, told)
        if isinstance(one, Get) and (derived := design.derived.get((one.base.type.entity, one.field))):
            own = renamed(derived, lambda name: f"{name}/{next(numbers)}")
            return told(substituted(own, {one.base.type.entity: one.base}))
        return one

    return told(expression)


def substituted(expression: Expression, given: Mapping[str, Expression]) -> Expression:
    """The expression with other things in the place of variables."""
    if isinstance(expression, Variable):
        return given.get(expression.name, expression)
    return with_parts(expression, lambda one: substituted(one, given))


def renamed(expression: Expression, name: Callable[[str], str]) -> Expression:
    """The expression with new names for the variables of its loops."""
    if isinstance(expression, Aggregate):
        fresh = name(expression.variable)
        row = {expression.variable: Variable(fresh, _row_type(expression))}
        inner = with_parts(expression, lambda one: renamed(substituted(one, row), name))
        return replace(cast("Aggregate", inner), variable=fresh)
    return with_parts(expression, lambda one: renamed(one, name))


def with_parts(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The expression with each of its direct parts changed."""
    changed: dict[str, Any] = {}
    for part in fields(expression):
        value = getattr(expression, part.name)
        if hasattr(value, "type"):
            changed[part.name] = change(value)
        elif isinstance(value, tuple) and value and hasattr(cast("tuple[Any, ...]", value)[0], "type"):
            changed[part.name] = tuple(change(one) for one in cast("tuple[Expression, ...]", value))
    return replace(expression, **changed) if changed else expression


def _row_type(loop: Aggregate) -> Type:
    return Type("ref", loop.entity)
