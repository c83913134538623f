"""Making an action possible: what stands in its way is moved by other actions, one step at a time."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from envscaler_mcp.blueprint.design import Action, Design

from .arguments import Arguments, Chooser, tool_arguments
from .live import LiveEpisode
from .parts import Part

CALLS = 16
"""Calls that are tried of an action before it counts as impossible for the time being."""
STARTS = 8
"""Calls that are tried to be made possible."""
NEARBY = 8
"""Calls of which the one that is refused last is chosen."""
STEPS = 4
"""Steps taken for one of them."""
DEEPEST = 2
"""Actions that lead to a state from which another one goes, one behind the other."""
MOVERS = 4
WAYS = 4
"""Actions, and calls of each, that are tried for one step."""
NEW_ROWS = 24
"""Rows that are made for one call, if nothing else helps."""
CALLS_IN_ALL = 2500
"""After so many calls nothing is made possible any more."""
WRONG_STATE = "wrong_state"


class Driver:
    """Plays actions on an episode, which grows under it; `episode` is where it stands."""

    def __init__(
        self,
        chooser: Chooser,
        rng: random.Random,
        episode: LiveEpisode,
        parts: tuple[Part, ...],
        aim: dt.date,
    ) -> None:
        self.episode = episode
        self._design: Design = chooser.design
        self._chooser = chooser
        self._rng = rng
        self._parts = parts
        self._aim = aim
        self._grounds = chooser.knowledge.grounds
        self._tried = 0

    def play(self, action: Action, fixed: Mapping[str, Any] | None = None, calls: int = CALLS) -> bool:
        """Play an action with some arguments; whether that succeeded."""
        return self._done(self.episode, action, fixed or {}, calls)

    def possible(self, action: Action) -> bool:
        """Whether some call of the action would be done now."""
        return any(
            self._code(self.episode, action, one) is None
            for one in islice(self._candidates(action, {}), CALLS)
        )

    def enable(self, action: Action, deep: int = 0) -> Arguments | None:
        """Play other actions until some call of this one would be done; that call, or None."""
        for _ in range(STARTS >> deep):
            if self._tried > CALLS_IN_ALL:
                return None
            begun = self._nearest(action)
            cleared = self._cleared(self.episode, action, begun) if begun is not None else None
            if cleared is not None:
                self.episode = cleared
                return begun
            if begun is None and not self._bring(action, deep):
                return None
        return self._with_a_new_row(action)

    def _with_a_new_row(self, action: Action) -> Arguments | None:
        """A call on a row that is made for it and brought as far as it has to be."""
        makers = [
            one.action for one in self._parts if action.subject and one.action.creates == action.subject
        ]
        path = self._path_to(action) if makers else None
        for _ in range(NEW_ROWS if path is not None else 0):
            if self._tried > CALLS_IN_ALL:
                return None
            episode: LiveEpisode | None = self.episode.fork()
            key = self._made(episode, self._rng.choice(makers), action.subject)
            for one in path or () if key else ():
                episode = self._gone(episode, one, {action.subject: key}) if episode else None
            for one in (
                islice(self._candidates(action, {action.subject: key}, of=episode), WAYS) if key else ()
            ):
                if episode and self._code(episode, action, one) is None:
                    self.episode = episode
                    return one
        return None

    def _gone(self, episode: LiveEpisode, action: Action, fixed: Mapping[str, Any]) -> LiveEpisode | None:
        """The episode after a step on a row, with what had to be moved for it."""
        begun = next(self._candidates(action, fixed, careful=False, of=episode), None)
        cleared = self._cleared(episode, action, begun) if begun is not None else None
        if cleared is not None and begun is not None:
            cleared = cleared.fork()
            cleared.call(action.name, tool_arguments(action, begun))
        return cleared

    def _made(self, episode: LiveEpisode, maker: Action, entity: str) -> str:
        """The key of a new row."""
        before = episode.fork()
        self._done(episode, maker, {})
        return self._new_row(before, episode, entity)

    def _done(
        self, episode: LiveEpisode, action: Action, fixed: Mapping[str, Any], calls: int = WAYS
    ) -> bool:
        return any(
            self._succeeds(episode, action, one)
            for one in islice(self._candidates(action, fixed, of=episode), calls)
        )

    def _path_to(self, action: Action) -> list[Action] | None:
        """The fewest actions that bring a new row into a state from which this one goes."""
        states = self._design.by_entity[action.subject].states
        paths: dict[str, list[Action]] = {states[0]: []} if states else {}
        for state in (waiting := list(paths)):
            for one in self._parts:
                goes = one.action.subject == action.subject and state in one.action.from_states
                if goes and one.to and one.to not in paths:
                    paths[one.to] = [*paths[state], one.action]
                    waiting.append(one.to)
        wanted = [one for one in paths if not action.from_states or one in action.from_states]
        return paths[wanted[0]] if wanted else (None if states else [])

    def _nearest(self, action: Action) -> Arguments | None:
        """Of some calls, one that is refused last: for a rule, or for a late requirement."""
        order = {one.code: place for place, one in enumerate(action.requires)}
        order |= {WRONG_STATE: -1}
        calls = [
            (order.get(self._code(self.episode, action, one) or "", len(order)), place, one)
            for place, one in enumerate(islice(self._candidates(action, {}, careful=False), NEARBY))
        ]
        return max(calls, key=lambda call: call[:2])[2] if calls else None

    def _cleared(self, episode: LiveEpisode, action: Action, arguments: Arguments) -> LiveEpisode | None:
        """The episode after steps from one refusal to another, until there is none; None: no way."""
        met = [WRONG_STATE]
        while (code := self._code(episode, action, arguments)) is not None:
            met.append(code)
            moved = self._step(episode, action, arguments, met) if len(met) <= STEPS else None
            if moved is None:
                return None
            episode = moved
        return episode

    def _step(
        self, episode: LiveEpisode, action: Action, arguments: Arguments, met: list[str]
    ) -> LiveEpisode | None:
        """The episode after a call that makes the refusal another one than those met so far."""
        movers = self._movers(action, met[-1])
        for mover in movers:
            fixed = self._shared(action, arguments, mover.action)
            for one in islice(self._candidates(mover.action, fixed, of=episode), WAYS):
                moved = episode.fork()
                if not self._succeeds(moved, mover.action, one):
                    continue
                if self._code(moved, action, arguments) not in met:
                    return moved
                further = self._step_on(episode, moved, mover, movers)
                if further is not None and self._code(further, action, arguments) not in met:
                    return further
        return None

    def _step_on(
        self, before: LiveEpisode, moved: LiveEpisode, mover: Part, movers: list[Part]
    ) -> LiveEpisode | None:
        """The episode after another action on the row that the first one made."""
        entity = mover.action.creates
        key = self._new_row(before, moved, entity) if entity else ""
        for follower in movers if key else ():
            further = moved.fork()
            if follower.action.subject == entity and self._done(further, follower.action, {entity: key}):
                return further
        return None

    def _shared(self, action: Action, arguments: Arguments, mover: Action) -> Arguments:
        """The rows of the blocked call that the other action takes, too."""
        rows = {one.type.entity: arguments[one.name] for one in action.parameters if one.type.kind == "ref"}
        wanted = [one for one in mover.parameters if one.type.kind == "ref" and rows.get(one.type.entity)]
        once = {one.type.entity: one.name for one in reversed(wanted)}
        return {name: rows[entity] for entity, name in once.items()}

    def _new_row(self, before: LiveEpisode, after: LiveEpisode, entity: str) -> str:
        collection = self._design.by_entity[entity].collection
        old = before.rows(collection)
        return next((key for key in after.rows(collection) if key not in old), "")

    def _movers(self, action: Action, code: str) -> list[Part]:
        """Actions that may change what the refusal depends on."""
        about = self._grounds.get((action.name, code)) or self._grounds.get(("", code), frozenset())
        movers = [one for one in self._parts if one.writes & about and one.action != action]
        return self._rng.sample(movers, min(len(movers), MOVERS))

    def _bring(self, action: Action, deep: int) -> bool:
        """Bring some row of the subject's into a state from which the action goes."""
        entity = self._design.by_entity.get(action.subject)
        states = action.from_states or (entity.states if entity else ())
        new = entity is not None and (not states or entity.states[0] in states)
        movers = [
            one
            for one in self._parts
            if (one.action.subject == action.subject and one.to in states)
            or (new and one.action.creates == action.subject)
        ]
        if not movers or deep == DEEPEST:
            return False
        mover = self._rng.choice(movers).action
        arguments = self.enable(mover, deep + 1)
        if arguments is not None:
            self.episode.call(mover.name, tool_arguments(mover, arguments))
        return arguments is not None

    def _candidates(
        self, action: Action, fixed: Mapping[str, Any], *, careful: bool = True, of: LiveEpisode | None = None
    ) -> Iterator[Arguments]:
        episode = of or self.episode
        return self._chooser.candidates(
            action, episode, episode.now.date(), self._rng, fixed=fixed, aim=self._aim, careful=careful
        )

    def _succeeds(self, episode: LiveEpisode, action: Action, arguments: Arguments) -> bool:
        self._tried += 1
        return not episode.call(action.name, tool_arguments(action, arguments)).is_error

    def _code(self, episode: LiveEpisode, action: Action, arguments: Arguments) -> str | None:
        self._tried += 1
        return episode.would(action.name, tool_arguments(action, arguments))
