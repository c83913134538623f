"""Many rollouts in a run's pooled workers, against a server process for each."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import itertools
import os
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from envscaler_mcp.agents import agent_of
from envscaler_mcp.certify import play, through
from envscaler_mcp.harness.evaluate import Planned, evaluate, plan, tasks_of
from envscaler_mcp.harness.rollout import Finished
from envscaler_mcp.harness.run import Run
from envscaler_mcp.harness.task import Task
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import RolloutRow, RunCard, Selection, Suite, versions

from .checking import ROOT
from .table import Row

ROLLOUTS, AT_ONCE = 500, 64
WANTED = 20
LOOKS = 25
"""Rollouts from one look at the workers to the next."""
Rates = tuple[float, float]
"""Rollouts a second, and for each second that all processes together had a core."""


@dataclass(frozen=True)
class Compared:
    """A run of pooled rollouts, beside rollouts of a process each."""

    rows: list[RolloutRow]
    by_the_clock: Row
    by_processor: Row
    """The same for each second that all processes together had a core: others on the machine do not show."""


async def rollout_rows(name: str, path: Path, count: int, alone: int) -> list[Row]:
    """`compared`, on a server of this repository."""
    found = await compared(ServerFolder.load(ROOT / "generated_servers" / name), path, count, alone)
    return [found.by_the_clock, found.by_processor]


async def compared(folder: ServerFolder, path: Path, count: int, alone: int) -> Compared:
    """So many pooled rollouts, and a few that have a process each.

    The processes get what is best for them: as many at once as there are cores, or all of them. They are
    measured before and after the run, so that a machine that is busy is busy for both.
    """
    tasks = [one.task for one in _of_suite(folder, alone)[1]]
    before = await one_process_each(folder, tasks, os.cpu_count() or 1)
    rows, rates = await pooled(folder, path, count)
    after = await one_process_each(folder, tasks, AT_ONCE)
    measure = f"{count} rollouts, {AT_ONCE} at once: pooled workers, a server process each"
    clock, processor = (
        Row(measure, unit, ours, max(theirs), target=WANTED, more_is_better=True)
        for unit, ours, theirs in zip(("1/s", "1/cpu s"), rates, zip(before, after, strict=True), strict=True)
    )
    return Compared(rows, clock, processor)


async def pooled(folder: ServerFolder, path: Path, count: int) -> tuple[list[RolloutRow], Rates]:
    """All rows, and what comes of them, the workers' starts included."""
    suite, planned = _of_suite(folder, count)
    started = dt.datetime.now(dt.UTC).replace(microsecond=0)
    run = Run.create(RunCard(suite=suite, agents=("oracle",), versions=versions(), started=started), path)
    run.begin()
    workers: dict[int, float] = {}
    finished = itertools.count(1)

    def look(_: Finished) -> None:
        """Workers are ended by the kernel and nobody learns what they used: look while they live."""
        if next(finished) % LOOKS == 0:
            workers.update(used_by_descendants(os.getpid()))

    began, used = time.perf_counter(), time.process_time()
    agents = {"oracle": agent_of("oracle")}
    rows = await evaluate(run, planned, suite, concurrency=AT_ONCE, agents=agents, progress=look)
    seconds, used = time.perf_counter() - began, time.process_time() - used + sum(workers.values())
    return rows, (len(rows) / seconds, len(rows) / used)


def used_by_descendants(pid: int) -> dict[int, float]:
    """Process id → processor seconds, of all that a process has started and their children."""
    found: dict[int, float] = {}
    with contextlib.suppress(OSError):  # it has ended meanwhile
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in map(int, path.read_text().split()):
                fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
                found[child] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
                found.update(used_by_descendants(child))
    return found


async def one_process_each(folder: ServerFolder, tasks: Sequence[Task], at_once: int) -> Rates:
    """What comes where each starts a server of its own, and nothing is scored."""
    waiting = asyncio.Semaphore(at_once)

    async def rollout(task: Task) -> None:
        arguments = ["-m", folder.card.name, "--scenario", task.scenario.id]
        server = StdioServerParameters(command=sys.executable, args=arguments, cwd=folder.path)
        async with waiting, Client(stdio_client(server)) as client:
            await client.list_tools()
            await play(through(client), task.grading.oracle or ())

    began, used = time.perf_counter(), _used()
    async with asyncio.TaskGroup() as group:
        for task in tasks:
            group.create_task(rollout(task))
    return len(tasks) / (time.perf_counter() - began), len(tasks) / (_used() - used)


def _used() -> float:
    """Processor seconds of this process and of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _of_suite(folder: ServerFolder, count: int) -> tuple[Suite, list[Planned]]:
    suite = Suite(servers=(str(folder.path),), scenarios=Selection(tier="rejected"), repeats=count)
    tasks = tasks_of([folder], suite.scenarios)
    return suite, plan(tasks, ["oracle"], -(-count // len(tasks)))[:count]
