"""What happened before the scenario begins: actions played by chance until there is enough of everything.

Rows that only actions make come to exist this way, in varied states and with every rule holding. The clock
runs from some weeks ago to now.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from envscaler_mcp.blueprint.design import STATE, Action, Entity
from envscaler_mcp.blueprint.expression.tree import Variable

from .arguments import Chooser, tool_arguments
from .driving import Driver
from .live import LiveEpisode
from .parts import Part
from .trees import given_values

SLICES = 10
"""So many times of the past at which something is done; the last one is now."""
DAYS = (14, 40)
"""How long ago the first is: as far back as days of the rows may lie, within these bounds."""
MAIN = (17, 27)
"""Rows of an entity that an action creates, and that has a lifecycle or is told by several fields."""
SIDE = (9, 15)
"""Rows of other entities that an action creates."""
ROWS = 57
"""Rows that a state is meant to have in all: where more were wished, each action makes fewer of them."""
LEAST = 0.5
"""What remains of a wish at least."""
MANY = 3
"""From so many main entities on, each of them has fewer rows."""
FEWEST = 3
"""Rows in each state, and of each entity that comes into being on the side, where that can be had."""
MOVES = 0.9
"""Steps of lifecycles for each row that was created."""
OTHERS = 2
"""So often each other action is done at most; one of them at each time."""
FOUNDED = 0.15
"""Share of rows that were there from the start and whose lifecycle may have moved on."""
ENDED = 0.3
"""Share of rows that may have come to an end: the others are there to be worked on."""
SIMILAR = 0.2
"""Share of new rows that are like an earlier one but for one argument."""


class History:
    """Plays what happened before `now` on an episode."""

    def __init__(self, chooser: Chooser, rng: random.Random, begun: LiveEpisode) -> None:
        self._design = chooser.design
        self._rng = rng
        self._now = begun.now
        self._done: Counter[str] = Counter()
        self._parts = chooser.knowledge.parts
        self._driver = Driver(chooser, rng, begun, self._parts, begun.now.date())
        self._models: set[str] = set()
        """Rows that another one is like already."""
        self._targets = self._fitting(dict(self._choose_targets()))

    def play(self) -> LiveEpisode:
        """The episode now."""
        for number in range(1, SLICES + 1):
            back = round(self._days * (SLICES - number) / (SLICES - 1))
            self._driver.episode = self._episode.later(self._now - dt.timedelta(back))
            self._create(number / SLICES)
            self._move()
            self._do_other()
            self._reach(once=True)
        self._create(1.0)
        self._reach()
        self._exist()
        return self._episode

    @property
    def _episode(self) -> LiveEpisode:
        return self._driver.episode

    @cached_property
    def _days(self) -> int:
        lows = [
            -one.low
            for entity in self._design.entities
            if not entity.rows[1]
            for one in entity.fields
            if one.type.kind == "date" and one.low is not None
        ]
        return max(DAYS[0], min(DAYS[1], max(lows, default=DAYS[1])))

    def _choose_targets(self) -> Iterator[tuple[str, int]]:
        """Entities that an action creates → how many rows there shall be of those that it created."""
        created = {one.action.creates for one in self._parts if one.action.creates}
        entities = [one for one in self._design.entities if one.name in created]
        main = [one for one in entities if _is_main(one)]
        share = 1.0 if len(main) < MANY else 0.7
        for one in entities:
            wanted = self._rng.randint(*(MAIN if one in main else SIDE)) * share
            yield one.name, round(wanted / (3 if one.rows[1] else 1))

    def _fitting(self, wishes: Mapping[str, int]) -> dict[str, int]:
        """Fewer rows where the state would be larger than it has to be for looking up to be necessary."""
        founded = sum(len(self._episode.rows(one.collection)) for one in self._design.entities)
        wished = sum(wish * self._made_with(name) for name, wish in wishes.items())
        share = min(1.0, max(LEAST, (ROWS - founded) / max(1, wished)))
        return {name: round(wish * share) for name, wish in wishes.items()}

    def _made_with(self, entity: str) -> int:
        """So many rows come to be together with one of an entity, itself among them."""
        return max(len(one.makes) for one in self._parts if one.action.creates == entity)

    def _create(self, share: float) -> None:
        """Let there be as many rows as there should be by now."""
        for name, target in self._targets.items():
            makers = [one for one in self._parts if one.action.creates == name]
            missing = round(target * share) - sum(self._done[one.action.name] for one in makers)
            for _ in range(missing):
                maker = self._rng.choice(makers)
                similar = self._like_an_earlier_one(maker.action)
                if not (self._try(maker, similar) or self._urge(maker)):
                    break

    def _move(self) -> None:
        """Rows go their way, the likelier the more of them wait and the fewer are where they go."""
        rows = sum(self._targets.values()) or 20
        for _ in range(max(2, round(rows * MOVES / SLICES))):
            weights = {one.action.name: self._weight(one) for one in self._parts}
            movers = [one for one in self._parts if weights[one.action.name]]
            while movers:
                mover = self._rng.choices(movers, [weights[one.action.name] for one in movers])[0]
                if self._try(mover):
                    break
                movers.remove(mover)

    def _weight(self, part: Part) -> float:
        action = part.action
        if action.creates or not part.to:
            return 0.0
        entity = self._design.by_entity[action.subject]
        states = self._states(entity)
        waiting = sum(states[one] for one in (action.from_states or entity.states) if one != part.to)
        if entity.rows[1]:
            moved = states.total() - states[entity.states[0]]
            if moved >= FOUNDED * states.total() and part.to != entity.states[0]:
                return 0.0
            return waiting / 4 / (1 + 2 * states[part.to])
        ends = not self._goes_on(entity.name, part.to)
        ended = sum(states[one] for one in entity.states if not self._goes_on(entity.name, one))
        if ends and ended >= ENDED * states.total():
            return 0.0
        return waiting / (1 + (4 if ends else 1) * states[part.to])

    def _states(self, entity: Entity) -> Counter[str]:
        return Counter(row[STATE] for row in self._episode.rows(entity.collection).values())

    def _goes_on(self, entity: str, state: str) -> bool:
        """Whether some action leads on from a state."""
        moves = (one.action for one in self._parts if one.to and one.action.subject == entity)
        return any(state in one.from_states for one in moves)

    def _do_other(self) -> None:
        """Something is changed: what was done least so far, first."""
        others = [one for one in self._parts if not one.action.creates and not one.to]
        rare = [one for one in others if self._done[one.action.name] < (1 if one.deletes else OTHERS)]
        if rare:
            self._try(self._rng.choices(rare, [1 / (1 + self._done[one.action.name]) for one in rare])[0])

    def _reach(self, *, once: bool = False) -> None:
        """In every state that actions lead to there are some rows; `once`: see to one of them."""
        rare = [one for one in self._parts if self._is_rare(one)]
        for part in self._rng.sample(rare, min(len(rare), 1)) if once else rare:
            for _ in range(1 if once else FEWEST):
                if self._is_rare(part):
                    self._urge(part)

    def _is_rare(self, part: Part) -> bool:
        """Whether few rows are in the state to which the action leads, or were ever."""
        entity = self._design.by_entity.get(part.action.subject)
        if entity is None or not part.to or entity.rows[1]:
            return False
        return self._states(entity)[part.to] < FEWEST and self._done[part.action.name] < 2 * FEWEST

    def _exist(self) -> None:
        """Entities that come into being on the side have some rows, too."""
        for entity in self._design.entities:
            makers = [one for one in self._parts if entity.name in one.makes]
            for _ in range(2 * FEWEST):
                if makers and len(self._episode.rows(entity.collection)) < FEWEST:
                    self._try(self._rng.choice(makers))

    def _urge(self, part: Part) -> bool:
        """Play an action whatever stands in its way, if that can be moved."""
        arguments = self._driver.enable(part.action)
        if arguments is not None:
            self._episode.call(part.action.name, tool_arguments(part.action, arguments))
            self._done[part.action.name] += 1
        return arguments is not None

    def _try(self, part: Part, fixed: Mapping[str, Any] | None = None) -> bool:
        done = self._driver.play(part.action, fixed)
        self._done[part.action.name] += done
        return done

    def _like_an_earlier_one(self, action: Action) -> dict[str, Any]:
        """The arguments that made an earlier row, but for one."""
        entity = self._design.by_entity[action.creates]
        rows = self._episode.rows(entity.collection)
        models = [row for key, row in rows.items() if key not in self._models]
        if not models or self._rng.random() > SIMILAR:
            return {}
        model = self._rng.choice(models)
        self._models.add(model["id"])
        given = {
            value.name: model[entity.field(field).stored]
            for field, value in given_values(action).items()
            if isinstance(value, Variable) and not (entity.field(field).title or entity.field(field).unique)
        }
        own = [name for name in given if name in {one.name for one in action.parameters}]
        left_out = self._rng.choice(own) if own else ""
        return {name: given[name] for name in own if name != left_out}


def opened(chooser: Chooser, rng: random.Random, episode: LiveEpisode) -> LiveEpisode:
    """The episode after what it takes for each action to be possible now, with some row."""
    parts = chooser.knowledge.parts
    driver = Driver(chooser, rng, episode, parts, episode.now.date())
    for part in (*parts, *reversed(parts), *reversed(parts)):
        if not driver.possible(part.action):
            driver.enable(part.action)
    return driver.episode


def _is_main(entity: Entity) -> bool:
    told = [one for one in entity.fields if one.phrase or one.title]
    return not entity.log and (len(entity.states) > 1 or len(told) > 2)
