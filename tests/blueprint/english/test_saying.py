from __future__ import annotations

import datetime as dt
import random

import pytest

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.english import (
    REGISTERS,
    NotUnderstood,
    Understood,
    Unsayable,
    canonical,
    describe,
    hear,
    say,
    understand,
)
from envscaler_mcp.blueprint.english.saying import grammar_of
from envscaler_mcp.blueprint.reading import domain_named, domain_names
from envscaler_mcp.blueprint.tasks.requests import (
    Best,
    Condition,
    Described,
    Do,
    DoEach,
    DoIf,
    Event,
    Mark,
    Request,
    Selection,
    Tell,
)
from envscaler_mcp.errors import BadInput
from tests.blueprint.english.hotel import HOTEL, STATE
from tests.blueprint.english.speaking import Speaker

SEEDS = 60


def row(entity: str, key: str) -> Described:
    found = describe(HOTEL, STATE, entity, key, 0)
    assert found is not None
    return found


ANNA, ROOM = row("guest", "GST-01"), row("room", "ROM-02")
FIRST, SECOND = row("booking", "BKG-01"), row("booking", "BKG-03")
BARE_ANNA = Described("guest", (Mark("name", "Anna Berg"),))


def alone(*requests: Request) -> set[str]:
    """Everything that a note may say."""
    return {say(HOTEL, requests, seed, "note").replace("the guest ", "") for seed in range(40)}


@pytest.mark.parametrize("name", domain_names())
def test_what_is_said_is_heard(name: str):
    """Nothing is missing and nothing invented, over every domain, register and kind of request."""
    try:
        domain = domain_named(name)
        designs = [domain.design(), domain.design(domain.compositions()[-1])]
    except BadInput as error:
        pytest.skip(str(error))
    refused = 0
    for seed in range(SEEDS):
        design = designs[seed % 2]
        requests = Speaker(design, f"{name}/{seed}").requests()
        try:
            text = say(design, requests, seed, REGISTERS[seed % 4])
        except Unsayable:
            refused += 1
            assert len(everything_heard(design, requests)) > 1
        else:
            assert hear(design, text) == canonical(design, requests)
    assert refused <= SEEDS // 10


def everything_heard(design: Design, requests: tuple[Request, ...]) -> list[tuple[Request, ...]]:
    """What one way to say requests may mean: of grade 2 may be a certificate, or who holds it."""
    grammar = grammar_of(design)
    text = grammar.said(canonical(design, requests), "note", None, random.Random(0))
    assert text is not None
    return [one.requests for one in grammar.meanings(text)]


def test_the_same_seed_says_the_same():
    requests = (Do("bar_guest", {"guest": ANNA}),)
    assert say(HOTEL, requests, 1, "chat") == say(HOTEL, requests, 1, "chat")
    assert len({say(HOTEL, requests, seed, "chat") for seed in range(30)}) > 10


def test_registers_differ():
    requests = (Do("bar_guest", {"guest": ANNA}),)
    assert len({say(HOTEL, requests, 0, register) for register in REGISTERS}) == len(REGISTERS)


def test_rows_share_a_phrase():
    said = alone(Do("cancel_booking", {"booking": FIRST}), Do("cancel_booking", {"booking": SECOND}))
    assert any("bookings" in text for text in said) or any(" and the booking " in text for text in said)


def test_no_verb_has_to_agree_with_two():
    back = (Do("welcome_back", {"guest": row("guest", key)}) for key in ("GST-03", "GST-04"))
    assert all(text.count("is back") == 2 for text in alone(*back))


def test_an_amount_is_said_of_each_row():
    first = Do("change_party", {"booking": FIRST, "party": 1})
    second = Do("change_party", {"booking": SECOND, "party": 1})
    assert all(text.count("1 person") == 2 for text in alone(first, second))


def test_a_second_mention_refers_to_the_first():
    said = alone(Do("bar_guest", {"guest": ANNA}), Do("set_standing", {"guest": ANNA, "standing": "valued"}))
    assert any("the same guest" in text for text in said)


def test_no_pronoun_where_two_could_be_meant():
    other = row("guest", "GST-03")
    bars = [Do("bar_guest", {"guest": one}) for one in (ANNA, other)]
    said = alone(*bars, Do("set_standing", {"guest": ANNA, "standing": "valued"}))
    assert not any("same guest" in text for text in said)


