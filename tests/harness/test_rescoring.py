"""A run scored again: nothing is played, and changed checks are seen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pytest

from envscaler_mcp.agents import Assignment, agent_of
from envscaler_mcp.errors import BadInput
from envscaler_mcp.harness.evaluate import evaluate, plan, tasks_of
from envscaler_mcp.harness.rescoring import folders_of, rescore
from envscaler_mcp.harness.rollout import Finished
from envscaler_mcp.harness.run import Run
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import Grading, RunCard, Selection, Step, Suite, Trajectory
from tests.harness.rows import row
from tests.runtime.folders import check, counter

AGENTS = ("noop", "looks")


@dataclass(frozen=True)
class Looks:
    """Reads once, so that there is a state of its own to keep."""

    spec: str = "looks"

    async def act(self, assignment: Assignment) -> None:
        await assignment.call("get", {"name": "a"})


@pytest.fixture
async def run(tmp_path: Path) -> Run:
    folder = counter(tmp_path)
    selection = Selection(tier="rejected")
    suite = Suite(servers=(str(folder.path),), agents=AGENTS, scenarios=selection)
    card = RunCard(suite=suite, agents=AGENTS, started=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    made = Run.create(card, tmp_path / "run")
    made.begin()
    planned = plan(tasks_of([folder], selection), AGENTS, 1)
    agents = {"noop": agent_of("noop"), "looks": Looks()}
    await evaluate(made, planned, suite, concurrency=2, agents=agents)
    return made


async def test_with_the_same_checks_nothing_changes(run: Run) -> None:
    found = await rescore(run, folders_of(run))
    assert (found.changed, found.unscored) == ([], [])
    assert found.rows == run.rows()


async def test_with_other_checks_the_same_states_are_judged_otherwise(run: Run) -> None:
    (folder,) = folders_of(run)
    easy = Grading(id="001", checks=(check("a is 1", "final['counts']['a'] == 1"),))
    (folder.path / "grading" / "001.json").write_text(easy.to_text(), encoding="utf-8")
    before = (run.path / "rollouts.jsonl").read_bytes()
    found = await rescore(run, [ServerFolder.load(folder.path)])
    assert len(found.changed) == 2
    assert {row.outcome for row in found.rows if row.scenario == "001"} == {"passed"}
    assert (run.path / "rollouts.jsonl").read_bytes() == before
    kept = (run.path / "rescored.jsonl").read_text(encoding="utf-8")
    assert len(kept.splitlines()) == len(found.rows)


def test_a_final_state_is_found_by_the_last_steps_digest(tmp_path: Path) -> None:
    """It passes over volatile fields, so it is not the digest of the whole state."""
    card = RunCard(
        suite=Suite(servers=("desk",)), agents=AGENTS, started=dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    )
    made = Run.create(card, tmp_path / "run")
    made.begin()
    digest = "sha256:" + "a" * 64
    step = Step(n=1, tool="get", arguments={}, result={}, is_error=False, state_digest=digest, diff=())
    trajectory = Trajectory(
        server="desk", scenario="001", agent="noop", seed=0, steps=(step,), outcome="failed"
    )
    made.add(Finished(row("failed", 0.0), trajectory, {"seen": 7}))
    assert made.state(digest) == {"seen": 7}


async def test_what_has_no_state_stays_as_it_was(run: Run) -> None:
    for path in (run.path / "states").iterdir():
        path.unlink()
    found = await rescore(run, folders_of(run))
    assert {row.agent for row in found.rows if row.id in found.unscored} == {"looks"}


async def test_a_damaged_trajectory_is_named(run: Run) -> None:
    path = next((run.path / "trajectories").iterdir())
    path.write_bytes(b"no zstandard")
    with pytest.raises(BadInput, match=path.name):
        await rescore(run, folders_of(run))
