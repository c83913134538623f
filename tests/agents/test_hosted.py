"""Hosted models as agents: the same calls over every protocol, and every fault in its right place."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from envscaler_mcp.agents import agent_of
from envscaler_mcp.agents.hosted import prompt_digest, prompt_of
from envscaler_mcp.errors import BadInput
from envscaler_mcp.harness.rollout import Finished, Rollout
from envscaler_mcp.harness.task import Task
from envscaler_mcp.llm import Access, Patience, PerMillion
from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.spec import Limits
from tests.llm.conftest import CANARY
from tests.llm.model_script import Asked, Said, Script, ToolUse, plays, says
from tests.llm.model_server import ModelServer

Serve = Callable[[Script], ModelServer]
MakeAccess = Callable[..., Access]
pytestmark = pytest.mark.asyncio(loop_scope="module")  # one worker for all: its start costs most
SPECS = ("openai:gpt-5.2", "anthropic:claude-opus-5", "chat:local-model@{address}")
SOLUTION = [("get", {"name": "a"}), ("add", {"name": "a", "by": 2})]


def written(calls: Sequence[tuple[str, dict[str, Any]]]) -> Script:
    """The same model without tool calls of its own: it writes them."""

    def script(asked: Asked) -> Said:
        made = len(asked.users) - 1
        if made >= len(calls):
            return Said(text="Done.")
        name, arguments = calls[made]
        call = json.dumps({"name": name, "arguments": arguments})
        return Said(text=f"<think>So be it.</think>\n<tool_call>\n{call}\n</tool_call>")

    return script


@pytest.fixture(params=SPECS, ids=lambda spec: spec.partition(":")[0])
def spec(request: pytest.FixtureRequest) -> Callable[[ModelServer], str]:
    return lambda server: request.param.format(address=f"{server.anthropic}/compatible/v1")


@pytest.fixture
def roll(process: EnvironmentProcess, task: Task) -> Callable[..., Any]:
    """One rollout of a scripted model."""

    async def play(spec: str, access: Access, **limits: Any) -> Finished:
        async with access:
            agent = agent_of(spec, access)
            rollout = Rollout("r", task, agent, repeat=0, seed=1, limits=Limits(**limits))
            with CheckRunner() as checks:
                return await rollout.run(process, checks)

    return play


async def test_the_same_calls_give_the_same_end_over_every_protocol_as_a_stream_or_a_whole(
    serve: Serve, access: MakeAccess, roll: Callable[..., Any]
) -> None:
    server = serve(plays(SOLUTION))
    specs = (*SPECS[:2], f"chat:local-model@{server.openai}")
    done: list[Finished] = []
    for streams in (True, False):
        server.script = plays(SOLUTION)
        done += [await roll(one, access(server, streams=streams)) for one in specs]
        server.script = written(SOLUTION)
        done += [await roll(f"prompted:{one}", access(server, streams=streams)) for one in specs]
    rows = [(one.row.outcome, one.row.reward, one.row.calls, one.row.turns) for one in done]
    assert rows == [("passed", 1.0, 2, 3)] * 12
    assert len({one.trajectory.steps[-1].state_digest for one in done}) == 1
    assert all(one.row.tokens > 0 for one in done)
    assert [asked.stream for asked in server.asked] == [True] * 18 + [False] * 18
    wholes = {(asked.dialect, asked.results): asked.body for asked in server.asked[18:27]}
    for streamed in server.asked[:9]:
        # What a model is told of its own calls does not depend on how they came.
        whole = wholes[streamed.dialect, streamed.results]
        kept = {key: value for key, value in streamed.body.items() if key not in ("stream", "stream_options")}
        assert kept == {key: value for key, value in whole.items() if key != "stream"}


async def test_the_model_is_told_policy_instruction_and_tools_and_nothing_else(
    serve: Serve, access: MakeAccess, roll: Callable[..., Any], spec: Any, task: Task
) -> None:
    server = serve(plays(SOLUTION))
    await roll(spec(server), access(server))
    first = server.asked[0]
    assert first.system == prompt_of(task.folder.bundle.policy)
    assert first.users == (task.scenario.instruction,)
    assert {tool.name for tool in first.tools} == {tool["name"] for tool in task.folder.bundle.tools}
    assert "check" not in json.dumps(first.body["tools"])
    assert prompt_digest().startswith("sha256:")


async def test_cost_and_tokens_are_counted_and_bounded(
    serve: Serve, access: MakeAccess, roll: Callable[..., Any]
) -> None:
    server = serve(plays([("get", {"name": "a"})] * 50))
    model = f"chat:local-model@{server.openai}"
    prices = {"chat:local-model": PerMillion(input=1e6, output=0)}
    done = await roll(model, access(server, prices=prices), cost_usd=1.0)
    assert done.row.cost_usd >= 1.0
    assert done.row.error == "the 1.0 dollars are used up"
    assert len(server.asked) == 1
    done = await roll(model, access(server), turns=3)
    assert (done.row.turns, done.row.error, done.row.outcome) == (3, "the 3 turns are used up", "failed")
    done = await roll(model, access(server), tokens=1)
    assert (done.row.turns, done.row.error) == (1, "the 1 tokens are used up")


async def test_what_a_model_gets_wrong_is_told_to_it(
    serve: Serve, access: MakeAccess, roll: Callable[..., Any], spec: Any
) -> None:
    mistakes = [("no_such_tool", {}), ("add", {"name": "a", "by": "two"}), ("add", {"name": "a", "by": 2})]

    def script(asked: Asked) -> Said:
        if asked.results >= len(mistakes):
            return Said(text="Done.")
        name, arguments = mistakes[asked.results]
        return Said(tools=(ToolUse(name, arguments),))

    server = serve(script)
    done = await roll(spec(server), access(server))
    assert (done.row.outcome, done.row.turns, done.row.tool_errors) == ("passed", 4, 1)


async def test_arguments_that_are_no_json_are_told_too(
    serve: Serve, access: MakeAccess, roll: Callable[..., Any]
) -> None:
    bad = {"id": "c", "type": "function", "function": {"name": "add", "arguments": '{"name": "a", '}}
    message = {"role": "assistant", "tool_calls": [bad]}
    choice = {"index": 0, "finish_reason": "tool_calls", "message": message}
    body = {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}

    def script(asked: Asked) -> Said:
        solved = plays([("get", {}), ("add", {"name": "a", "by": 2})])
        return Said(body=json.dumps(body).encode()) if asked.results == 0 else solved(asked)

    server = serve(script)
    done = await roll(f"chat:m@{server.openai}", access(server))
    assert (done.row.outcome, done.row.calls) == ("passed", 1)
    assert "not a JSON object" in json.dumps(server.asked[1].body["messages"])


@pytest.mark.parametrize(
    ("said", "outcome", "reason"),
    [
        (Said(text="I will not.", finish="refused"), "failed", "would not go on"),
        (Said(text="Well, first", finish="length"), "failed", "cut"),
        (Said(text="There is nothing to do."), "failed", None),
        (Said(text="word " * 200_000), "failed", None),
        (Said(status=500), "infrastructure_error", "500"),
        (Said(status=429), "infrastructure_error", "429"),
        (Said(status=401), "infrastructure_error", "401"),
        (Said(status=400), "infrastructure_error", "400"),
        (Said(cut="at once"), "infrastructure_error", "no whole answer"),
        (Said(text="half of it", cut="connection"), "infrastructure_error", "no whole answer"),
        (Said(text="half of it", cut="stream"), "infrastructure_error", "ended before the answer"),
        (
            Said(tools=(ToolUse("add", {"name": "a", "by": 2}),), cut="stream"),
            "infrastructure_error",
            "ended",
        ),
        (Said(text=""), "infrastructure_error", "empty"),
        (Said(body=b"<html>busy</html>", content_type="text/html"), "infrastructure_error", ""),
    ],
)
async def test_every_fault_ends_in_its_outcome(
    serve: Serve,
    access: MakeAccess,
    roll: Callable[..., Any],
    spec: Any,
    said: Said,
    outcome: str,
    reason: str | None,
) -> None:
    server = serve(says(said))
    done = await roll(spec(server), access(server))
    assert done.row.outcome == outcome
    assert (done.row.reward is None) == (outcome == "infrastructure_error")
    assert done.row.error is None if reason is None else reason in str(done.row.error)
    assert CANARY not in str(done.row)


@pytest.mark.parametrize("named", ["chat:m@{address}", "prompted:chat:m@{address}"])
async def test_time_that_a_provider_took_is_no_zero(
    serve: Serve, access: MakeAccess, roll: Callable[..., Any], named: str
) -> None:
    """It fails and then is silent until the rollout's time is up."""
    server = serve(says("Done."))
    spec = named.format(address=server.openai)
    await roll(spec, access(server))  # so that the time is not taken by what is done but once
    server.script = says(Said(status=500), Said(hold=True))
    done = await roll(spec, access(server), seconds=3)
    assert (done.row.outcome, done.row.reward) == ("infrastructure_error", None)
    assert "500" in str(done.row.error)


