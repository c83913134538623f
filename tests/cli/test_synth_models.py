"""Models that `synth` and `scenarios` are given: errors name the option, and a price makes a budget hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run
from tests.blueprint.synth.test_choosing import SMALL
from tests.llm.model_script import says
from tests.llm.model_server import ModelServer

AUTHOR = ("--llm", "chat:mine@{}")
COMMANDS = {
    "synth": ("synth", "a tool library", *AUTHOR),
    "paraphrase": ("synth", "--domain", str(SMALL), "--scenarios", "1", "--paraphrase", *AUTHOR),
    "scenarios": ("scenarios", "{root}/generated_servers/surgery_waitlists", *AUTHOR),
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def say(model: ModelServer, root: Path, *words: str) -> int:
    return run([word.format(model.openai, root=root) for word in words])


@pytest.mark.parametrize("option", ["--solver-llm", "--check-llm", "--embed-llm"])
@pytest.mark.parametrize("spec", ["openai:gpt-5.2", "openai:no name", "nobody:x", "replay:", "chat:x"])
def test_an_error_names_the_option_of_its_model(
    root: Path, capsys: pytest.CaptureFixture[str], option: str, spec: str
) -> None:
    with ModelServer(says("x")) as model:
        assert say(model, root, *COMMANDS["synth"], option, spec) == 2
    told = capsys.readouterr().err
    assert f"{option} {spec}: " in " ".join(told.split())
    assert " --llm" not in told


@pytest.mark.parametrize("command", COMMANDS)
def test_a_budget_holds_with_a_price_and_not_without(
    root: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with ModelServer(says("x")) as model:
        budget = ("--budget", "0.000001")
        assert say(model, root, *COMMANDS[command], *budget) == 2
        assert "--price chat:mine=IN/OUT" in " ".join(capsys.readouterr().err.split())
        say(model, root, *COMMANDS[command], *budget, "--price", "chat:mine=1/1")
        assert "budget of $0.00 would be exceeded" in " ".join(capsys.readouterr().err.split())
        assert model.asked == []


def test_a_dry_run_counts_with_a_price_that_is_said(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    costs: list[float | None] = []
    with ModelServer(says("x")) as model:
        for price in ((), ("--price", "chat:mine=1/1"), ("--price", "chat:mine=2/2")):
            assert say(model, root, *COMMANDS["synth"], *price, "--dry-run", "--json") == 0
            costs.append(json.loads(capsys.readouterr().out)["estimate"]["total"]["cost_usd"])
    assert costs[0] is None
    assert costs[1]
    assert costs[2] == 2 * costs[1]
