"""Rules that compare rows of one kind two by two, and read the same whichever of the two is looked at first.

Of such a rule ("no two bookings of a room overlap") only the changed rows need to be asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, cast

from envscaler_mcp.blueprint.design import Design, Rule
from envscaler_mcp.blueprint.expression.tree import Aggregate, Compare, Expression, Logic, Not, Variable

_MIRROR = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def mirrored_variable(rule: Rule, design: Design) -> str:
    """The loop's variable of such a rule; empty: it is not of this kind."""
    broken = [*_conditions(rule.when, wanted=True), *_conditions(rule.must, wanted=False)]
    loops = [(one, wanted) for one, wanted in broken if isinstance(one, Aggregate)]
    if len(loops) != 1 or not rule.subject:
        return ""
    loop, wanted = loops[0]
    if loop.how != "any" or not wanted or loop.entity != rule.subject:
        return ""
    outside = [(one, holds) for one, holds in broken if one is not loop]
    inside = [*_conditions(loop.where, wanted=True), *_conditions(loop.value, wanted=True)]
    pair = {(_told(one), holds) for one, holds in (*outside, *inside)}
    swapped = {
        (_told(_swapped(one, rule.subject, loop.variable)), holds) for one, holds in (*outside, *inside)
    }
    return loop.variable if pair == swapped else ""


def _conditions(expression: Expression | None, *, wanted: bool) -> Iterator[tuple[Expression, bool]]:
    """What must hold (or fail) together for a truth to be as wanted."""
    match expression:
        case None:
            return
        case Not(part=part):
            yield from _conditions(part, wanted=not wanted)
        case Logic(op=op, parts=parts) if (op == "and") == wanted:
            for part in parts:
                yield from _conditions(part, wanted=wanted)
        case _:
            yield expression, wanted


def _told(expression: Expression) -> str:
    """The expression as a text; both ways round of a comparison have the same."""
    if isinstance(expression, Compare):
        left, right = repr(expression.left), repr(expression.right)
        return min(f"{left} {expression.op} {right}", f"{right} {_MIRROR[expression.op]} {left}")
    return repr(expression)


def _swapped(expression: Expression, one: str, other: str) -> Expression:
    """The expression with two variables in each other's place."""
    if isinstance(expression, Variable):
        name = {one: other, other: one}.get(expression.name, expression.name)
        return replace(expression, name=name)
    changed: dict[str, Any] = {}
    for part in fields(expression):
        value = getattr(expression, part.name)
        if hasattr(value, "type"):
            changed[part.name] = _swapped(value, one, other)
        elif isinstance(value, tuple) and value and hasattr(cast("tuple[Any, ...]", value)[0], "type"):
            inner = cast("tuple[Expression, ...]", value)
            changed[part.name] = tuple(_swapped(each, one, other) for each in inner)
    return replace(expression, **changed) if changed else expression
