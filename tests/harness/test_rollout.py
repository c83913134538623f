"""Every way a rollout can end is a row; the trajectory tells what each call changed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.agents import Assignment
from envscaler_mcp.harness.hosting import Scoring
from envscaler_mcp.harness.rollout import Finished, Rollout
from envscaler_mcp.harness.task import Task
from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.spec import Limits
from tests.runtime.folders import check, counter

Act = Callable[[Assignment], Awaitable[None]]


@dataclass
class Scripted:
    acts: Act
    spec: str = "scripted"

    async def act(self, assignment: Assignment) -> None:
        await self.acts(assignment)


@pytest.fixture
def task(tmp_path: Path) -> Task:
    folder = counter(tmp_path)
    grading = folder.grading("001")
    assert grading is not None
    return Task(folder, folder.scenario("001"), grading)


@pytest.fixture
async def process(task: Task) -> AsyncGenerator[EnvironmentProcess]:
    async with EnvironmentProcess(task.folder, call_seconds=2.0) as running:
        yield running


async def rolled(process: EnvironmentProcess, task: Task, acts: Act, **limits: Any) -> Finished:
    rollout = Rollout("r", task, Scripted(acts), repeat=0, seed=1, limits=Limits(**limits))
    with CheckRunner() as checks:
        return await rollout.run(process, checks)


async def test_a_solved_task_passes_and_tells_what_changed(process: EnvironmentProcess, task: Task) -> None:
    async def solve(assignment: Assignment) -> None:
        await assignment.call("get", {"name": "nobody"})
        await assignment.call("add", {"name": "a", "by": 2})

    done = await rolled(process, task, solve)
    assert (done.row.outcome, done.row.reward, done.row.calls, done.row.refusals) == ("passed", 1.0, 2, 1)
    look, write = done.trajectory.steps
    assert (look.refusal, look.diff) == ("refused", ())
    assert [(change.path, change.before, change.after) for change in write.diff] == [("/counts/a", 1, 3)]
    assert done.state["counts"] == {"a": 3}


async def test_a_used_up_budget_is_scored_as_it_stands(process: EnvironmentProcess, task: Task) -> None:
    async def never_stop(assignment: Assignment) -> None:
        while True:
            await assignment.call("add", {"name": "a", "by": 1})

    done = await rolled(process, task, never_stop, turns=2)
    assert (done.row.outcome, done.row.calls, done.row.error) == ("passed", 2, "the 2 turns are used up")


async def test_time_is_a_budget_too(process: EnvironmentProcess, task: Task) -> None:
    async def think(assignment: Assignment) -> None:
        await asyncio.Event().wait()

    done = await rolled(process, task, think, seconds=0.05)
    assert (done.row.outcome, done.row.error) == ("failed", "the 0.05 seconds are used up")


async def test_an_agent_that_fails_is_a_failure(process: EnvironmentProcess, task: Task) -> None:
    async def fail(assignment: Assignment) -> None:
        raise ZeroDivisionError("mine")

    done = await rolled(process, task, fail)
    assert (done.row.outcome, done.row.reward) == ("agent_error", 0.0)
    assert done.row.error == "ZeroDivisionError: mine"


async def test_checks_see_the_time_of_the_scenario(process: EnvironmentProcess, task: Task) -> None:
    today = check("today", "(lambda d: [d.year, d.month, d.day] == [2026, 3, 2])(datetime.date.today())")
    dated = today.model_copy(update={"source": f"import datetime\n{today.source}"})

    async def nothing(assignment: Assignment) -> None: ...

    grading = task.grading.model_copy(update={"checks": (dated,)})
    done = await rolled(process, Task(task.folder, task.scenario, grading), nothing)
    assert done.row.outcome == "passed", done.row
    scoring = Scoring()
    (task.folder.path / "grading" / "001.json").write_text(grading.to_text())
    try:
        assert (await scoring.score(task.folder, "001", {}, {}, [])).success  # type: ignore[union-attr]
    finally:
        scoring.close()


async def test_a_check_that_crashes_is_the_tasks_defect(process: EnvironmentProcess, task: Task) -> None:
    broken = task.grading.model_copy(update={"checks": (check("crash", "final['nothing'] == 1"),)})

    async def nothing(assignment: Assignment) -> None: ...

    done = await rolled(process, Task(task.folder, task.scenario, broken), nothing)
    assert done.row.outcome == "task_defect"


async def test_a_killed_worker_is_not_the_agents_fault(process: EnvironmentProcess, task: Task) -> None:
    async def kill(assignment: Assignment) -> None:
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
        await assignment.call("add", {"name": "a", "by": 1})
        await assignment.call("add", {"name": "a", "by": 1})

    done = await rolled(process, task, kill)
    assert done.row.outcome in ("passed", "failed")
    assert done.row.error is None
