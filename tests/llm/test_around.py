"""What stands around a provider: pace, budget, ledger, estimates, and JSON out of text."""

from __future__ import annotations

import random

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.errors import BadInput, BudgetReached, ProviderFailed
from envscaler_mcp.llm import (
    Answer,
    AnswerLost,
    Budget,
    Busy,
    CallStore,
    Ledger,
    Patience,
    PerMillion,
    Planned,
    Request,
    Usage,
    ask,
    estimate,
    known_price,
    llm_of,
    most_tokens,
    price_of,
)
from envscaler_mcp.llm.answer_text import value_of
from envscaler_mcp.llm.budget import Budgeted
from envscaler_mcp.llm.pace import Pace
from envscaler_mcp.llm.patient import Asking, Patient
from envscaler_mcp.llm.schemas import check_answer_schema, is_closed, is_strict, misfits
from envscaler_mcp.llm.wire import retry_after
from envscaler_mcp.runtime.standalone.canonical import StrictJsonError, dumps, integral
from tests.llm.model_script import Said, says
from tests.llm.scripted import Scripted

# Pace


async def test_so_many_at_once_and_no_more(clock):
    model, pace = Scripted(), Pace(3, clock)
    one, other = (Patient(model, Asking(pace, Patience(), clock)) for _ in range(2))
    async with anyio.create_task_group() as tasks:
        for number in range(20):
            tasks.start_soon((one, other)[number % 2].answer, ask("topics", str(number)))
    assert (len(model.asked), model.most_at_once) == (20, 3)


async def test_two_models_of_one_provider_share_its_pace(serve, access):
    server = serve(says(Said(text="x", hold=True)))
    async with access(server, at_once=3) as run, anyio.create_task_group() as tasks:
        llms = [llm_of(f"openai:gpt-5.{number}", run) for number in (1, 2)]
        for number in range(12):
            tasks.start_soon(llms[number % 2].complete, ask("topics", str(number)))
        await anyio.to_thread.run_sync(server.wait_for, 3)
        await anyio.wait_all_tasks_blocked()
        assert len(server.asked) == 3
        server.release.set()
    assert len(server.asked) == 12


async def test_when_a_provider_says_wait_everybody_waits(clock):
    said: list[float] = []

    class Limited(Scripted):
        async def answer(self, request: Request) -> Answer:
            said.append(clock.now())
            if len(said) == 1:
                raise Busy("slow down", wait=40.0)
            return await super().answer(request)

    patient = Patient(Limited(), Asking(Pace(1, clock), Patience(), clock))
    async with anyio.create_task_group() as tasks:
        for number in range(4):
            tasks.start_soon(patient.answer, ask("topics", str(number)))
    assert len(said) == 5
    assert min(said[1:]) - said[0] >= 40


async def test_waiting_takes_no_place(clock):
    class Moody(Scripted):
        async def answer(self, request: Request) -> Answer:
            answer = await super().answer(request)
            if request.messages[0].text == "moody" and len(self.asked) < 4:
                raise AnswerLost("gone")
            return answer

    model = Moody()
    patient = Patient(model, Asking(Pace(1, clock), Patience(), clock, random.Random(1)))
    async with anyio.create_task_group() as tasks:
        for text in ("moody", "a", "b"):
            tasks.start_soon(patient.answer, ask("topics", text))
    assert [request.messages[0].text for request in model.asked[:3]] == ["moody", "a", "b"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "12"}, 12.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:30 GMT"}, 10.0),
        ({"retry-after": "Tue, 14 Nov 2000 22:13:30 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "-3"}, None),
        ({}, None),
    ],
)
def test_retry_after_in_all_its_spellings(headers, seconds):
    assert retry_after(headers, 1_700_000_000.0) == seconds


# Budget

PRICE = PerMillion(1.0, 100.0)


def budgeted(model: Scripted, limit: float) -> tuple[Budgeted, Budget]:
    budget = Budget(limit)
    return Budgeted(model, budget, PRICE), budget


def asking(text: str = "x") -> Request:
    return ask("topics", text, max_tokens=10_000)  # a dollar at the most, and a little for the input


