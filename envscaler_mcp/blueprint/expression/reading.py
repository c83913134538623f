"""What an expression looks at: its parts, the fields that it reads, the collections that it goes through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from envscaler_mcp.blueprint.design import Design

from .tree import Aggregate, Expression, Get, Today, Variable
from .walk import nodes_of


@dataclass(frozen=True)
class Read:
    """A field that is read.

    Attributes:
        entity: whose field.
        field: its name; empty: whether there is such a row at all.
        variable: where it is a field of a variable's own row, the variable.
    """

    entity: str
    field: str
    variable: str = ""


def reads(expression: Expression, design: Design) -> Iterator[Read]:
    """Everything that the value of an expression depends on, through derived values too."""
    for one in nodes_of(expression):
        if isinstance(one, Aggregate):
            yield Read(one.entity, "")
        if isinstance(one, Get):
            yield from _of_field(one, design)


def _of_field(expression: Get, design: Design) -> Iterator[Read]:
    entity = expression.base.type.entity
    variable = expression.base.name if isinstance(expression.base, Variable) else ""
    derived = design.derived.get((entity, expression.field))
    if derived is None:
        yield Read(entity, expression.field, variable)
        return
    for read in reads(derived, design):
        yield Read(read.entity, read.field, variable if read.variable == entity else "")


def own_fields_only(expression: Expression, entity: str, design: Design) -> bool:
    """Whether a derived value follows from the fields of its row alone."""
    if any(isinstance(one, (Aggregate, Today)) for one in nodes_of(expression)):
        return False
    gets = [one for one in nodes_of(expression) if isinstance(one, Get)]
    if not all(isinstance(one.base, Variable) and one.base.name == entity for one in gets):
        return False
    inner = [design.derived[entity, one.field] for one in gets if (entity, one.field) in design.derived]
    return all(own_fields_only(one, entity, design) for one in inner)
