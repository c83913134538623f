"""Proposals for scenarios, one after the other: recipes make requests, and what means one thing is kept."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.world.live import Live
from envscaler_mcp.blueprint.world.start import Start
from envscaler_mcp.spec.scenario import Band

from .making import Maker
from .proposals import Proposal
from .requests import Do, DoEach, DoIf, Event, Tell
from .settling import settle
from .simple import Requests, best, condition, each, figure, figure_after, refusal, several, single
from .situations import (
    chain,
    request_then_situation,
    situation,
    situation_then_figure,
    situation_then_request,
    two_situations,
)
from .spread import Spread, event_name
from .staging import Stage

PATIENCE = 12
"""So many recipes in a row may come to nothing before there is no more to propose."""
SETTLED = 6
"""So many of the ideas of one recipe are looked at before another one has its turn."""


@dataclass(frozen=True)
class Recipe:
    """One way to put requests together, and how often it is used beside others of its band."""

    name: str
    make: Callable[[Maker], Iterator[Requests]]
    share: float = 1.0


RECIPES: Mapping[Band, tuple[Recipe, ...]] = {
    "easy": (Recipe("single", single, 3), Recipe("figure", figure)),
    "medium": (
        Recipe("several", several, 1.5),
        Recipe("refusal", refusal, 1.5),
        Recipe("each", each, 1.5),
        Recipe("condition", condition),
        Recipe("best", best),
        Recipe("figure-after", figure_after, 0.7),
    ),
    "hard": (
        Recipe("situation", situation, 1.5),
        Recipe("situation-request", situation_then_request, 1.5),
        Recipe("situation-figure", situation_then_figure, 0.7),
        Recipe("request-situation", request_then_situation),
        Recipe("two-situations", two_situations),
        Recipe("chain", chain, 0.8),
    ),
}


def propose(
    design: Design,
    live: Live,
    start: Start,
    seed: int | str,
    band: Band,
    *,
    kinds: Collection[str] = (),
    spread: Spread | None = None,
) -> Iterator[Proposal]:
    """Proposals of one band, until nothing new comes; the same seed gives the same ones.

    The start state of a hard one may be the given one with a little more done in it, so that events have
    consequences: take it from the proposal.

    Args:
        design: of the environment.
        live: its class.
        start: the start state.
        seed: decides.
        band: how hard they are to be.
        kinds: only these recipes.
        spread: what other calls for this environment proposed; it is noted there what this one does.
    """
    rng = random.Random(f"tasks/{design.name}/{band}/{seed}")
    used = spread if spread is not None else Spread()
    recipes = [one for one in RECIPES[band] if not kinds or one.name in kinds]
    stage = Stage(design, live, start, rng, used)
    failures = 0
    while recipes and failures < PATIENCE:
        recipe = rng.choices(recipes, [one.share * used.weight(f"kind {one.name}") for one in recipes])[0]
        found = _first(stage.maker() if band == "hard" else stage.given, recipe, band)
        failures = 0 if found else failures + 1
        if found:
            used.note(names_used(found))
            yield found


def names_used(proposal: Proposal) -> list[str]:
    """The kind, the actions, duties and measures of a proposal."""
    names = [f"kind {proposal.kind}"]
    for request in proposal.requests:
        match request:
            case Do() | DoEach():
                names.append(f"action {request.action}")
            case DoIf():
                names += [f"action {one.action}" for one in (request.then, request.otherwise) if one]
            case Tell():
                names.append(f"measure {request.measure}")
            case Event():
                names += [f"duty {request.duty}", event_name(request)]
    return names


def _first(maker: Maker, recipe: Recipe, band: Band) -> Proposal | None:
    for tried, requests in enumerate(recipe.make(maker)):
        found = settle(maker, requests, band, recipe.name)
        if found or tried + 1 >= SETTLED:
            return found
    return None
