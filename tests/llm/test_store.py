"""Calls by digest: never paid twice, torn files redone, no key in any file, resumed after kill -9."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.errors import BadInput, ProviderFailed
from envscaler_mcp.llm import CallStore, Message, Request, StoredCall, ask, call_digest, llm_of
from envscaler_mcp.llm.store import Stored
from tests.llm.conftest import CANARY
from tests.llm.model_script import Asked, Said, says
from tests.llm.scripted import Scripted
from tests.source_tree import ROOT

texts = st.text(st.characters(codec="utf-8"), max_size=40)
messages = st.builds(Message, role=st.sampled_from(["user", "assistant"]), text=texts)
schemas = st.sampled_from([None, {"type": "object"}, {"type": "array", "items": {"enum": [1, 1.5, "x"]}}])
requests = st.builds(
    Request,
    stage=st.from_regex(r"[a-z][a-z0-9_.-]{0,9}", fullmatch=True),
    system=texts,
    messages=st.lists(messages, min_size=1, max_size=3).map(tuple),
    answer_schema=schemas,
    max_tokens=st.integers(1, 9),
    attempt=st.integers(0, 3),
    round=st.integers(0, 1),
)


@given(requests, requests, texts, texts)
def test_digests_are_equal_exactly_where_model_and_request_are(a: Request, b: Request, one: str, other: str):
    assert (call_digest(one, a) == call_digest(other, b)) == (one == other and a == b)


@given(requests)
def test_a_digest_survives_a_file(request: Request):
    again = Request.parse(json.dumps(request.to_json(), indent=3), "here")
    assert (again, again.digest()) == (request, request.digest())


@given(requests, st.sampled_from(["system", "max_tokens", "attempt", "round", "stage"]))
def test_any_other_field_is_another_request(request: Request, field: str):
    value = getattr(request, field)
    other = request.model_copy(update={field: value + ("x" if isinstance(value, str) else 1)})
    assert other.digest() != request.digest()


async def test_a_call_is_made_once(tmp_path: Path):
    model = Scripted(lambda request: f"answer to {request.messages[0].text}")
    for _ in range(2):
        stored = Stored(model, CallStore(tmp_path))
        answers = [await stored.answer(ask("topics", text)) for text in ("a", "b", "a")]
        assert [answer.text for answer in answers] == ["answer to a", "answer to b", "answer to a"]
    assert [answer.known for answer in answers] == [True, True, True]
    assert len(model.asked) == 2


async def test_many_that_ask_the_same_at_once_pay_once(tmp_path: Path):
    model = Scripted()
    stored = Stored(model, CallStore(tmp_path))
    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(stored.answer, ask("topics", "same"))
    assert len(model.asked) == 1


@pytest.mark.parametrize("damage", ["torn", "empty", "nonsense", "other request"])
async def test_a_file_that_is_not_whole_counts_as_absent(tmp_path: Path, damage: str):
    model = Scripted()
    await Stored(model, CallStore(tmp_path)).answer(ask("topics", "a"))
    (path,) = tmp_path.iterdir()
    text = path.read_text()
    broken = {"torn": text[:-30], "empty": "", "nonsense": "{}", "other request": text.replace('"a"', '"b"')}
    path.write_text(broken[damage])
    assert list(CallStore(tmp_path).calls()) == []
    await Stored(model, CallStore(tmp_path)).answer(ask("topics", "a"))
    assert (len(model.asked), path.read_text()) == (2, text)


async def test_a_call_of_another_model_is_another_call(tmp_path: Path):
    one, other = Scripted(), Scripted()
    other.name = "other"
    for model in (one, other):
        await Stored(model, CallStore(tmp_path)).answer(ask("topics", "a"))
    assert (len(one.asked), len(other.asked)) == (1, 1)


async def test_a_failure_is_not_stored(serve, access, tmp_path: Path):
    server = serve(says(Said(status=404), "well"))
    async with access(server, calls=tmp_path) as run:
        llm = llm_of("openai:gpt-5.2", run)
        with pytest.raises(ProviderFailed):
            await llm.complete(ask("topics", "a"))
        assert list(tmp_path.iterdir()) == []
        assert (await llm.complete(ask("topics", "a"))).text == "well"


async def test_what_a_store_cannot_take_is_told_before_anything_is_paid(serve, access, tmp_path: Path):
    (tmp_path / "calls").write_text("a file")
    server = serve(says("x"))
    with pytest.raises(BadInput, match="calls"):
        llm_of("openai:gpt-5.2", access(server, calls=tmp_path / "calls"))
    assert server.asked == []


async def test_a_repair_round_is_stored_as_well(serve, spec, access, tmp_path: Path):
    schema = {"type": "object", "required": ["a"]}
    server = serve(says("no", '{"a": 1}'))
    named = spec(server)
    replies = []
    for _ in range(2):
        async with access(server, calls=tmp_path) as run:
            replies.append(await llm_of(named, run).complete(ask("x", "y", answer_schema=schema)))
    assert [reply.known for reply in replies] == [False, True]
    assert replies[0].value == replies[1].value == {"a": 1}
    assert replies[0].cost_usd == replies[1].cost_usd
    assert replies[0].usage == replies[1].usage
    assert len(server.asked) == 2


def echo(asked: Asked) -> Said:
    """A model that gives back all it was sent, its key above all."""
    told = json.dumps([dict(asked.headers), asked.system, asked.text])
    return Said(text=told, headers={"X-Echo": told.encode("ascii", "replace").decode()})


async def test_no_key_is_stored_or_told(serve, spec, access, tmp_path: Path):
    server = serve(echo)
    prompt = f"The key is {CANARY}-a, or {CANARY}-c, or {CANARY}."
    async with access(server, calls=tmp_path) as run:
        llm = llm_of(spec(server), run)
        reply = await llm.complete(ask("topics", prompt, system=CANARY))
        again = await llm.complete(ask("topics", prompt, system=CANARY))
        server.script = lambda asked: Said(status=400, text=echo(asked).text)
        with pytest.raises(ProviderFailed) as caught:
            await llm.complete(ask("topics", "another"))
        shown = [repr(run), str(run.ledger.to_json()), repr(llm), repr(reply)]
    assert any(CANARY in value for asked in server.asked for value in asked.headers.values())
    assert "[key]" in reply.text
    assert again.known
    whole_chain = [str(caught.value), repr(caught.value.__cause__), repr(caught.value.__context__)]
    files = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert [text for text in [*files, *whole_chain, *shown] if "canary" in text] == []


KILLED = """
import anyio, sys
from pathlib import Path
from envscaler_mcp.llm import Access, ask, llm_of

