"""What the rule-based user hears in a message."""

from __future__ import annotations

import pytest

from envscaler_mcp.harness.users.asking import asks, is_asked, seeks_consent, spoken
from envscaler_mcp.spec import Slot

GUEST = Slot(id="1-guest", text="Arnaldo Marelli.", when_asked="which guest is meant (first request)")
PARTY = Slot(id="2-party", text="The party size is 4.", when_asked="what the party size is (second request)")
WISH = Slot(id="1-wish", text="As the policy says.", when_asked="what is to be done about it")
UNTIL = Slot(id="1-then-until", text="It ends on 3 May.", when_asked="what the last day is, if that is so")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Which guest?", True),
        ("Please provide the following: the guest, the reason", True),
        ("Let me know which room you mean.", True),
        ("I need to know the date.", True),
        ("I have barred the guest.", False),
        ("Done! Is there anything else I can do for you?", False),
        ("All is done. Let me know if you need further assistance.", False),
        ("I am sorry, I cannot do that.", False),
    ],
)
def test_questions_are_told_from_reports(text: str, wanted: bool) -> None:
    assert asks(text) is wanted


@pytest.mark.parametrize(
    ("slot", "text", "wanted"),
    [
        (GUEST, "Which guests do you mean?", True),
        (GUEST, "Who is the GUEST of the first request?", True),
        (GUEST, "Which guest is meant in the second request?", False),
        (GUEST, "Which booking?", False),
        (PARTY, "What size shall it be?", True),
        (WISH, "Could you tell me what is to be done about it?", True),
        (WISH, "What do you want me to do?", False),
        (UNTIL, "Until when?", True),
        (UNTIL, "By whom?", False),
        (UNTIL, "What would be the last day?", True),
    ],
)
def test_a_slot_is_asked_for_by_its_words(slot: Slot, text: str, wanted: bool) -> None:
    assert is_asked(slot, text) is wanted


def test_what_is_told_says_where_it_belongs() -> None:
    assert spoken(GUEST) == "For the first request, the guest: Arnaldo Marelli."
    assert spoken(PARTY) == "For the second request: The party size is 4."
    assert spoken(UNTIL) == "If that is so: It ends on 3 May."
    assert spoken(WISH) == "As the policy says."


def test_consent_is_asked_for() -> None:
    assert seeks_consent("Shall I cancel it?")
    assert not seeks_consent("Which one?")
