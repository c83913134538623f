"""Expressions of a domain as typed trees: one tree becomes Python, English and a set of fields read.

A tree is made by the parser and is well typed; whoever walks it need not check again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind = Literal["bool", "int", "money", "text", "date", "enum", "ref", "refs", "none"]


@dataclass(frozen=True)
class Type:
    """What a value is.

    Attributes:
        kind: `money` is integer cents, `ref` the id of a row, `refs` a list of ids.
        entity: of a `ref` or `refs`: the entity it points to.
        values: of an `enum`: its values, in order.
        optional: whether it may be None.
    """

    kind: Kind
    entity: str = ""
    values: tuple[str, ...] = ()
    optional: bool = False


BOOL, INT, DATE, TEXT, NONE = Type("bool"), Type("int"), Type("date"), Type("text"), Type("none")


@dataclass(frozen=True)
class Constant:
    """A literal: a number, a text, a value of an enum, True, False or None."""

    value: int | str | bool | None
    type: Type


@dataclass(frozen=True)
class Variable:
    """A name in scope: the subject of a rule or action, a parameter, or the row of a loop."""

    name: str
    type: Type


@dataclass(frozen=True)
class Get:
    """A field of a row: `booking.room.beds` is Get(Get(booking, room), beds). `base` is of kind `ref`."""

    base: Expression
    field: str
    type: Type


@dataclass(frozen=True)
class Today:
    """The episode's date."""

    type: Type = DATE


@dataclass(frozen=True)
class Arithmetic:
    """Numbers, or a date and days: date ± int is a date, date - date is an int."""

    op: Literal["+", "-", "*", "//", "%"]
    left: Expression
    right: Expression
    type: Type


@dataclass(frozen=True)
class Compare:
    """Two values of one kind. Against None the op is `==` or `!=`."""

    op: Literal["==", "!=", "<", "<=", ">", ">="]
    left: Expression
    right: Expression
    type: Type = BOOL


@dataclass(frozen=True)
class OneOf:
    """`booking.state in (confirmed, checked_in)`."""

    value: Expression
    options: tuple[Constant, ...]
    negated: bool = False
    type: Type = BOOL


@dataclass(frozen=True)
class Within:
    """`procedure in surgeon.skills`: whether a row is among the rows of a `refs` field."""

    value: Expression
    rows: Expression
    negated: bool = False
    type: Type = BOOL


@dataclass(frozen=True)
class Logic:
    """Two or more truths joined by `and` or `or`."""

    op: Literal["and", "or"]
    parts: tuple[Expression, ...]
    type: Type = BOOL


@dataclass(frozen=True)
class Not:
    """The opposite."""

    part: Expression
    type: Type = BOOL


@dataclass(frozen=True)
class Aggregate:
    """`sum(b.party for b in bookings if b.slot == slot)` and its like, over all rows of an entity.

    `count`, `any` and `all` look at `where` or at the truth `value`; `min` and `max` of no row are 0 unless
    the value is a date, when they are None.
    """

    how: Literal["count", "sum", "min", "max", "any", "all"]
    variable: str
    entity: str
    where: Expression | None
    value: Expression | None
    type: Type


@dataclass(frozen=True)
class Choice:
    """`a if condition else b`."""

    condition: Expression
    then: Expression
    otherwise: Expression
    type: Type


@dataclass(frozen=True)
class Extreme:
    """`min(a, b)` or `max(a, b)` of two values or more."""

    how: Literal["min", "max"]
    parts: tuple[Expression, ...]
    type: Type


Expression: TypeAlias = (
    Constant
    | Variable
    | Get
    | Today
    | Arithmetic
    | Compare
    | OneOf
    | Within
    | Logic
    | Not
    | Aggregate
    | Choice
    | Extreme
)
