"""Start states: a world that was lived in, where most things can be done and some are about to fail."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from envscaler_mcp.blueprint.design import Action, Design
from envscaler_mcp.spec import Problem

from .arguments import Chooser, tool_arguments
from .founding import Founding
from .history import History, opened
from .live import Live, LiveEpisode
from .renaming import renamed
from .tightening import Tightening

State = dict[str, Any]

FIRST_DAY = dt.date(2026, 1, 12)
DAYS = 300
"""Now lies so many days after the first day, at most; it is a weekday."""
HOURS = (8, 11)
ATTEMPTS = 3
"""Start states that are made before the best of them must do."""
CALLS = 60
"""Calls of an action that are tried before it counts as impossible."""
ENOUGH = 0.8
"""Share of the actions that have to be possible for a start state to be taken at once."""
FEWEST = 4
SOME = 2
"""Rows of an entity that only actions make: fewer are a pity, with less than some it counts as empty."""


@dataclass(frozen=True)
class Start:
    """A start state, its time, and what is wanting in it."""

    state: State
    now: dt.datetime
    problems: tuple[Problem, ...] = ()


def start_state(design: Design, live: Live, seed: int) -> Start:
    """A start state: the same for the same design and seed, in any process.

    Args:
        design: of the environment.
        live: the compiled environment.
        seed: decides everything.
    """
    starts: list[Start] = []
    for attempt in range(ATTEMPTS):
        start = _lived_in(design, live, f"{design.name}/{'+'.join(design.options)}/{seed}/{attempt}")
        if _good(design, start):
            return start
        starts.append(start)
    return min(starts, key=lambda one: (_errors(one), len(one.problems)))


def check_start(design: Design, live: Live, start: Start) -> tuple[Problem, ...]:
    """What is wanting: broken rules, empty collections, actions that nothing can be done with."""
    begun = live.start(start.state, start.now, 0)
    broken = [
        Problem(code="rule_broken", where=one, message="the start state breaks it")
        for one in begun.broken_rules()
    ]
    return (*broken, *_empty(design, start.state), *_impossible(design, begun))


def possible(design: Design, begun: LiveEpisode, action: Action, seed: object) -> bool:
    """Whether some call of an action would be done now."""
    chooser, rng = Chooser.of(design, seed), random.Random(f"possible/{action.name}/{seed}")
    found = chooser.candidates(action, begun, begun.now.date(), rng)
    calls = (tool_arguments(action, arguments) for arguments in islice(found, CALLS))
    return any(begun.would(action.name, call) is None for call in calls)


def _lived_in(design: Design, live: Live, seed: str) -> Start:
    rng = random.Random(f"start/{seed}")
    chooser = Chooser.of(design, seed)
    now = _now(rng)
    founded = Founding(chooser, rng, now.date()).found()
    clock_seed = rng.randint(0, 10**6)
    played = History(chooser, rng, live.start(founded, now, clock_seed)).play().state()
    tightening = Tightening(chooser, lambda one: not live.start(one, now, 0).broken_rules(), now.date(), rng)
    tightening.tighten(played)
    state = renamed(design, opened(chooser, rng, live.start(played, now, clock_seed)).state())
    return Start(state, now, check_start(design, live, Start(state, now)))


def _now(rng: random.Random) -> dt.datetime:
    day = FIRST_DAY + dt.timedelta(rng.randint(0, DAYS))
    weekday = day - dt.timedelta(max(0, day.weekday() - 4))
    return dt.datetime.combine(weekday, dt.time(rng.randint(*HOURS)))


def _good(design: Design, start: Start) -> bool:
    impossible = sum(one.code == "impossible_action" for one in start.problems)
    return not _errors(start) and impossible <= (1 - ENOUGH) * len(design.actions)


def _errors(start: Start) -> int:
    return sum(one.severity == "error" for one in start.problems)


def _empty(design: Design, state: State) -> Iterator[Problem]:
    """Entities with too few rows; of those that come into being on the side, none at all is only a pity."""
    created = {one.creates for one in design.actions if not one.answer}
    for entity in design.entities:
        size, answer = len(state[entity.collection]), entity.name in _answers(design)
        least = 0 if answer else entity.rows[0] or (FEWEST if entity.name in created else 1)
        if size < least:
            yield Problem(
                code="too_few_rows",
                where=entity.collection,
                message=f"{size} rows, at least {least} wanted",
                severity="error" if size < SOME and least > 1 else "warning",
            )


def _answers(design: Design) -> frozenset[str]:
    """The entities that only hold what was answered."""
    return frozenset(one.creates for one in design.actions if one.answer)


def _impossible(design: Design, begun: LiveEpisode) -> Iterator[Problem]:
    for action in design.actions:
        if not action.answer and not possible(design, begun, action, 0):
            yield Problem(
                code="impossible_action",
                where=action.name,
                message=f"none of {CALLS} calls would be done in the start state",
                severity="warning",
            )
