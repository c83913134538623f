"""What the checks of a scenario say before anybody has acted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from envscaler_mcp.sandbox.checks import CheckResult, CheckRunner
from envscaler_mcp.sandbox.worker import WorkerRefused
from envscaler_mcp.spec.problem import Problem
from envscaler_mcp.spec.record import State

from .reading import Task
from .stage import KILLED, Stage

EPISODE = "start"


@dataclass(frozen=True)
class Start:
    """A task at its start: the state as the loaded class holds it, and each check's answer about it."""

    task: Task
    state: State
    answers: tuple[CheckResult, ...]


async def at_start(stage: Stage, checks: CheckRunner, task: Task) -> Start | Problem:
    """Load the start state and ask every check; a state that cannot be loaded is a Problem."""
    try:
        await stage.open(EPISODE, task.scenario)
        state: State = await stage.request("initial", episode=EPISODE)
    except (WorkerRefused, *KILLED) as error:
        return Problem(code="bad_start", where=task.where, message=str(error))
    return Start(task, state, await ask(checks, task, state, state))


async def ask(checks: CheckRunner, task: Task, initial: State, final: State) -> tuple[CheckResult, ...]:
    """Every check of a task about one pair of states, in their order."""
    sources: Sequence[str] = [check.source for check in task.grading.checks]
    return tuple(await asyncio.to_thread(checks.run, sources, initial, final, now=task.scenario.now))
