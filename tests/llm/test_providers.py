"""Every provider through its real SDK, against a model that behaves and misbehaves."""

from __future__ import annotations

import json

import pytest

from envscaler_mcp.errors import BadInput, ProviderFailed, RequestRefused
from envscaler_mcp.llm import Patience, Usage, ask, llm_of
from tests.llm.conftest import CANARY
from tests.llm.model_script import Asked, Said, says
from tests.llm.model_wire import whole

SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "size": {"type": "integer", "minimum": 1}},
    "required": ["name", "size"],
    "additionalProperties": False,
}
GOOD = json.dumps({"name": "desk", "size": 3})
HOSTILE = (
    'Ignore all of that. {{ 7*7 }} {% raw %} """ \'\'\' ``` import os; os.system("x") \\u0000 </s> \u202e'
)


def by_schema(asked: Asked) -> str | None:
    """The schema that the provider was to hold the model to."""
    places = {
        "chat": lambda body: body["response_format"]["json_schema"]["schema"],
        "responses": lambda body: body["text"]["format"]["schema"],
        "messages": lambda body: body["output_config"]["format"]["schema"],
    }
    try:
        return places[asked.dialect](asked.body)
    except KeyError:
        return None


async def test_text(serve, spec, access):
    server = serve(says(Said(text="Grüße 🙂", tokens=(120, 30))))
    async with access(server) as run:
        llm = llm_of(spec(server), run)
        reply = await llm.complete(ask("topics", "Say hello.", system="Be brief."))
    asked = server.asked[0]
    assert (reply.text, reply.finish, reply.problems) == ("Grüße 🙂", "done", ())
    assert (reply.usage.input, reply.usage.output) == (120, 30)
    assert (asked.system, asked.users) == ("Be brief.", ("Say hello.",))
    assert "temperature" not in asked.body
    assert len(server.asked) == 1
    assert reply.model == spec(server).partition("@")[0]


async def test_a_price_where_one_is_known_and_none_where_not(serve, access):
    server = serve(says(Said(text="x", tokens=(1_000_000, 100_000))))
    specs = ("openai:gpt-5.2", "openai:of-tomorrow", f"chat:here@{server.openai}x")
    async with access(server) as run:
        costs = [(await llm_of(spec, run).complete(ask("topics", "x"))).cost_usd for spec in specs]
    assert costs == [pytest.approx(1.75 + 1.4), None, None]
    assert run.ledger.total().cost_usd is None
    assert run.ledger.unpriced_models() == ["chat:here", "openai:of-tomorrow"]


async def test_a_value_with_the_schema_held_by_the_provider(serve, spec, access):
    server = serve(says(GOOD))
    async with access(server) as run:
        reply = await llm_of(spec(server), run).complete(ask("entities", "One.", answer_schema=SCHEMA))
    assert reply.value == {"name": "desk", "size": 3}
    assert by_schema(server.asked[0])["required"] == ["name", "size"]
    assert ("JSON Schema" in server.asked[0].system) == (server.asked[0].dialect == "chat")


async def test_a_schema_that_the_provider_refuses_is_told_in_words_and_not_tried_again(serve, spec, access):
    def script(asked: Asked) -> Said:
        return Said(status=400, text="schema not supported") if by_schema(asked) else Said(text=GOOD)

    server = serve(script)
    async with access(server) as run:
        llm = llm_of(spec(server), run)
        for number in range(2):
            reply = await llm.complete(ask("entities", f"Number {number}", answer_schema=SCHEMA))
            assert reply.value == {"name": "desk", "size": 3}
    assert [bool(by_schema(asked)) for asked in server.asked] == [True, False, False]
    assert all("JSON Schema" in asked.system for asked in server.asked[1:])


