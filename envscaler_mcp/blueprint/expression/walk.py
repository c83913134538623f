"""What an expression is made of, and what it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .tree import (
    Aggregate,
    Arithmetic,
    Choice,
    Compare,
    Expression,
    Extreme,
    Get,
    Logic,
    Not,
    OneOf,
    Within,
)


def parts_of(one: Expression) -> tuple[Expression, ...]:
    """Its direct parts, from left to right."""
    match one:
        case Get():
            parts = (one.base,)
        case Arithmetic() | Compare():
            parts = (one.left, one.right)
        case OneOf():
            parts = (one.value, *one.options)
        case Within():
            parts = (one.value, one.rows)
        case Logic() | Extreme():
            parts = one.parts
        case Not():
            parts = (one.part,)
        case Choice():
            parts = (one.condition, one.then, one.otherwise)
        case Aggregate():
            parts = tuple(part for part in (one.where, one.value) if part is not None)
        case _:
            parts = ()
    return parts


def nodes_of(one: Expression) -> Iterator[Expression]:
    """The expression and everything in it."""
    yield one
    for part in parts_of(one):
        yield from nodes_of(part)


def reads(one: Expression, derived: Mapping[tuple[str, str], Expression]) -> frozenset[tuple[str, str]]:
    """The (entity, field) pairs it looks at, also through derived values; (entity, "") for its rows."""
    found: set[tuple[str, str]] = set()
    left = [one]
    while left:
        for node in nodes_of(left.pop()):
            key = (node.entity, "") if isinstance(node, Aggregate) else ("", "")
            if isinstance(node, Get):
                key = (node.base.type.entity, node.field)
                left += [derived[key]] if key in derived and key not in found else []
            found.add(key)
    return frozenset(found - {("", "")})
