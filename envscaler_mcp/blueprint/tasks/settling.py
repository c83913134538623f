"""From requests to a proposal: what means one thing, needs all of its calls and was not proposed before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.world.live import LiveEpisode
from envscaler_mcp.certify.play import Played, Unresolved, resolve, without
from envscaler_mcp.scoring import equivalent
from envscaler_mcp.spec.scenario import Band, Call

from .changes import changes_between
from .checks import Made
from .following import Followed, Unclear, follow
from .making import Maker
from .neighbours import described_in
from .plans import plan_class, plan_key
from .proposals import Proposal, free_fields, logs_of
from .requests import Best, Do, DoEach, DoIf, Event, Request, Tell

WRITES: Mapping[Band, tuple[int, int]] = {"easy": (1, 1), "medium": (1, 4), "hard": (3, 9)}
"""How many calls a task of a band may take."""
CASCADE = 2
"""From so many changed rows per call on, calls have consequences of their own."""


def settle(maker: Maker, requests: Sequence[Request], band: Band, kind: str) -> Proposal | None:
    """The proposal that these requests make, if they make one."""
    both = _both_ways(maker, requests)
    if both is None:
        return None
    followed, final = both
    if not _fits(followed, band) or not _is_gradable(maker.design, maker.state, final):
        return None
    plan = _identity(maker.design, followed, requests, band)
    if plan in maker.spread.plans or not _needs_every_call(maker, followed, final):
        return None
    maker.spread.plans.add(plan)
    tags = tuple(dict.fromkeys([kind, *_tags(maker, requests, followed, final)]))
    return Proposal(
        requests=tuple(requests),
        band=band,
        kind=kind,
        tags=tags,
        steps=followed.steps,
        start=maker.state,
        now=maker.start.now,
        final=final,
        plan=plan_class(followed.oracle, maker.design),
    )


def same_end(
    design: Design, initial: Mapping[str, Any], left: Mapping[str, Any], right: Mapping[str, Any]
) -> bool:
    """Whether two end states differ in nothing but generated ids, free text and logs."""
    free = [f"/{collection}/*/{name}" for collection, name in free_fields(design)]
    logs = [f"/{name}" for name in logs_of(design)]
    return equivalent(dict(initial), dict(left), dict(right), free=[*free, *logs])


def _both_ways(maker: Maker, requests: Sequence[Request]) -> tuple[Followed, dict[str, Any]] | None:
    """The reading, if it does not depend on what nobody says: the order of rows without one, ties."""
    try:
        forward = follow(maker.design, maker.start, requests)
        backward = follow(maker.design, maker.start, requests, backwards=True)
    except Unclear:
        return None
    final = forward.episode.state()
    if not same_end(maker.design, maker.state, final, backward.episode.state()):
        return None
    return forward, final


def _fits(followed: Followed, band: Band) -> bool:
    """Whether it takes as many calls as the band allows; only hard tasks need more than was asked for."""
    low, high = WRITES[band]
    told = band == "hard" or all(step.role != "duty" for step in followed.steps)
    return told and low <= len(followed.steps) <= high


def _is_gradable(design: Design, initial: Mapping[str, Any], final: Mapping[str, Any]) -> bool:
    """Whether something changes that is judged, and new rows that others refer to can be told apart."""
    changes = changes_between(initial, final, logs_of(design))
    made = Made(initial, final, free_fields(design))
    judged = [
        name for (home, _), names in changes.edited.items() for name in names if (home, name) not in made.free
    ]
    told = [repr((home, made.expected(home, key))) for home, key in changes.made]
    twins = {key for (_, key), said in zip(changes.made, told, strict=True) if told.count(said) > 1}
    referred = any(
        f"'{key}'" in repr(row) for key in twins for row in _other_rows(changes.touched, final, key)
    )
    return bool(judged or changes.made or changes.removed) and not referred


def _other_rows(touched: frozenset[tuple[str, str]], final: Mapping[str, Any], key: str) -> Iterator[Any]:
    for home, other in touched:
        if other != key and other in final[home]:
            yield final[home][other]


def _identity(design: Design, followed: Followed, requests: Sequence[Request], band: Band) -> str:
    """What no two scenarios of an environment share; for one call, the way in which rows are told counts."""
    key = plan_key(followed.oracle, design)
    if band != "easy":
        return key
    told = [
        f"{one.entity} by {'+'.join(mark.field for mark in one.marks)}"
        for request in requests
        for one in described_in(request)
    ]
    return f"{key} of {', '.join(told)}"


def _needs_every_call(maker: Maker, followed: Followed, final: Mapping[str, Any]) -> bool:
    """Whether no beginning of the plan, and no plan with one call left out, comes to the same."""
    oracle = followed.oracle
    shorter = [oracle[:count] for count in range(len(oracle))]
    shorter += [without(oracle, [index]) for index in range(len(oracle) - 1)]
    return not any(
        same_end(maker.design, maker.state, final, replayed(maker.start, plan)) for plan in shorter
    )


def replayed(start: LiveEpisode, plan: Sequence[Call]) -> dict[str, Any]:
    """The state that a plan leads to; what cannot be called is passed over."""
    episode = start.fork()
    played: list[Played] = []
    for call in plan:
        try:
            arguments = resolve(call.arguments, played)
        except Unresolved:
            played.append(Played(call.tool, call.arguments, None))
            continue
        played.append(Played(call.tool, arguments, episode.call(call.tool, arguments)))
    return episode.state()


def _tags(
    maker: Maker, requests: Sequence[Request], followed: Followed, final: Mapping[str, Any]
) -> Iterator[str]:
    """What the task is about."""
    kinds: dict[type[Request], str] = {
        Event: "situation",
        DoEach: "selection",
        DoIf: "condition",
        Tell: "aggregate",
    }
    yield from (kinds[type(one)] for one in requests if type(one) in kinds)
    if any(
        isinstance(value, Best)
        for one in requests
        if isinstance(one, Do | DoEach)
        for value in one.arguments.values()
    ):
        yield "superlative"
    if any(step.role == "decision" for step in followed.steps):
        yield "refusal"
    changes = changes_between(maker.state, final, logs_of(maker.design))
    if changes.made and any(step.role not in ("decision", "report") for step in followed.steps):
        answers = sum(step.role in ("decision", "report") for step in followed.steps)
        yield from ["creation"] if len(changes.made) > answers else []
    if len(changes.touched) >= len(followed.steps) + CASCADE:
        yield "cascade"
    if len(requests) > 1 and _order_matters(maker, requests, final):
        yield "order"


def _order_matters(maker: Maker, requests: Sequence[Request], final: Mapping[str, Any]) -> bool:
    try:
        turned = follow(maker.design, maker.start, tuple(reversed(requests)))
    except Unclear:
        return True
    return not same_end(maker.design, maker.state, final, turned.episode.state())
