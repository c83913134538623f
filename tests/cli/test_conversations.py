"""`eval --mode conversation`, as a user says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run
from envscaler_mcp.harness.run import Run
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
