"""The sentences of policies as a native speaker reads them, over every domain with all that it can have."""

from __future__ import annotations

import re
from functools import cache

import pytest

from envscaler_mcp.blueprint.compiling.policy import policy_of
from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.reading import domain_named, domain_names

SAID = (
    ("court_calendar",
     "For every lawsuit, there is no lawsuit that is among the prerequisites of that lawsuit and "
     "whose prerequisites include that lawsuit."),
    ("court_calendar",
     "For every listed hearing, there is no other listed hearing on the same day in the same half"
     " of the day whose lawsuit has the same plaintiff counsel or the same defence counsel."),
    ("court_calendar",
     "the number of pending lawsuits that have no listed hearing."),
    ("airline_rebooking",
     "whose trip has that flight as its flight in or flight out is at most its baggage capacity."),
    ("airline_rebooking",
     "the change fees of the trip are raised by €45.00 unless the flight in of the trip is disrupted"),
    ("auction_house",
     "For every bidder, their amount committed is at most their credit line."),
    ("auction_house",
     "the number of catalogued lots whose best bid is less than their reserve price."),
    ("blood_bank",
     "whose expiry date is more than 7 days before the expiry date of the blood unit"),
    ("car_rental",
     "whose day is not more than 30 days before today"),
    ("conference_programme",
     "A new slot of the talk of the other slot in the room of the other slot is made, with the hour"
     " of the slot as its hour"),
    ("incident_response",
     "the incident that remains is not the incident (`same_incident`)"),
    ("exam_scheduling",
     "is less than 2 times (1 plus the number of agreed watches over the sitting)"),
    ("exam_scheduling",
     "the total of the length of the paper of the sitting over the agreed watches by that "
     "invigilator"),
    ("freight_booking",
     "in order of the rank of its shipper, then latest day of sailing, then weight (highest first), "
     "then id"),
    ("cloud_access",
     "where `role` is `reader`"),
    ("gym_classes",
     "For every class, the number of valid sign-ups for that class is at most its number of places."),
)  # fmt: skip
BROKEN = re.compile(
    r"which which|of which\.|\b(the|a|an) (the|a|an)\b|\b(\w+) \3\b|number of the number|\bits its\b"
    r"|\bof it\b|before \d+ days? before|after \d+ days? after|'s \w+'s \w+'s \w+'s"
)


@cache
def largest(name: str) -> Design:
    domain = domain_named(name)
    return domain.design(max(domain.compositions(), key=len))


@pytest.mark.parametrize(("name", "said"), SAID)
def test_what_a_policy_says(name: str, said: str):
    assert said in policy_of(largest(name))


@pytest.mark.parametrize("name", domain_names())
def test_no_policy_stumbles(name: str):
    assert [line for line in policy_of(largest(name)).split("\n") if BROKEN.search(line)] == []


@pytest.mark.parametrize("name", domain_names())
def test_the_core_of_every_domain_has_rules(name: str):
    assert len(domain_named(name).design().rules) >= 6


@pytest.mark.parametrize("name", domain_names())
def test_tools_are_described_in_sentences(name: str):
    said = {one.name: one.description for one in largest(name).actions}
    stiff = {tool: text for tool, text in said.items() if BROKEN.search(text) or "{" in text}
    assert not stiff
    assert max(map(len, said.values())) < 95  # the first line of a docstring
    assert said.get("send_officer_away", "Note that an officer is away.") == "Note that an officer is away."
