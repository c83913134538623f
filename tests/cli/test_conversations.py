"""`eval --mode conversation`, as a user says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run
from envscaler_mcp.harness.run import Run
from tests.harness.users.test_conversations import CONVERSATION
from tests.runtime.folders import counter

BLOOD = ["--tier", "rejected", "--scenarios", "001,002", "--mode", "conversation"]


@pytest.fixture
def server(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    return str(root / "generated_servers" / "blood_bank")


def test_oracles_talk_and_the_run_keeps_what_was_said(
    server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ["eval", server, *BLOOD, "--agent", "oracle", "--agent", "noop", "--out", "run", "--json"]
    assert run(said) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["reward_mean"] for one in told["agents"]] == [1.0, 0.0]
    kept = Run.open(Path("run"))
    assert kept.card.versions["user"] == "slots/1"
    oracle = next(row for row in kept.rows() if row.agent == "oracle")
    talked = kept.trajectory(oracle.id).messages
    assert talked is not None
    assert {one["role"] for one in talked} == {"user", "assistant"}
    assert run(["eval", "--resume", "run", "--mode", "task"]) == 2
    assert "begun with --mode conversation, not task" in capsys.readouterr().err


def test_what_cannot_be_a_conversation_says_what_is_missing(
    tmp_path: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = str(counter(tmp_path).path)
    assert run(["eval", bare, "--tier", "rejected", "--mode", "conversation"]) == 2
    assert "counter/001: no `conversation`" in capsys.readouterr().err
    assert run(["eval", bare, "--tier", "rejected", "--user-llm", "openai:gpt-5.2"]) == 2
    assert "say --mode conversation" in capsys.readouterr().err
    assert run(["eval", server, *BLOOD, "--user-llm", "nobody:none", "--agent", "oracle"]) == 2
    assert "--user-llm nobody:none: there is no such model" in capsys.readouterr().err
    assert not Path("runs").exists()


def test_a_dry_run_counts_the_user_too(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = ["eval", server, *BLOOD, "--agent", "openai:gpt-5.2", "--dry-run", "--json"]
    assert run([*said, "--user-llm", "openai:gpt-5.2"]) == 0
    agent, user = json.loads(capsys.readouterr().out)["agents"]
    assert user["agent"] == "the user: openai:gpt-5.2"
    assert agent["cost_usd"] > user["cost_usd"] > 0


OUTSIDER = """
import asyncio
from mcp import Client

async def play(instruction, mcp_url):
    assert "ask_user" in instruction
    async with Client(mcp_url) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert "ask_user" in tools and "add" in tools
        first = await client.call_tool("ask_user", {"message": "Which counter, and which step?"})
        assert "Counter a." in first.structured_content["answer"]
        await client.call_tool("add", {"name": "a", "by": 2})
        last = await client.call_tool("ask_user", {"message": "It is done."})
        assert last.structured_content == {"answer": "Bye.", "over": True}
"""


@pytest.fixture
def talking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A counter whose user has to be asked."""
    monkeypatch.chdir(tmp_path)
    folder = counter(tmp_path)
    path = folder.package / "scenarios" / "001.json"
    asked = folder.scenario("001").model_copy(update={"conversation": CONVERSATION})
    path.write_text(asked.to_text())
    (tmp_path / "outsider.py").write_text(OUTSIDER)
    return str(folder.path)


def test_an_agent_of_another_process_asks_through_a_tool(
    talking: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ["eval", talking, "--tier", "rejected", "--scenarios", "001", "--mode", "conversation"]
    said += ["--agent", "python:outsider:play"]
    assert run(said) == 2
    assert "say --ask-user" in capsys.readouterr().err
    assert run([*said, "--ask-user", "--out", "run", "--json"]) == 0
    (agent,) = json.loads(capsys.readouterr().out)["agents"]
    kept = Run.open(Path("run"))
    (row,) = kept.rows()
    assert (agent["outcomes"], row.error, row.calls) == ({"passed": 1}, None, 1)
    talked = kept.trajectory(row.id).messages
    assert talked is not None
    assert [one["role"] for one in talked] == ["user", "assistant", "user", "assistant", "user"]
    assert [one["step"] for one in talked] == [0, 0, 0, 1, 1]
