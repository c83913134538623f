"""A design played without compiling it: an independent reading of actions, to hold compiled ones against."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping
from typing import Any

from envscaler_mcp.blueprint.design import (
    STATE,
    Action,
    Assign,
    Create,
    Delete,
    Design,
    Each,
    Effect,
    Link,
    When,
)
from envscaler_mcp.blueprint.expression.evaluate import Scope, StateRows, from_json, to_json
from envscaler_mcp.runtime.standalone.difference import Change, diff
from envscaler_mcp.runtime.standalone.episode import Outcome


class Refused(Exception):
    """A code."""


class Interpreted:
    """An episode of a design, with the methods of `LiveEpisode` that planning uses."""

    def __init__(self, design: Design, state: Mapping[str, Any], now: dt.datetime) -> None:
        self.design = design
        self.now = now
        self._initial = copy.deepcopy(dict(state))
        self._state = copy.deepcopy(dict(state))
        self._given = 0

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Outcome:
        action = self.design.by_action[tool]
        before, given = copy.deepcopy(self._state), self._given
        try:
            return Outcome(self._play(action, arguments))
        except Refused as refusal:
            self._state, self._given = before, given
            return Outcome({"code": str(refusal)}, is_error=True, code=str(refusal))

    def would(self, tool: str, arguments: Mapping[str, Any]) -> str | None:
        return self.fork().call(tool, arguments).code

    def fork(self) -> Interpreted:
        other = Interpreted(self.design, self._initial, self.now)
        other._state, other._given = copy.deepcopy(self._state), self._given
        return other

    def state(self) -> dict[str, Any]:
        return copy.deepcopy(self._state)

    def rows(self, collection: str) -> Mapping[str, Mapping[str, Any]]:
        return self._state[collection]

    def diff(self) -> list[Change]:
        return diff(self._initial, self._state)

    def broken_rules(self) -> list[str]:
        return [rule.id for rule in self.design.rules if not self._obeys(rule)]

    @property
    def scope(self) -> Scope:
        return Scope(self.design, StateRows(self._state), self.now.date())

    def _play(self, action: Action, arguments: Mapping[str, Any]) -> dict[str, Any]:
        bound = {one.name: from_json(arguments.get(one.stored), one.type) for one in action.parameters}
        for one in action.parameters:
            if one.type.kind == "ref" and bound[one.name] not in self._rows(one.type.entity):
                raise Refused(f"unknown_{one.type.entity}")
        if action.from_states:
            state = self._rows(action.subject)[bound[action.subject]][STATE]
            if state not in action.from_states:
                raise Refused("wrong_state")
        for requirement in action.requires:
            if not self.scope.value(requirement.must, bound):
                raise Refused(requirement.code)
        self._do(action.effects, bound)
        broken = self.broken_rules()
        if broken:
            raise Refused(broken[0])
        made = action.creates or action.subject
        return copy.deepcopy(self._rows(made).get(bound[made], {}))

    def _obeys(self, rule: Any) -> bool:
        keys = self.scope.keys(rule.subject) if rule.subject else [""]
        bound = [{rule.subject: key} for key in keys]
        return all(
            self.scope.value(rule.must, one)
            for one in bound
            if rule.when is None or self.scope.value(rule.when, one)
        )

    def _rows(self, entity: str) -> dict[str, Any]:
        return self._state[self.design.by_entity[entity].collection]

    def _do(self, effects: tuple[Effect, ...], bound: dict[str, Any]) -> None:
        for effect in effects:
            self._effect(effect, bound)

    def _effect(self, effect: Effect, bound: dict[str, Any]) -> None:
        match effect:
            case Assign():
                entity = effect.row.type.entity
                row = self._rows(entity)[self.scope.value(effect.row, bound)]
                stored = self.design.by_entity[entity].field(effect.field).stored
                row[stored] = to_json(self.scope.value(effect.value, bound))
            case Create():
                self._create(effect, bound)
            case Delete():
                del self._rows(effect.row.type.entity)[self.scope.value(effect.row, bound)]
            case Link():
                self._link(effect, bound)
            case When():
                holds = self.scope.value(effect.condition, bound)
                self._do(effect.body if holds else effect.otherwise, bound)
            case Each():
                found = self.scope.where(effect.variable, effect.entity, effect.where, bound)
                keys = self.scope.in_order(effect.variable, found, effect.order, bound)
                for key in keys[:1] if effect.first else keys:
                    self._do(effect.body, {**bound, effect.variable: key})

    def _create(self, effect: Create, bound: dict[str, Any]) -> None:
        entity = self.design.by_entity[effect.entity]
        self._given += 1
        key = f"{entity.prefix}-NEW{self._given}"
        row: dict[str, Any] = {"id": key}
        for field in entity.fields:
            value = effect.values.get(field.name) or field.default
            if value is not None:
                row[field.stored] = to_json(self.scope.value(value, bound))
            elif field.name == STATE:
                row[field.stored] = entity.states[0]
            else:
                row[field.stored] = [] if field.type.kind == "refs" else None
        self._rows(effect.entity)[key] = row
        bound[effect.variable] = key

    def _link(self, effect: Link, bound: dict[str, Any]) -> None:
        entity = self.design.by_entity[effect.row.type.entity]
        row = self._rows(entity.name)[self.scope.value(effect.row, bound)]
        rows, key = row[entity.field(effect.field).stored], self.scope.value(effect.value, bound)
        if effect.remove:
            row[entity.field(effect.field).stored] = [one for one in rows if one != key]
        elif key not in rows:
            rows.append(key)
