"""Vectors of texts through the real SDK: stored, counted, paid for once, and refused where they are none."""

from __future__ import annotations

import json

import pytest

from envscaler_mcp.errors import BadInput, BudgetReached, ProviderFailed, RequestRefused
from envscaler_mcp.llm import Budget, GaveUp, NotStored, embedder_of, embeddings_beside
from tests.llm.model_script import Said, places, says

OPENAI = "openai:text-embedding-3-small"
TEXTS = [f"Topic {n}" for n in range(40)]


def number_of(text: str) -> list[float]:
    return [float(text.split()[1]), 1.0, 0.123456789]


async def test_texts_get_their_vectors_in_their_order_and_once(serve, access, tmp_path):
    server = serve(places(number_of))
    for run_of in range(2):
        async with access(server, calls=tmp_path) as run:
            found = await embedder_of(OPENAI, run)(TEXTS)
            total = run.ledger.total()
        assert found == [[float(n), 1.0, 0.123457] for n in range(40)]
        assert (total.calls, total.known) == (2, 2 * run_of)
        assert total.usage.input > 0
        assert total.cost_usd == pytest.approx(total.usage.input * 0.02 / 1e6)
    assert [len(asked.users) for asked in server.asked] == [32, 8]
    assert {asked.path for asked in server.asked} == {"/v1/embeddings"}
    async with access(server, calls=None) as run:
        assert await embedder_of(f"replay:{tmp_path}", run)(TEXTS) == found
        with pytest.raises(NotStored):
            await embedder_of(f"replay:{tmp_path}", run)(["Topic 41"])
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "bad",
    [
        Said(status=404),
        Said(status=501, text="This server does not support embeddings."),
        Said(status=401),
        Said(text="[[1, 2]]"),
        Said(text='[[1, 2], ["a", 2]]'),
        Said(text="[[0, 0], [1, 2]]"),
        Said(text="[[1, 2], [1, 2, 3]]"),
        Said(text="[[], []]"),
        Said(body=b"<html>a page</html>", content_type="text/html"),
        Said(body=b'{"data": null}'),
        Said(body=b'{"data": [{"embedding": [1]}, {"embedding": [1]}]}'),
    ],
    ids=str,
)
async def test_what_is_no_vectors_is_refused_at_once(serve, access, bad: Said):
    server = serve(says(bad))
    async with access(server) as run:
        with pytest.raises(ProviderFailed) as told:
            await embedder_of(f"chat:here@{server.openai}", run)(["One", "Two"])
    assert not isinstance(told.value, GaveUp)
    assert len(server.asked) == 1


async def test_a_provider_that_is_busy_is_asked_again(serve, access, clock):
    server = serve(says(Said(status=429), "[[1, 2]]"))
    async with access(server) as run:
        embed = embedder_of(OPENAI, run)
        assert await embed(["One"]) == [[1, 2]]
        server.script = says(Said(status=503))
        with pytest.raises(GaveUp, match="tried 6 times"):
            await embed(["Two"])


async def test_vectors_stay_within_the_budget(serve, access):
    server = serve(places(number_of))
    async with access(server, budget=Budget(1e-9)) as run:
        with pytest.raises(BudgetReached):
            await embedder_of(OPENAI, run)(TEXTS)
        with pytest.raises(BadInput, match="no price"):
            embedder_of(f"chat:here@{server.anthropic}/other", run)
    assert server.asked == []


async def test_a_stored_answer_that_is_no_list_of_vectors_is_refused(serve, access, tmp_path):
    server = serve(says("[[1, 2]]"))
    async with access(server, calls=tmp_path) as run:
        embed = embedder_of(OPENAI, run)
        await embed(["One"])
        (path,) = tmp_path.glob("*.json")
        call = json.loads(path.read_text())
        call["answer"]["text"] = "no vectors"
        path.write_text(json.dumps(call))
        with pytest.raises(RequestRefused):
            await embed(["One"])


def test_which_model_gives_vectors_where_none_is_named(serve, access):
    server = serve(says("x"))
    run = access(server)
    assert embeddings_beside("openai:gpt-5.2", run) == OPENAI
    assert embeddings_beside(f"chat:gpt-5.2@{server.openai}", run) == (
        f"chat:text-embedding-3-small@{server.openai}"
    )
    assert embeddings_beside("replay:calls", run) == "replay:calls"
    for spec in ("chat:mine@http://127.0.0.1:1/v1", "anthropic:claude-opus-5", "manual:here"):
        assert embeddings_beside(spec, run) == ""


@pytest.mark.parametrize("spec", ["anthropic:claude-opus-5", "manual:here", "openai:", "nothing"])
def test_a_provider_without_vectors_is_told(serve, access, spec: str):
    with pytest.raises(
        BadInput, match=r"gives vectors; use one of: openai:MODEL, chat:MODEL@URL, replay:DIR"
    ):
        embedder_of(spec, access(serve(says("x"))))
