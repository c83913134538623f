"""Rules that compare rows of one kind two by two, and read the same whichever of the two is looked at first.

Of such a rule ("no two bookings of a room overlap") only the changed rows need to be asked.
"""

from __future__ import annotations

from collections.abc import Iterable

from envscaler_mcp.blueprint.expression.expanding import with_parts
from envscaler_mcp.blueprint.expression.tree import Aggregate, Compare, Expression, Variable

from .possible import conditions

Condition = tuple[Expression, bool]
_MIRROR = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def twin_of(broken: Iterable[Condition], subject: str) -> Aggregate | None:
    """The loop over the other rows of such a rule, or None.

    Args:
        broken: what holds (or fails) together when the rule is broken.
        subject: the rule's entity, and the name of its row.
    """
    broken = list(broken)
    loops = [(one, wanted) for one, wanted in broken if isinstance(one, Aggregate)]
    if len(loops) != 1:
        return None
    loop, wanted = loops[0]
    if loop.how != "any" or not wanted or loop.entity != subject:
        return None
    parts = [part for part in broken if part[0] is not loop] + inside(loop)
    told = {(_told(one), holds) for one, holds in parts}
    swapped = {(_told(_swapped(one, subject, loop.variable)), holds) for one, holds in parts}
    return loop if told == swapped else None


def inside(loop: Aggregate) -> list[Condition]:
    """What must hold of a row for the loop to count it."""
    value = loop.value if loop.how in ("any", "count") else None
    return [*conditions(loop.where), *conditions(value)]


def _told(expression: Expression) -> str:
    """The expression as a text; both ways round of a comparison have the same."""
    if isinstance(expression, Compare):
        left, right = repr(expression.left), repr(expression.right)
        return min(f"{left} {expression.op} {right}", f"{right} {_MIRROR[expression.op]} {left}")
    return repr(expression)


def _swapped(expression: Expression, one: str, other: str) -> Expression:
    """The expression with two variables in each other's place."""
    if isinstance(expression, Variable):
        return Variable({one: other, other: one}.get(expression.name, expression.name), expression.type)
    return with_parts(expression, lambda part: _swapped(part, one, other))
