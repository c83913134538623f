"""Whole conversations: agents, users and episodes together, scored by what is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.agents import Agent, agent_of
from envscaler_mcp.errors import BadInput
from envscaler_mcp.harness.evaluate import tasks_of
from envscaler_mcp.harness.rollout import Finished, Rollout
from envscaler_mcp.harness.task import Task
from envscaler_mcp.harness.users import Users, refuse_without_slots, users_of
from envscaler_mcp.llm import Access
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.spec import Call, Conversation, Limits, Selection, Slot
from tests.llm.conftest import access, clock, no_keys_of_this_machine, serve
from tests.llm.model_script import Asked, Said, Script, ToolUse, says
from tests.llm.model_server import ModelServer
from tests.runtime.folders import counter

__all__ = ["access", "clock", "no_keys_of_this_machine", "serve"]

Serve = Callable[[Script], ModelServer]
MakeAccess = Callable[..., Access]
ADD = ("add", {"name": "a", "by": 2})
CONVERSATION = Conversation(
    persona="Somebody.",
    opening="I need you to raise a counter.",
    slots=(
        Slot(id="1-counter", text="Counter a.", when_asked="which counter is meant"),
        Slot(id="1-by", text="The step is 2.", when_asked="what the step is"),
    ),
    closing="Bye.",
)


@pytest.fixture
def task(tmp_path: Path) -> Task:
    folder = counter(tmp_path)
    grading = folder.grading("001")
    assert grading is not None
    solved = grading.model_copy(update={"oracle": (Call(tool=ADD[0], arguments=ADD[1]),)})
    scenario = folder.scenario("001").model_copy(update={"conversation": CONVERSATION})
    return Task(folder, scenario, solved)


@pytest.fixture
async def process(task: Task) -> AsyncGenerator[EnvironmentProcess]:
    async with EnvironmentProcess(task.folder) as running:
        yield running


@pytest.fixture
def roll(process: EnvironmentProcess, task: Task) -> Callable[..., Any]:
    async def play(agent: Agent, users: Users | None = None, **limits: Any) -> Finished:
        users = users or users_of(None, Access())
        rollout = Rollout("r", task, agent, repeat=0, seed=1, limits=Limits(**limits), users=users)
        with CheckRunner() as checks:
            return await rollout.run(process, checks)

    return play


def asking_first(asked: Asked) -> Said:
    """A model that asks, acts on the answer, and reports."""
    if len(asked.users) == 1:
        return Said(text="Which counter do you mean, and what is the step?")
    if asked.results:
        return Said(text="I have raised it.")
    return Said(tools=(ToolUse(*ADD),)) if len(asked.users) == 2 else Said(text="Nothing more.")


@pytest.mark.parametrize("spec", ["openai:gpt-5.2", "anthropic:claude-opus-5", "chat:m@{address}"])
async def test_a_hosted_model_talks_with_the_user(
    serve: Serve, access: MakeAccess, roll: Callable[..., Any], spec: str
) -> None:
    server = serve(asking_first)
    async with access(server) as ours:
        done = await roll(agent_of(spec.format(address=server.openai), ours))
    assert (done.row.outcome, done.row.calls, done.row.turns) == ("passed", 1, 3)
    said = [(one["role"], one["content"], one["step"]) for one in done.trajectory.messages]
    assert said == [
        ("user", "I need you to raise a counter.", 0),
        ("assistant", "Which counter do you mean, and what is the step?", 0),
        ("user", "The counter: Counter a. The step is 2.", 0),
        ("assistant", "I have raised it.", 1),
        ("user", "Bye.", 1),
    ]
    assert done.trajectory.messages[-1]["ends"] is True
    assert done.trajectory.messages[2]["told"] == ["1-counter", "1-by"]
    assert "message to the user" in server.asked[0].system
    assert server.asked[0].users == ("I need you to raise a counter.",)


async def test_a_model_without_tool_calls_of_its_own_talks_too(
    serve: Serve, access: MakeAccess, roll: Callable[..., Any]
) -> None:
    call = '<tool_call>{"name": "add", "arguments": {"name": "a", "by": 2}}</tool_call>'
    server = serve(says("Which counter, which step?", call, "It is done."))
    async with access(server) as ours:
        done = await roll(agent_of(f"prompted:chat:m@{server.openai}", ours))
    assert (done.row.outcome, len(done.trajectory.messages)) == ("passed", 5)


async def test_oracle_noop_and_stall_talk_as_they_act(roll: Callable[..., Any]) -> None:
    oracle, noop, stall = [await roll(agent_of(spec), turns=6) for spec in ("oracle", "noop", "stall")]
    assert (oracle.row.outcome, oracle.row.reward) == ("passed", 1.0)
    assert oracle.trajectory.messages[-1]["ends"] is True
    assert (noop.row.outcome, len(noop.trajectory.messages)) == ("failed", 1)
    assert (stall.row.outcome, stall.row.error) == ("failed", "the 6 messages are used up")


async def test_a_model_plays_the_user_and_is_counted(
    serve: Serve, access: MakeAccess, roll: Callable[..., Any]
) -> None:
    told = '{"text": "Counter a, by 2.", "told": ["1-counter", "1-by"], "ends": false}'
    server = serve(says(told, '{"text": "Bye.", "told": [], "ends": true}'))
    async with access(server, option="--user-llm") as ours:
        users = users_of(f"chat:m@{server.openai}", ours)
        done = await roll(agent_of("oracle"), users)
    assert users.versions["user"] == "model/1 chat:m"
    assert done.row.user_tokens > 0
    assert done.row.error == "the conversation is over"
    assert "Counter a." in server.asked[0].system


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ('{"text": "Bye.", "told": [], "ends": true}', "ended before having told 1-by, 1-counter"),
        ('{"text": "Take CNT-17.", "told": ["1-counter"], "ends": false}', "said CNT-17"),
        ("no JSON at all", "no usable answer"),
    ],
)
async def test_a_user_that_fails_is_no_evidence_about_the_agent(
    serve: Serve, access: MakeAccess, roll: Callable[..., Any], said: str, why: str
) -> None:
    server = serve(says(said))
    async with access(server, option="--user-llm") as ours:
        done = await roll(agent_of("oracle"), users_of(f"chat:m@{server.openai}", ours))
    assert (done.row.outcome, done.row.reward) == ("user_error", None)
    assert why in str(done.row.error)


async def test_what_the_user_claims_to_have_told_must_have_been_said(
    serve: Serve, access: MakeAccess, roll: Callable[..., Any]
) -> None:
    ends = '{"text": "You know it. Bye.", "told": ["1-counter", "1-by"], "ends": true}'
    model = serve(says("What shall I do?"))
    user = serve(says(ends))
    async with access(model) as ours, access(user, option="--user-llm") as theirs:
        users = users_of(f"chat:m@{user.openai}", theirs)
        done = await roll(agent_of(f"chat:m@{model.openai}", ours), users)
    assert (done.row.outcome, done.row.error) == ("user_error", "the user never said 1-by")


def test_a_scenario_without_slots_is_refused_with_what_is_missing(task: Task) -> None:
    refuse_without_slots([task])
    lacks = {
        "no `conversation`": None,
        "no `conversation.slots`": CONVERSATION.model_copy(update={"slots": ()}),
        "`conversation.opening` is empty": CONVERSATION.model_copy(update={"opening": " "}),
    }
    for lack, conversation in lacks.items():
        bare = task.scenario.model_copy(update={"conversation": conversation})
        with pytest.raises(BadInput, match=lack):
            refuse_without_slots([task, replace(task, scenario=bare)])


@pytest.mark.parametrize("server", ["blood_bank", pytest.param("*", marks=pytest.mark.slow)])
def test_the_dialogues_of_the_oracles_of_generated_servers_pass(root: Path, server: str) -> None:
    """The certificate of a conversation: the user tells all, and the plan passes."""
    cards = sorted((root / "generated_servers").glob(f"{server}/environment.json"))
    tasks = tasks_of([ServerFolder.load(one.parent) for one in cards], Selection(tier="rejected"))
    talking = [task for task in tasks if task.scenario.conversation]
    refuse_without_slots(talking)
    assert len(talking) >= 10
    outcomes = asyncio.run(_oracles(talking))
    assert outcomes == {f"{task.folder.card.name}/{task.scenario.id}": "passed" for task in talking}


async def _oracles(tasks: list[Task]) -> dict[str, str]:
    found: dict[str, str] = {}
    with CheckRunner() as checks:
        for name in sorted({task.folder.card.name for task in tasks}):
            some = [task for task in tasks if task.folder.card.name == name]
            async with EnvironmentProcess(some[0].folder) as process:
                for task in some:
                    rollout = Rollout(
                        "r", task, agent_of("oracle"), repeat=0, seed=1, limits=Limits(turns=60),
                        users=users_of(None, Access()),
                    )  # fmt: skip
                    done = await rollout.run(process, checks)
                    ended = bool(done.trajectory.messages and done.trajectory.messages[-1].get("ends"))
                    found[f"{name}/{task.scenario.id}"] = done.row.outcome if ended else "not ended"
    return found
