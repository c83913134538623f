"""Rows to train on: in the order in which things happened, and verifiable without us."""

from __future__ import annotations

from typing import Any

import pytest

from envscaler_mcp.interop.exports import Keeping, Played, sft_row, sharegpt_row
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import loads
from envscaler_mcp.spec import ScenarioLock, Step, Trajectory
from tests.harness.rows import row
from tests.runtime.folders import counter

DIGEST = "sha256:" + "0" * 64


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> ServerFolder:
    return counter(tmp_path_factory.mktemp("exports"))


def played(folder: ServerFolder, calls: int, messages: list[dict[str, Any]] | None, **changes: Any) -> Played:
    steps = tuple(
        Step(n=n + 1, tool="add", arguments={"name": "a", "by": n}, result={"count": n}, is_error=False,
             state_digest=DIGEST)
        for n in range(calls)
    )  # fmt: skip
    told = row("passed", 1.0, server="counter", scenario="001", calls=calls, **changes)
    trajectory = Trajectory(
        server="counter", scenario="001", agent="a", seed=0, steps=steps, outcome="passed",
        messages=None if messages is None else tuple(messages),
    )  # fmt: skip
    lock = ScenarioLock(scenario=DIGEST, grading=DIGEST)
    return Played(told, trajectory, folder, folder.scenario("001"), lock, DIGEST, "task", "run")


TALK = [
    {"role": "user", "content": "Please count.", "step": 0},
    {"role": "assistant", "content": "Which?", "step": 0},
    {"role": "user", "content": "A.", "step": 0},
    {"role": "assistant", "content": "Twice, then.", "step": 0, "calls": 3},
    {"role": "assistant", "content": "Done it.", "step": 3},
    {"role": "user", "content": "Bye.", "step": 3, "ends": True},
]


def test_messages_and_calls_stand_in_their_order(folder: ServerFolder) -> None:
    told = sft_row(played(folder, 3, TALK))["messages"]
    roles = [one["role"] for one in told]
    assert roles == ["system", "user", "assistant", "user", "assistant", "tool", "tool", "tool", "assistant"]
    assert (told[4]["content"], len(told[4]["tool_calls"])) == ("Twice, then.", 3)
    assert [one["tool_call_id"] for one in told[5:8]] == [one["id"] for one in told[4]["tool_calls"]]
    assert told[-1]["content"] == "Done it."
    assert told[1]["content"] == "Please count."


def test_calls_that_never_arrived_are_no_steps(folder: ServerFolder) -> None:
    messages = [
        {"role": "user", "content": "Count.", "step": 0},
        {"role": "assistant", "content": "Two calls, one is broken.", "step": 0, "calls": 2},
        {"role": "assistant", "content": "Again.", "step": 1, "calls": 1},
    ]
    told = sft_row(played(folder, 2, messages))["messages"]
    assert [len(one.get("tool_calls", ())) for one in told if one["role"] == "assistant"] == [1, 1, 0]


def test_an_agent_without_words_is_given_a_last_one(folder: ServerFolder) -> None:
    told = sft_row(played(folder, 2, None))["messages"]
    assert [one["role"] for one in told[1:]] == ["user", *["assistant", "tool"] * 2, "assistant"]
    assert told[1]["content"] == "Count."
    assert told[-1]["content"] == "Done."


@pytest.mark.parametrize(("calls", "messages"), [(3, TALK), (2, None), (0, TALK[:2])])
def test_sharegpt_speaks_in_turns(folder: ServerFolder, calls: int, messages: Any) -> None:
    whole = sharegpt_row(played(folder, calls, messages))
    said = [one["from"] for one in whole["conversations"]]
    assert all(one in ("human", "observation") for one in said[::2])
    assert all(one in ("gpt", "function_call") for one in said[1::2])
    assert len(said) % 2 == 0
    assert {tool["name"] for tool in loads(whole["tools"])} == folder.tool_names


def test_a_row_says_what_it_was_made_of(folder: ServerFolder) -> None:
    task = sft_row(played(folder, 2, None))["task"]
    assert task["digests"] == {"server": DIGEST, "scenario": DIGEST, "grading": DIGEST}
    assert task["state_digests"] == [DIGEST, DIGEST]
    assert (task["env_id"], task["task_id"], task["split"]) == ("counter", "001", "train")


@pytest.mark.parametrize(
    ("keeping", "kept"),
    [
        (Keeping(), True),
        (Keeping(max_calls=1), False),
        (Keeping(min_calls=3), False),
        (Keeping(max_chars=10), False),
        (Keeping(agents=("b",)), False),
        (Keeping(well_formed=True), True),
    ],
)
def test_filters(folder: ServerFolder, keeping: Keeping, kept: bool) -> None:
    assert keeping.keeps(played(folder, 2, None)) is kept


def test_what_is_no_success_is_kept_on_request_alone(folder: ServerFolder) -> None:
    failed = played(folder, 2, None).row.model_copy(update={"outcome": "failed", "tool_errors": 1})
    assert not Keeping().keeps_row(failed)
    assert Keeping(failed=True).keeps_row(failed)
    assert not Keeping(failed=True, well_formed=True).keeps_row(failed)
    nothing = failed.model_copy(update={"outcome": "infrastructure_error"})
    assert not Keeping(failed=True).keeps_row(nothing)
