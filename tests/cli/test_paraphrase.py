"""`synth --paraphrase`: the real SDK asks a model on this machine; only the instruction becomes its words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.certify import proven_tier
from envscaler_mcp.cli.app import run
from envscaler_mcp.runtime.folder import ServerFolder
from tests.blueprint.rewording import GREETING, reworded, swapped
from tests.blueprint.synth.test_choosing import SMALL
from tests.llm.model_script import Asked, Said
from tests.llm.model_server import ModelServer

MADE = ("synth", "--domain", str(SMALL), "--scenarios", "3", "--difficulty", "easy")
PLACE = Path("environments", "tool_shed_repairs")


def inventing(asked: Asked) -> Said:
    return Said(text=f"{reworded(asked).text} Ask Mr Nobody 17 times.", tokens=(300, 50))


def hiding(asked: Asked) -> Said:
    return Said(text=f"{reworded(asked).text}\u202e", tokens=(300, 50))


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer(reworded) as server:
        yield server


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = run([*MADE, *arguments, "--json", "--quiet"])
    return status, json.loads(capsys.readouterr().out)


def test_instructions_are_in_the_models_words_and_as_proven_as_before(
    capsys: pytest.CaptureFixture[str], model: ModelServer
) -> None:
    spec = ("--paraphrase", "--llm", f"chat:worded@{model.openai}")
    status, said = told(capsys, *spec)
    assert (status, said["environments"][0]["paraphrases"], said["tokens"]) == (0, {"taken": 3}, 3 * 340)
    folder = ServerFolder.load(PLACE)
    for one in folder.ids:
        scenario, grading = folder.scenario(one), folder.grading(one)
        assert grading is not None
        assert grading.wording is not None
        assert scenario.instruction == f"{GREETING} {swapped(grading.wording.original)}"
        assert swapped(grading.wording.original) != grading.wording.original
        assert "paraphrased" in scenario.tags
        assert proven_tier(folder, scenario, grading) in {"certified", "agreed"}
    assert (folder.card.provenance.model, folder.card.provenance.tokens) == ("chat:worded", 3 * 340)
    card = folder.digest
    _, again = told(capsys, *spec)
    assert len(model.asked) == 3  # what was answered is kept
    assert (again["tokens"], ServerFolder.load(PLACE).digest) == (said["tokens"], card)


def test_without_a_model_the_words_are_the_grammars_again(
    capsys: pytest.CaptureFixture[str], model: ModelServer
) -> None:
    told(capsys)
    plain = {file.name: file.read_bytes() for file in PLACE.rglob("*.json")}
    told(capsys, "--paraphrase", "--llm", f"chat:worded@{model.openai}")
    assert {file.name: file.read_bytes() for file in PLACE.rglob("*.json")} != plain
    _, said = told(capsys)
    assert said["environments"][0]["paraphrases"] == {}
    assert {file.name: file.read_bytes() for file in PLACE.rglob("*.json")} == plain


@pytest.mark.parametrize(("script", "why"), [(inventing, "facts_added"), (hiding, "hidden_characters")])
def test_what_adds_or_hides_something_is_counted_and_not_taken(
    capsys: pytest.CaptureFixture[str], model: ModelServer, script: Any, why: str
) -> None:
    model.script = script
    status, said = told(capsys, "--paraphrase", "--llm", f"chat:worded@{model.openai}", "--scenarios", "1")
    assert (status, said["environments"][0]["paraphrases"]) == (0, {why: 1})
    folder = ServerFolder.load(PLACE)
    grading = folder.grading("001")
    assert grading is not None
    assert (grading.wording, folder.card.provenance.model) == (None, None)
    assert GREETING not in folder.scenario("001").instruction


def test_a_dry_run_says_calls_and_cost_and_needs_no_key(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = told(capsys, "--paraphrase", "--llm", "openai:gpt-5.2", "--dry-run")
    assert (status, said["calls"], said["tokens"] > 0, said["cost_usd"] > 0) == (0, 3, True, True)
    assert not Path("environments").exists()


def test_a_model_that_cannot_be_asked_is_told_before_anything_is_made(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    status, said = told(capsys, "--paraphrase", "--llm", "openai:gpt-5.2")
    assert status == 2
    assert "OPENAI_API_KEY" in said["error"]["message"] + said["error"]["where"]
    assert not PLACE.exists()


def test_more_scenarios_are_none_that_were_said_in_other_words(
    capsys: pytest.CaptureFixture[str], model: ModelServer
) -> None:
    told(capsys, "--paraphrase", "--llm", f"chat:worded@{model.openai}", "--scenarios", "1")
    more = ("scenarios", str(PLACE), "--count", "1", "--seed", "0", "--difficulty", "easy")
    assert run([*more, "--domain", str(SMALL), "--json", "--quiet"]) == 0
    grading = ServerFolder.load(PLACE).grading("001")
    assert grading is not None
    assert grading.wording is not None
    assert ServerFolder.load(PLACE).scenario("002").instruction != grading.wording.original
