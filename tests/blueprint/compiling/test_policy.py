from __future__ import annotations

import re

import pytest

from .designs import NAMES, compiled, design, single_options

LINES = (
    "- `too_many_people` – For every booking that is confirmed or checked in, its party size is at most "
    "the number of beds of its room.",
    "- `room_taken` – For every booking that is confirmed or checked in, there is no other booking in the "
    "same room that is confirmed or checked in and that overlaps with that booking (each from its day of "
    "arrival to its departure, the last day not included).",
    "- `check_in` is possible only if the booking is confirmed (`wrong_state`); and the day of arrival of "
    "the booking is not after today (`too_early`). The booking becomes checked in.",
    "- `nights_booked`, about a room: the total length of stay of the bookings in the room that are "
    "confirmed or checked in.",
    "- **Before `close_room`**, for every confirmed booking in the room, in order of day of arrival, then "
    "id, make the first of these calls that is not refused:",
)


@pytest.mark.parametrize("line", LINES)
def test_the_policy_says_what_the_code_asks(line: str):
    assert line in compiled("hotel_bookings").policy.split("\n")


@pytest.mark.parametrize("name", NAMES[:4])
def test_the_policies_of_some_domains(name: str):
    for of in single_options(name)[:2]:
        assert_explained(of)
        assert_text(of)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_policy_of_every_domain(name: str):
    for of in single_options(name):
        assert_explained(of)
        assert_text(of)


def assert_explained(of: tuple[str, ...]) -> None:
    made, policy = design(*of), compiled(*of).policy
    codes = {rule.id for rule in made.rules}
    codes |= {one.code for action in made.actions if not action.answer for one in action.requires}
    assert [code for code in sorted(codes) if f"`{code}`" not in policy] == []
    assert all(f"`{action.name}`" in policy for action in made.actions)
    assert all(f"`{measure.name}`" in policy for measure in made.measures)


def assert_text(of: tuple[str, ...]) -> None:
    policy = compiled(*of).policy
    assert not re.search(
        r"  +\S|\bNone\b|Variable\(| ,| \.|\ba [aeio]\w+ ", re.sub(r"(?m)^ +\d\.", "", policy)
    )