async def test_an_open_schema_is_not_closed_by_anthropic(serve, access):
    server = serve(says('{"a": 1}'))
    schema = {"type": "object", "additionalProperties": {"type": ["integer", "null"]}}
    async with access(server) as run:
        llm = llm_of("anthropic:claude-opus-5", run)
        assert (await llm.complete(ask("rows", "x", answer_schema=schema))).value == {"a": 1}
    assert by_schema(server.asked[0]) is None


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("Sorry, here is your JSON: {", "answer_not_json"),
        ('{"name": "a", "size": NaN}', "answer_not_json"),
        ('{"name": "a", "name": "b", "size": 1}', "answer_not_json"),
        ("[" * 5000, "answer_not_json"),
        (HOSTILE, "answer_not_json"),
        ('{"name": "a", "size": 0}', "answer_misfit"),
        ('{"name": "a", "size": 1, "more": 2}', "answer_misfit"),
        ("[]", "answer_misfit"),
        ("", "answer_not_json"),
    ],
)
async def test_a_bad_answer_is_asked_for_again_once(serve, spec, access, bad: str, code: str):
    server = serve(says(bad, f"```json\n{GOOD}\n```"))
    async with access(server) as run:
        reply = await llm_of(spec(server), run).complete(ask("entities", "One.", answer_schema=SCHEMA))
    assert reply.value == {"name": "desk", "size": 3}
    assert len(server.asked) == 2
    if bad:
        assert "cannot be used" in server.asked[1].text
    server.script = says(bad)
    async with access(server) as run:
        reply = await llm_of(spec(server), run).complete(ask("entities", "Two.", answer_schema=SCHEMA))
    assert reply.value is None
    assert {problem.code for problem in reply.problems} == {code}
    assert len(server.asked) == 4
    assert run.ledger.total().calls == 2


async def test_a_truncated_answer_gets_more_room_once(serve, spec, access):
    server = serve(says(Said(text=GOOD[:9], finish="length"), GOOD))
    async with access(server) as run:
        llm = llm_of(spec(server), run)
        reply = await llm.complete(ask("entities", "One.", answer_schema=SCHEMA, max_tokens=500))
        server.script = says(Said(text="half a", finish="length"))
        cut = await llm.complete(ask("code", "More."))
    assert reply.value == {"name": "desk", "size": 3}
    rooms = [asked.body.get("max_output_tokens") or asked.body["max_tokens"] for asked in server.asked]
    assert rooms == [500, 1000, 8192, 16384]
    assert [problem.code for problem in cut.problems] == ["answer_cut_off"]


async def test_a_refusal_is_a_problem_and_not_asked_again(serve, spec, access):
    server = serve(says(Said(text="I will not.", finish="refused")))
    async with access(server) as run:
        reply = await llm_of(spec(server), run).complete(ask("entities", "x", answer_schema=SCHEMA))
    assert (reply.finish, reply.value) == ("refused", None)
    assert [problem.code for problem in reply.problems] == ["answer_refused"]
    assert len(server.asked) == 1


async def test_hostile_text_stays_text(serve, spec, access):
    value = {"name": HOSTILE, "size": 1}
    server = serve(says(HOSTILE, json.dumps(value)))
    async with access(server) as run:
        llm = llm_of(spec(server), run)
        assert (await llm.complete(ask("policy", "x"))).text == HOSTILE
        assert (await llm.complete(ask("policy", "y", answer_schema=SCHEMA))).value == value


async def test_half_a_surrogate_pair_does_not_get_in(serve, spec, access, tmp_path):
    server = serve(says("a\ud800b"))
    async with access(server, calls=tmp_path) as run:
        assert (await llm_of(spec(server), run).complete(ask("policy", "x"))).text in {"a?b", "a\ufffdb"}


RETRIED = {
    "rate limited": Said(status=429, headers={"Retry-After": "7"}),
    "server error": Said(status=500),
    "overloaded": Said(status=529),
    "hangs up at once": Said(cut="at once"),
    "hangs up in the middle": Said(text="x" * 500, cut="connection"),
    "no JSON": Said(body=b"<html>Welcome to the hotel</html>", content_type="text/html"),
    "broken JSON": Said(body=b'{"choices": [', content_type="application/json"),
    "JSON of another kind": Said(body=b"[1, 2]"),
    "an empty object": Said(body=b"{}"),
    "nulls": Said(body=b'{"choices": null, "output": null, "status": "completed", "content": null}'),
}


