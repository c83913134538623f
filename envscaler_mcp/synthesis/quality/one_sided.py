"""Rules that say `exactly if` and mean both ways: an invariant that objects only one way is half of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.spec import Json, Problem, State
from envscaler_mcp.synthesis.outline.outline import EntityOutline, FieldOutline, Outline, RuleOutline

from .bench import scenario_of
from .perturbed import changed

_BOTH_WAYS = re.compile(r"\b(?:exactly|precisely|if and only) (?:if|when|while)\b", re.IGNORECASE)


async def one_sided_rules(process: EnvironmentProcess, outline: Outline, start: State) -> list[Problem]:
    """Rules that hold both ways by their words, and one way by their invariants.

    Where `A exactly if B` holds, a change of A alone breaks it, whichever way A changes. So there has to be a
    value of a field that a row may neither take on nor lose. Only values that rows of the start have are
    tried, so that each change is tried both ways; a rule that objects to none of them is left alone.
    """
    looking = _Looking(process, outline, start)
    rules = (rule for rule in outline.rules if rule.executable and _BOTH_WAYS.search(rule.text))
    return [problem for rule in rules if (problem := await looking.at(rule))]


@dataclass
class _Ways:
    """Values of a field that no row may take on, and such that none may lose."""

    becomes: set[Json] = field(default_factory=set[Json])
    ceases: set[Json] = field(default_factory=set[Json])


@dataclass(frozen=True)
class _Looking:
    """States beside a start state, and the rules that they break."""

    process: EnvironmentProcess
    outline: Outline
    start: State

    async def at(self, rule: RuleOutline) -> Problem | None:
        """What is wrong with a rule."""
        seen = ""
        for entity, part in self._telling():
            ways = await self._ways(rule.id, entity, part)
            if ways.becomes & ways.ceases:
                return None
            if ways.becomes:
                change = f"from {_listed(ways.ceases)} to {_listed(ways.becomes)}"
                seen = seen or f"where {entity.name}.{part.name} changes {change}, and to no change back"
        if not seen:
            return None
        message = f"The rule holds both ways ({rule.text}), its invariant only one: it objects {seen}."
        return Problem(code="rule_one_sided", where=f"rules/{rule.id}", message=message)

    def _telling(self) -> Iterator[tuple[EntityOutline, FieldOutline]]:
        """Fields with few values: a choice, a yes or no, something that is there or not."""
        for entity in self.outline.entities:
            for part in entity.fields:
                if not part.many and (part.optional or part.kind in ("choice", "boolean")):
                    yield entity, part

    async def _ways(self, rule: str, entity: EntityOutline, part: FieldOutline) -> _Ways:
        ways, scenario = _Ways(), scenario_of(self.start)
        for before, after, state in self._changes(entity, part):
            if after in ways.becomes and before in ways.ceases:
                continue
            if rule in (await self.process.broken_in(scenario, state) or ()):
                ways.becomes.add(after)
                ways.ceases.add(before)
        return ways

    def _changes(self, entity: EntityOutline, part: FieldOutline) -> Iterator[tuple[Json, Json, State]]:
        """Each row with each value that others have in a field: before, after, and the state."""
        rows = self.start[entity.collection]
        there = {_value(part, row[part.name]) for row in rows.values()}
        for key, row in rows.items():
            before = _value(part, row[part.name])
            for state in changed(self.outline, self.start, entity, key, part):
                after = _value(part, state[entity.collection][key][part.name])
                if after != before and after in there:
                    yield before, after, state


def _value(part: FieldOutline, value: Json) -> Json:
    """The value of a choice; of anything else whether it is there."""
    return value if part.kind in ("choice", "boolean") else "nothing" if value is None else "something"


def _listed(values: set[Json]) -> str:
    return " or ".join(sorted(map(str, values)))
