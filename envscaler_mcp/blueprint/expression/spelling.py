"""How the names of an expression are spelled in Python, and what is known of them at that place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from envscaler_mcp.blueprint.design import Design


@dataclass(frozen=True)
class Spelled:
    """A variable in Python: its row (or plain value), and its id where it is a row."""

    row: str
    id: str = ""


@dataclass(frozen=True)
class Derived:
    """Where a derived value is had: a property of the row, or a method of the environment."""

    name: str
    own: bool


@dataclass(frozen=True)
class Scope:
    """What is in scope of an expression.

    Attributes:
        design: whose names the expression uses.
        derived: (entity, name) → where the value is had.
        variables: by name.
        known: texts that are known not to be None here → what to write for them.
    """

    design: Design
    derived: Mapping[tuple[str, str], Derived]
    variables: Mapping[str, Spelled] = field(default_factory=dict[str, Spelled])
    known: Mapping[str, str] = field(default_factory=dict[str, str])

    def having(self, name: str, spelled: Spelled) -> Scope:
        """The same with one more variable."""
        return replace(self, variables={**self.variables, name: spelled})

    def knowing(self, text: str, name: str) -> Scope:
        """The same, where `text` is not None and may be written as `name`."""
        return replace(self, known={**self.known, text: name})

    def collection(self, entity: str) -> str:
        """The rows of an entity: `self.bookings`."""
        return f"self.{self.design.by_entity[entity].collection}"

    def loop(self, variable: str, entity: str) -> tuple[str, Scope]:
        """A name for a loop's row, and the scope in which it is bound."""
        name = loop_name(variable, entity, self)
        return name, self.having(variable, Spelled(name, f"{name}.id"))


def loop_name(variable: str, entity: str, scope: Scope) -> str:
    """What a person would call a loop's row: a letter is no name, and no name hides another."""
    used = {part for one in scope.variables.values() for part in re.findall(r"\w+", f"{one.row} {one.id}")}
    wanted = (variable if len(variable) > 1 else entity, "other", f"other_{entity}", "row", "another")
    names = (*wanted, *(f"row_{number}" for number in range(2, 99)))
    return next(name for name in names if name not in used)
