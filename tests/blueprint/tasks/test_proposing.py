"""Proposals: of the band that was asked for, different from each other, and each of them sound."""

from __future__ import annotations

from itertools import islice

import pytest

from envscaler_mcp.blueprint.tasks.following import follow
from envscaler_mcp.blueprint.tasks.grading import scenario_of
from envscaler_mcp.blueprint.tasks.plans import plan_key
from envscaler_mcp.blueprint.tasks.proposals import Proposal
from envscaler_mcp.blueprint.tasks.proposing import RECIPES, propose
from envscaler_mcp.blueprint.tasks.settling import replayed, same_end
from envscaler_mcp.blueprint.tasks.spread import Spread
from envscaler_mcp.blueprint.world.start import Start
from envscaler_mcp.spec.scenario import Band

from .desk import NOW, state, world
from .judging import judge

DESIGN, LIVE = world()
START = Start(state(), NOW)
WANTED: dict[Band, int] = {"easy": 8, "medium": 10, "hard": 6}


def proposals(band: Band, seed: int = 1, spread: Spread | None = None) -> list[Proposal]:
    return list(islice(propose(DESIGN, LIVE, START, seed, band, spread=spread), WANTED[band]))


@pytest.fixture(scope="module")
def found() -> dict[Band, list[Proposal]]:
    spread = Spread()
    return {band: proposals(band, spread=spread) for band in WANTED}


@pytest.mark.parametrize("band", list(WANTED))
def test_there_are_proposals_of_every_band(found: dict[Band, list[Proposal]], band: Band) -> None:
    assert len(found[band]) == WANTED[band]
    assert {one.band for one in found[band]} == {band}
    assert len({one.kind for one in found[band]}) > 1


@pytest.mark.parametrize("band", list(WANTED))
def test_the_same_seed_gives_the_same_proposals(band: Band) -> None:
    assert proposals(band, seed=4) == proposals(band, seed=4)
    assert proposals(band, seed=4) != proposals(band, seed=5)


def test_no_two_take_the_same_plan(found: dict[Band, list[Proposal]]) -> None:
    keys = [plan_key(one.oracle, DESIGN) for band in ("medium", "hard") for one in found[band]]
    assert len(set(keys)) == len(keys)


def test_easy_ones_are_one_call_and_hard_ones_need_more_than_was_said(
    found: dict[Band, list[Proposal]],
) -> None:
    assert all(len(one.oracle) == 1 for one in found["easy"])
    assert not any(step.role == "duty" for one in found["medium"] for step in one.steps)
    for one in found["hard"]:
        assert "chain" in one.kind or sum(step.role == "duty" for step in one.steps) >= 2


def test_a_proposal_means_one_thing_and_its_calls_lead_there(found: dict[Band, list[Proposal]]) -> None:
    for one in (one for band in found.values() for one in band):
        start = LIVE.start(dict(one.start), one.now, 11)
        backwards = follow(DESIGN, start, one.requests, backwards=True)
        assert same_end(DESIGN, one.start, one.final, backwards.episode.state())
        assert same_end(DESIGN, one.start, one.final, replayed(start, one.oracle))
        assert not start.broken_rules()


def test_every_proposal_can_be_graded(found: dict[Band, list[Proposal]]) -> None:
    with judge() as asks:
        for one in (one for band in found.values() for one in band):
            _, grading = scenario_of(DESIGN, one, "Please.", id="001", seed=1, split="train")
            kinds = {check.id: check.kind for check in grading.checks}
            guards = {name for name, kind in kinds.items() if kind == "guard"}
            assert asks.holding(grading, one.start, one.start) == guards
            assert asks.score(grading, one.start, one.final).success


@pytest.mark.parametrize("recipe", [one.name for one in RECIPES["medium"]])
def test_a_kind_can_be_chosen(recipe: str) -> None:
    found = next(propose(DESIGN, LIVE, START, 2, "medium", kinds=[recipe]))
    assert found.kind == found.tags[0] == recipe


def test_each_row_is_never_meant_to_include_rows_whose_state_forbids_it() -> None:
    seeds = [propose(DESIGN, LIVE, START, seed, "medium", kinds=["each"]) for seed in range(12)]
    grounds = {code for one in seeds for proposal in islice(one, 4) for code in proposal.refusals}
    assert grounds
    assert "wrong_state" not in grounds


def test_seldom_used_actions_are_preferred() -> None:
    names = [one.oracle[0].tool for one in proposals("easy", seed=9)]
    assert len(set(names)) >= 5
