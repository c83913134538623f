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
from .parts import Part, grounds

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
        self._grounds = grounds(chooser.design)

    def play(self, action: Action, fixed: Mapping[str, Any] | None = None, *, calls: int = CALLS) -> bool:
        """Play an action with some arguments; whether that succeeded."""
        return any(
            not self.episode.call(action.name, tool_arguments(action, one)).is_error
            for one in islice(self._candidates(action, fixed or {}, careful=True), calls)
        )

    def possible(self, action: Action) -> bool:
        """Whether some call of the action would be done now."""
        return any(
            self._code(self.episode, action, one) is None
            for one in islice(self._candidates(action, {}, careful=True), CALLS)
        )

    def enable(self, action: Action, deep: int = 0) -> Arguments | None:
        """Play other actions until some call of this one would be done; that call, or None."""
        for _ in range(STARTS >> deep):
            begun = self._nearest(action)
            if begun is not None and self._cleared(action, begun):
                return begun
            if begun is None and not self._bring(action, deep):
                return None
        return None

    def _nearest(self, action: Action) -> Arguments | None:
        """Of some calls, one that is refused last: for a rule, or for a late requirement."""
        order = {one.code: place for place, one in enumerate(action.requires)}
        order |= {WRONG_STATE: -1}
        calls = [
            (order.get(self._code(self.episode, action, one) or "", len(order)), place, one)
            for place, one in enumerate(islice(self._candidates(action, {}, careful=False), NEARBY))
        ]
        return max(calls, key=lambda call: call[:2])[2] if calls else None

    def _cleared(self, action: Action, arguments: Arguments) -> bool:
        """Take steps that lead from one refusal to another, until there is none; if there is no way, none."""
        episode, met = self.episode, [WRONG_STATE]
        while (code := self._code(episode, action, arguments)) is not None:
            met.append(code)
            moved = self._step(episode, action, arguments, met) if len(met) <= STEPS else None
            if moved is None:
                return False
            episode = moved
        self.episode = episode
        return True

    def _step(
        self, episode: LiveEpisode, action: Action, arguments: Arguments, met: list[str]
    ) -> LiveEpisode | None:
        """The episode after a call that makes the refusal another one than those met so far."""
        for mover in self._movers(action, met[-1]):
            shared = mover.action.subject and mover.action.subject == action.subject
            fixed = {action.subject: arguments[action.subject]} if shared else {}
            for one in islice(self._candidates(mover.action, fixed, careful=True, of=episode), WAYS):
                moved = episode.fork()
                refused = moved.call(mover.action.name, tool_arguments(mover.action, one)).is_error
                if not refused and self._code(moved, action, arguments) not in met:
                    return moved
        return None

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
        self, action: Action, fixed: Mapping[str, Any], *, careful: bool, of: LiveEpisode | None = None
    ) -> Iterator[Arguments]:
        episode = of or self.episode
        return self._chooser.candidates(
            action, episode, episode.now.date(), self._rng, fixed=fixed, aim=self._aim, careful=careful
        )

    @staticmethod
    def _code(episode: LiveEpisode, action: Action, arguments: Arguments) -> str | None:
        return episode.would(action.name, tool_arguments(action, arguments))
