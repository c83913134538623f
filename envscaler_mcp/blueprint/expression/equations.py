"""Equations joined by `or`, as one test: `x in (a, b)` for `x == a or x == b`."""

from __future__ import annotations

from dataclasses import dataclass

from .tree import Compare, Constant, Expression, Get, OneOf, Variable


@dataclass(frozen=True)
class Among:
    """One value that is equal to one of several."""

    one: Expression
    values: tuple[Expression, ...]


def merged(parts: list[tuple[Expression, bool]]) -> list[tuple[Expression | Among, bool]]:
    """Parts of an `or` (with True) and opposites of such (with False), as few as can be."""
    found: list[tuple[Expression | Among, bool]] = []
    for part, wanted in parts:
        previous = found[-1] if found else None
        merged = _together(previous[0], previous[1], part, wanted) if previous else None
        if merged is not None:
            found[-1] = (merged, True)
        else:
            found.append((part, wanted))
    return found


def _together(
    one: Expression | Among, one_wanted: bool, other: Expression, other_wanted: bool
) -> OneOf | Among | None:
    if not isinstance(one, Among):
        previous, mine = _choices(one, one_wanted), _choices(other, other_wanted)
        if previous and mine and previous[0] == mine[0]:
            return OneOf(mine[0], (*previous[1], *mine[1]))
    for same, value in _sides(other, other_wanted):
        if isinstance(one, Among) and one.one == same:
            return Among(same, (*one.values, value))
        if not isinstance(one, Among):
            for also, first in _sides(one, one_wanted):
                if also == same:
                    return Among(same, (first, value))
    return None


def _sides(part: Expression, wanted: bool) -> list[tuple[Expression, Expression]]:
    """The sides of an equation either way round, where none of them may be missing on the way."""
    match part:
        case Compare(op="==" | "!=" as op, left=left, right=right) if (op == "==") == wanted:
            plain = left.type.kind != "bool" and not any(_may_lack(one) for one in (left, right))
            return [(left, right), (right, left)] if plain else []
        case _:
            return []


def _may_lack(expression: Expression) -> bool:
    if isinstance(expression, Constant):
        return expression.value is None
    steps = expression
    while isinstance(steps, Get):
        if steps.base.type.optional:
            return True
        steps = steps.base
    return not isinstance(steps, (Variable, Constant))


def _choices(part: Expression, wanted: bool) -> tuple[Expression, tuple[Constant, ...]] | None:
    """What a truth compares with constants, and with which."""
    match part:
        case Compare(op="==" | "!=" as op, left=left, right=Constant() as right) if (
            right.value is not None and left.type.kind != "bool" and (op == "==") == wanted
        ):
            return left, (right,)
        case OneOf(value=left, options=options, negated=negated) if negated != wanted:
            return left, options
        case _:
            return None
