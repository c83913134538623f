"""Days compared with days so and so far from others: `is not more than 30 days before today`."""

from __future__ import annotations

from dataclasses import dataclass

from envscaler_mcp.blueprint.wording import count

from .conjuncts import MIRROR
from .tree import Arithmetic, Constant, Expression, Today

_NEXT = {("<", 1): "<=", (">=", 1): ">", (">", -1): ">=", ("<=", -1): "<"}
_LATER = {
    "==": (False, ""), "!=": (True, ""), "<": (False, "earlier than "), "<=": (True, "more than "),
    ">": (False, "more than "), ">=": (False, "at least "),
}  # fmt: skip
_EARLIER = {
    "==": (False, ""), "!=": (True, ""), ">": (False, "later than "), ">=": (True, "more than "),
    "<": (False, "more than "), "<=": (False, "at least "),
}  # fmt: skip


@dataclass(frozen=True)
class Distance:
    """A day, compared with the one that is `days` after (or, below 0, before) another."""

    day: Expression
    op: str
    other: Expression
    days: int

    @property
    def words(self) -> tuple[bool, str]:
        """Whether it is said with `not`, and what stands before the other day."""
        negated, word = (_LATER if self.days > 0 else _EARLIER)[self.op]
        return negated, f"{word}{count(abs(self.days), 'day')} {'after' if self.days > 0 else 'before'} "


def distance(left: Expression, op: str, right: Expression) -> Distance | None:
    """A comparison of two days of which one is shifted by so many; None: it is no such comparison.

    Where a day more or less is only another way to say `not after`, `days` is 0.
    """
    day, before = _unshifted(left)
    other, after = _unshifted(right)
    days = after - before
    if isinstance(day, Today):
        day, op, other, days = other, MIRROR.get(op, op), day, -days
    if not days or left.type.kind != "date":
        return None
    if closest := _NEXT.get((op, days)):
        return Distance(day, closest, other, 0)
    if abs(days) == 1 and isinstance(other, Today):
        return None  # tomorrow, yesterday
    return Distance(day, op, other, days)


def _unshifted(day: Expression) -> tuple[Expression, int]:
    match day:
        case Arithmetic(op="+" | "-" as op, left=left, right=Constant(value=int() as days)) if (
            left.type.kind == "date"
        ):
            inner, more = _unshifted(left)
            return inner, more + (days if op == "+" else -days)
        case _:
            return day, 0
