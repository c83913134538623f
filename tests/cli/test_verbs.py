"""`replay`, `certify`, `eval`, `serve` on a small server, from import to score."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.cli.app import run
from envscaler_mcp.harness.run import Run
from envscaler_mcp.runtime.standalone.canonical import digest_bytes
from tests.released_rows import environment, scenario, trajectory, write

ENVIRONMENTS, SCENARIOS, TRAJECTORIES = "environments.json", "scenarios.json", "trajectories.json"
SERVER = "generated_servers/locker_room"


@pytest.fixture(autouse=True)
def _server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path(ENVIRONMENTS), [environment()])
    write(Path(SCENARIOS), [scenario()])
    write(Path(TRAJECTORIES), [trajectory()])
    assert run(["import", "envscaler", ENVIRONMENTS, "--scenarios", SCENARIOS, "--quiet"]) == 0
    capsys.readouterr()


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = run([*arguments, "--json", "--quiet"])
    return status, json.loads(capsys.readouterr().out)


def test_a_release_replays_with_its_reward(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = told(capsys, "replay", ENVIRONMENTS, TRAJECTORIES, "--scenarios", SCENARIOS)
    assert status == 0
    assert (said["calls"], said["matched"], said["rewards"], said["rewards_matched"]) == (2, 2, 1, 1)


def test_exactly_compared_a_generated_id_differs(capsys: pytest.CaptureFixture[str]) -> None:
    status, said = told(capsys, "replay", SERVER, TRAJECTORIES, "--exact")
    assert (status, said["matched"]) == (1, 1)
    assert said["differences"][0]["tool"] == "rent_locker"


def test_a_wrong_reward_and_a_stray_trajectory_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    stray = trajectory(task_info={"env_id": "env_1", "task_id": "t9"})
    write(Path(TRAJECTORIES), [trajectory(total_reward=0.5), stray])
    status, said = told(capsys, "replay", SERVER, TRAJECTORIES)
    assert (status, said["rewards_matched"]) == (1, 0)
    assert said["without_scenario"] == [f"{TRAJECTORIES}: row 2"]


def test_imported_scenarios_are_screened_and_adoption_makes_them_solved(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status, said = told(capsys, "certify", SERVER)
    assert (status, said["sound"], said["total"], said["tiers"]["screened"]) == (1, 0, 1, 1)
    grading = json.loads(Path(SERVER, "grading/t1.json").read_text())
    assert [check["kind"] for check in grading["checks"]] == ["goal", "unclassified"]
    status, said = told(capsys, "replay", SERVER, TRAJECTORIES, "--adopt")
    assert (status, said["adopted"]) == (0, ["t1"])
    _, said = told(capsys, "certify", SERVER)
    assert said["tiers"]["solved"] == 1


def test_a_folder_that_cannot_be_written_is_told_before_the_work(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(**_: Any) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("envscaler_mcp.render.tree.tempfile.mkdtemp", denied)
    with monkeypatch.context() as idle:
        idle.setattr("envscaler_mcp.certify.certify", None)  # nobody climbs
        status, said = told(capsys, "certify", SERVER)
    assert (status, said["error"]["where"], said["error"]["message"]) == (2, SERVER, "Permission denied")
    assert told(capsys, "certify", SERVER, "--check")[0] == 1


def test_a_trajectory_is_adopted_before_anything_was_certified_and_the_card_tells_of_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, said = told(capsys, "replay", SERVER, TRAJECTORIES, "--adopt")
    assert said["adopted"] == ["t1"]
    digests = json.loads(Path(SERVER, "environment.json").read_text())["digests"]
    found = {path: digest_bytes(Path(SERVER, path).read_bytes()) for path in digests}
    assert found == digests


def test_agents_are_scored(capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "certify", SERVER)
    told(capsys, "replay", SERVER, TRAJECTORIES, "--adopt")
    told(capsys, "certify", SERVER)
    arguments = ["eval", SERVER, "--tier", "solved", "--agent", "oracle", "--agent", "noop", "-k", "2"]
    status, said = told(capsys, *arguments, "--out", "runs/one")
    assert status == 0
    assert [(one["agent"], one["reward_mean"], one["rollouts"]) for one in said["agents"]] == [
        ("oracle", 1.0, 2),
        ("noop", 0.0, 2),
    ]
    rows = Path("runs/one/rollouts.jsonl").read_text().splitlines()
    assert len(rows) == 4
    assert len(list(Path("runs/one/trajectories").iterdir())) == 4
    assert json.loads(Path("runs/one/run.json").read_text())["status"] == "complete"


def test_what_would_mix_up_the_rows_of_a_run_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "certify", SERVER)
    shutil.copytree(SERVER, "copy")
    ask = ["eval", "--tier", "screened", "--agent", "noop", "--out", "runs/one"]
    status, said = told(capsys, *ask, SERVER, "copy")
    assert (status, said["error"]["where"]) == (2, "copy")
    status, said = told(capsys, *ask, SERVER, f"./{SERVER}")
    assert (status, said["agents"][0]["rollouts"]) == (0, 1)
    status, said = told(capsys, "eval", "--resume", "runs/one", "--agent", "stall")
    assert (status, "not with stall" in said["error"]["message"]) == (2, True)
    status, _ = told(capsys, "eval", "--resume", "runs/one", "--agent", "noop", SERVER, f"./{SERVER}")
    assert status == 0
    with Path("runs/one/rollouts.jsonl").open("a") as rows:
        rows.write('{"id": "x"}\n')
    status, said = told(capsys, "eval", "--resume", "runs/one")
    assert (status, said["error"]["where"]) == (2, "runs/one/rollouts.jsonl:2")


def test_one_eval_at_a_time_works_on_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "certify", SERVER)
    ask = ["eval", SERVER, "--tier", "screened", "--agent", "noop"]
    told(capsys, *ask, "--out", "runs/one")
    other = Run.open(Path("runs/one"))
    other.begin()
    status, said = told(capsys, "eval", "--resume", "runs/one")
    assert (status, said["error"]["message"]) == (2, "another eval is at work on this run")
    other.finish("complete")
    assert told(capsys, "eval", "--resume", "runs/one")[0] == 0


def test_a_certificate_of_other_files_is_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "certify", SERVER)
    with Path(SERVER, "locker_room", "policy.md").open("a") as policy:
        policy.write("Be quick.\n")
    status, said = told(capsys, "eval", SERVER, "--tier", "screened")
    assert (status, "certificates of other files" in said["error"]["message"]) == (2, True)


def test_a_run_is_resumed_without_repeating_anything(capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "certify", SERVER)
    arguments = ["eval", SERVER, "--tier", "screened", "--agent", "noop", "--agent", "stall"]
    told(capsys, *arguments, "--out", "runs/one")
    rows = Path("runs/one/rollouts.jsonl")
    first, second = rows.read_text().splitlines()
    rows.write_text(first + "\n" + second[:20])
    _, said = told(capsys, "eval", "--resume", "runs/one")
    assert [one["rollouts"] for one in said["agents"]] == [1, 1]
    assert rows.read_text().splitlines()[0] == first


BAD = {
    "no such server": ["certify", "nowhere"],
    "no such scenario": ["serve", SERVER, "--scenario", "t9"],
    "a port that is no port": ["serve", SERVER, "--http", "--port", "99999"],
    "no such agent": ["eval", SERVER, "--agent", "genius"],
    "nothing certified": ["eval", SERVER],
    "no such tier": ["eval", SERVER, "--tier", "perfect"],
    "nothing to evaluate": ["eval"],
    "no run to resume": ["eval", "--resume", "nowhere"],
    "no such suite": ["eval", "none.yaml"],
    "a missing recording": ["replay", SERVER, "missing.json"],
    "a recording that is none": ["replay", SERVER, ENVIRONMENTS],
    "an unknown option": ["certify", SERVER, "--harder"],
    "an unknown verb": ["prove", SERVER],
}


@pytest.mark.parametrize("arguments", BAD.values(), ids=BAD.keys())
def test_bad_input_is_one_sentence_and_exit_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    status = run([*arguments, "--quiet"])
    shown = capsys.readouterr()
    assert status == 2
    assert len(shown.err.strip().splitlines()) == 1
    assert "Traceback" not in shown.err
