from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.certify import Unresolved, dependents, play, rearranged, references, resolve, without
from envscaler_mcp.certify.play import Played, literals
from envscaler_mcp.runtime.standalone.episode import Outcome, UnknownTool
from envscaler_mcp.spec import Call


def call(tool: str, **arguments: Any) -> Call:
    return Call(tool=tool, arguments=arguments)


def ref(step: int, pointer: str = "/id") -> dict[str, Any]:
    return {"$result": [step, pointer]}


PLAN = (
    call("a"),
    call("b", of=ref(0)),
    call("c"),
    call("d", parts=[{"x": ref(1)}], y=ref(2, "/rows/1/a~1b")),
)


async def echo(tool: str, arguments: dict[str, Any]) -> Outcome:
    if tool == "unknown":
        raise UnknownTool("Unknown tool: unknown")
    refused = tool == "refuse"
    return Outcome({"id": tool, "rows": [1, {"a/b": 2}], "code": "no"}, refused, "no" if refused else None)


async def test_references_are_resolved_while_playing() -> None:
    played = await play(echo, PLAN)
    assert played[1].arguments == {"of": "a"}
    assert played[3].arguments == {"parts": [{"x": "b"}], "y": 2}
    assert all(step.succeeded for step in played)


async def test_what_does_not_resolve_is_passed_over() -> None:
    plan = (call("refuse"), call("b", of=ref(0)), call("c", of=ref(7)), call("d", of=ref(3)), call("e"))
    played = await play(echo, plan)
    assert [step.outcome is None for step in played] == [False, True, True, True, False]


async def test_an_unknown_tool_is_an_outcome() -> None:
    (step,) = await play(echo, [call("unknown")])
    assert step.outcome is not None
    assert (step.succeeded, step.outcome.code) == (False, "unknown_tool")


@pytest.mark.parametrize(
    "given_reference", [[0], ["0", "/id"], [0, 1], 3, [0, "/no"], [0, "/rows/9"], [-1, "/id"]]
)
def test_bad_references(given_reference: Any) -> None:
    played = [Played("a", {}, Outcome({"id": 1, "rows": [1]}))]
    with pytest.raises(Unresolved):
        resolve({"x": {"$result": given_reference}}, played)


def test_dependents_are_transitive() -> None:
    assert dependents(PLAN, 0) == {1, 3}
    assert dependents(PLAN, 2) == {3}
    assert references(PLAN[3]) == {1, 2}


def test_dropping_renumbers_and_drops_dependents() -> None:
    assert without(PLAN, [0]) == (call("c"),)
    plan = (call("x"), *rearranged(PLAN, [0, 1]))
    assert without((call("x"), call("a"), call("b", of=ref(1))), [0]) == (call("a"), call("b", of=ref(0)))
    assert len(plan) == 3


def test_a_step_that_stands_twice_is_meant_last() -> None:
    assert rearranged(PLAN[:2], [0, call("new"), 0, 1])[3] == call("b", of=ref(2))


def test_literals_pass_references_over() -> None:
    assert literals({"a": [1, "x", None, ref(0)], "b": {"c": True}}) == [1, "x", True]


@given(st.permutations(range(4)))
def test_reordering_there_and_back(order: Any) -> None:
    plan = tuple(call(tool) for tool in "abcd")
    there = rearranged(plan, order)
    assert rearranged(there, [order.index(n) for n in range(4)]) == plan
