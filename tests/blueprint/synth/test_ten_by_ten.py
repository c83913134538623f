"""The large run in small: ten environments of ten domains with ten scenarios each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envscaler_mcp.blueprint.diversity import figures_of, subjects_in
from envscaler_mcp.cli.app import run
from envscaler_mcp.cli.summarise import page, summary


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_by_ten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    status = run(["synth", "--count", "10", "--scenarios", "10", "--quiet", "--json", "--report"])
    figures = summary(json.loads(capsys.readouterr().out))
    assert status == 0, figures
    assert (figures["environments"], figures["domains"], figures["scenarios"]) == (10, 10, 100)
    assert figures["median"]["tools"] >= 18
    assert figures["median"]["entities"] >= 5
    assert figures["median"]["rules"] >= 6
    assert figures["kill_rate"] >= 0.99
    assert figures["kill_rate_by_goals"] >= 0.9
    assert figures["accept_rate"] >= 0.98
    assert set(figures["tiers"]) <= {"certified", "agreed"}
    assert set(figures["bands"]) == {"easy", "medium", "hard"}
    assert "| certified scenarios | 100 |" in page(figures)
    measured = figures_of(subjects_in(Path("environments")))
    assert measured.schemas == 10
    assert measured.plan_classes >= 60
    assert measured.effective >= 5
    _nothing_of_a_test_in_training(Path("environments"))
    assert max(map(_size, Path("environments").iterdir())) <= 400_000


def _size(server: Path) -> int:
    return sum(file.stat().st_size for file in server.rglob("*") if file.is_file())


def _nothing_of_a_test_in_training(folder: Path) -> None:
    splits: dict[str, set[str]] = {}
    starts: dict[str, set[str]] = {}
    for file in folder.glob("*/*/scenarios/*.json"):
        scenario = json.loads(file.read_text())
        splits.setdefault(scenario["family"], set()).add(scenario.get("split", "train"))
        starts.setdefault(json.dumps(scenario["start"]), set()).add(scenario.get("split", "train"))
    assert all(len(found) == 1 for found in splits.values())
    assert all(found == {"test"} or "test" not in found for found in starts.values())
