from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from envscaler_mcp.blueprint.compiling import compile_design
from envscaler_mcp.blueprint.english import say
from envscaler_mcp.blueprint.reading import domain_named
from envscaler_mcp.blueprint.solving.agreeing import WHO, independent_solver
from envscaler_mcp.blueprint.tasks.grading import scenario_of
from envscaler_mcp.blueprint.tasks.proposing import propose
from envscaler_mcp.blueprint.world.live import Live
from envscaler_mcp.blueprint.world.start import start_state
from envscaler_mcp.runtime.standalone.description import roles_of
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.spec import Grading, Scenario, Solver
from envscaler_mcp.spec.scenario import Band

DESIGN = domain_named("hotel_bookings").design()
ENVIRONMENT = compile_design(DESIGN, 0)
LIVE = Live.of(ENVIRONMENT)
START = start_state(DESIGN, LIVE, 1)
ROLES = roles_of([entity.model_dump() for entity in ENVIRONMENT.card.entities])


@pytest.fixture(scope="module")
def runner() -> Iterator[CheckRunner]:
    with CheckRunner() as one:
        yield one


def pairs(band: Band, number: int) -> Iterator[tuple[Scenario, Grading]]:
    for seed, proposal in enumerate(islice(propose(DESIGN, LIVE, START, 1, band), number)):
        text = say(DESIGN, proposal.requests, seed, "letter", day=START.now.date())
        yield scenario_of(DESIGN, proposal, text, id="one", seed=1, split="train")


def judged(runner: CheckRunner, scenario: Scenario, grading: Grading, nodes: int = 5000) -> Solver | None:
    return independent_solver(
        DESIGN, ENVIRONMENT, LIVE, scenario, grading, asks=runner, roles=ROLES, nodes=nodes
    )


@pytest.mark.parametrize("band", ["easy", "medium", "hard"])
def test_it_agrees_with_what_was_proposed(runner: CheckRunner, band: Band):
    verdicts = [judged(runner, *pair) for pair in pairs(band, 4)]
    assert verdicts
    assert all(one == Solver(who=WHO, agreed=True) for one in verdicts)


def test_it_sees_nothing_but_the_instruction(runner: CheckRunner):
    """Where the instruction says something else than the grading, it does not agree."""
    (first, _), (_, other) = pairs("easy", 2)
    assert judged(runner, first, other) == Solver(who=WHO, agreed=False)


def test_what_cannot_be_understood_is_no_agreement(runner: CheckRunner):
    ((scenario, grading),) = pairs("easy", 1)
    strange = scenario.model_copy(update={"instruction": "Paint room 101 blue."})
    nobody = scenario.model_copy(update={"instruction": "Bar Nobody Atall."})
    assert judged(runner, strange, grading) == Solver(who=WHO, agreed=False)
    assert judged(runner, nobody, grading) == Solver(who=WHO, agreed=False)


def test_a_search_without_budget_has_no_verdict(runner: CheckRunner):
    ((scenario, grading),) = pairs("easy", 1)
    assert judged(runner, scenario, grading, nodes=1) is None
