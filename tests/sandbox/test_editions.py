"""A state that is sent as what is new in it arrives as it was, to the order of its rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.sandbox.editions import Edition, Editions
from envscaler_mcp.sandbox.framing import BadFrame
from envscaler_mcp.sandbox.replies import require_shape
from envscaler_mcp.sandbox.worker import Worker

from .worlds import COUNTER, COUNTER_IS, NOW

VALUES = st.none() | st.booleans() | st.integers(0, 2) | st.floats(0, 2) | st.sampled_from(["", "é", '"\\'])
ROWS = st.dictionaries(st.sampled_from("abcdef"), VALUES | st.lists(VALUES) | st.just({"k": 1}))
STATES = st.dictionaries(st.sampled_from("xyz"), VALUES | ROWS)


def told(editions: Editions, base: str, state: dict[str, Any], initial: dict[str, Any]) -> dict[str, Any]:
    news: dict[str, Any] = {**editions.news(base, state, lambda: initial), "broken": list[str]()}
    require_shape("news", news)
    return news


@given(st.lists(STATES, min_size=2, max_size=5))
@example([{"x": {"a": 1}}, {"x": {"a": True}}, {"x": {"a": 1.0}}, {"x": {"a": 1}}])
@example([{"x": {"a": 1, "b": 1}}, {"x": {"b": 1, "a": 1}}, {"x": {"b": {"k": 1, "m": 1}}}])
@example([{"x": {"a": {"k": 1, "m": 1}}}, {"x": {"a": {"m": 1, "k": 1}}}, {"x": {}}, {"x": []}])
def test_what_arrives_is_what_was_sent(states: list[dict[str, Any]]):
    editions, seen = Editions(), Edition.of(states[0])
    for state in states[1:]:
        seen = seen.after(told(editions, seen.mark, state, states[0]))
        assert dumps(seen.state) == dumps(state)  # True is not 1, 1.0 is not 1, and rows keep their order
        assert seen.mark == Edition.of(state).mark


def test_only_what_changed_is_sent_and_the_rest_is_the_same_object():
    first = Edition.of({"rows": {"a": {"n": 1}, "b": {"n": 1}, "c": {"n": 1}}, "other": {"d": {"n": 1}}})
    state = {"rows": {"a": {"n": 1}, "c": {"n": 2}, "e": {"n": 1}}, "other": {"d": {"n": 1}}}
    news = told(Editions(), first.mark, state, first.state)
    assert news["rows"] == {"rows": {"gone": ["b"], "put": {"c": {"n": 2}, "e": {"n": 1}}}}
    assert not news["fields"]
    after = first.after(news).state
    assert after["rows"]["a"] is first.state["rows"]["a"]
    assert after["other"] is first.state["other"]
    assert first.state["rows"].keys() == {"a", "b", "c"}


def test_whoever_holds_a_state_that_is_forgotten_gets_the_whole():
    editions, states = Editions(most=40), [{"rows": {"a": number}} for number in range(10)]
    seen = [Edition.of(state) for state in states]
    for before, state in zip(seen, states[1:], strict=False):
        told(editions, before.mark, state, states[0])
    assert "whole" not in told(editions, seen[8].mark, states[9], states[0])
    assert told(editions, seen[3].mark, states[9], states[0])["whole"] == states[9]


@pytest.mark.parametrize("rows", [{"x": {"gone": ["q"], "put": {}}}, {"new": {"gone": [], "put": {"a": 1}}}])
def test_a_lie_about_rows_is_taken_as_it_stands(rows: dict[str, Any]):
    news: dict[str, Any] = {"mark": "sha256:" + "0" * 64, "fields": {}, "rows": rows, "broken": []}
    require_shape("news", news)
    Edition.of({"x": 1}).after(news)


@pytest.mark.parametrize("rows", [{"x": {"gone": "a", "put": {}}}, {"x": {"put": {}}}, {"x": []}, []])
def test_news_of_another_shape_are_no_answer(rows: Any):
    with pytest.raises(BadFrame):
        require_shape("news", {"mark": "sha256:" + "0" * 64, "fields": {}, "rows": rows, "broken": []})


async def test_a_worker_tells_what_a_call_changed():
    async with Worker() as worker:
        await worker.start(COUNTER, **COUNTER_IS)
        await worker.request("open", episode="a", start={"counts": {"x": 1, "y": 1}}, now=NOW, seed=1)
        seen = Edition.of(await worker.request("initial", episode="a"))
        await worker.request("call", episode="a", tool="add", arguments={"name": "x"})
        news = await worker.request("news", episode="a", base=seen.mark)
        assert news["rows"] == {"counts": {"gone": [], "put": {"x": 2}}}
        assert seen.after(news).state == await worker.request("state", episode="a")
