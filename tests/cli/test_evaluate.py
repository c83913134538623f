"""`eval` on hosted models: what it would take, and the real thing against a scripted one."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run
from envscaler_mcp.cli.contest import Contest
from envscaler_mcp.cli.eval_troupe import Troupe
from envscaler_mcp.llm import Access, PerMillion
from envscaler_mcp.spec import Limits, Suite
from tests.llm.model_script import Said, plays, says
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
        assert (told["status"], told["agents"][0]["rollouts"], model.asked) == ("incomplete", 0, [])
        assert run(["eval", "--resume", "run", "--budget", "5", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["status"], told["agents"][0]["rollouts"]) == ("complete", 4)


@pytest.mark.parametrize("mode", ["", "prompted:"])
def test_rollouts_at_once_never_spend_more_than_the_budget(
    server: Path, capsys: pytest.CaptureFixture[str], mode: str
) -> None:
    """Every call costs the most that it can, a dollar and a half; there is money for three."""
    with ModelServer(says(Said(text="Done.", tokens=(1, 8192)))) as model:
        said = [
            "eval",
            str(server),
            "--tier",
            "rejected",
            "--agent",
            f"{mode}chat:mine@{model.openai}",
            "-k",
            "2",
        ]
        money = ["--price", f"chat:mine=0/{1.5e6 / 8192}", "-n", "4", "--json"]
        assert run([*said, *money, "--budget", "5.5", "--out", "run"]) == 1
        told = json.loads(capsys.readouterr().out)
        assert (told["status"], told["agents"][0]["rollouts"], len(model.asked)) == ("incomplete", 3, 3)
        assert json.loads(Path("run", "spent.json").read_text()) == {"cost_usd": pytest.approx(4.5)}
        assert run(["eval", "--resume", "run", *money[:-1], "--budget", "5.9"]) == 1
        assert "1 rollouts were not played" in " ".join(capsys.readouterr().out.split())
        assert len(model.asked) == 3
        assert run(["eval", "--resume", "run", *money, "--budget", "50"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["status"], told["agents"][0]["rollouts"]) == ("complete", 4)


async def test_models_are_asked_in_other_processes_as_they_are_here(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Access] = []
    monkeypatch.setattr(Contest, "agents", lambda _, access: asked.append(access) or {})
    prices, suite = {"chat:mine": PerMillion(1, 2)}, Suite(servers=("counter",), limits=Limits(seconds=10))
    sent = pickle.dumps(Troupe(Contest(["chat:mine@http://127.0.0.1:1/v1"]), suite, prices, streams=False))
    async with pickle.loads(sent)() as (_, users):
        (access,) = asked
    assert (access.prices, access.streams, access.patience.attempt_seconds) == (prices, False, 5.0)
    assert (access.option, users) == ("--agent", None)


def test_a_sum_that_is_none_is_told_and_not_believed(
    server: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["eval", str(server), "--tier", "rejected", "--agent", "noop", "--out", "run"]) == 0
    for text in ('{"cost_usd": NaN}', '{"cost_usd": -1}', '{"cost_usd": [1]}', "{", "[]"):
        Path("run", "spent.json").write_text(text)
        assert run(["eval", "--resume", "run", "--budget", "1"]) == 2
        assert "it holds no sum of dollars" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["--agent", "chat:mine@http://127.0.0.1:1/v1"], "--price chat:mine=IN/OUT"),
        (["--agent", "command:claude-code"], "it asks its model itself"),
        (["--agent", "noop", "--price", "mine=1/2"], "that is no price of a model"),
        (["--agent", "noop", "--price", "chat:mine=-1/2"], "that is no price of a model"),
        (["--agent", "noop", "--price", "chat:mine=cheap"], "that is no price of a model"),
    ],
)
def test_a_budget_without_a_price_holds_nothing(
    server: Path, capsys: pytest.CaptureFixture[str], said: list[str], told: str
) -> None:
    assert run(["eval", str(server), "--tier", "rejected", "--budget", "1", *said]) == 2
    assert told in capsys.readouterr().err
