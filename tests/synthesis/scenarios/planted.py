# ruff: noqa: E501
"""Which gate notices which planted fault of a scenario: each is played as far as it comes."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import anyio

from envscaler_mcp.certify.ladder import Ladder, ladder
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import Scenario
from envscaler_mcp.synthesis.author import Problems
from envscaler_mcp.synthesis.scenarios import Authors, Subject
from envscaler_mcp.synthesis.scenarios.proving import Fallen, Prover
from envscaler_mcp.synthesis.scenarios.starts import Start, write_start
from envscaler_mcp.synthesis.scenarios.tasks import write_tasks
from tests.synthesis.scenarios.desk import authors, rental_desk
from tests.synthesis.scenarios.faults import FAULTS, Fault


async def caught(server: ServerFolder, faults: Sequence[Fault]) -> dict[str, tuple[str, ...]]:
    """Fault → codes of the Problems that it led to; empty where nothing noticed."""
    found: dict[str, tuple[str, ...]] = {}
    async with ladder(server) as one:
        start = await _sound_start(server, one)
        booted = await one.boot([Scenario(id="first", instruction="", start=start.state, now=start.now)])
        for fault in faults:
            asked, _ = authors(fault.book, fault.solver)
            prover = Prover(Subject(server), asked, one.processes[0], one.climbs(booted, {})[0], anyio.Lock())
            found[fault.name] = await _codes(server, one, prover, asked)
    return found


async def _sound_start(server: ServerFolder, one: Ladder) -> Start:
    asked, _ = authors()
    start = await write_start(Subject(server), asked.at("starts"), one.processes[0], 1, ())
    assert isinstance(start, Start), start
    return start


async def _codes(server: ServerFolder, one: Ladder, prover: Prover, asked: Authors) -> tuple[str, ...]:
    subject, author = Subject(server), asked.author
    start = await write_start(subject, asked.at("starts"), one.processes[0], 1, ())
    if isinstance(start, Problems):
        return tuple(problem.code for problem in start)
    task = (await write_tasks(subject, asked.at("tasks"), start, 2, ()))[0]
    if task.problems:
        return tuple(problem.code for problem in task.problems)
    scenario = Scenario(id="planted", instruction=task.instruction, start=start.state, now=start.now)
    end = await prover.prove(scenario, start, task)
    codes = tuple(event.code for event in author.log.events if event.kind == "problem")
    return (*codes, *(problem.code for problem in end.problems)) if isinstance(end, Fallen) else codes


GATES = {
    "start state": ("start_",),
    "task lint": ("task_", "conversation_"),
    "checks": ("check_",),
    "solving": ("nothing_done", "solver_stopped"),
    "ladder": ("oracle_", "superfluous_", "prefix_", "weak_goals", "mutant_", "extra_", "variant_"),
    "agreed": ("solvers_disagree",),
}


def gates_of(codes: Sequence[str]) -> list[str]:
    """The gates that Problems come from, in the order in which they are asked."""
    return [gate for gate, marks in GATES.items() if any(code.startswith(marks) for code in codes)]


async def table_rows(server: ServerFolder) -> list[tuple[str, bool]]:
    """A line of the table of planted faults for each of these, and whether it was caught."""
    found = await caught(server, FAULTS)
    rows: list[tuple[str, bool]] = []
    for fault in FAULTS:
        codes = [code for code in dict.fromkeys(found[fault.name]) if code != "given_up"]
        gates, told = gates_of(codes), ", ".join(f"`{code}`" for code in codes)
        line = f"| {fault.name} | {fault.where} | {', '.join(gates) or '**not caught**'} | {told} |"
        rows.append((line, bool(set(codes) & set(fault.gates))))
    return rows


HEAD = """## Start states, tasks, checks and solutions

One fault at a time is put among right answers about scenarios for the same desk. Printed by
`python -m tests.synthesis.scenarios.planted`.

- *start state*: tried in a worker; *task lint*: before anything is asked about it; *checks*: run in the sandbox
  over the start state; *solving*: whoever solves it sees no checks; *ladder*: rungs 5 to 9; *agreed*: independent
  solvers.

| fault | planted in | caught by | as |
|---|---|---|---|
"""


async def _print() -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = await table_rows(rental_desk(Path(folder)))
    lines = "\n".join(line for line, _ in rows)
    count = sum(caught_it for _, caught_it in rows)
    sys.stdout.write(f"{HEAD}{lines}\n\n{count} of {len(rows)} kinds caught.\n")


if __name__ == "__main__":
    asyncio.run(_print())
