"""What a scenario asks for, before it is put into words: the meaning that English says and hears again.

A request names rows the way a person does, by what is true of them (`Described`, `Best`), never by a
generated id. `key` is the row that the name leads to in the start state; it is no part of the meaning, so
two requests are equal whether it is known or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Scalar: TypeAlias = int | str | bool | None
"""Dates are ISO texts, as in the state."""


@dataclass(frozen=True)
class Mark:
    """One thing that is true of a row: a field (or derived value) and its value; a ref's value is a name."""

    field: str
    value: Scalar | Described


@dataclass(frozen=True)
class Described:
    """A row by its marks, which single it out in the start state: the booking of Jonas Berg for 3 March."""

    entity: str
    marks: tuple[Mark, ...]
    key: str = field(default="", compare=False)


@dataclass(frozen=True)
class Condition:
    """A test of one field of a row: its beds are at least 3."""

    field: str
    op: Literal["==", "!=", "<", "<=", ">", ">="]
    value: Scalar | Described


@dataclass(frozen=True)
class Selection:
    """All rows of an entity that meet the conditions, in order of id."""

    entity: str
    conditions: tuple[Condition, ...]
    keys: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Best:
    """Of a selection, the one row with the least (or greatest) value of a field: the cheapest open room."""

    among: Selection
    by: str
    greatest: bool
    key: str = field(default="", compare=False)


Value: TypeAlias = Scalar | Described | Best


@dataclass(frozen=True)
class Do:
    """Play one action. Where a rule forbids it, decline it instead and record the ground (policy)."""

    action: str
    arguments: Mapping[str, Value]
    """Parameter name → value; the subject is among them."""


@dataclass(frozen=True)
class DoEach:
    """Play one action for every selected row, which is the argument `parameter`."""

    action: str
    parameter: str
    selection: Selection
    arguments: Mapping[str, Value]


@dataclass(frozen=True)
class DoIf:
    """Play one of two actions, or one or none, as a test of a row comes out."""

    row: Described
    condition: Condition
    then: Do
    otherwise: Do | None


@dataclass(frozen=True)
class Tell:
    """File a figure."""

    measure: str
    about: Described | None


@dataclass(frozen=True)
class Event:
    """Something happened: its action is to be played, and what the policy asks for after it (a duty)."""

    duty: str
    arguments: Mapping[str, Value]


Request: TypeAlias = Do | DoEach | DoIf | Tell | Event