async def test_it_stops_before_the_call_that_could_exceed_the_budget():
    model = Scripted(cost=0.3)
    llm, budget = budgeted(model, 1.7)
    for _ in range(3):
        await llm.answer(asking())
    with pytest.raises(
        BudgetReached, match=r"budget of \$1.70 .* \$0.9000 is spent, and the next call of topics"
    ):
        await llm.answer(asking())
    assert (len(model.asked), budget.spent) == (3, pytest.approx(0.9))


async def test_calls_under_way_hold_their_part_and_give_back_what_they_did_not_need():
    model = Scripted(cost=0.1)
    llm, budget = budgeted(model, 2.5)
    async with anyio.create_task_group() as tasks:
        for number in range(12):
            tasks.start_soon(llm.answer, asking(str(number)))
    assert (len(model.asked), model.most_at_once) == (12, 2)
    assert budget.spent == pytest.approx(1.2)


@pytest.mark.parametrize(
    ("error", "spent"), [(AnswerLost("x"), 1.0), (Busy("x"), 0.0), (ValueError("x"), 0.0)]
)
async def test_an_answer_that_got_lost_counts_as_paid_and_a_refusal_does_not(error: Exception, spent: float):
    def fail(_request: Request) -> str:
        raise error

    llm, budget = budgeted(Scripted(fail), 5.0)
    with pytest.raises(type(error)):
        await llm.answer(asking())
    assert budget.spent == pytest.approx(spent, abs=0.01)


