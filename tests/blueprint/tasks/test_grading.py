"""What a scenario is graded by: goals that are false at the start, guards that are true, and a frame."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from envscaler_mcp.blueprint.tasks.checks import Made, row_made
from envscaler_mcp.blueprint.tasks.following import follow
from envscaler_mcp.blueprint.tasks.grading import scenario_of
from envscaler_mcp.blueprint.tasks.plans import plan_class
from envscaler_mcp.blueprint.tasks.proposals import Proposal
from envscaler_mcp.blueprint.tasks.requests import Request, Tell
from envscaler_mcp.sandbox.check_policy import plan
from envscaler_mcp.spec import Grading, Scenario

from .desk import NOW, begun, booking, burst_pipe, do, guest, room, state, world
from .judging import Judge, judge

DESIGN, _ = world()

REQUESTS: dict[str, Sequence[Request]] = {
    "change": [do("change_party", booking=booking(2), party=2)],
    "situation": [burst_pipe("101")],
    "refusal": [do("confirm_booking", booking=booking(4)), do("confirm_booking", booking=booking(5))],
    "new row": [
        do("request_booking", guest=guest("Anna Berg"), room=room("102"), arrives="2026-03-20", party=2)
    ],
    "figure": [Tell("people_booked", room("101"))],
}


@pytest.fixture(scope="module")
def asks() -> Iterator[Judge]:
    with judge() as one:
        yield one


def proposal_of(*requests: Request) -> Proposal:
    followed = follow(DESIGN, begun(), requests)
    return Proposal(
        requests=requests,
        band="medium",
        kind="trial",
        tags=("trial",),
        steps=followed.steps,
        start=state(),
        now=NOW,
        final=followed.episode.state(),
        plan=plan_class(followed.oracle, DESIGN),
    )


def scenario(*requests: Request) -> tuple[Scenario, Grading, Proposal]:
    proposal = proposal_of(*requests)
    made = scenario_of(DESIGN, proposal, "Please.", id="001", seed=3, split="dev")
    return *made, proposal


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_goals_are_false_and_guards_true_at_the_start_and_all_true_at_the_end(asks: Judge, name: str) -> None:
    _, grading, proposal = scenario(*REQUESTS[name])
    kinds = {check.id: check.kind for check in grading.checks}
    assert "goal" in kinds.values()
    at_start = asks.holding(grading, proposal.start, proposal.start)
    assert at_start == {one for one, kind in kinds.items() if kind == "guard"}
    assert asks.score(grading, proposal.start, proposal.final).success


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_checks_share_a_session_and_are_told_in_words(name: str) -> None:
    _, grading, _ = scenario(*REQUESTS[name])
    for check in grading.checks:
        assert plan(check.source).place == "shared"
        assert check.text[0].isupper()
        assert check.text.endswith(".")


def test_each_changed_row_has_a_goal_and_nothing_else_may_change(asks: Judge) -> None:
    _, grading, proposal = scenario(*REQUESTS["situation"])
    goals = [check.id for check in grading.checks if check.kind == "goal"]
    assert goals == ["rooms-rom-01", "bookings-bkn-01", "bookings-bkn-02"]
    assert grading.frame
    assert set(grading.frame.changed) == {
        "/rooms/ROM-01/state",
        "/bookings/BKN-01/state",
        "/bookings/BKN-02/room_id",
    }
    other = copy.deepcopy(dict(proposal.final))
    other["bookings"]["BKN-05"]["party"] = 4
    assert not asks.score(grading, proposal.start, other).success


def test_a_new_row_is_found_by_what_it_says_whatever_its_id_and_remark(asks: Judge) -> None:
    _, grading, proposal = scenario(*REQUESTS["new row"])
    final: Any = copy.deepcopy(dict(proposal.final))
    (key,) = set(final["bookings"]) - set(proposal.start["bookings"])
    row = {**final["bookings"].pop(key), "id": "BKN-ZZZ", "remark": "As agreed."}
    final["bookings"]["BKN-ZZZ"] = row
    assert asks.score(grading, proposal.start, final).success
    final["bookings"]["BKN-ZZZ"] = {**row, "party": 3}
    assert not asks.holding(grading, proposal.start, final)
    final["bookings"] = {**proposal.final["bookings"], "BKN-ZZZ": row}
    assert not asks.holding(grading, proposal.start, final)


def test_what_is_declined_is_guarded() -> None:
    _, grading, _ = scenario(*REQUESTS["refusal"])
    guards = [check.id for check in grading.checks if check.kind == "guard"]
    assert "untouched-bkn-04" in guards


def test_a_reference_to_a_new_row_is_found_by_what_that_says(asks: Judge) -> None:
    start: dict[str, Any] = {"offers": {}, "entries": {}}
    end: dict[str, Any] = {
        "offers": {"OFF-A": {"id": "OFF-A", "entry_id": "ENT-B", "day": "2026-03-04"}},
        "entries": {"ENT-B": {"id": "ENT-B", "name": "Anna", "note": "x", "offer_id": "OFF-A"}},
    }
    made = Made(start, end, frozenset({("entries", "note")}))
    check = row_made(made, "offers", "OFF-A", number=1, count=1, text="One offer.")
    grading = Grading(id="001", checks=(check,))
    assert "ENT-B" not in check.source
    assert asks.holding(grading, start, end) == {"new-offers-1"}
    other = {**end, "entries": {"ENT-B": {**end["entries"]["ENT-B"], "name": "Ines"}}}
    assert not asks.holding(grading, start, other)


def test_difficulty_is_computed_from_plan_and_state() -> None:
    easy, _, _ = scenario(*REQUESTS["change"])
    hard, _, _ = scenario(*REQUESTS["situation"])
    assert easy.difficulty.plan_length == 1
    assert hard.difficulty.plan_length == 3
    assert hard.difficulty.branching > easy.difficulty.branching
    assert hard.difficulty.active_rules >= easy.difficulty.active_rules > 0
    assert easy.difficulty.lookups == 1


def test_the_family_names_composition_and_phrase_family() -> None:
    made, _, _ = scenario(*REQUESTS["change"])
    assert made.family == "desk/trial"
    assert made.split == "dev"
    assert made.start == state()
