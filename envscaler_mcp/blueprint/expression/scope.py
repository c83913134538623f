"""What an expression may speak of: the names in scope and the schema behind them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Protocol

from .tree import Compare, Expression, Get, Logic, Not, OneOf, Type, Variable, Within

TODAY = "today"


class Schema(Protocol):
    """The entities, as far as expressions need them."""

    @property
    def collections(self) -> Mapping[str, str]:
        """Collection → entity."""
        ...

    def fields(self, entity: str) -> tuple[str, ...]:
        """The names of an entity's fields and derived values."""
        ...

    def type_of(self, entity: str, field: str) -> Type | None:
        """The type of a field or derived value; None where there is none."""
        ...

    def least(self, entity: str, field: str) -> int | None:
        """The least value of a field, where it has one."""
        ...


@dataclass(frozen=True)
class Scope:
    """Names with their types, and what is known not to be None: `booking.room`."""

    names: Mapping[str, Type] = field(default_factory=dict[str, Type])
    present: frozenset[str] = frozenset()

    def adding(self, **names: Type) -> Scope:
        """With further names."""
        return replace(self, names={**self.names, **names})

    def given(self, *conditions: Expression | None, holds: bool = True) -> Scope:
        """Where these conditions are known to hold, or not to."""
        facts = [present_when(one, holds) for one in conditions if one is not None]
        return replace(self, present=self.present.union(*facts))

    def forgetting(self, fields: Set[str]) -> Scope:
        """Where these fields may have other values than before."""
        kept = (way for way in self.present if fields.isdisjoint(way.split(".")[1:]))
        return replace(self, present=frozenset(kept))

    def seen(self, one: Expression) -> Type:
        """The type of a variable or field, in the light of what is known of it."""
        return replace(one.type, optional=False) if way_to(one) in self.present else one.type


def way_to(one: Expression) -> str:
    """`booking.room` for a variable or its fields; empty for anything else."""
    if isinstance(one, Variable):
        return one.name
    if isinstance(one, Get):
        base = way_to(one.base)
        return f"{base}.{one.field}" if base else ""
    return ""


def present_when(one: Expression, holds: bool) -> frozenset[str]:
    """What cannot be None if the condition holds, or if it does not."""
    if isinstance(one, Not):
        return present_when(one.part, not holds)
    if isinstance(one, Logic):
        facts = [present_when(part, holds) for part in one.parts]
        every = (one.op == "and") == holds
        return facts[0].union(*facts[1:]) if every else facts[0].intersection(*facts[1:])
    if isinstance(one, OneOf | Within):
        return _named(one.value) if one.negated != holds else frozenset()
    return _compared(one, holds) if isinstance(one, Compare) else frozenset()


def _compared(one: Compare, holds: bool) -> frozenset[str]:
    if one.right.type.kind == "none":
        return _named(one.left) if (one.op == "!=") == holds else frozenset()
    equal = one.op == "==" if holds else one.op == "!="
    ordered = one.op in ("<", "<=", ">", ">=") and holds
    if ordered or (equal and not (one.left.type.optional and one.right.type.optional)):
        return _named(one.left) | _named(one.right)
    return frozenset()


def _named(one: Expression) -> frozenset[str]:
    way = way_to(one)
    return frozenset([way]) if way else frozenset()
