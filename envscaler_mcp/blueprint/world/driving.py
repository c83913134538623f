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
STARTS = 16
"""Calls that are tried to be made possible."""
STEPS = 4
"""Steps taken for one of them."""
MOVERS = 4
WAYS = 4
"""Actions, and calls of each, that are tried for one step."""


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

    def enable(self, action: Action) -> Arguments | None:
        """Play other actions until some call of this one would be done; that call, or None."""
        for _ in range(STARTS):
            begun = next(self._candidates(action, {}, careful=False), None)
            if begun is None:
                self._bring(action)
            elif self._cleared(action, begun):
                return begun
        return None

    def _cleared(self, action: Action, arguments: Arguments) -> bool:
        """Take steps that lead to another refusal, until there is none."""
        met: list[str] = []
        while (code := self._code(self.episode, action, arguments)) is not None:
            if code in met or len(met) == STEPS or not self._step(action, arguments, [*met, code]):
                return False
            met.append(code)
        return True

    def _step(self, action: Action, arguments: Arguments, met: list[str]) -> bool:
        """Play one action after which the call is not refused as it was before; whether there is one."""
        for mover in self._movers(action, met[-1]):
            shared = mover.action.subject and mover.action.subject == action.subject
            fixed = {action.subject: arguments[action.subject]} if shared else {}
            for one in islice(self._candidates(mover.action, fixed, careful=True), WAYS):
                moved = self.episode.fork()
                refused = moved.call(mover.action.name, tool_arguments(mover.action, one)).is_error
                if not refused and self._code(moved, action, arguments) not in met:
                    self.episode = moved
                    return True
        return False

    def _movers(self, action: Action, code: str) -> list[Part]:
        """Actions that may change what the refusal depends on."""
        about = self._grounds.get((action.name, code)) or self._grounds.get(("", code), frozenset())
        movers = [one for one in self._parts if one.writes & about and one.action != action]
        return self._rng.sample(movers, min(len(movers), MOVERS))

    def _bring(self, action: Action) -> None:
        """Bring some row of the subject's into a state from which the action goes."""
        movers = [
            one
            for one in self._parts
            if (one.action.subject == action.subject and one.to in action.from_states)
            or action.subject in one.makes
        ]
        if movers:
            self.play(self._rng.choice(movers).action)

    def _candidates(self, action: Action, fixed: Mapping[str, Any], *, careful: bool) -> Iterator[Arguments]:
        return self._chooser.candidates(
            action,
            self.episode,
            self.episode.now.date(),
            self._rng,
            fixed=fixed,
            aim=self._aim,
            careful=careful,
        )

    @staticmethod
    def _code(episode: LiveEpisode, action: Action, arguments: Arguments) -> str | None:
        return episode.would(action.name, tool_arguments(action, arguments))
