"""`report`: one file, and everything in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run as command

from .conftest import SCENARIOS, SERVER
from .hostile import poisoned


def report(run: Path, to: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert command(["report", str(run), "--html", str(to), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"file": str(to)}
    return to.read_text(encoding="utf-8")


def test_it_stands_alone(played: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    text = report(played, tmp_path / "report.html", capsys)
    assert "default-src 'none'" in text
    assert re.findall(r'(?:src|href)="([^"]*)"|url\(|@import', text) == []
    assert "<script" not in text
    assert "<svg" in text


def test_it_tells_what_a_reader_asks_for(played: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    text = report(played, tmp_path / "report.html", capsys)
    for part in (
        "95 % interval", "paired by scenario", "By environment", "By difficulty", "By tag", "refusals",
        "tool errors", "tokens", "cost", "bounds", "no evidence", "Nobody solves", SERVER, *SCENARIOS,
    ):  # fmt: skip
        assert part in text, part


def test_what_is_no_evidence_is_counted_and_bounded(
    copied: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    rows = [json.loads(line) for line in (copied / "rollouts.jsonl").read_text().splitlines()]
    hit = next(row for row in rows if row["agent"] == "oracle")
    hit.update(outcome="infrastructure_error", reward=None, error="the provider hung up")
    (copied / "rollouts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    text = report(copied, tmp_path / "report.html", capsys)
    assert "0.67 … 1.00" in text
    assert "the provider hung up" in text


def test_hostile_text_stays_text(
    played: Path, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    run, _ = poisoned(played, root / "generated_servers", tmp_path)
    text = report(run, tmp_path / "report.html", capsys)
    assert "<img" not in text
    assert "<script" not in text


@pytest.mark.parametrize(
    ("run", "file", "said"),
    [
        ("none", "report.html", "run.json"),
        ("here", "report.txt", "ends in .html"),
        ("here", "folder.html", "folder"),
    ],
)
def test_bad_input_is_one_sentence(
    copied: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], run: str, file: str, said: str
):
    (tmp_path / "folder.html").mkdir()
    where = copied if run == "here" else tmp_path / run
    assert command(["report", str(where), "--html", str(tmp_path / file)]) == 2
    assert said in capsys.readouterr().err


def test_a_run_without_a_rollout_has_no_report(
    copied: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (copied / "rollouts.jsonl").unlink()
    assert command(["report", str(copied), "--html", str(tmp_path / "report.html")]) == 2
    assert "no rollout is finished yet" in capsys.readouterr().err
    assert not (tmp_path / "report.html").exists()
