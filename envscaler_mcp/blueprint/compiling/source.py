"""The source of `environment.py`: everything that a design needs, and nothing else."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from envscaler_mcp.blueprint.design import Design, Entity
from envscaler_mcp.blueprint.expression.python import Spelled, value
from envscaler_mcp.blueprint.wording import sentence, with_article, words
from envscaler_mcp.render.templating import fill_of

from .aliases import Aliases
from .entities import entity_class, sheet_class
from .idle import without_idle_names
from .layout import laid_out
from .naming import Naming, literal_type, variable_name
from .reads import get_tool, search_tool
from .rules import guard_method, predicate_method, rule_method
from .writes import WriteTool

_RUNTIME = ("FREE_TEXT", "Entity", "Environment", "Refusal", "read", "rule", "write")


@dataclass(frozen=True)
class Source:
    """A module and the class in it."""

    text: str
    class_name: str


def source_of(design: Design) -> Source:
    """The module of a design's environment."""
    naming = Naming(design)
    parts = _Parts(design, naming, Aliases(naming))
    text = laid_out(parts.filled())
    return Source(text, naming.environment)


@dataclass(frozen=True)
class _Parts:
    """What the template is filled with."""

    design: Design
    naming: Naming
    aliases: Aliases

    def filled(self) -> str:
        methods = [without_idle_names(block) for block in self._methods() if block]
        classes = list(self._classes())
        body = "\n".join(line for block in (*methods, *classes) for line in block)
        aliases = list(self.aliases.lines())
        return fill_of(
            "blueprint",
            "environment.py",
            rules=self.design.rules,
            doc=self._doc(),
            imports=self._imports(body + "\n".join(aliases)),
            constants=self._constants(),
            literals=[f"{name} = {literal_type(values)}" for values, name in self.naming.literals.items()],
            aliases=aliases,
            classes=classes,
            environment=self.naming.environment,
            title=_plain(self.design.title),
            collections=[
                f"{one.collection}: dict[str, {self.naming.classes[one.name]}]"
                for one in self.design.entities
            ],
            methods=methods,
        )

    def _doc(self) -> str:
        title, about = _plain(self.design.title), _plain(self.design.about)
        lines = textwrap.wrap(about, 108)
        return "\n".join([sentence(title), "", *lines, ""]) if lines else sentence(title)

    def _imports(self, body: str) -> Iterator[str]:
        if "dt." in body:
            yield "import datetime as dt"
        typing = [
            name for name in ("Annotated", "Literal", "TypeVar") if name != "Literal" or self.naming.literals
        ]
        yield f"from typing import {', '.join(typing)}"
        yield ""
        yield "from pydantic import Field"
        yield ""
        used = [name for name in _RUNTIME if name[0].isupper() and (name in body or name == "Environment")]
        marks = [name for name in ("read", "rule", "write") if f"@{name}" in body]
        yield f"from ._runtime import {', '.join([*used, *marks])}"

    def _constants(self) -> Iterator[str]:
        yield "PAGE_ROWS = 10"
        if self.aliases.dated:
            yield "FIRST_DAY = dt.date(2000, 1, 1)"
            yield "LAST_DAY = dt.date(2099, 12, 31)"

    def _classes(self) -> Iterator[list[str]]:
        for entity in self.design.entities:
            yield entity_class(entity, self.naming, _entity_doc(entity))
        for entity in self.design.entities:
            if entity.name in self.naming.sheets:
                yield sheet_class(entity, self.naming)

    def _methods(self) -> Iterator[list[str]]:
        for entity in self.design.entities:
            if not self._is_answer(entity):
                yield get_tool(entity, self.naming, self.aliases)
                yield search_tool(entity, self.naming, self.aliases)
        tools = [WriteTool(action, self.naming, self.aliases) for action in self.design.actions]
        yield from (tool.lines() for tool in tools)
        asked = {asked.rule.id for tool in tools for asked in tool.asked()}
        yield from (rule_method(one, self.naming) for one in self.design.rules)
        yield from (predicate_method(one, self.naming) for one in self.design.rules)
        yield from (guard_method(one, self.naming) for one in self.design.rules if one.id in asked)
        yield from self._derived()
        yield from self._finders()

    def _is_answer(self, entity: Entity) -> bool:
        return any(action.answer and action.creates == entity.name for action in self.design.actions)

    def _derived(self) -> Iterator[list[str]]:
        for (owner, name), expression in self.design.derived.items():
            derived = self.naming.derived[owner, name]
            if derived.own:
                continue
            row = variable_name(self.design.by_entity[owner])
            scope = self.naming.scope.having(owner, Spelled(row, f"{row}.id"))
            kind = self.naming.annotation(expression.type)
            yield [
                f"def {derived.name}(self, {row}: {self.naming.classes[owner]}) -> {kind}:",
                f"    return {value(expression, scope).text}",
            ]

    def _finders(self) -> Iterator[list[str]]:
        for name, method in self.naming.found.items():
            entity = self.design.by_entity[name]
            row, key = variable_name(entity), f"{name}_id"
            states = self.naming.literals[entity.field("state").type.values]
            said = f"f\"{{{key}}} is {{{row}.state}}, not {{' or '.join(states)}}.\""
            yield [
                f"def {method}(self, {key}: str, *states: {states}) -> {self.naming.classes[name]}:",
                f'    {row} = self.find(self.{entity.collection}, {key}, "{words(name)}")',
                f"    if {row}.state not in states:",
                f'        raise Refusal("wrong_state", {said})',
                f"    return {row}",
            ]


def _entity_doc(entity: Entity) -> str:
    return sentence(with_article(entity.noun.singular))


def _plain(text: str) -> str:
    """A text of a person as it may stand in a docstring."""
    return " ".join(text.replace("\\", "/").replace('"', "'").split())