async def main(address, calls):
    keys = {"OPENAI_API_KEY": "k" * 20, "OPENAI_BASE_URL": address}
    async with Access(keys=keys, calls=Path(calls)) as run:
        llm = llm_of("openai:gpt-5.2", run)
        for number in range(5):
            reply = await llm.complete(ask("topics", f"call {number}"))
            print(reply.text, flush=True)
        print(run.ledger.total().to_json()["known"])

anyio.run(main, *sys.argv[1:])
"""


def test_killed_and_resumed_it_pays_nothing_twice(serve, tmp_path: Path):
    def script(asked: Asked) -> Said:
        first_time = len(server.asked) <= 4
        return Said(text=f"to {asked.text}", hold=asked.text == "call 3" and first_time)

    server = serve(script)
    command = [sys.executable, "-c", KILLED, server.openai, str(tmp_path)]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    server.wait_for(4)
    running.kill()
    before, _ = running.communicate()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert before.splitlines() == ["to call 0", "to call 1", "to call 2"]
    assert done.stdout.splitlines() == [*(f"to call {number}" for number in range(5)), "3"]
    # Only the call that was under way is asked again: its answer had reached nobody.
    assert [asked.text[-1] for asked in server.asked] == ["0", "1", "2", "3", "3", "4"]
    assert sum(stored.is_whole() for stored in CallStore(tmp_path).calls()) == 5


def test_a_stored_call_reads_back(tmp_path: Path):
    model = Scripted(lambda _: 'quotes " and {braces}\nimport os')
    anyio.run(Stored(model, CallStore(tmp_path)).answer, ask("topics", "a", answer_schema={"type": "object"}))
    (path,) = tmp_path.iterdir()
    stored = StoredCall.load(path)
    assert path.name.startswith("topics-")
    assert stored.to_text() == path.read_text()
    assert "known" not in path.read_text()