async def test_an_interrupted_call_counts_as_paid_and_lets_the_others_go_on():
    model = Scripted()
    model.open = anyio.Event()
    llm, budget = budgeted(model, 5.0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(llm.answer, asking())
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    assert budget.spent == pytest.approx(1.0, abs=0.01)
    model.open.set()
    await llm.answer(asking())


@given(st.text(st.characters(codec="utf-8"), max_size=200), st.integers(1, 99))
def test_no_call_takes_more_tokens_than_it_is_held_for(text: str, room: int):
    most = most_tokens(ask("topics", text, max_tokens=room))
    assert most.input > len(text.encode())
    assert most.output == room


async def test_a_budget_over_the_wire_and_after_a_resume(serve, spec, access, tmp_path):
    server = serve(says(Said(text="x", tokens=(1000, 1000))))
    named = spec(server)
    prices = {named.partition("@")[0]: PRICE}
    for _ in range(2):  # the second time all is known, and what was spent is still spent
        budget = Budget(1.15, CallStore(tmp_path).spent())
        async with access(server, calls=tmp_path, budget=budget, prices=prices) as run:
            llm = llm_of(named, run)
            for text in "ab":
                await llm.complete(asking(text))
            with pytest.raises(BudgetReached):
                await llm.complete(asking("c"))
    assert len(server.asked) == 2
    assert run.ledger.total().cost_usd == pytest.approx(0.202)
    assert run.ledger.total().paid_now == 0


async def test_models_of_two_options_share_pace_budget_and_ledger(serve, access):
    run = access(serve(says("x")), budget=Budget(1.0))
    other = run.under("--solver-llm")
    assert (other.said("x"), run.said("x")) == ("--solver-llm x", "--llm x")
    assert other.pace("there") is run.pace("there")
    assert (other.budget, other.ledger) == (run.budget, run.ledger)


async def test_a_budget_needs_a_price(serve, access):
    with pytest.raises(BadInput, match="no price is known for it, so no budget can hold"):
        llm_of("openai:of-tomorrow", access(serve(says("x")), budget=Budget(1.0)))


# Prices, ledger, estimates


def test_prices_are_those_of_the_table():
    price = known_price("gpt-5.2", provider="openai")
    assert price is not None
    assert price(Usage(input=1_000_000)) == pytest.approx(1.75)
    assert price(Usage(input=1_000_000, cached=1_000_000)) == pytest.approx(0.175)
    assert known_price("of-tomorrow", provider="anthropic") is None


def test_the_price_of_a_spec_needs_no_key(serve, access):
    run = access(serve(says("x")), keys={}, prices={"chat:m": PRICE})
    assert price_of("openai:gpt-5.2", run)
    assert price_of("chat:m@http://127.0.0.1:1/v1", run) is PRICE
    for named in (
        "chat:n@http://127.0.0.1:1/v1",
        "manual:somewhere",
        "replay:somewhere",
        "openai:of-tomorrow",
    ):
        assert price_of(named, run) is None


def test_the_ledger_adds_up_by_stage():
    ledger = Ledger()

    def add(stage: str, cost: float | None, known: bool = False) -> None:
        usage = Usage(input=10, output=5)
        answer = Answer(text="", finish="done", usage=usage, model="m", cost_usd=cost, known=known)
        ledger.add(stage, answer)

    add("topics", 0.5)
    add("topics", 0.25, known=True)
    add("code", None)
    told = ledger.to_json()
    assert told["stages"]["topics"] == {
        "calls": 2, "known": 1, "unpriced": 0, "cost_usd": 0.75, "paid_now_usd": 0.5,
        "tokens": {"input": 20, "output": 10, "cached": 0},
    }  # fmt: skip
    assert (told["stages"]["code"]["cost_usd"], told["total"]["cost_usd"]) == (None, None)
    assert (told["total"]["calls"], told["unpriced_models"]) == (3, ["m"])
    assert ledger.total().dollars == 0.75


def test_an_estimate_calls_nobody():
    plan = [
        Planned(stage="code", calls=10, input=1000, output=500),
        Planned(stage="code", calls=1, input=0, output=100),
        Planned(stage="tests", calls=2, input=100, output=0),
    ]
    told = estimate(plan, PerMillion(1.0, 10.0)).to_json()
    assert told["total"]["calls"] == 13
    assert told["stages"]["code"]["tokens"] == {"input": 10_000, "output": 5_100, "cached": 0}
    assert told["total"]["cost_usd"] == pytest.approx(0.0612)
    assert estimate(plan, None).cost_usd is None
    assert estimate([], None).calls == 0


# JSON out of text

values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(st.sampled_from('a`"{}\n\\ é'), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
).filter(lambda value: "\ud800" not in repr(value))


@given(
    values,
    st.sampled_from(["{}", "```json\n{}\n```", "Here:\n\n```\n{}\n```\nDone.", "<think>{{</think>\n{}"]),
)
def test_json_comes_through_any_wrapping(value, wrapping: str):
    written = wrapping.replace("{{", "hm {").replace("{}", dumps(value))
    assert integral(value_of(written)) == integral(value)


@pytest.mark.parametrize(
    "text", ["", "```json\n```", "{'a': 1}", "1 2", "```\n1\n```\n\n```\n2\n```", "nope {}"]
)
def test_what_is_no_json_is_none(text: str):
    with pytest.raises(StrictJsonError):
        value_of(text)


# Schemas of answers


@pytest.mark.parametrize(
    "schema",
    [[], "x", {"type": "objekt"}, {"$ref": "https://example.org/s.json"}, {"items": {"$ref": "other.json"}}],
)
def test_no_schema_of_an_answer(schema):
    with pytest.raises(ValueError, match="JSON Schema|leads out"):
        check_answer_schema(schema)


def test_a_property_may_be_called_like_a_keyword():
    check_answer_schema({"properties": {"$ref": {"type": "string"}, "type": {"type": "string"}}})


def test_misfits_are_told_with_their_place_and_are_never_many():
    schema = {"type": "array", "items": {"type": "object", "required": ["a"]}}
    assert misfits([{"a": 1}], schema) == []
    told = misfits([{}] * 20, schema)
    assert told[0] == "at /0: 'a' is a required property"
    assert told[-1] == "and 12 more"
    assert len(misfits("y" * 10_000, {"type": "integer"})[0]) < 400


def test_closed_and_strict_schemas():
    part = {"type": "object", "properties": {"a": {}}, "additionalProperties": False}
    assert is_closed(part)
    assert not is_strict(part)
    assert is_strict({**part, "required": ["a"]})
    assert not is_closed({"type": ["object", "null"]})
    assert not is_closed({**part, "properties": {"a": {"type": "object"}}})


async def test_a_failure_that_is_no_attempt_is_not_tried_again(clock):
    def fail(_request: Request) -> str:
        raise ProviderFailed("no")

    model = Scripted(fail)
    with pytest.raises(ProviderFailed, match="no"):
        await Patient(model, Asking(Pace(1, clock), Patience(), clock)).answer(asking())
    assert len(model.asked) == 1
