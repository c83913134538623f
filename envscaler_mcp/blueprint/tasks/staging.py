"""Start states in which an event has consequences: what has happened so far is told a little further."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from envscaler_mcp.blueprint.design import STATE, Action, Design, Duty, Entity, Field
from envscaler_mcp.blueprint.expression.evaluate import Scope, StateRows, from_json
from envscaler_mcp.blueprint.world.live import Live, LiveEpisode
from envscaler_mcp.blueprint.world.renaming import renamed
from envscaler_mcp.blueprint.world.start import Start

from .following import tool_arguments
from .making import Maker
from .playing import Player
from .situations import CONSEQUENCES, happenings
from .spread import Spread

WANTED = (2, 4)
"""So many rows are to be due after an event."""
STAGES = 3
"""So many start states are made for a duty, beside the one that was given."""
OCCASIONS = 6
"""So many rows are tried for the event of one of them."""
MOVES = 40
"""So many things are tried to let one more row be due."""
REWRITTEN = 0.5
"""How often a row is rewritten, in place of something that is done."""
OTHER_DAYS = 6
"""So many other days are tried for a row that is rewritten."""
FAR = 40
"""Days without a range are moved so far, at most."""


@dataclass
class Stage:
    """The start states that hard tasks of one environment begin in.

    Args:
        design: of the environment.
        live: its class.
        start: the start state that was given.
        rng: decides.
        spread: what was used before.
    """

    design: Design
    live: Live
    start: Start
    rng: random.Random
    spread: Spread
    _makers: dict[str, list[Maker]] = field(default_factory=dict[str, list[Maker]])
    _given: list[Maker] = field(default_factory=list[Maker])

    @property
    def given(self) -> Maker:
        """Works on the start state as it was given."""
        if not self._given:
            self._given.append(self._maker(self.start.state))
        return self._given[0]

    def maker(self) -> Maker:
        """Works on a start state in which some duty, mostly one seldom used, has consequences."""
        if not self.design.duties:
            return self.given
        duty = self.spread.pick(self.rng, self.design.duties, lambda one: f"duty {one.name}")
        known = self._makers.setdefault(duty.name, [self.given])
        if len(known) <= STAGES and self.rng.random() < 1 / len(known) + 0.2:
            known.append(self._staged(duty) or self.given)
        return self.rng.choice(known[1:] or known)

    def _maker(self, state: Mapping[str, Any]) -> Maker:
        return Maker(self.design, self.live.start(dict(state), self.start.now, 0), self.rng, self.spread)

    def _staged(self, duty: Duty) -> Maker | None:
        action = self.design.by_action[duty.after]
        for values in self._occasions(action, duty):
            ready = self._ready(self.given.start, action, values)
            staged = ready and self._told_further(ready, duty, action, values)
            if staged:
                maker = self._maker(renamed(self.design, staged.state()))
                if any(one.duty.name == duty.name for one in happenings(maker, CONSEQUENCES)):
                    return maker
        return None

    def _occasions(self, action: Action, duty: Duty) -> Iterator[Mapping[str, Any]]:
        """Arguments of the event; rows that many rows of the duty's kind refer to come first."""
        player = self.given.player()
        keys = self.given.scope.keys(action.subject) if action.subject else []
        held = self.given.start.rows(self.design.by_entity[duty.entity].collection).values()
        near = {key: sum(key in row.values() for row in held) for key in keys}
        used = {key: self.spread.used[f"event {duty.name} {key}"] for key in keys}
        ordered = sorted(keys, key=lambda key: 2 * used[key] - min(near[key], 3) - 3 * self.rng.random())
        for fixed in [{action.subject: key} for key in ordered[:OCCASIONS]] or [{}] * OCCASIONS:
            values = player.values(action, fixed)
            if values is not None:
                yield values

    def _ready(self, episode: LiveEpisode, action: Action, values: Mapping[str, Any]) -> LiveEpisode | None:
        """Bring the subject of the event into a state in which the event can happen."""
        key = str(values.get(action.subject, ""))
        if not action.from_states or self._state(episode, action, key) in action.from_states:
            return episode
        for other in self.design.actions:
            if other.subject == action.subject and other is not action and not other.answer:
                for trial in self._played(episode, other, {other.subject: key}, 4):
                    if self._state(trial, action, key) in action.from_states:
                        return trial
        return None

    def _state(self, episode: LiveEpisode, action: Action, key: str) -> str:
        rows = episode.rows(self.design.by_entity[action.subject].collection)
        return str(rows[key][STATE]) if key in rows else ""

    def _told_further(
        self, episode: LiveEpisode, duty: Duty, action: Action, values: Mapping[str, Any]
    ) -> LiveEpisode | None:
        """Play what lets more rows be due, until there are enough."""
        count = len(self._due(episode, duty, action, values))
        enough = self.rng.randint(*WANTED)
        for _ in range(MOVES):
            if count >= enough:
                break
            way = self._rewritten if self.rng.random() < REWRITTEN else self._better
            better = way(episode, duty, action, values, count)
            if better is not None:
                episode, count = better, len(self._due(better, duty, action, values))
        return episode if WANTED[0] <= count <= WANTED[1] + 1 else None

    def _better(
        self, episode: LiveEpisode, duty: Duty, action: Action, values: Mapping[str, Any], count: int
    ) -> LiveEpisode | None:
        """One thing, or two in a row, after which more rows are due."""
        rows = {str(value) for value in values.values()}
        other, fixed = self._move(episode, duty, rows)
        for trial in self._played(episode, other, fixed, 3) if other else ():
            if len(self._due(trial, duty, action, values)) > count:
                return trial
            fresh = _touched(episode, trial, self.design.by_entity[duty.entity].collection)
            for key in fresh[:1]:
                for further in self.design.actions:
                    if further.subject == duty.entity and not further.answer and further.name != action.name:
                        for second in self._played(trial, further, {further.subject: key}, 1):
                            if len(self._due(second, duty, action, values)) > count:
                                return second
        return None

    def _rewritten(
        self, episode: LiveEpisode, duty: Duty, action: Action, values: Mapping[str, Any], count: int
    ) -> LiveEpisode | None:
        """A row of the duty's kind as it might have been: it refers to a row of the event, on another day."""
        entity = self.design.by_entity[duty.entity]
        rows = episode.rows(entity.collection)
        told = [one for one in entity.fields if one.type.kind == "ref" and not one.unique]
        said = {one.type.entity: str(values[one.name]) for one in action.parameters if one.name in values}
        told = [one for one in told if one.type.entity in said]
        free = sorted(rows.keys() - set(self._due(episode, duty, action, values)))
        if not told or not free:
            return None
        key, link = self.rng.choice(free), self.rng.choice(told)
        linked = {**rows[key], link.stored: said[link.type.entity]}
        for changed in self._as_it_might_be(entity, linked):
            state = episode.state()
            state[entity.collection][key] = changed
            if not self._would_be_due(duty, action, values, state, key):
                continue
            trial = self._lawful(state)
            if trial and len(self._due(trial, duty, action, values)) > count:
                return trial
        return None

    def _as_it_might_be(self, entity: Entity, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The row on other days, as it stands and as it might stand."""
        for state in dict.fromkeys([row.get(STATE), *entity.states]):
            standing = {**row, STATE: state} if state else row
            yield standing
            yield from self._on_other_days(entity, standing)

    def _would_be_due(
        self, duty: Duty, action: Action, values: Mapping[str, Any], state: Mapping[str, Any], key: str
    ) -> bool:
        """Whether a duty done before its event would be about a row; of others nothing is known yet."""
        if not duty.first or duty.where is None:
            return True
        bindings = {one.name: from_json(values.get(one.name), one.type) for one in action.parameters}
        scope = Scope(self.design, StateRows(state), self.start.now.date())
        return bool(scope.value(duty.where, {**bindings, duty.variable: key}))

    def _on_other_days(self, entity: Entity, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The row with its days moved."""
        days = [one for one in entity.fields if one.type.kind == "date" and row[one.stored] is not None]
        for _ in range(OTHER_DAYS if days else 0):
            low, high = days[0].low, days[0].high
            span = high - low if low is not None and high is not None else FAR
            by = dt.timedelta(self.rng.randint(-span, span))
            moved = {one.stored: dt.date.fromisoformat(row[one.stored]) + by for one in days}
            if all(self._in_range(one, moved[one.stored]) for one in days):
                yield {**row, **{name: day.isoformat() for name, day in moved.items()}}

    def _in_range(self, told: Field, day: dt.date) -> bool:
        today = self.start.now.date()
        low, high = (dt.timedelta(one if one is not None else 0) for one in (told.low, told.high))
        return told.low is None or told.high is None or today + low <= day <= today + high

    def _lawful(self, state: Mapping[str, Any]) -> LiveEpisode | None:
        """An episode that begins so, if no rule is broken."""
        episode = self.live.start(dict(state), self.start.now, 0)
        return None if episode.broken_rules() else episode

    def _move(self, episode: LiveEpisode, duty: Duty, rows: set[str]) -> tuple[Action | None, dict[str, Any]]:
        """Something to do with a row of the event, or with a row of the duty's kind that refers to one."""
        near = [
            key
            for key, row in episode.rows(self.design.by_entity[duty.entity].collection).items()
            if rows & {value for value in row.values() if isinstance(value, str)}
        ]
        choices = [
            (one, {parameter.name: key})
            for one in self.design.actions
            if not one.answer and one.name != duty.after
            for parameter in one.parameters
            if parameter.type.kind == "ref"
            for key in self._fitting(parameter.type.entity, duty, sorted(rows), near)
        ]
        return self.rng.choice(choices) if choices else (None, {})

    def _fitting(self, entity: str, duty: Duty, rows: list[str], near: list[str]) -> list[str]:
        known = set(self.given.scope.keys(entity))
        of_event = [key for key in rows if key in known]
        return [*of_event, *(near if entity == duty.entity else [])]

    def _played(
        self, episode: LiveEpisode, action: Action, fixed: Mapping[str, Any], most: int
    ) -> Iterator[LiveEpisode]:
        """Forks on which an action was played."""
        player = Player(self.design, episode, self.rng)
        for play in player.plays(action, fixed, tries=6 * most):
            if play.accepted:
                trial = episode.fork()
                trial.call(action.name, tool_arguments(action, play.values))
                yield trial
                most -= 1
            if not most:
                return

    def _due(self, episode: LiveEpisode, duty: Duty, action: Action, values: Mapping[str, Any]) -> list[str]:
        """The rows that are due when the event comes, or after it."""
        if not duty.first:
            episode = episode.fork()
            episode.call(action.name, tool_arguments(action, values))
        scope = Scope(self.design, episode, episode.now.date())
        bindings = {one.name: from_json(values.get(one.name), one.type) for one in action.parameters}
        try:
            return list(scope.where(duty.variable, duty.entity, duty.where, bindings))
        except (KeyError, TypeError, ZeroDivisionError):
            return []


def _touched(before: LiveEpisode, after: LiveEpisode, collection: str) -> list[str]:
    """The rows of a collection that are new or not as they were."""
    rows = before.rows(collection)
    return [key for key, row in after.rows(collection).items() if key not in rows or rows[key] != row]
