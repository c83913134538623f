from __future__ import annotations

import datetime as dt

import pytest

from envscaler_mcp.blueprint.english import describe
from envscaler_mcp.blueprint.english.conversation import conversation_of
from envscaler_mcp.blueprint.reading import domain_named
from envscaler_mcp.blueprint.tasks.requests import Condition, Described, Do, DoIf, Event, Request
from tests.blueprint.english.hotel import HOTEL, STATE
from tests.blueprint.english.speaking import Speaker


def row(entity: str, key: str) -> Described:
    found = describe(HOTEL, STATE, entity, key, 0)
    assert found is not None
    return found


BOOKING, ROOM = row("booking", "BKG-01"), row("room", "ROM-02")


def test_the_opening_keeps_every_detail_back():
    said = conversation_of(HOTEL, [Do("move_booking", {"booking": BOOKING, "room": ROOM})], 0)
    assert "move a booking to a room" in said.opening
    assert "214" not in said.opening
    assert {slot.id: slot.text.replace("the guest ", "") for slot in said.slots} == {
        "1-booking": "The booking of Anna Berg from Bergen.",
        "1-room": "Room 214.",
    }


def test_a_condition_and_an_event():
    state = Condition("state", "==", "requested")
    condition = DoIf(BOOKING, state, Do("cancel_booking", {"booking": BOOKING}), None)
    said = conversation_of(
        HOTEL, [condition, Event("empty_the_room", {"room": ROOM})], 0, today=dt.date(2026, 3, 2)
    )
    assert "I need you to cancel a booking, but only in a certain case. And" in said.opening
    texts = {slot.id: slot.text.replace("the guest ", "") for slot in said.slots}
    assert texts["1-condition"] == "It depends on whether the booking of Anna Berg from Bergen is requested."
    assert texts["1-otherwise"] == "If it is not so, nothing."
    assert texts["2-news"].startswith("Room 214 has a burst pipe")
    assert texts["today"] == "Today is 2 March 2026."
    assert "order" in texts


@pytest.mark.parametrize("seed", range(20))
def test_every_argument_is_a_slot_of_its_own(seed: int):
    design = domain_named("hotel_bookings").design()
    said = conversation_of(design, Speaker(design, seed).requests(), seed)
    ids = [slot.id for slot in said.slots]
    assert ids
    assert len(set(ids)) == len(ids)
    assert "{" not in said.model_dump_json().replace('{"', "").replace(":{", "")


MOVE = Do("move_booking", {"booking": BOOKING, "room": ROOM})
CANCEL = Do("cancel_booking", {"booking": BOOKING})
BURST = Event("empty_the_room", {"room": ROOM})
NEWS = "omething has happened that you should know of."


@pytest.mark.parametrize(
    ("requests", "expected"),
    [
        ([BURST, CANCEL], f"S{NEWS} After that, I need you to cancel a booking."),
        ([CANCEL, BURST], f"I need you to cancel a booking. And s{NEWS}"),
        ([CANCEL, CANCEL, BURST, MOVE], f"And s{NEWS} After that, I need you to move a booking to a room."),
        ([CANCEL, CANCEL, MOVE], "I need you to cancel a booking in 2 cases and move a booking to a room."),
    ],
)
def test_the_opening_names_the_requests_in_their_order(requests: list[Request], expected: str):
    assert conversation_of(HOTEL, requests, 0).opening.endswith(expected)


def test_what_stands_at_a_figure_goes_with_it():
    design = domain_named("airline_rebooking").design()
    asked = [one for seed in range(40) for one in Speaker(design, seed).requests()]
    openings = {conversation_of(design, [one], 0).opening for one in asked}
    assert any("at a certain hour" in one for one in openings)
    assert not any(":00" in one for one in openings)
