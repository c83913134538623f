"""Conditions taken apart: what holds together, and what of it is about the row of a loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from .nouns import root_of
from .tree import Arithmetic, Compare, Constant, Expression, Get, Logic, OneOf, Variable, Within
from .walk import nodes_of

Operator = Literal["==", "!=", "<", "<=", ">", ">="]
MIRROR: dict[str, Operator] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def conjuncts(expression: Expression | None) -> list[Expression]:
    """What must hold together."""
    if expression is None:
        return []
    if isinstance(expression, Logic) and expression.op == "and":
        return [one for part in expression.parts for one in conjuncts(part)]
    return [expression]


def joined_by_and(*parts: Expression | None) -> Expression | None:
    """All of it; None: nothing is asked."""
    return all_of([one for part in parts for one in conjuncts(part)])


def all_of(parts: list[Expression]) -> Expression | None:
    """Conditions as one; None: there is none."""
    if len(parts) < 2:
        return parts[0] if parts else None
    return Logic("and", tuple(parts))


def without_tests(parts: list[Expression]) -> list[Expression]:
    """Without `x is not None` where another part says what x is."""
    equal = [part for part in parts if isinstance(part, Compare) and part.op == "=="]
    told = [way_of(side) for part in equal for side in (part.left, part.right)]
    return [part for part in parts if _tested(part) is None or way_of(_tested(part)) not in told]


def way_of(expression: Expression | None) -> tuple[str, ...]:
    """A variable and the fields that lead on from it."""
    if expression is None:
        return ()
    root, steps = root_of(expression)
    return (root.name, *(step.field for step in steps)) if root and steps else ()


def _tested(part: Expression) -> Expression | None:
    match part:
        case Compare(op="!=", left=left, right=Constant(value=None)):
            return left
        case _:
            return None


_NO_ADJECTIVES = frozenset(
    (
        "over",
        "left",
        "due",
        "off",
        "away",
        "out",
        "in",
        "up",
        "down",
        "done",
        "made",
        "gone",
        "ready",
        "for",
        "on",
    )
)


def adjective(where: Expression | None, variable: str) -> tuple[str, Expression | None]:
    """A state that can stand before the noun, with a blank after it, and the rest of the condition."""
    parts = conjuncts(where)
    for place, part in enumerate(parts):
        match part:
            case Compare(
                op="==", left=Get(base=Variable(name=name), field="state"), right=Constant(value=str(state))
            ) if name == variable and "_" not in state and state not in _NO_ADJECTIVES:
                return f"{state} ", all_of([*parts[:place], *parts[place + 1 :]])
            case _:
                continue
    return "", where


def is_other(part: Expression, variable: str) -> bool:
    """Whether a condition says that the row is not another one."""
    match part:
        case Compare(op="!=", left=Variable(name=one), right=Variable(name=other)):
            return variable in (one, other)
        case _:
            return False


def mentions(expression: Expression, variable: str) -> bool:
    """Whether a variable stands in an expression."""
    return any(isinstance(one, Variable) and one.name == variable for one in nodes_of(expression))


def begins(expression: Expression, variable: str) -> bool:
    """Whether the first thing named is the variable's own."""
    match expression:
        case Get():
            root, _ = root_of(expression)
            return root is not None and root.name == variable
        case Arithmetic(left=left):
            return begins(left, variable)
        case _:
            return False


def first_of(part: Expression) -> Expression:
    """What a condition names first."""
    match part:
        case Compare(left=left):
            return left
        case OneOf(value=value) | Within(value=value):
            return value
        case Get(base=base):
            return base
        case _:
            return part


def same_value(parts: Sequence[Expression], variable: str) -> list[tuple[Expression, Expression]]:
    """`t.inbound == f or t.outbound == f`: fields of the row that are compared with one thing."""
    found: list[tuple[Expression, Expression]] = []
    for part in parts:
        match part:
            case Compare(op="==", left=mine, right=other) if begins(mine, variable):
                found.append((mine, other))
            case _:
                return []
    return found if len({repr(other) for _, other in found}) == 1 else []


def days_apart(expression: Expression) -> tuple[Expression, Expression] | None:
    """The two days of a difference."""
    match expression:
        case Arithmetic(op="-", left=left, right=right) if left.type.kind == right.type.kind == "date":
            return left, right
        case _:
            return None


def is_small(expression: Expression) -> bool:
    """Whether a derived truth is said as shortly as its name would be."""
    return isinstance(expression, (OneOf, Compare)) and isinstance(first_of(expression), Get)


def turned_to(part: Expression, variable: str) -> Expression:
    """A comparison with the row's own side first."""
    if not isinstance(part, Compare) or begins(part.left, variable) or is_variable(part.left, variable):
        return part
    if not (begins(part.right, variable) or is_variable(part.right, variable)):
        return part
    return replace(part, op=MIRROR.get(part.op, part.op), left=part.right, right=part.left)


def is_variable(expression: Expression, name: str) -> bool:
    """Whether an expression is this variable."""
    return isinstance(expression, Variable) and expression.name == name
