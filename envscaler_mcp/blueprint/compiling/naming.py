"""What the classes, types and methods of one environment are called; no name is given twice."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from envscaler_mcp.blueprint.design import STATE, Design, Entity
from envscaler_mcp.blueprint.expression.python import Derived, Scope
from envscaler_mcp.blueprint.expression.reading import own_fields_only
from envscaler_mcp.blueprint.expression.tree import Type
from envscaler_mcp.render.literals import python_literal
from envscaler_mcp.runtime.standalone.environment import Environment as Base

_IMPORTED = frozenset(
    ("Annotated", "Literal", "TypeVar", "Field", "FREE_TEXT", "Entity", "Environment", "Refusal", "Row")
)


def camel(name: str) -> str:
    """`TheatreList` for `theatre_list`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


@dataclass
class Allotment:
    """Names in one namespace."""

    taken: set[str] = field(default_factory=set[str])

    def give(self, *wanted: str) -> str:
        """The first of these names that is free, else the last with a number."""
        names = (*wanted, *(f"{wanted[-1]}{number}" for number in range(2, 999)))
        name = next(one for one in names if one not in self.taken and not keyword.iskeyword(one))
        self.taken.add(name)
        return name


@dataclass(frozen=True)
class Naming:
    """Names of one environment, made once."""

    design: Design

    @cached_property
    def module(self) -> Allotment:
        """Names at the top of the module."""
        return Allotment({*_IMPORTED, *dir(builtins)})

    @cached_property
    def classes(self) -> Mapping[str, str]:
        """Entity → its class."""
        return {
            one.name: self.module.give(camel(one.name), f"{camel(one.name)}Row")
            for one in self.design.entities
        }

    @cached_property
    def environment(self) -> str:
        """The class of the environment."""
        _ = self.classes
        return self.module.give(camel(self.design.name), f"{camel(self.design.name)}Desk")

    @cached_property
    def sheets(self) -> Mapping[str, str]:
        """Entity with derived values → the class of its sheet."""
        _ = self.environment
        having = {entity for entity, _ in self.design.derived}
        return {
            one.name: self.module.give(f"{self.classes[one.name]}Sheet", f"{self.classes[one.name]}Standing")
            for one in self.design.entities
            if one.name in having
        }

    @cached_property
    def literals(self) -> Mapping[tuple[str, ...], str]:
        """Values of an enum → the name of its type; enums of equal values share it."""
        _ = self.sheets
        found: dict[tuple[str, ...], str] = {}
        for entity, name, kind in _enums(self.design):
            if kind.values not in found:
                own = f"{self.classes[entity]}{camel(name)}" if entity else camel(name)
                plain = own if name == STATE else camel(name)
                found[kind.values] = self.module.give(plain, own)
        return found

    @cached_property
    def methods(self) -> Allotment:
        """Names in the class of the environment: its fields and tools are taken."""
        taken = {one.collection for one in self.design.entities} | set(self.design.by_action)
        taken |= {f"get_{one.name}" for one in self.design.entities}
        taken |= {f"search_{one.collection}" for one in self.design.entities}
        return Allotment(taken | set(dir(Base)))

    @cached_property
    def rules(self) -> Mapping[str, str]:
        """Rule → the method that says whether the state obeys it."""
        return {one.id: self.methods.give(one.id, f"{one.id}_rule") for one in self.design.rules}

    @cached_property
    def found(self) -> Mapping[str, str]:
        """Entity → the method that finds one of its rows in given states."""
        _ = self.rules
        asked = {action.subject for action in self.design.actions if action.from_states}
        return {
            one.name: self.methods.give(f"_{one.name}", f"_{one.name}_row")
            for one in self.design.entities
            if one.name in asked
        }

    @cached_property
    def predicates(self) -> Mapping[str, str]:
        """Rule → the method that says whether a row breaks it."""
        _ = self.found
        return {one.id: self.methods.give(f"_{one.id}", f"_breaks_{one.id}") for one in self.design.rules}

    @cached_property
    def guards(self) -> Mapping[str, str]:
        """Rule → the method that refuses what breaks it."""
        _ = self.predicates
        return {one.id: self.methods.give(f"_refuse_{one.id}") for one in self.design.rules}

    @cached_property
    def derived(self) -> Mapping[tuple[str, str], Derived]:
        """(entity, name) → where the value is had."""
        _ = self.guards
        found: dict[tuple[str, str], Derived] = {}
        for (entity, name), expression in self.design.derived.items():
            own = own_fields_only(expression, entity, self.design)
            method = name if own else self.methods.give(f"_{name}", f"_{entity}_{name}")
            found[entity, name] = Derived(method, own)
        return found

    @cached_property
    def scope(self) -> Scope:
        """The scope of the environment's own methods, with no variable in it."""
        return Scope(self.design, self.derived)

    def annotation(self, kind: Type) -> str:
        """The type of a stored value."""
        plain = {
            "bool": "bool", "int": "int", "money": "int", "text": "str", "date": "dt.date", "ref": "str",
            "refs": "list[str]",
        }.get(kind.kind)  # fmt: skip
        name = plain or self.literals[kind.values]
        return f"{name} | None" if kind.optional else name


def literal_type(values: tuple[str, ...]) -> str:
    """`Literal["open", "closed"]`."""
    return f"Literal[{', '.join(python_literal(one) for one in values)}]"


def variable_name(entity: Entity) -> str:
    """How a row of the entity is called in a method."""
    return f"{entity.name}_" if keyword.iskeyword(entity.name) else entity.name


def _enums(design: Design) -> Iterator[tuple[str, str, Type]]:
    for entity in design.entities:
        yield from ((entity.name, one.name, one.type) for one in entity.fields if one.type.kind == "enum")
    for action in design.actions:
        yield from (("", one.name, one.type) for one in action.parameters if one.type.kind == "enum")
