"""What was used already: so that scenarios differ in actions, duties, measures, kinds and plans."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from .requests import Described, Event

Thing = TypeVar("Thing")
FONDNESS = 2
"""How strongly what was seldom used is preferred."""


def event_name(event: Event) -> str:
    """The name under which it is noted what happened to which row."""
    rows = [one.key for one in event.arguments.values() if isinstance(one, Described)]
    return f"event {event.duty} {' '.join(rows)}"


@dataclass
class Spread:
    """Counts over the scenarios of one environment; pass the same one to every `propose`."""

    used: Counter[str] = field(default_factory=Counter[str])
    plans: set[str] = field(default_factory=set[str])

    def note(self, names: Sequence[str]) -> None:
        """These were used."""
        self.used.update(names)

    def weight(self, name: str) -> float:
        """Between 0 and 1: the less used, the more."""
        return 1.0 / (1 + self.used[name]) ** FONDNESS

    def pick(self, rng: random.Random, things: Sequence[Thing], name: Callable[[Thing], str]) -> Thing:
        """One of them, the seldom used ones more often."""
        return rng.choices(things, [self.weight(name(one)) for one in things])[0]

    def shuffled(
        self, rng: random.Random, things: Sequence[Thing], name: Callable[[Thing], str]
    ) -> list[Thing]:
        """All of them, the seldom used ones mostly first."""
        return sorted(things, key=lambda one: -(rng.random() ** (1 / self.weight(name(one)))))