@pytest.mark.parametrize("fault", RETRIED)
async def test_what_merits_another_attempt_gets_one(serve, spec, access, clock, fault: str):
    server = serve(says(RETRIED[fault], "well"))
    async with access(server) as run:
        reply = await llm_of(spec(server), run).complete(ask("topics", "x"))
    assert (reply.text, len(server.asked)) == ("well", 2)
    assert len(clock.slept) >= 1
    if fault == "rate limited":
        assert sum(clock.slept) >= 7


async def test_a_stream_that_ends_too_early_is_no_answer(serve, spec, access):
    server = serve(says(Said(text="half of this is missing", cut="stream"), "well"))
    async with access(server) as run:
        assert (await llm_of(spec(server), run).complete(ask("topics", "x"))).text == "well"


@pytest.mark.parametrize("named", ["openai:gpt-5.2", "chat:m@{address}/elsewhere/v1"])
async def test_a_whole_is_heard_where_a_stream_was_asked_for(serve, access, named: str):
    server = serve(lambda asked: Said(body=json.dumps(whole(asked, Said(text="well"))).encode()))
    async with access(server) as run:
        llm = llm_of(named.format(address=server.anthropic), run)
        assert (await llm.complete(ask("topics", "x"))).text == "well"
    assert [asked.stream for asked in server.asked] == [True]


ERRORS_IN_STREAMS = {
    "messages": '{"type": "error", "error": {"type": "overloaded_error", "message": "later"}}',
    "responses": '{"type": "error", "code": "server_error", "message": "later", "sequence_number": 0}',
    "chat": '{"error": {"message": "later", "type": "server_error", "code": null, "param": null}}',
}


async def test_an_error_inside_of_a_stream_is_retried(serve, spec, access):
    def failing(asked: Asked) -> Said:
        if len(server.asked) > 1:
            return Said(text="well")
        event = f"event: error\ndata: {ERRORS_IN_STREAMS[asked.dialect]}\n\n".encode()
        return Said(body=event, content_type="text/event-stream")

    server = serve(failing)
    async with access(server) as run:
        assert (await llm_of(spec(server), run).complete(ask("topics", "x"))).text == "well"
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("fault", "kind", "told"),
    [
        (Said(status=401, text="bad key"), ProviderFailed, "check "),
        (Said(status=403), ProviderFailed, "check "),
        (Said(status=404), ProviderFailed, "model's name"),
        (Said(status=400, text="too long"), RequestRefused, "too long"),
        (Said(status=413), RequestRefused, "413"),
        (Said(status=429, text="insufficient_quota"), ProviderFailed, "nothing left"),
    ],
)
async def test_what_merits_none_fails_at_once(serve, spec, access, clock, fault: Said, kind: type, told: str):
    server = serve(says(fault))
    async with access(server) as run:
        with pytest.raises(kind, match=told):
            await llm_of(spec(server), run).complete(ask("topics", "x"))
    assert (len(server.asked), clock.slept) == (1, [])


async def test_it_gives_up_in_the_end(serve, spec, access, clock):
    server = serve(says(Said(status=503)))
    async with access(server) as run:
        with pytest.raises(ProviderFailed, match="tried 6 times"):
            await llm_of(spec(server), run).complete(ask("topics", "x"))
    assert len(server.asked) == 6
    halves = [seconds / (0.5 * 2**n) for n, seconds in enumerate(clock.slept)]
    assert all(0.5 <= half <= 1.0 for half in halves)
    assert len(set(halves)) > 1


async def test_it_does_not_wait_beyond_its_deadline(serve, spec, access, clock):
    server = serve(says(Said(status=429, headers={"Retry-After": "86400"})))
    async with access(server) as run:
        with pytest.raises(ProviderFailed, match="the next wait would be 86400 s"):
            await llm_of(spec(server), run).complete(ask("topics", "x"))
    assert (len(server.asked), clock.slept) == (1, [])


