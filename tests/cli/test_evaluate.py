"""`eval` on hosted models: what it would take, and the real thing against a scripted one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run
from tests.llm.model_script import plays
from tests.llm.model_server import ModelServer
from tests.runtime.folders import counter


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return counter(tmp_path).path


def test_a_dry_run_needs_no_key_and_spends_nothing(server: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = ["eval", str(server), "--tier", "rejected", "--agent", "openai:gpt-5.2", "--agent", "noop"]
    assert run([*said, "-k", "3", "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (model,) = told["agents"]
    assert told["without_cost"] == ["noop"]
    assert (model["agent"], model["rollouts"]) == ("openai:gpt-5.2", 3 * told["scenarios"])
    assert model["calls"] >= model["rollouts"]
    assert 0 < model["cost_usd"] < 5
    assert not Path("runs").exists()
    assert run([*said[:-4], "--agent", "chat:mine@http://127.0.0.1:1/v1", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["agents"][0]["cost_usd"] is None


def test_without_its_key_a_model_is_not_begun(server: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", str(server), "--tier", "rejected", "--agent", "openai:gpt-5.2"]) == 2
    assert "OPENAI_API_KEY is not set" in capsys.readouterr().err
    assert not Path("runs").exists()


def test_a_hosted_model_is_one_variable_away(
    server: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with ModelServer(plays([("add", {"name": "a", "by": 2})])) as model:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789abcdef")
        monkeypatch.setenv("OPENAI_BASE_URL", model.openai)
        said = ["eval", str(server), "--tier", "rejected", "--agent", "openai:gpt-5.2", "--out", "run"]
        assert run([*said, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["agents"][0]["outcomes"]["passed"] >= 1
    assert told["agents"][0]["tokens"] > 0
    kept = "".join(path.read_text() for path in Path("run").rglob("*.json*") if path.suffix != ".zst")
    assert "canary-0123" not in kept


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (["--agent", "no-such-agent", "--dry-run"], "there is no such agent"),
        (["--agent", "chat:m", "--dry-run"], "the address is missing"),
        (["--agent", "replay:nowhere.json", "--dry-run"], "nowhere.json"),
        (["--executor", "cloud"], "--executor cloud"),
        (["--mode", "chatting"], "mode"),
        (["--scenarios", "001,999"], "scenarios 999: there is no such scenario"),
        (["--scenarios", "other/001"], "scenarios other/001"),
    ],
)
def test_nonsense_is_refused_before_anything_begins(
    server: Path, capsys: pytest.CaptureFixture[str], said: list[str], sentence: str
) -> None:
    assert run(["eval", str(server), "--tier", "rejected", *said]) == 2
    complaint = capsys.readouterr().err
    assert sentence in complaint
    assert len(complaint.splitlines()) == 1
    assert not Path("runs").exists()


def test_scenarios_are_chosen_by_id_and_stay_chosen(server: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for chosen in ("002", " counter/002,"):
        said = ["eval", str(server), "--tier", "rejected", "--agent", "noop", "--scenarios", chosen, "--json"]
        assert run(said) == 0
        made = json.loads(capsys.readouterr().out)
        rows = Path(made["run"], "rollouts.jsonl").read_text().splitlines()
        assert [json.loads(row)["scenario"] for row in rows] == ["002"]
    assert run(["eval", "--resume", made["run"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["agents"][0]["rollouts"] == 1


def test_a_budget_begins_no_more_and_a_larger_one_goes_on(
    server: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with ModelServer(plays([("add", {"name": "a", "by": 2})])) as model:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789abcdef")
        monkeypatch.setenv("OPENAI_BASE_URL", model.openai)
        said = ["eval", str(server), "--tier", "rejected", "--agent", "openai:gpt-5.2", "-n", "1", "-k", "2"]
        assert run([*said, "--budget", "0.000001", "--out", "run", "--json"]) == 1
        told = json.loads(capsys.readouterr().out)
        assert (told["status"], told["agents"][0]["rollouts"]) == ("incomplete", 1)
        assert run(["eval", "--resume", "run", "--budget", "5", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["status"], told["agents"][0]["rollouts"]) == ("complete", 4)
    unpriced = ["--agent", f"chat:mine@{model.openai}", "--budget", "1"]
    assert run(["eval", str(server), "--tier", "rejected", *unpriced]) == 2
    assert "no budget can hold" in capsys.readouterr().err
