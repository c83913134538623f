"""`--executor ray` on a real Ray of this machine: `make test-ray`, which installs it beside."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from envscaler_mcp.agents import Agent, Assignment, agent_of
from envscaler_mcp.cli.app import run
from envscaler_mcp.harness.evaluate import plan, tasks_of
from envscaler_mcp.harness.ray_executor import evaluate_on_ray
from envscaler_mcp.harness.run import Run
from envscaler_mcp.harness.users import Users
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import RolloutRow, RunCard, Selection, Suite
from tests.runtime.folders import NOW, counter

pytest.importorskip("ray", reason="Ray is not installed here: make test-ray")
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.timeout(600)]


def told(row: RolloutRow) -> tuple[object, ...]:
    """Everything that does not depend on the machine."""
    return row.id, row.outcome, row.verdicts, row.reward, row.collateral, row.calls, row.refusals, row.seed


@pytest.mark.parametrize("mode", ["task", "conversation"])
def test_the_same_seeds_give_the_same_results(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mode: str
) -> None:
    monkeypatch.chdir(tmp_path)
    server = str(root / "generated_servers" / "blood_bank")
    said = ["eval", server, "--tier", "rejected", "--mode", mode, "-k", "2", "--json"]
    said += ["--agent", "oracle", "--agent", "noop", "--agent", "random"]
    assert run([*said, "--out", "local"]) == 0
    here = json.loads(capsys.readouterr().out)
    assert run([*said, "--out", "ray", "--executor", "ray"]) == 0
    there = json.loads(capsys.readouterr().out)
    assert [one["reward_mean"] for one in here["agents"]] == [one["reward_mean"] for one in there["agents"]]
    rows = [sorted(map(told, Run.open(Path(name)).rows())) for name in ("local", "ray")]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 60
    first = Run.open(Path("ray"))
    assert all(first.trajectory(row.id).outcome == row.outcome for row in first.rows())


@dataclass(frozen=True)
class Fatal:
    """Takes its worker with it, the first time."""

    mark: Path
    spec: str = "fatal"

    async def act(self, assignment: Assignment) -> None:
        if not self.mark.exists():
            self.mark.touch()
            os._exit(1)
        await assignment.call("add", {"name": "a", "by": 2})


def test_a_lost_worker_is_made_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    mark, folder = tmp_path / "mark", counter(tmp_path)

    @asynccontextmanager
    async def cast() -> AsyncGenerator[tuple[Mapping[str, Agent], Users | None]]:
        yield {"fatal": Fatal(mark), "noop": agent_of("noop")}, None

    suite = Suite(servers=(str(folder.path),), scenarios=Selection(tier="rejected"))
    kept = Run.create(RunCard(suite=suite, agents=("fatal", "noop"), started=NOW), tmp_path / "run")
    planned = plan(tasks_of([ServerFolder.load(folder.path)], suite.scenarios), kept.card.agents, 1)
    kept.begin()
    rows = evaluate_on_ray(kept, planned, suite, concurrency=2, cast=cast)
    assert mark.exists()
    assert sorted((row.agent, row.outcome) for row in rows) == [
        ("fatal", "passed"), ("fatal", "passed"), ("noop", "failed"), ("noop", "failed"),
    ]  # fmt: skip
    assert len({row.id for row in rows}) == 4
    assert kept.card.status == "complete"