def test_a_reference_that_leads_nowhere_is_not_understood():
    with pytest.raises(NotUnderstood):
        hear(HOTEL, "Bar the same guest.")


def test_what_nobody_says_is_not_understood():
    with pytest.raises(NotUnderstood, match="words of this design"):
        hear(HOTEL, "Paint room 214 blue.")


def test_conditions_of_a_selection():
    conditions = (Condition("guest", "==", ANNA), Condition("state", "==", "requested"))
    (text,) = {text.replace("each", "every") for text in alone_each(conditions)}
    assert text == "every requested booking of Anna Berg from Bergen"


def alone_each(conditions: tuple[Condition, ...]) -> set[str]:
    request = DoEach("check_in", "booking", Selection("booking", conditions), {})
    return {text.partition("heck in ")[2].partition(".")[0] for text in alone(request)}


def test_the_best_of_some():
    cheapest = Best(
        Selection("room", (Condition("beds", ">=", 3), Condition("state", "==", "open"))), "rate", False
    )
    said = alone(Do("move_booking", {"booking": FIRST, "room": cheapest}))
    assert any(
        "to the open room with the lowest nightly rate among those that have at least 3 beds." in text
        for text in said
    )


def test_one_thing_or_another():
    state = Condition("state", "==", "requested")
    request = DoIf(
        FIRST, state, Do("confirm_booking", {"booking": FIRST}), Do("bar_guest", {"guest": BARE_ANNA})
    )
    assert any("is requested, confirm it; otherwise bar Anna Berg." in text for text in alone(request))


def test_figures_and_news():
    said = alone(Event("empty_the_room", {"room": ROOM}), Tell("open_requests", None))
    assert all("Room 214 has a burst pipe and cannot be used until further notice." in text for text in said)
    assert any("eport the number of bookings that are still requested." in text for text in said)


def test_amounts_days_and_counts_in_words():
    request = Do(
        "request_booking",
        {"guest": ANNA, "room": ROOM, "arrives": "2026-03-05", "nights": 1, "party": 2},
    )
    paid = Do("pay_deposit", {"booking": FIRST, "deposit": 123450})
    said = say(HOTEL, (request, paid), 0, "note")
    assert "from 5 March 2026, for 1 night and 2 people" in said
    assert "€1,234.50" in said


@pytest.mark.parametrize("register", REGISTERS)
def test_the_day_of_a_request_is_said_and_heard(register: str):
    requests = (Do("bar_guest", {"guest": ANNA}),)
    text = say(HOTEL, requests, 0, register, day=dt.date(2026, 3, 2))
    assert "2 March 2026" in text
    assert understand(HOTEL, text) == Understood(requests, "2026-03-02")


def test_marks_and_conditions_may_stand_in_any_order():
    turned = Described("booking", tuple(reversed(FIRST.marks)))
    assert hear(HOTEL, say(HOTEL, (Do("check_in", {"booking": turned}),), 0, "note")) == (
        Do("check_in", {"booking": FIRST}),
    )


def test_none_is_said_as_none():
    text = clause_of(Condition("beds", "==", 0))
    assert "has no beds" in text
    assert "0 beds" not in text


def test_a_superlative_has_its_range():
    best = Best(Selection("room", (Condition("rate", ">=", 9000),)), "beds", True)
    (first, *_) = alone(Do("move_booking", {"booking": FIRST, "room": best}))
    assert "the room with the most beds among those whose nightly rate is" in first


def clause_of(condition: Condition) -> str:
    request = DoIf(ROOM, condition, Do("bar_guest", {"guest": BARE_ANNA}), None)
    return " ".join(alone(request))


def test_many_words_stand_at_the_end():
    """Nothing comes so late that nobody knows what it belongs to."""
    dear = Selection("booking", (Condition("guest", "==", ANNA), Condition("price", ">=", 50000)))
    moves = DoEach("move_booking", "booking", dear, {"room": ROOM})
    assert all("ove to room 214 e" in text for text in alone(moves))
    short = alone(Do("move_booking", {"booking": FIRST, "room": ROOM}))
    assert any(text.endswith("to room 214.") for text in short)
