"""The default user: it tells what it is asked for, and never ends before everything is told."""

from __future__ import annotations

import pytest

from envscaler_mcp.harness.users import SlotUser
from envscaler_mcp.harness.users.slot_user import CONSENT, GO_ON, NO_MORE
from envscaler_mcp.spec import Conversation, Slot

CONVERSATION = Conversation(
    persona="Somebody.",
    opening="I need you to move a booking and report a figure.",
    slots=(
        Slot(id="1-booking", text="Booking B-7.", when_asked="which booking is meant (first request)"),
        Slot(id="1-room", text="Room 12.", when_asked="which room is meant (first request)"),
        Slot(id="2-figure", text="How many are open.", when_asked="which figure is wanted (second request)"),
    ),
    closing="Bye.",
)


@pytest.fixture
def user() -> SlotUser:
    return SlotUser(CONVERSATION)


async def test_only_what_is_asked_for_is_told(user: SlotUser) -> None:
    answer = await user.hear("Which room should it be?", 0)
    assert answer.told == ("1-room",)
    assert "Room 12." in answer.text
    assert "B-7" not in answer.text
    again = await user.hear("Sorry, which room?", 0)
    assert again.told == ("1-room",)


async def test_asked_in_general_it_tells_one_request_after_the_other(user: SlotUser) -> None:
    first = await user.hear("Could you give me the details?", 0)
    second = await user.hear("What do you need?", 0)
    assert (first.told, second.told) == (("1-booking", "1-room"), ("2-figure",))
    assert (await user.hear("What colour?", 0)).text == NO_MORE
    assert (await user.hear("Shall I begin?", 0)).text == CONSENT


async def test_it_does_not_end_before_the_work_can_be_done(user: SlotUser) -> None:
    told = await user.hear("Everything is done.", 0)
    assert set(told.told) == {"1-booking", "1-room", "2-figure"}
    assert not told.ends
    assert (await user.hear("All right.", 0)).text == GO_ON
    closing = await user.hear("I moved it. Is there anything else?", 3)
    assert (closing.text, closing.ends) == ("Bye.", True)


async def test_a_promise_is_taken_once(user: SlotUser) -> None:
    await user.hear("Hello.", 0)
    promised = await user.hear("I will look into it.", 0)
    assert not promised.ends
    assert (await user.hear("It is done.", 0)).ends


async def test_consent_repeats_what_was_said(user: SlotUser) -> None:
    await user.hear("Details, please?", 0)
    answer = await user.hear("Shall I move the booking?", 2)
    assert answer.text.startswith(CONSENT)
    assert "Booking B-7." in answer.text
