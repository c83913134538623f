"""Recipes for hard tasks: an event of which the policy says what follows, and requests that depend on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from envscaler_mcp.blueprint.design import Action, Duty
from envscaler_mcp.blueprint.world.live import LiveEpisode

from .following import Followed, tool_arguments
from .making import Maker
from .playing import Play
from .requests import Do, Event
from .simple import Requests, changed_figure, walk
from .spread import event_name

ROWS = 40
"""So many rows of each kind are looked at for an event."""
PLAYED = 12
"""So many events of a duty are played out."""
CONSEQUENCES = 2
MOST_CONSEQUENCES = 6


@dataclass(frozen=True)
class Happening:
    """An event, and what comes of it."""

    event: Event
    duty: Duty
    followed: Followed

    @property
    def consequences(self) -> int:
        """The calls that the duty asks for."""
        return sum(step.role == "duty" for step in self.followed.steps)

    @property
    def interest(self) -> int:
        """Many consequences, of different kinds, and attempts that had to be passed over."""
        done = [step for step in self.followed.steps if step.role == "duty"]
        kinds, passed = {step.call.tool for step in done}, [step for step in done if step.passed_over]
        return min(len(done), 4) + 2 * len(kinds) + 2 * min(len(passed), 2)


def situation(maker: Maker) -> Iterator[Requests]:
    """An event with several consequences."""
    for one in happenings(maker, CONSEQUENCES):
        yield [one.event]


def situation_then_request(maker: Maker) -> Iterator[Requests]:
    """An event, and something that it makes possible, or impossible."""
    for one in happenings(maker, CONSEQUENCES):
        asked = _affected(maker, one.followed)
        if asked:
            yield [one.event, asked]


def situation_then_figure(maker: Maker) -> Iterator[Requests]:
    """An event, and a figure that it changes."""
    for one in happenings(maker, CONSEQUENCES):
        told = changed_figure(maker, [one.event])
        if told:
            yield [one.event, told]


def request_then_situation(maker: Maker) -> Iterator[Requests]:
    """Something allowed that changes what the event after it comes to."""
    for one in happenings(maker, CONSEQUENCES):
        rows = _rows(one.followed)
        asked = walk(maker, maker.start.fork(), 1, rows)
        if asked:
            yield [*asked, one.event]


def two_situations(maker: Maker) -> Iterator[Requests]:
    """Two events, one after the other."""
    found = happenings(maker, 1)
    for place, one in enumerate(found):
        for other in found[place + 1 :]:
            if (
                other.event.arguments != one.event.arguments
                and one.consequences + other.consequences > CONSEQUENCES
            ):
                yield [one.event, other.event]
                break


def chain(maker: Maker) -> Iterator[Requests]:
    """One thing unlocks another; and a third is no longer allowed."""
    for action in maker.actions()[:4]:
        play = maker.best_play(action, accepted=True, tries=16)
        first = play and maker.request(play)
        if not play or not first:
            continue
        after = maker.start.fork()
        after.call(action.name, tool_arguments(action, play.values))
        unlocked = _turned(maker, after, play, allowed=True)
        said = unlocked and maker.request(unlocked)
        if not unlocked or not said:
            continue
        after.call(unlocked.action.name, tool_arguments(unlocked.action, unlocked.values))
        barred = _turned(maker, after, unlocked, allowed=False)
        last = barred and maker.request(barred)
        if barred and last and barred.action not in (play.action, unlocked.action):
            yield [first, said, last]


def happenings(maker: Maker, least: int) -> list[Happening]:
    """Events with so many consequences, mostly of duties seldom used, the interesting ones first."""
    if not maker.events:
        maker.events.extend(one for duty in maker.design.duties for one in _happenings(maker, duty))
    fitting = [one for one in maker.events if least <= one.consequences <= MOST_CONSEQUENCES]
    return sorted(fitting, key=lambda one: -_liking(maker, one))


def _liking(maker: Maker, one: Happening) -> float:
    liking = 0.2 + maker.spread.weight(f"duty {one.duty.name}")
    return (one.interest + 8 * maker.rng.random()) * liking * maker.spread.weight(event_name(one.event))


def _happenings(maker: Maker, duty: Duty) -> Iterator[Happening]:
    action = maker.design.by_action[duty.after]
    played = 0
    for values in _occasions(maker, action):
        arguments = maker.arguments(Play(action, values, None))
        if arguments is None:
            continue
        followed = maker.followed(Event(duty.name, arguments))
        if followed:
            yield Happening(Event(duty.name, arguments), duty, followed)
            played += any(step.role == "duty" for step in followed.steps)
        if played == PLAYED:
            return


def _occasions(maker: Maker, action: Action) -> Iterator[Mapping[str, Any]]:
    """Arguments with which the event might happen, every subject in its turn."""
    player = maker.player()
    keys: list[str] = []
    if action.subject:
        collection = maker.design.by_entity[action.subject].collection
        rows = maker.start.rows(collection)
        keys = [
            key
            for key, row in rows.items()
            if not action.from_states or row.get("state") in action.from_states
        ]
        maker.rng.shuffle(keys)
    for fixed in [{action.subject: key} for key in keys[:ROWS]] or [{}] * ROWS:
        values = player.values(action, fixed)
        if values is not None:
            yield values


def _affected(maker: Maker, followed: Followed) -> Do | None:
    """A request that would have come out otherwise before the event, or at least meets its rows."""
    after, rows = followed.episode, _rows(followed)
    for allowed in maker.rng.sample([True, False], 2):
        for action in maker.actions()[:4]:
            found = _turned_by(maker, after, action, rows, allowed=allowed)
            said = found and maker.request(found)
            if said:
                return said
    near = walk(maker, after.fork(), 1, rows)
    return near[0] if near else None


def _turned(maker: Maker, after: LiveEpisode, play: Play, *, allowed: bool) -> Play | None:
    rows = [value for value in play.values.values() if isinstance(value, str)]
    for action in maker.actions()[:6]:
        found = _turned_by(maker, after, action, rows, allowed=allowed)
        if found is not None:
            return found
    return None


def _turned_by(
    maker: Maker, after: LiveEpisode, action: Action, rows: Sequence[str], *, allowed: bool
) -> Play | None:
    """A play about one of the rows that is (or is no longer) allowed, and was not (or was) at the start."""
    player, before = maker.player(after), maker.player()
    for parameter in action.parameters:
        known = [
            key
            for key in rows
            if parameter.type.kind == "ref" and key in maker.scope.keys(parameter.type.entity)
        ]
        for key in maker.rng.sample(known, min(3, len(known))):
            for play in player.plays(action, {parameter.name: key}, tries=8):
                first = before.play(action, play.values)
                if play.accepted == allowed and first and first.accepted != allowed:
                    return play
    return None


def _rows(followed: Followed) -> list[str]:
    """The rows that calls name by id, each once."""
    values = [
        value for call in followed.oracle for value in call.arguments.values() if isinstance(value, str)
    ]
    return list(dict.fromkeys(values))
