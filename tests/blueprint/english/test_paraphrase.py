from __future__ import annotations

import datetime as dt

import pytest

from envscaler_mcp.blueprint.english import describe, say
from envscaler_mcp.blueprint.english.paraphrase import Paraphrased, paraphrase
from envscaler_mcp.blueprint.tasks.requests import Described, Do, Request
from envscaler_mcp.llm import Reply, Usage
from envscaler_mcp.llm.request import Request as Asked
from tests.blueprint.english.hotel import HOTEL, STATE


class Worded:
    """A model that says one thing."""

    name = "worded"

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: list[Asked] = []

    async def complete(self, request: Asked) -> Reply:
        self.asked.append(request)
        return Reply(
            text=self.text,
            value=None,
            finish="done",
            usage=Usage(),
            cost_usd=None,
            model=self.name,
            known=False,
        )


def row(entity: str, key: str) -> Described:
    found = describe(HOTEL, STATE, entity, key, 0)
    assert found is not None
    return found


REQUESTS: tuple[Request, ...] = (
    Do("move_booking", {"booking": row("booking", "BKG-01"), "room": row("room", "ROM-02")}),
    Do("pay_deposit", {"booking": row("booking", "BKG-02"), "deposit": 12000}),
)
TEXT = say(HOTEL, REQUESTS, 5, "note", day=dt.date(2026, 3, 2))


async def worded(text: str) -> Paraphrased:
    return await paraphrase(TEXT, HOTEL, REQUESTS, Worded(text))


async def test_a_paraphrase_with_every_fact_is_taken():
    other = TEXT.replace("Then ", "Once this is done, ")
    other = other.replace("\n", "\nHello! ")
    found = await worded(other)
    assert found.problems == ()
    assert (found.text, found.model) == (other, "worded")


async def test_the_model_is_told_what_must_stay():
    model = Worded(TEXT)
    await paraphrase(TEXT, HOTEL, REQUESTS, model)
    (asked,) = model.asked
    assert all(
        fact in asked.messages[0].text
        for fact in ("  - Anna Berg", "  - 214", "  - €120.00", "  - 2 March 2026")
    )


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("214", "215", "facts_changed"),
        ("Anna Berg", "Anna", "facts_changed"),
        ("€120.00", "the sum", "facts_changed"),
        ("2 March 2026", "3 March 2026", "facts_changed"),
        ("Anna Berg", "Anna Berg and Mei Tanaka", "facts_added"),
        ("room 214", "room 214 for at most 3 nights", "facts_added"),
        ("room 214", "room 214 if she likes it", "meaning_changed"),
        ("room 214", "room 214 " + "as was said before " * 30, "too_long"),
    ],
)
async def test_a_paraphrase_that_changes_anything_is_not_taken(old: str, new: str, code: str):
    assert old in TEXT
    found = await worded(TEXT.replace(old, new))
    assert found.text == TEXT
    assert found.model is None
    assert code in {problem.code for problem in found.problems}


async def test_facts_in_another_order_are_not_taken():
    turned = TEXT.replace("Anna Berg", "X").replace("214", "Anna Berg").replace("X", "214")
    found = await worded(turned)
    assert [problem.code for problem in found.problems] == ["facts_changed"]


async def test_what_the_grammar_does_not_say_is_left_alone():
    model = Worded("x")
    found = await paraphrase("Paint room 214 blue.", HOTEL, REQUESTS, model)
    assert (found.text, model.asked) == ("Paint room 214 blue.", [])
    assert found.problems[0].code == "not_of_the_grammar"
