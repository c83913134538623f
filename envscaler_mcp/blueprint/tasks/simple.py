"""Recipes for tasks of one or a few requests, each of which says what is to be done."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from envscaler_mcp.blueprint.design import STATE, Action, Measure, Parameter
from envscaler_mcp.blueprint.expression.evaluate import to_json
from envscaler_mcp.blueprint.world.driving import WRONG_STATE
from envscaler_mcp.blueprint.world.live import LiveEpisode

from .following import Unclear, follow, tool_arguments
from .making import Maker
from .meeting import holds
from .playing import Play
from .requests import Condition, Described, Do, DoEach, DoIf, Request, Tell, Value
from .selecting import bests, conditions, selections

Requests = Sequence[Request]
TRIED = 5
"""So many actions are tried before a recipe gives up."""
EACH = (2, 4)
"""So many rows one request may be about."""


def single(maker: Maker) -> Iterator[Requests]:
    """One action that is allowed."""
    for action in maker.actions()[:TRIED]:
        play = maker.best_play(action, accepted=True)
        asked = play and maker.request(play)
        if asked:
            yield [asked]


def figure(maker: Maker) -> Iterator[Requests]:
    """One figure."""
    for measure in measures(maker)[:TRIED]:
        told = tell(maker, measure)
        if told:
            yield [told]


def measures(maker: Maker) -> list[Measure]:
    """Those seldom used mostly first."""
    return maker.spread.shuffled(maker.rng, maker.design.measures, lambda one: f"measure {one.name}")


def tell(maker: Maker, measure: Measure, keys: Sequence[str] = ()) -> Tell | None:
    """Ask for a figure that is not nothing; about one of `keys`, where it is about a row."""
    if not measure.about:
        return Tell(measure.name, None)
    known = list(keys or maker.scope.keys(measure.about))
    maker.rng.shuffle(known)
    telling = [key for key in known[:12] if maker.scope.value(measure.value, {measure.about: key})]
    names = [maker.named(measure.about, key) for key in telling or known[:1]]
    return next((Tell(measure.name, name) for name in names if name), None)


def several(maker: Maker) -> Iterator[Requests]:
    """Two or three actions that are allowed one after the other."""
    wanted = maker.rng.choice([2, 2, 3])
    for _ in range(TRIED):
        asked = walk(maker, maker.start.fork(), wanted)
        if len(asked) == wanted:
            yield asked


def walk(maker: Maker, episode: LiveEpisode, steps: int, near: Collection[str] = ()) -> list[Do]:
    """Play allowed actions one after the other, and say them; later ones often meet rows of earlier ones."""
    asked: list[Do] = []
    met = set(near)
    for action in [one for one in maker.actions() for _ in (0, 1)]:
        play = _next(maker, episode, action, met)
        said = play and maker.request(play)
        if play and said and said not in asked:
            episode.call(action.name, tool_arguments(action, play.values))
            asked.append(said)
            met |= {value for value in play.values.values() if isinstance(value, str)}
        if len(asked) == steps:
            break
    return asked


def _next(maker: Maker, episode: LiveEpisode, action: Action, met: Collection[str]) -> Play | None:
    player = maker.player(episode)
    fitting = {
        one.name: key
        for one in action.parameters
        for key in sorted(met)
        if one.type.kind == "ref" and key in maker.scope.keys(one.type.entity)
    }
    if fitting and maker.rng.random() < 0.7:
        name = maker.rng.choice(sorted(fitting))
        near = maker.best_play(action, accepted=True, player=player, fixed={name: fitting[name]}, tries=12)
        if near is not None:
            return near
    return maker.best_play(action, accepted=True, player=player, tries=12)


def refusal(maker: Maker) -> Iterator[Requests]:
    """Something that is allowed beside something that is not; of one kind, where that can be."""
    for action in maker.actions()[:TRIED]:
        refused = maker.best_play(action, accepted=False, tries=40)
        if refused is None:
            continue
        others = [action] if maker.rng.random() < 0.6 else []
        for other in [*others, *maker.actions()[:TRIED]]:
            allowed = maker.best_play(other, accepted=True, tries=12)
            asked = [maker.request(play) for play in (refused, allowed) if play]
            said = [one for one in asked if one]
            if len(said) == 2:
                maker.rng.shuffle(said)
                yield said
                break


def each(maker: Maker) -> Iterator[Requests]:
    """One action for each row of a selection; now and then one of them is refused."""
    for action in maker.actions():
        parameter = _row_parameter(maker, action)
        if parameter is None:
            continue
        play = maker.best_play(action, accepted=True, tries=12)
        if play is None:
            continue
        given = {one: value for one, value in play.values.items() if one != parameter.name}
        asked = _each_of(maker, action, parameter, given)
        if asked:
            yield [asked]


def _row_parameter(maker: Maker, action: Action) -> Parameter | None:
    """The parameter that takes one row after the other: the subject, mostly."""
    rows = [one for one in action.parameters if one.type.kind == "ref"]
    if not rows:
        return None
    return rows[0] if action.subject or maker.rng.random() < 0.5 else maker.rng.choice(rows)


def _each_of(maker: Maker, action: Action, parameter: Parameter, given: dict[str, object]) -> DoEach | None:
    keys = maker.scope.keys(parameter.type.entity)
    player = maker.player()
    plays = {key: player.play(action, {**given, parameter.name: key}) for key in keys}
    allowed = {key for key, play in plays.items() if play and play.accepted}
    # "Lift each hold": nobody means the holds that are lifted already, nor expects them to be declined.
    refused = {key for key, play in plays.items() if play and play.code not in (None, WRONG_STATE)}
    declining = maker.rng.random() < 0.4

    def wanted(chosen: Collection[str]) -> bool:
        done, left = len(allowed & set(chosen)), len(refused & set(chosen))
        within = EACH[0] <= len(chosen) <= EACH[1] and done + left == len(chosen)
        return within and done >= 1 and left == (1 if declining else 0)

    selection = next(selections(maker, parameter.type.entity, wanted, of=allowed), None)
    said = _said(maker, action, given)
    return DoEach(action.name, parameter.name, selection, said) if selection and said is not None else None


def _said(maker: Maker, action: Action, given: dict[str, object]) -> dict[str, Value] | None:
    """Arguments with rows by their marks."""
    names = {one.name: one.type for one in action.parameters}
    said = {
        name: maker.named(names[name].entity, str(value)) if names[name].kind == "ref" else value
        for name, value in given.items()
    }
    return None if any(value is None for value in said.values()) else said  # pyright: ignore[reportReturnType]


def condition(maker: Maker) -> Iterator[Requests]:
    """One thing to do, or another, as a test of the row comes out."""
    actions = [one for one in maker.actions() if one.subject]
    for action in actions:
        play = maker.best_play(action, accepted=True, tries=12)
        row = play and maker.named(action.subject, str(play.values[action.subject]))
        done = play and maker.request(play)
        if not row or not done:
            continue
        other = _another(maker, action, row.key, actions)
        test = _test_of(maker, row)
        if test is None:
            continue
        came_true = holds(maker.scope, row.entity, row.key, test)
        if came_true:
            yield [DoIf(row, test, done, other)]
        elif other:
            yield [DoIf(row, test, other, done)]


def _another(maker: Maker, action: Action, key: str, actions: Sequence[Action]) -> Do | None:
    """What else could be done with the row."""
    for other in actions:
        if other.subject == action.subject and other is not action:
            play = maker.best_play(other, accepted=True, fixed={other.subject: key}, tries=6)
            said = play and maker.request(play)
            if said:
                return said
    return None


def _test_of(maker: Maker, row: Described) -> Condition | None:
    """A test of a value that the name of the row does not answer."""
    told = {mark.field for mark in row.marks} | {STATE}
    fields = {one.name: one.type.kind for one in maker.design.by_entity[row.entity].fields}
    tests = [one for one in conditions(maker, row.entity) if one.field not in told]
    return next((one for one in tests if fields[one.field] in ("int", "money", "date", "enum")), None)


def best(maker: Maker) -> Iterator[Requests]:
    """One action with a row that has to be found: the cheapest, the earliest."""
    for action in maker.actions():
        rows = [one for one in action.parameters if one.type.kind == "ref"]
        if not rows:
            continue
        parameter = maker.rng.choice(rows)
        asked = _with_best(maker, action, parameter)
        if asked:
            yield [asked]


def _with_best(maker: Maker, action: Action, parameter: Parameter) -> Do | None:
    play = maker.best_play(action, accepted=True, tries=12)
    if play is None:
        return None
    player = maker.player()
    keys = maker.scope.keys(parameter.type.entity)
    plays = {key: player.play(action, {**play.values, parameter.name: key}) for key in keys}
    allowed = {key for key, one in plays.items() if one and one.accepted}
    for found in bests(maker, parameter.type.entity, allowed):
        chosen = plays[found.key]
        said = chosen and maker.request(chosen, **{parameter.name: found})
        if said:
            return said
    return None


def figure_after(maker: Maker) -> Iterator[Requests]:
    """Something is done, and then a figure is asked for that it changed."""
    for action in maker.actions()[:TRIED]:
        play = maker.best_play(action, accepted=True, tries=12)
        asked = play and maker.request(play)
        told = asked and changed_figure(maker, [asked])
        if asked and told:
            yield [asked, told]


def changed_figure(maker: Maker, asked: Requests) -> Tell | None:
    """A figure that these requests change."""
    try:
        after = follow(maker.design, maker.start, asked).episode
    except Unclear:
        return None
    scope = maker.player(after).scope
    for measure in measures(maker):
        keys = maker.scope.keys(measure.about) if measure.about else [""]
        moved = [
            key
            for key in keys
            if to_json(scope.value(measure.value, {measure.about: key}))
            != to_json(maker.scope.value(measure.value, {measure.about: key}))
        ]
        if moved:
            told = tell(maker, measure, moved)
            if told:
                return told
    return None
