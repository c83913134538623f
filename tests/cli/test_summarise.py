"""The summary of a run of `synth`: what was made, and how agents did by difficulty and wording."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.blueprint.diversity import subjects_in
from envscaler_mcp.cli.played import GRAMMAR, Played, played
from envscaler_mcp.cli.summarise import page, summary, vacuous
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import Grading, RolloutRow, RunCard, Suite
from envscaler_mcp.spec.scenario import Wording

MADE: dict[str, Any] = {
    "name": "a",
    "domain": "d",
    "tools": 20,
    "entities": 6,
    "rules": 7,
    "scenarios": 10,
    "mutants": [100, 99, 90],
    "variants": [20, 20],
    "bands": {"easy": 4, "hard": 6},
    "agreed": {"easy": 4, "hard": 3},
    "splits": {"train": 10},
    "tiers": {"agreed": 7, "certified": 3},
}
RESULT = {"environments": [MADE], "rejections": {"oracle": 2, "wording": 5}, "seconds": 30.0, "cost_usd": 0}


def test_the_page_says_what_was_made_by_difficulty_and_what_was_not_measured() -> None:
    text = page(summary(RESULT))
    assert "| of these rejected without the frame | 0.9 |" in text
    assert "| hard | 6 | 50.0% |" in text
    assert "In two parts." in page({**summary(RESULT), "remark": "In two parts."})
    assert text.index("| wording | 5 |") < text.index("| oracle | 2 |")
    assert "Not measured." in text


def test_a_band_that_was_not_played_is_not_made_up() -> None:
    scores = [Played(run="r", agent="template", wording=GRAMMAR, band="easy", rollouts=3, reward=0.5)]
    text = page(summary(RESULT), scores)
    assert "| r | `template` | the grammar | 0.500 of 3 | not measured | not measured |" in text


@pytest.fixture
def servers(root: Path, tmp_path: Path) -> Path:
    """One server of which the first scenario is in a model's words."""
    place = tmp_path / "servers"
    shutil.copytree(root / "generated_servers" / "hotel_bookings", place / "hotel_bookings")
    file = place / "hotel_bookings" / "grading" / "001.json"
    grading = Grading.load(file)
    wording = Wording(model="chat:m", original="Before.")
    file.write_text(grading.model_copy(update={"wording": wording}).to_text(), encoding="utf-8")
    return place


def test_scores_are_told_apart_by_band_and_wording(servers: Path, tmp_path: Path) -> None:
    folder = ServerFolder.load(servers / "hotel_bookings")
    run = tmp_path / "run"
    run.mkdir()
    card = RunCard(
        suite=Suite(servers=("x",)), agents=("template",), versions={}, started=dt.datetime.now(dt.UTC)
    )
    (run / "run.json").write_text(card.to_text(), encoding="utf-8")
    lines = [_row(one, 1.0 if one == "001" else 0.0).to_line() for one in folder.ids]
    (run / "rollouts.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")
    found = played(run, servers)
    assert [(one.wording, one.rollouts, one.reward) for one in found if one.wording != GRAMMAR] == [
        ("chat:m", 1, 1.0)
    ]
    assert sum(one.rollouts for one in found) == len(folder.ids)
    assert {one.band for one in found} == {"easy", "medium", "hard"}


def _row(scenario: str, reward: float) -> RolloutRow:
    return RolloutRow(
        id=f"template/{scenario}",
        agent="template",
        server="hotel_bookings",
        scenario=scenario,
        repeat=0,
        seed=1,
        outcome="failed" if reward < 1 else "passed",
        reward=reward,
        progress=reward,
        reward_paper=None,
    )


def test_a_check_that_is_not_proven_counts_as_vacuous(servers: Path) -> None:
    assert vacuous(subjects_in(servers)) == 0
    file = servers / "hotel_bookings" / "grading" / "001.json"
    grading = Grading.load(file)
    file.write_text(grading.model_copy(update={"certificate": None}).to_text(), encoding="utf-8")
    assert vacuous(subjects_in(servers)) == len(grading.checks) > 0
