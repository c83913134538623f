"""Many rollouts in a run's pooled workers, against a server process for each."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from envscaler_mcp.agents import agent_of
from envscaler_mcp.certify import play, through
from envscaler_mcp.harness.evaluate import Planned, evaluate, plan, tasks_of
from envscaler_mcp.harness.run import Run
from envscaler_mcp.harness.task import Task
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import RolloutRow, RunCard, Selection, Suite, versions

from .checking import ROOT
from .table import Row

ROLLOUTS, AT_ONCE = 500, 64
WANTED = 20


async def rollout_row(name: str, path: Path, count: int, alone: int) -> Row:
    """`compared`, on a server of this repository."""
    _, row = await compared(ServerFolder.load(ROOT / "generated_servers" / name), path, count, alone)
    return row


async def compared(folder: ServerFolder, path: Path, count: int, alone: int) -> tuple[list[RolloutRow], Row]:
    """The rows of a run of so many pooled rollouts, and its rollouts a second beside those of a process each.

    The processes get what is best for them: as many at once as there are cores, or all of them. They are
    measured before and after the run, so that a machine that is busy is busy for both.
    """
    tasks = [one.task for one in _of_suite(folder, alone)[1]]
    before = await one_process_each(folder, tasks, os.cpu_count() or 1)
    rows, rate = await pooled(folder, path, count)
    after = await one_process_each(folder, tasks, AT_ONCE)
    measure = f"{count} rollouts, {AT_ONCE} at once: pooled workers, a server process each"
    return rows, Row(measure, "1/s", rate, max(before, after), target=WANTED, more_is_better=True)


async def pooled(folder: ServerFolder, path: Path, count: int) -> tuple[list[RolloutRow], float]:
    """All rows, and rollouts a second, from the first worker's start to the last one's end."""
    suite, planned = _of_suite(folder, count)
    started = dt.datetime.now(dt.UTC).replace(microsecond=0)
    run = Run.create(RunCard(suite=suite, agents=("oracle",), versions=versions(), started=started), path)
    run.begin()
    began = time.perf_counter()
    rows = await evaluate(run, planned, suite, concurrency=AT_ONCE, agents={"oracle": agent_of("oracle")})
    return rows, len(rows) / (time.perf_counter() - began)


async def one_process_each(folder: ServerFolder, tasks: Sequence[Task], at_once: int) -> float:
    """Rollouts a second, where each starts a server of its own and nothing is scored."""
    waiting = asyncio.Semaphore(at_once)

    async def rollout(task: Task) -> None:
        arguments = ["-m", folder.card.name, "--scenario", task.scenario.id]
        server = StdioServerParameters(command=sys.executable, args=arguments, cwd=folder.path)
        async with waiting, Client(stdio_client(server)) as client:
            await client.list_tools()
            await play(through(client), task.grading.oracle or ())

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for task in tasks:
            group.create_task(rollout(task))
    return len(tasks) / (time.perf_counter() - began)


def _of_suite(folder: ServerFolder, count: int) -> tuple[Suite, list[Planned]]:
    suite = Suite(servers=(str(folder.path),), scenarios=Selection(tier="rejected"), repeats=count)
    tasks = tasks_of([folder], suite.scenarios)
    return suite, plan(tasks, ["oracle"], -(-count // len(tasks)))[:count]
