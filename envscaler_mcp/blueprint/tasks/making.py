"""The bench on which recipes put requests together: a start state, names for its rows, actions."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from envscaler_mcp.blueprint.design import Action, Design
from envscaler_mcp.blueprint.english.describe import describe
from envscaler_mcp.blueprint.expression.evaluate import Scope
from envscaler_mcp.blueprint.world.driving import WRONG_STATE
from envscaler_mcp.blueprint.world.live import LiveEpisode

from .following import Followed, Unclear, follow
from .neighbours import look_alikes
from .playing import Play, Player, requestable
from .requests import Described, Do, Request, Value
from .spread import Spread

BEST_OF = 4
"""So many plays are compared, and the most interesting one is taken."""


@dataclass
class Maker:
    """What recipes work with.

    Args:
        design: of the environment.
        start: its start; never changed.
        rng: decides.
        spread: what was used before.
    """

    design: Design
    start: LiveEpisode
    rng: random.Random
    spread: Spread
    _names: dict[tuple[str, str], Described | None] = field(
        default_factory=dict[tuple[str, str], "Described | None"]
    )
    _state: dict[str, Any] = field(default_factory=dict[str, Any])
    events: list[Any] = field(default_factory=list[Any])
    """What can happen, once it was looked for."""

    @property
    def scope(self) -> Scope:
        """Expressions, asked of the start state."""
        return Scope(self.design, self.start, self.start.now.date())

    @property
    def state(self) -> Mapping[str, Any]:
        """The start state."""
        if not self._state:
            self._state.update(self.start.state())
        return self._state

    def player(self, episode: LiveEpisode | None = None) -> Player:
        """Finds plays on the start, or on an episode that went on from it."""
        return Player(self.design, episode or self.start, self.rng)

    def actions(self) -> list[Action]:
        """The actions that can be asked for, those seldom used mostly first."""
        return self.spread.shuffled(self.rng, requestable(self.design), lambda one: f"action {one.name}")

    def named(self, entity: str, key: str) -> Described | None:
        """A row of the start state by its marks."""
        if (entity, key) not in self._names:
            known = key in self.state[self.design.by_entity[entity].collection]
            name = describe(self.design, self.state, entity, key, self.rng.random()) if known else None
            self._names[entity, key] = name
        return self._names[entity, key]

    def request(self, play: Play, **given: Value) -> Do | None:
        """A play as a request; some of its arguments may be given in another way."""
        arguments = self.arguments(play, **given)
        return None if arguments is None else Do(play.action.name, arguments)

    def arguments(self, play: Play, **given: Value) -> dict[str, Value] | None:
        """The arguments of a play with rows by their marks; None where one cannot be named."""
        said: dict[str, Value] = {}
        for parameter in play.action.parameters:
            if parameter.name in given:
                said[parameter.name] = given[parameter.name]
            elif parameter.name in play.values:
                value = play.values[parameter.name]
                name = self.named(parameter.type.entity, value) if parameter.type.kind == "ref" else value
                if name is None:
                    return None
                said[parameter.name] = name
        return said

    def best_play(
        self,
        action: Action,
        *,
        accepted: bool,
        player: Player | None = None,
        fixed: Mapping[str, Any] | None = None,
        tries: int = 24,
    ) -> Play | None:
        """The most interesting of a few plays: on the edge of what is allowed, with look-alikes around."""
        playing = player or self.player()
        found: list[Play] = []
        for play in playing.plays(action, fixed, tries=tries):
            if (
                play.accepted == accepted
                and self.arguments(play) is not None
                and (accepted or self.worth_asking(play))
            ):
                found.append(playing.edge(play, accepted=accepted) if self.rng.random() < 0.5 else play)
            if len(found) == BEST_OF:
                break
        return max(found, key=lambda play: self.interest(playing, play), default=None)

    def worth_asking(self, play: Play) -> bool:
        """Whether somebody might ask for what is refused: a rule's reason says more than a wrong state."""
        return play.code != WRONG_STATE or self.rng.random() < 0.35

    def interest(self, player: Player, play: Play) -> float:
        """How tempting the wrong ways are: variants that come out the other way, and look-alikes of rows."""
        others = [one.accepted != play.accepted for one in player.variants(play)]
        alike = [len(look_alikes(self.scope, name)) for name in self._names_in(play)]
        return sum(others) + min(sum(alike), 3) + self.rng.random()

    def _names_in(self, play: Play) -> list[Described]:
        said = self.arguments(play) or {}
        return [one for one in said.values() if isinstance(one, Described)]

    def followed(self, *requests: Request) -> Followed | None:
        """Where requests lead; None where they are not clear."""
        try:
            return follow(self.design, self.start, requests)
        except Unclear:
            return None
