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
    if isinstance(one, Get):
        return (one.base,)
    if isinstance(one, Arithmetic | Compare):
        return (one.left, one.right)
    if isinstance(one, OneOf):
        return (one.value, *one.options)
    if isinstance(one, Within):
        return (one.value, one.rows)
    if isinstance(one, Logic | Extreme):
        return one.parts
    if isinstance(one, Not):
        return (one.part,)
    if isinstance(one, Choice):
        return (one.condition, one.then, one.otherwise)
    if isinstance(one, Aggregate):
        return tuple(part for part in (one.where, one.value) if part is not None)
    return ()


def nodes_of(one: Expression) -> Iterator[Expression]:
    """The expression and everything in it."""
    yield one
    for part in parts_of(one):
        yield from nodes_of(part)


def reads(one: Expression, derived: Mapping[tuple[str, str], Expression]) -> frozenset[tuple[str, str]]:
    """The (entity, field) pairs it looks at, also through derived values; (entity, "") for its rows."""
    found: set[tuple[str, str]] = set()
    for node in nodes_of(one):
        if isinstance(node, Aggregate):
            found.add((node.entity, ""))
        if isinstance(node, Get):
            key = (node.base.type.entity, node.field)
            found.add(key)
            if key in derived:
                found |= reads(derived[key], derived)
    return frozenset(found)
