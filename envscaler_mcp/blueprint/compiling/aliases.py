"""The annotated types of tool arguments: one name for each meaning, defined once at the top of the module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from envscaler_mcp.blueprint.design import Field, Parameter
from envscaler_mcp.blueprint.expression.tree import Type
from envscaler_mcp.blueprint.wording import plural, sentence, with_article, words
from envscaler_mcp.render.literals import python_literal

from .naming import Naming, camel

NOTE_LENGTH = 500
TEXT_LENGTH = 200
ROWS_AT_ONCE = 20


@dataclass
class Aliases:
    """Types of arguments as they are asked for; the same definition has the same name."""

    naming: Naming
    defined: dict[str, str] = field(default_factory=dict[str, str])
    """Definition → name."""
    dated: bool = False
    """Whether an argument is a day, so that the bounds of days are needed."""

    def lines(self) -> Iterator[str]:
        """The definitions, in the order in which they were first asked for."""
        yield from (f"{name} = {definition}" for definition, name in self.defined.items())

    def parameter(self, parameter: Parameter, action: str) -> str:
        """The type of an argument of an action."""
        kind = parameter.type
        if kind.kind in ("ref", "refs"):
            return self._row(parameter, action)
        definition = self._annotated(kind, self._said(parameter), self._bounds(parameter))
        wanted = camel(parameter.name)
        return self._named(definition, wanted, f"Given{wanted}", f"{wanted}Of{camel(action)}")

    def key(self, entity: str) -> str:
        """The id of a row that a tool is about."""
        noun = self.naming.design.by_entity[entity].noun.singular
        text = f"Id of {with_article(noun)}, such as {self._example(entity)}."
        wanted = f"{self.naming.classes[entity]}Id"
        return self._named(_described("str", text), wanted, f"{wanted}Key")

    def page(self) -> str:
        """The type of `page`."""
        text = 'f"Page of {PAGE_ROWS} rows, from 1; past the end it is empty."'
        return self._named(f"Annotated[int, Field(description={text}, ge=1)]", "Page", "PageNumber")

    def only(self, stored: Field) -> str:
        """The type of an optional filter by a field."""
        kind = stored.type
        if kind.kind in ("ref", "refs"):
            noun = self.naming.design.by_entity[kind.entity].noun.singular
            role = noun if words(stored.name) == noun else stored.label
            text = f"Only those of the {role} with this id."
            if kind.kind == "refs":
                text = f"Only those with the {noun} of this id among the {stored.label}."
            wanted = f"{'With' if kind.kind == 'refs' else 'Of'}{camel(stored.name)}"
            return self._named(_described("str | None", text), wanted)
        if kind.kind == "text":
            text = f"Part of the {stored.label}, in any case."
            return self._named(_described("str | None", text), f"PartOf{camel(stored.name)}")
        name = self.naming.annotation(Type(kind.kind, values=kind.values))
        text = (
            f"Only those with this {stored.label}." if stored.name != "state" else "Only those in this state."
        )
        if kind.kind == "bool":
            text = f"Only those with (true) or without (false) this: {stored.label}."
        wanted = f"Only{camel(stored.name)}" if kind.kind == "bool" else f"In{name}"
        return self._named(_described(f"{name} | None", text), wanted)

    def day(self, stored: Field, *, earliest: bool) -> str:
        """The type of a filter by one end of a span of days."""
        side = "after" if earliest else "before"
        text = f"Only those whose {stored.label} is on or {side} this day, YYYY-MM-DD."
        wanted = f"{camel(stored.name)}{'From' if earliest else 'Until'}"
        return self._named(_described("dt.date | None", text), wanted)

    def _row(self, parameter: Parameter, action: str) -> str:
        kind = parameter.type
        noun = self.naming.design.by_entity[kind.entity].noun
        if kind.kind == "refs":
            text = f"Ids of {noun.plural}, such as {self._example(kind.entity)}; at most {ROWS_AT_ONCE}."
            wanted = f"{self.naming.classes[kind.entity]}Ids"
            definition = _described("list[str]", text, f"max_length={ROWS_AT_ONCE}")
            return self._named(definition, wanted, f"{wanted}Of{camel(action)}")
        if parameter.name == kind.entity and not kind.optional:
            return self.key(kind.entity)
        role = f"the {parameter.label}"
        if parameter.label in (noun.singular, words(kind.entity)):
            role = with_article(noun.singular)
        text = f"Id of {role}, such as {self._example(kind.entity)}."
        wanted = f"{camel(parameter.name)}Id"
        base = "str | None" if kind.optional else "str"
        return self._named(_described(base, text), wanted, f"{wanted}Of{camel(action)}")

    def _example(self, entity: str) -> str:
        return f"{self.naming.design.by_entity[entity].prefix}-01"

    def _said(self, parameter: Parameter) -> str:
        """What the description says: meaning, unit and range."""
        kind, said = parameter.type.kind, parameter.label
        if kind == "money":
            said += ", in cents"
        if kind == "int" and parameter.unit and plural(parameter.unit) not in said:
            said += f", in {plural(parameter.unit)}"
        if kind == "date":
            said += ", YYYY-MM-DD"
        if kind == "text":
            length = NOTE_LENGTH if parameter.free_text else TEXT_LENGTH
            said += f", at most {length} characters"
        if kind in ("int", "money"):
            said += _range(parameter.low, parameter.high)
        return sentence(said)

    def _bounds(self, parameter: Parameter) -> list[str]:
        kind = parameter.type.kind
        if kind in ("int", "money"):
            bounds = (("ge", parameter.low), ("le", parameter.high))
            return [f"{name}={value}" for name, value in bounds if value is not None]
        if kind == "date":
            self.dated = True
            return ["ge=FIRST_DAY", "le=LAST_DAY"]
        if kind == "text":
            length = NOTE_LENGTH if parameter.free_text else TEXT_LENGTH
            return ["min_length=1", f"max_length={length}"]
        return []

    def _annotated(self, kind: Type, text: str, bounds: list[str]) -> str:
        return _described(self.naming.annotation(kind), text, *bounds)

    def _named(self, definition: str, *wanted: str) -> str:
        if definition not in self.defined:
            self.defined[definition] = self.naming.module.give(*wanted)
        return self.defined[definition]


def _described(base: str, text: str, *more: str) -> str:
    return f"Annotated[{base}, Field({', '.join((f'description={python_literal(text)}', *more))})]"


def _range(low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return f", {low} to {high}"
    if low is not None:
        return f", {low} or more"
    return f", at most {high}" if high is not None else ""