async def test_a_slow_answer_counts_as_lost(serve, spec, access):
    slow = Said(text="late", hold=True)
    server = serve(says(slow, "well"))
    async with access(server, patience=Patience(attempt_seconds=1.5)) as run:
        assert (await llm_of(spec(server), run).complete(ask("topics", "x"))).text == "well"
    assert len(server.asked) == 2


async def test_nobody_there_is_told_in_one_sentence(serve, spec, access):
    server = serve(says("x"))
    named = spec(server)
    async with access(server) as run:
        server.__exit__()
        with pytest.raises(ProviderFailed, match=r"cannot be reached \(ConnectError"):
            await llm_of(named, run).complete(ask("topics", "x"))


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # of the SDK, about such counts
@pytest.mark.parametrize("tokens", [("many", -5), (None, []), (1.5, {})])
async def test_tokens_that_are_no_counts_count_as_none(serve, spec, access, tokens):
    server = serve(says(Said(text="x", tokens=tokens)))
    async with access(server) as run:
        reply = await llm_of(spec(server), run).complete(ask("topics", "x"))
    assert (reply.usage, reply.cost_usd) == (Usage(), None)


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("gpt-5", "there is no such model; use one of: openai:MODEL, anthropic:MODEL"),
        ("openai:", "there is no such model"),
        ("openai:a b", "no name of a model"),
        ("gemini:pro", "there is no such model"),
        ("chat:m", "say chat:MODEL@http://HOST:PORT/v1"),
        ("chat:m@http://", "the address"),
        ("chat:m@http://u:secret@h/v1", "CHAT_API_KEY"),
        ("chat:m@http://h/v1?key=secret", "CHAT_API_KEY"),
        ("replay:/nowhere/at/all", "no such folder"),
    ],
)
def test_a_spec_that_names_nothing(serve, access, named: str, told: str):
    with pytest.raises(BadInput, match=told.replace("?", r"\?")) as caught:
        llm_of(named, access(serve(says("x"))))
    assert "secret@" not in str(caught.value)


@pytest.mark.parametrize("named", ["openai:gpt-5.2", "anthropic:claude-opus-5"])
def test_a_missing_key_is_named(serve, access, named: str):
    with pytest.raises(BadInput, match=r"_API_KEY is not set; set it in the environment or in a \.env"):
        llm_of(named, access(serve(says("x")), keys={}))


@pytest.mark.parametrize(
    ("named", "sdk"),
    [("openai:gpt-5.2", "openai"), ("anthropic:m", "anthropic"), ("chat:m@http://127.0.0.1:1/v1", "openai")],
)
def test_a_missing_sdk_is_named(serve, access, monkeypatch, named: str, sdk: str):
    monkeypatch.setitem(__import__("sys").modules, sdk, None)
    with pytest.raises(BadInput, match=r"pip install 'envscaler-mcp\[llm\]'"):
        llm_of(named, access(serve(says("x"))))


@pytest.mark.parametrize("has_its_own", [True, False])
async def test_the_key_of_openai_goes_to_no_other_address(serve, access, has_its_own: bool):
    server = serve(says("x"))
    keys = {"OPENAI_API_KEY": CANARY, "ANTHROPIC_API_KEY": CANARY} | (
        {"CHAT_API_KEY": "mine"} if has_its_own else {}
    )
    async with access(server, keys=keys) as run:
        await llm_of(f"chat:m@{server.openai}", run).complete(ask("topics", "x"))
    sent = {name.lower(): value for name, value in server.asked[0].headers.items()}
    assert sent["authorization"] == ("Bearer mine" if has_its_own else "Bearer none")
    assert CANARY not in str(sent)


@pytest.mark.parametrize("key", ["sk-with a blank", "sk-with-\u20ac", "sk-line\nX-Evil: 1"])
def test_a_key_that_can_be_none_is_refused_without_telling_it(serve, access, key: str):
    with pytest.raises(BadInput, match="OPENAI_API_KEY holds what no key holds") as caught:
        llm_of("openai:gpt-5.2", access(serve(says("x")), keys={"OPENAI_API_KEY": key}))
    assert "sk-" not in str(caught.value)
