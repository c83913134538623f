"""`audit`: figures, verdict, reports and exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.cli.app import run
from tests.interop.audits import depot, files, recording, task

CONTRACT = {
    "scenarios",
    "checks",
    "true_at_start",
    "noop_paid",
    "noop_reward_mean",
    "crashed",
    "worst",
}
ARGUMENTS = ["audit", "environments.json", "--scenarios", "scenarios.json"]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def told(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, Any]]:
    status = run([*ARGUMENTS, *more, "--json", "--quiet"])
    return status, json.loads(capsys.readouterr().out)


def test_json_says_what_the_contract_names(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    files(tmp_path, [depot()], [task("goal", "free", "raises"), task("goal", task_id="t2")])
    status, said = told(capsys)
    assert status == 1
    assert set(said) >= CONTRACT
    figures = [said[key] for key in ("scenarios", "checks", "true_at_start", "noop_paid", "crashed")]
    assert figures == [2, 4, 1, 1, 1]
    assert said["noop_reward_mean"] == round(1 / 6, 4)
    (worst,) = said["worst"]
    assert (worst["scenario"], worst["where"], worst["noop_reward"]) == (
        "t1",
        "scenarios.json: row 1 (t1)",
        0.3333,
    )
    assert worst["findings"]["true_at_start"] == ["check_002"]
    assert [row["scenario"] for row in said["rows"]] == ["t1", "t2"]


def test_a_sound_release_is_0(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    files(tmp_path, [depot()], [task("goal")])
    status, said = told(capsys)
    assert (status, said["sound"], said["worst"]) == (0, True, [])


def test_a_damaged_row_is_1_and_named(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    files(tmp_path, [depot()], [task("goal"), task("goal", task_id="t2", init_config="{")])
    status, said = told(capsys)
    assert (status, said["scenarios"]) == (1, 1)
    assert [one["where"] for one in said["problems"]] == ["scenarios.json: row 2 (t2)"]


def test_people_get_tables_a_verdict_and_progress(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    files(tmp_path, [depot()], [task("goal", "free")], [recording()])
    assert run([*ARGUMENTS, "--trajectories", "trajectories.json", "-n", "1", "--worst", "3"]) == 1
    shown = capsys.readouterr()
    assert "audit 1/1 t1: 1 of 2 true at the start, pays 0.5 (so far 1 of 1 pay)" in shown.err
    for wanted in (
        "scenarios.json: row 1 (t1)",
        "True at the start",
        "Do not train or rank",
        "--report FILE.html",
    ):
        assert wanted in shown.out


@pytest.mark.parametrize("name", ["report.html", "report.md"])
def test_a_report_is_written(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str):
    files(tmp_path, [depot()], [task("goal", "free")])
    _, said = told(capsys, "--report", name)
    assert said["report"] == name
    assert "scenarios.json: row 1 (t1)" in Path(name).read_text()
    assert not Path("generated_servers").exists()


BAD = {
    "no scenarios": (["audit", "environments.json"], None),
    "a missing file": (["audit", "none.json", "--scenarios", "scenarios.json"], None),
    "a report that is none": ([*ARGUMENTS, "--report", "report.pdf"], None),
    "no processes": ([*ARGUMENTS, "-n", "0"], None),
    "a recording that is none": ([*ARGUMENTS, "--trajectories", "scenarios.json"], None),
    "no scenario that can be judged": (ARGUMENTS, [task("goal", env_id="nowhere")]),
    "scenarios without checks": (ARGUMENTS, [task()]),
}


@pytest.mark.parametrize(("arguments", "scenarios"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_one_sentence_and_exit_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], scenarios: Any
):
    files(tmp_path, [depot()], scenarios or [task("goal")])
    status = run([*arguments, "--quiet"])
    shown = capsys.readouterr()
    assert status == 2
    assert len(shown.err.strip().splitlines()) == 1
    assert "Traceback" not in shown.err
