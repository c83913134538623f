"""`synth`, `scenarios` and `make read`, as a person uses them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.cli.app import run
from tests.blueprint.synth.test_choosing import SMALL

KEYS = {"name", "path", "tools", "rules", "scenarios", "rejected", "problems"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit status and the JSON."""
    status = run([*arguments, "--json", "--quiet"])
    return status, json.loads(capsys.readouterr().out)


def test_a_domain_file_becomes_a_server_and_grows(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = told(capsys, "synth", "--domain", str(SMALL), "--scenarios", "2", "--difficulty", "easy")
    assert (status, said["cost_usd"], said["tokens"]) == (0, 0, 0)
    (made,) = said["environments"]
    assert made.keys() >= KEYS
    assert (made["name"], made["scenarios"]) == ("tool_shed_repairs", 2)
    place = Path("environments", "tool_shed_repairs")
    assert (place / "README.md").is_file()
    file = ["--domain", str(SMALL)]
    status, said = told(capsys, "scenarios", str(place), "--count", "1", "--difficulty", "easy", *file)
    assert (status, said["environments"][0]["scenarios"]) == (0, 1)
    assert len(list((place / "grading").iterdir())) == 3


def test_a_dry_run_makes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = told(capsys, "synth", "hotel bookings", "--count", "2", "--dry-run")
    names = [one["name"] for one in said["environments"]]
    assert status == 0
    assert len(set(names)) == 2
    assert all(one.keys() >= KEYS for one in said["environments"])
    assert not Path("environments").exists()


def test_a_topic_is_answered_with_the_domain_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["synth", "hotel bookings", "--dry-run"]) == 0
    captured = capsys.readouterr()
    assert "'hotel bookings': hotel_bookings (shares 'hotel', 'bookings'" in captured.err
    assert "hotel_bookings" in captured.out


def test_without_a_close_domain_the_nearest_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = told(capsys, "synth", "quantum chromodynamics")
    assert status == 2
    assert "no domain is close" in said["error"]["message"]
    assert said["error"]["message"].count(": ") >= 3
    assert "--llm" in said["error"]["remedy"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--tasks", "tasks.json"),
        ("--engine", "llm"),
        ("--paraphrase",),
    ],
)
def test_what_needs_a_model_is_refused_in_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    status, said = told(capsys, "synth", "hotel", *arguments)
    assert status == 2
    assert "language model" in said["error"]["message"]


def test_nothing_said_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = told(capsys, "synth")
    assert status == 2
    assert "TOPIC" in said["error"]["remedy"]


def test_a_damaged_domain_file_is_told_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.yaml").write_text(SMALL.read_text().replace("takes: [borrower]", "takes: [borower]"))
    status, said = told(capsys, "synth", "--domain", "bad.yaml")
    assert status == 2
    assert "bad.yaml:" in said["error"]["message"] + said["error"]["where"]


def test_a_report_stands_beside_the_servers(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["synth", "--domain", str(SMALL), "--count", "2", "--scenarios", "1", "--report"]
    status, _ = told(capsys, *arguments, "--difficulty", "easy", "--concurrency", "1")
    assert status == 0
    assert json.loads(Path("environments/diversity.json").read_text())["environments"]["environments"] == 2
    assert "effective number" in Path("environments/diversity.md").read_text()


def test_an_interrupt_ends_it_at_once_and_says_how_to_go_on() -> None:
    command = [sys.executable, "-m", "envscaler_mcp", "synth", "--domain", str(SMALL), "--count", "2"]
    with subprocess.Popen([*command, "--scenarios", "40"], stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        assert running.stderr.readline()
        running.send_signal(signal.SIGINT)
        began = time.monotonic()
        said = running.stderr.read()
        assert running.wait() == 130
    assert time.monotonic() - began < 10  # two seconds on a machine that has nothing else to do
    assert "say the same" in said
    assert not list(Path("environments").glob("*/environment.json"))


@pytest.mark.slow
def test_there_is_something_to_read() -> None:
    from envscaler_mcp.cli.read import pages

    found = list(pages(5))
    assert len(found) == 35
    assert len(set(found)) == 35
