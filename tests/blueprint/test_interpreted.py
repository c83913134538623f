"""Compiled environments against an independent reading of their designs: the same calls come to the same."""

from __future__ import annotations

import random
from itertools import islice
from typing import Any

import pytest

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.reading import domain_named, domain_names
from envscaler_mcp.blueprint.tasks.settling import same_end
from envscaler_mcp.blueprint.world.arguments import Chooser, tool_arguments
from envscaler_mcp.blueprint.world.live import LiveEpisode
from tests.blueprint.interpreted import Interpreted
from tests.blueprint.world.lived import start, world

CALLS = 60
ALWAYS = ("hotel_bookings", "theatre_lists")
CASES = [
    pytest.param(name, options, marks=[] if name in ALWAYS and not options else pytest.mark.slow)
    for name in domain_names()
    for options in dict.fromkeys([(), domain_named(name).compositions()[-1]])
]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_compiled_and_interpreted_come_to_the_same(name: str, options: tuple[str, ...]) -> None:
    design, live = world(name, options)
    begun = start(name, options)
    compiled = live.start(begun.state, begun.now, 3)
    interpreted = Interpreted(design, begun.state, begun.now)
    for tool, arguments in _calls(design, compiled):
        trial = compiled.fork().call(tool, arguments)
        read = interpreted.fork()
        assert (tool, arguments, trial.code) == (tool, arguments, read.call(tool, arguments).code)
        if not trial.is_error:
            # Generated ids differ, so each call begins in the same state again.
            after = compiled.fork()
            after.call(tool, arguments)
            assert same_end(design, begun.state, after.state(), read.state()), (tool, arguments)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_rules_are_broken_by_the_same_states(name: str, options: tuple[str, ...]) -> None:
    design, live = world(name, options)
    begun, rng = start(name, options), random.Random(5)
    for _ in range(40):
        state = _disturbed(design, live.start(begun.state, begun.now, 3).state(), rng)
        broken = live.start(state, begun.now, 3).broken_rules()
        assert broken == Interpreted(design, state, begun.now).broken_rules()


def _calls(design: Design, episode: LiveEpisode) -> list[tuple[str, dict[str, Any]]]:
    """Calls that are likely to be done, and calls with rows at random."""
    rng, chooser = random.Random(3), Chooser.of(design, 3)
    found: list[tuple[str, dict[str, Any]]] = []
    for action in design.actions:
        tried = chooser.candidates(action, episode, episode.now.date(), rng)
        for arguments in islice(tried, CALLS // len(design.actions) + 2):
            found.append((action.name, tool_arguments(action, arguments)))
            other = {**arguments}
            for one in action.parameters:
                if one.type.kind == "ref" and rng.random() < 0.5:
                    other[one.name] = rng.choice(
                        list(episode.rows(design.by_entity[one.type.entity].collection))
                    )
            found.append((action.name, tool_arguments(action, other)))
    return found


def _disturbed(design: Design, state: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """A state in which a few fields have the values of other rows."""
    for _ in range(3):
        entity = rng.choice([one for one in design.entities if len(state[one.collection]) > 1])
        one, other = rng.sample(sorted(state[entity.collection]), 2)
        field = rng.choice(entity.fields)
        state[entity.collection][one][field.stored] = state[entity.collection][other][field.stored]
    return state
