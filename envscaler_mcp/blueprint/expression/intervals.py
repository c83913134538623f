"""Overlap in time, as rules compare it: each begins before the other ends."""

from __future__ import annotations

from dataclasses import dataclass

from .nouns import root_of
from .tree import Compare, Expression, Variable

_MIRROR = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass(frozen=True)
class Overlap:
    """The rows of a loop overlap with another row.

    Attributes:
        begins: when a row of the loop begins.
        ends: when it ends.
        other_begins: when the other row begins.
        other_ends: when it ends.
        other: the row that it overlaps with.
        inclusive: the last day counts too.
    """

    begins: Expression
    ends: Expression
    other_begins: Expression
    other_ends: Expression
    other: Variable
    inclusive: bool


def overlap_in(parts: list[Expression], variable: str) -> tuple[Overlap | None, list[Expression]]:
    """An overlap among conditions on the rows of a loop, and the other conditions."""
    days = [one for part in parts if (one := _before(part)) is not None]
    for first, begins, other_end, strict in days:
        for second, other_begin, ends, also_strict in days:
            mine, theirs = _root(begins), _root(other_end)
            whole = mine == _root(ends) and theirs == _root(other_begin)
            if (
                not whole
                or mine is None
                or theirs is None
                or mine.name != variable
                or theirs.name == variable
            ):
                continue
            if first is second or strict != also_strict:
                continue
            rest = [part for part in parts if part is not first and part is not second]
            return Overlap(begins, ends, other_begin, other_end, theirs, not strict), rest
    return None, parts


def _before(part: Expression) -> tuple[Expression, Expression, Expression, bool] | None:
    """A comparison of two days as (itself, the earlier, the later, strictly)."""
    if not isinstance(part, Compare) or part.left.type.kind != "date" or part.op in ("==", "!="):
        return None
    if part.op in ("<", "<="):
        return part, part.left, part.right, part.op == "<"
    return part, part.right, part.left, part.op == ">"


def _root(expression: Expression) -> Variable | None:
    root, steps = root_of(expression)
    return root if steps else None