async def test_a_silent_provider_is_given_up(
    serve: Serve, access: MakeAccess, roll: Callable[..., Any], spec: Any
) -> None:
    server = serve(says(Said(hold=True)))
    done = await roll(spec(server), access(server, patience=Patience(attempts=1, attempt_seconds=0.2)))
    assert (done.row.outcome, done.row.reward) == ("infrastructure_error", None)
    assert "no answer within 0.2 s" in str(done.row.error)


async def test_a_busy_provider_does_not_restart_the_episode(
    serve: Serve, access: MakeAccess, roll: Callable[..., Any], spec: Any
) -> None:
    solved, busy = plays(SOLUTION), [Said(status=429, headers={"retry-after": "3"}), Said(status=529)]

    def script(asked: Asked) -> Said:
        return busy.pop() if asked.results == 1 and busy else solved(asked)

    server = serve(script)
    done = await roll(spec(server), access(server))
    assert (done.row.outcome, done.row.calls, done.row.turns, len(server.asked)) == ("passed", 2, 3, 5)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("openai:gpt-5.2", "OPENAI_API_KEY is not set"),
        ("openai:", "model is missing"),
        ("chat:m", "address is missing"),
        ("prompted:oracle", "no such model"),
        ("nobody", "no such agent"),
    ],
)
async def test_a_spec_that_cannot_be_played_says_why(spec: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        agent_of(spec)
    assert str(caught.value).startswith("--agent ")
