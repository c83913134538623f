"""The tools that change something: look up, ask, do, ask the rules, return."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace

from envscaler_mcp.blueprint.design import Action, Create, Each, Parameter
from envscaler_mcp.blueprint.expression.english import refusal_of_requirement
from envscaler_mcp.blueprint.expression.python import Scope, Spelled, truth, untruth
from envscaler_mcp.blueprint.expression.tree import Expression
from envscaler_mcp.blueprint.expression.voice import Pieces
from envscaler_mcp.blueprint.wording import joined, words
from envscaler_mcp.render.literals import python_literal

from .aliases import Aliases
from .effects import STEP, Statements
from .naming import Naming, variable_name
from .reads import signature
from .texts import formatted
from .touching import Asked, asked_after

_DOC_WIDTH = 98
_STRING = re.compile(r'f?"(?:[^"\\]|\\.)*"')
_HOLE = re.compile(r"\{([^{}]*)\}")


@dataclass
class WriteTool:
    """One action as a method."""

    action: Action
    naming: Naming
    aliases: Aliases

    def lines(self) -> list[str]:
        """The method, without its indentation."""
        scope = self._scope()
        requirements, scope = self._requirements(scope)
        body, returned, kind, scope = self._effects(scope)
        tail = [*requirements, *body, *self._guards(scope), f"return {returned}"]
        lookups = list(self._lookups(_without_texts("\n".join(tail))))
        return [
            "@write",
            f"def {self.action.name}({self._signature()}) -> {kind}:",
            *(f"{STEP}{line}" if line else "" for line in (*self._doc(), *lookups, *tail)),
        ]

    # Arguments ----------------------------------------------------------------------------------

    def _signature(self) -> str:
        given = sorted(self.action.parameters, key=lambda one: one.type.optional)
        return signature([self._argument(one) for one in given])

    def _argument(self, one: Parameter) -> str:
        alias = self.aliases.parameter(one, self.action.name)
        return f"{one.stored}: {alias} = None" if one.type.optional else f"{one.stored}: {alias}"

    def _scope(self) -> Scope:
        scope = self.naming.scope
        for one in self.action.parameters:
            if one.type.kind == "ref":
                scope = scope.having(one.name, Spelled(self._row_name(one), one.stored))
            else:
                scope = scope.having(one.name, Spelled(one.stored))
        return scope

    def _row_name(self, one: Parameter) -> str:
        entity = self.naming.design.by_entity[one.type.entity]
        return variable_name(entity) if one.name == entity.name else one.name

    def _lookups(self, used: str) -> Iterator[str]:
        for one in self.action.parameters:
            if one.type.kind == "ref":
                yield from self._lookup(one, used)
            elif one.type.kind == "refs":
                entity = self.naming.design.by_entity[one.type.entity]
                yield f"for {entity.name}_id in {one.stored}:"
                yield f'{STEP}self.find(self.{entity.collection}, {entity.name}_id, "{words(entity.name)}")'

    def _lookup(self, one: Parameter, used: str) -> Iterator[str]:
        entity = self.naming.design.by_entity[one.type.entity]
        name = self._row_name(one)
        find = f'self.find(self.{entity.collection}, {one.stored}, "{words(entity.name)}")'
        if one.name == self.action.subject and self.action.from_states:
            states = ", ".join(python_literal(state) for state in self.action.from_states)
            find = f"self.{self.naming.found[entity.name]}({one.stored}, {states})"
        if one.type.optional:
            yield f"if {one.stored} is not None:"
            yield f"{STEP}{find}"
        else:
            needed = re.search(rf"(?<![\w.]){name}\b(?!_)", used)
            yield f"{name} = {find}" if needed else find

    # Requirements -------------------------------------------------------------------------------

    def _requirements(self, scope: Scope) -> tuple[list[str], Scope]:
        lines: list[str] = []
        for one in self.action.requires:
            refuted, _ = untruth(one.must, scope)
            said = formatted(self._complaint(one.must), scope)
            lines.append(f"if {refuted.text}:")
            lines.append(f"{STEP}raise Refusal({python_literal(one.code)}, {said})")
            scope = _kept(scope, one.must)
        return lines, scope

    def _complaint(self, must: Expression) -> Pieces:
        if self.action.answer:
            return ["This is on record already."]
        return refusal_of_requirement(must, self.action, self.naming.design)

    # Effects ------------------------------------------------------------------------------------

    def _effects(self, scope: Scope) -> tuple[list[str], str, str, Scope]:
        """Statements, what is returned, its type, and the scope afterwards."""
        statements = Statements(self.naming, scope)
        action = self.action
        if action.creates or action.subject:
            lines = list(statements.of(action.effects))
            name = statements.scope.variables[action.creates or action.subject].row
            return lines, name, self.naming.classes[action.creates or action.subject], statements.scope
        return self._bulk(statements)

    def _bulk(self, statements: Statements) -> tuple[list[str], str, str, Scope]:
        """An action on no row of its own returns the rows that it changed."""
        lines: list[str] = []
        returned, kind = "[]", "list[str]"
        for effect in self.action.effects:
            if isinstance(effect, Each) and returned == "[]":
                kind = f"list[{self.naming.classes[effect.entity]}]"
                returned = self._rows_name(effect, statements.scope)
                lines.append(f"{returned} = {statements.chosen(effect)}{'[:1]' if effect.first else ''}")
                name, inner = statements.scope.loop(effect.variable, effect.entity)
                lines.append(f"for {name} in {returned}:")
                lines += [f"{STEP}{line}" for line in Statements(self.naming, inner).of(effect.body)]
                continue
            lines += statements.of((effect,))
            if isinstance(effect, Create) and returned == "[]":
                kind = f"list[{self.naming.classes[effect.entity]}]"
                returned = f"[{statements.scope.variables[effect.variable].row}]"
        return lines, returned, kind, statements.scope

    def _rows_name(self, effect: Each, scope: Scope) -> str:
        used = {spelled.row for spelled in scope.variables.values()}
        noun = self.naming.design.by_entity[effect.entity].collection
        return next(name for name in (noun, f"changed_{noun}") if name not in used)

    # Rules --------------------------------------------------------------------------------------

    def asked(self) -> list[Asked]:
        """The rules that are asked after the effects."""
        return asked_after(self.action, self.naming.design)

    def _guards(self, scope: Scope) -> Iterator[str]:
        for asked in self.asked():
            rows = ", ".join(scope.variables[one].row for one in asked.variables)
            if not rows and asked.rule.subject:
                rows = f"*self.{self.naming.design.by_entity[asked.rule.subject].collection}.values()"
            yield f"self.{self.naming.guards[asked.rule.id]}({rows})"

    # Description --------------------------------------------------------------------------------

    def _doc(self) -> list[str]:
        first = _sentence(self.action.description or words(self.action.name))
        more = [text for text in (self._states(), self._codes()) if text]
        if not more:
            return [f'"""{first}"""']
        return [f'"""{first}', "", *textwrap.wrap(" ".join(more), _DOC_WIDTH), '"""']

    def _states(self) -> str:
        if not self.action.from_states:
            return ""
        noun = self.naming.design.by_entity[self.action.subject].noun.singular
        return f"The {noun} must be {joined([words(one) for one in self.action.from_states], 'or')}."

    def _codes(self) -> str:
        codes = [one.code for one in self.action.requires] + [one.rule.id for one in self.asked()]
        return f"Refused as: {', '.join(dict.fromkeys(codes))}." if codes else ""


def _without_texts(source: str) -> str:
    """Source without what strings say, but with the values in them."""
    return _STRING.sub(lambda found: " ".join(_HOLE.findall(found[0])), source)


def _sentence(text: str) -> str:
    """A first line that ruff and people take for one."""
    line = " ".join(text.split()).replace("\\", "/").replace('"', "'")
    line = f"{line[:1].upper()}{line[1:]}"
    return line if line.endswith(".") else f"{line}."


def _kept(scope: Scope, must: Expression) -> Scope:
    """The scope once a requirement is known to hold."""
    _, known = truth(must, scope)
    plain = {text: name for text, name in known.known.items() if text == name}
    return replace(known, known=plain)
