from __future__ import annotations

from pathlib import Path

import pytest

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.expression.english import (
    clause,
    negated_clause,
    noun_phrase,
    refusal_of_rule,
    requirement_text,
    rule_text,
)
from envscaler_mcp.blueprint.expression.happenings import happenings
from envscaler_mcp.blueprint.reading import domain_named, read_domain

WORKSHOP = Path(__file__).parent.parent / "compiling" / "workshop.yaml"
RULES = {
    "room_closed": "For every booking that is confirmed or checked in, its room is open.",
    "guest_barred": "For every confirmed booking, the standing of its guest is not barred.",
    "waiting_twice": "For every waiting waitlist entry, there is no other waiting waitlist entry of the same "
    "guest for the same room.",
    "keeper_unskilled": "For every tool that has a keeper and that is not scrapped, its craft is among the "
    "crafts learnt of its keeper.",
    "too_many_tools": "For every member, the number of loans to that member that are out is at most 3 if "
    "that member is insured, and otherwise at most 2.",
    "one_master": "There is a craft whose grade is at least 1.",
    "tool_tag_taken": "For every tool, there is no other tool with the same tag.",
}
REQUIREMENTS = {
    ("move_booking", "same_room"): "the new room is not the room of the booking",
    ("check_in", "too_early"): "the day of arrival of the booking is not after today",
    ("pay_deposit", "below_first_night"): "the new deposit paid is at least the nightly rate of the room of "
    "the booking",
    ("lend_tool", "kept_by_another"): "the tool has no keeper or the keeper of the tool is the member",
    ("relieve", "no_keeper"): "the tool has a keeper",
    ("call_in", "nothing_late"): "there is a loan that is late or the delay is more than 2 days",
}
HAPPENINGS = {
    "bar_guest": ["the standing of the guest is set to barred", "for every requested booking of the guest, "
                  "that booking becomes cancelled"],
    "relieve": ["the tool no longer has a keeper"],
    "teach": ["the craft is added to the crafts learnt of the member"],
    "forget_loan": ["the loan is deleted"],
}  # fmt: skip


@pytest.fixture(scope="module")
def designs() -> list[Design]:
    return [domain_named("hotel_bookings").design(("deposits", "waitlist")), read_domain(WORKSHOP).design(())]


@pytest.mark.parametrize("rule_id", RULES)
def test_rules(designs: list[Design], rule_id: str):
    [(rule, design)] = [(rule, one) for one in designs for rule in one.rules if rule.id == rule_id]
    assert rule_text(rule, design) == RULES[rule_id]


@pytest.mark.parametrize("key", REQUIREMENTS)
def test_requirements(designs: list[Design], key: tuple[str, str]):
    [(action, design)] = [(one.by_action[key[0]], one) for one in designs if key[0] in one.by_action]
    [must] = [one.must for one in action.requires if one.code == key[1]]
    assert requirement_text(must, action, design) == REQUIREMENTS[key]


@pytest.mark.parametrize("name", HAPPENINGS)
def test_what_an_action_does(designs: list[Design], name: str):
    [(action, design)] = [(one.by_action[name], one) for one in designs if name in one.by_action]
    assert happenings(action, design) == HAPPENINGS[name]


def test_a_refusal_shows_the_values(designs: list[Design]):
    rule = designs[0].rules[0]
    said = "".join(one if isinstance(one, str) else "#" for one in refusal_of_rule(rule, designs[0]))
    assert said == (
        "Not possible for #: its party size (#) must be at most the number of beds of its room (#)."
    )


def test_clauses_and_things_for_others(designs: list[Design]):
    rule = designs[0].rules[1]
    assert clause(rule.must, designs[0]) == "the room of the booking is open"
    assert negated_clause(rule.must, designs[0]) == "the room of the booking is not open"
    value = designs[0].measures[0].value
    assert noun_phrase(value, designs[0]) == (
        "the total length of stay of the bookings in the room that are confirmed or checked in"
    )
