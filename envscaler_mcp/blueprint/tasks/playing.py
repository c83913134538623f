"""Ways to play an action on an episode: arguments that are accepted, or refused for a reason."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from envscaler_mcp.blueprint.design import STATE, Action, Design, Parameter
from envscaler_mcp.blueprint.expression.evaluate import Scope
from envscaler_mcp.blueprint.world.live import LiveEpisode
from envscaler_mcp.blueprint.world.texts import Texts

from .following import tool_arguments

ROUND_MONEY = (500, 1000, 2500, 5000)
"""Amounts that people name are multiples of these, in cents."""
ROUND_FROM = 50
"""Numbers of a range as wide as this are multiples of five."""
FAR = 30
"""Days and numbers without a range go so far."""
NOT_WORTH_TELLING = ("already_recorded", "invalid_arguments", "tool_crashed")


@dataclass(frozen=True)
class Play:
    """An action with arguments (rows by id), and the code with which it would be refused."""

    action: Action
    values: Mapping[str, Any]
    code: str | None

    @property
    def accepted(self) -> bool:
        """Whether it would be done."""
        return self.code is None


@dataclass(frozen=True)
class Player:
    """Finds plays on an episode, which it does not change.

    Args:
        design: of the environment.
        episode: as it stands.
        rng: decides what is tried.
        spare: rows that may not be named.
    """

    design: Design
    episode: LiveEpisode
    rng: random.Random
    spare: frozenset[str] = frozenset()

    @property
    def scope(self) -> Scope:
        """Expressions, asked of the state as it stands."""
        return Scope(self.design, self.episode, self.episode.now.date())

    def plays(
        self, action: Action, fixed: Mapping[str, Any] | None = None, *, tries: int = 24
    ) -> Iterator[Play]:
        """Different plays of an action that fit its tool, in a random order."""
        seen: set[str] = set()
        for _ in range(tries):
            values = self.values(action, fixed or {})
            if values is None or str(values) in seen:
                continue
            seen.add(str(values))
            play = self.play(action, values)
            if play is not None:
                yield play

    def play(self, action: Action, values: Mapping[str, Any]) -> Play | None:
        """What a play would come to; None where it does not fit the tool or would change nothing."""
        if self._says_nothing_new(action, values):
            return None
        code = self.episode.would(action.name, tool_arguments(action, values))
        if code in NOT_WORTH_TELLING or (code or "").startswith("unknown_"):
            return None
        return Play(action, values, code)

    def variants(self, play: Play, most: int = 6) -> Iterator[Play]:
        """The same play with one argument another."""
        names = [one for one in play.action.parameters if one.name in play.values]
        for _ in range(most):
            parameter = self.rng.choice(names)
            value = self._value(play.action, parameter, play.values)
            if value is not None and value != play.values[parameter.name]:
                other = self.play(play.action, {**play.values, parameter.name: value})
                if other is not None:
                    yield other

    def edge(self, play: Play, *, accepted: bool) -> Play:
        """The same play with a number moved to where acceptance ends, on this side of it or the other."""
        for parameter in play.action.parameters:
            if parameter.type.kind in ("int", "date", "money") and parameter.name in play.values:
                found = self._edge(play, parameter, accepted)
                if found is not None:
                    return found
        return play

    def _edge(self, play: Play, parameter: Parameter, accepted: bool) -> Play | None:
        values = self._scale(parameter)
        plays = [self.play(play.action, {**play.values, parameter.name: value}) for value in values]
        known = [one for one in plays if one is not None]
        edges = [
            (one if one.accepted == accepted else other)
            for one, other in pairwise(known)
            if one.accepted != other.accepted
        ]
        return self.rng.choice(edges) if edges else None

    def _scale(self, parameter: Parameter) -> list[Any]:
        """The values of a number, or evenly spread ones where they are many."""
        low, high = _range(parameter)
        step = max(1, (high - low) // FAR)
        if parameter.type.kind == "money":
            step = max(500, -(-step // 500) * 500)
            low = -(-low // 500) * 500
        numbers = range(low, high + 1, step)
        return [self._day(one) for one in numbers] if parameter.type.kind == "date" else list(numbers)

    def values(self, action: Action, fixed: Mapping[str, Any]) -> dict[str, Any] | None:
        """Arguments that fit the tool, allowed or not; None where there is no row to take."""
        values: dict[str, Any] = {}
        for parameter in action.parameters:
            if parameter.free_text:
                continue
            known = parameter.name in fixed
            value = fixed[parameter.name] if known else self._value(action, parameter, values)
            if value is None:
                return None
            values[parameter.name] = value
        return values

    def _value(self, action: Action, parameter: Parameter, values: Mapping[str, Any]) -> Any:
        kind = parameter.type.kind
        if kind == "ref":
            return self._row(action, parameter, values)
        if kind == "enum":
            return self.rng.choice(parameter.type.values)
        if kind == "bool":
            return self.rng.random() < 0.5
        if kind == "text":
            return Texts(self.rng.random()).text(parameter.like)
        if kind in ("int", "money", "date"):
            return self._number(parameter)
        return None

    def _number(self, parameter: Parameter) -> Any:
        low, high = _range(parameter)
        if parameter.type.kind == "money":
            unit = self.rng.choice([one for one in ROUND_MONEY if one <= max(high - low, 500)] or [1])
            return min(max(self.rng.randint(low, high) // unit * unit, low), high)
        number = self.rng.randint(low, high)
        if parameter.type.kind == "date":
            return self._day(number)
        return number if high - low < ROUND_FROM else min(max(number // 5 * 5, low), high)

    def _row(self, action: Action, parameter: Parameter, values: Mapping[str, Any]) -> str | None:
        keys = [key for key in self.scope.keys(parameter.type.entity) if key not in self.spare]
        keys = [key for key in keys if key not in values.values()]
        if (
            action.subject
            and parameter is action.parameters[0]
            and action.from_states
            and self.rng.random() < 0.93
        ):
            keys = [key for key in keys if self._state(parameter.type.entity, key) in action.from_states]
        return self.rng.choice(keys) if keys else None

    def _state(self, entity: str, key: str) -> str:
        return str(self.episode.rows(self.design.by_entity[entity].collection)[key].get(STATE, ""))

    def _day(self, days: int) -> str:
        return (self.episode.now.date() + dt.timedelta(days)).isoformat()

    def _says_nothing_new(self, action: Action, values: Mapping[str, Any]) -> bool:
        """Whether a field would be given the value that it has, by a play that nobody would ask for."""
        if not action.subject or action.creates:
            return False
        row = self.episode.rows(self.design.by_entity[action.subject].collection).get(
            values[action.subject], {}
        )
        given = [one for one in action.parameters[1:] if one.name in values and one.stored in row]
        return any(row[one.stored] == values[one.name] for one in given)


def requestable(design: Design) -> tuple[Action, ...]:
    """The actions that a person may ask for: lists of rows cannot be named in a request."""
    return tuple(one for one in design.actions if not one.answer and _can_be_named(one.parameters))


def _can_be_named(parameters: Sequence[Parameter]) -> bool:
    return all(one.type.kind != "refs" for one in parameters)


def _range(parameter: Parameter) -> tuple[int, int]:
    low = parameter.low if parameter.low is not None else 1
    return low, parameter.high if parameter.high is not None else low + FAR
