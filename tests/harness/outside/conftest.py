"""One rollout of an agent in another process."""

from __future__ import annotations

import shlex
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.harness.door import open_doors
from envscaler_mcp.harness.outside.choose import outside_of
from envscaler_mcp.harness.rollout import Finished, Rollout
from envscaler_mcp.harness.stage import Pooled, stage_of_run
from envscaler_mcp.harness.task import Task
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.spec import Limits
from tests.runtime.folders import counter

PLAYER = Path(__file__).with_name("player.py")
Roll = Callable[..., Awaitable[Finished]]


def playing(kind: str) -> str:
    """The spec of an agent that plays so."""
    return f"command:{shlex.join((sys.executable, str(PLAYER), kind))} {{mcp_url}}"


@pytest.fixture
def task(tmp_path: Path) -> Task:
    folder = counter(tmp_path)
    grading = folder.grading("001")
    assert grading is not None
    return Task(folder, folder.scenario("001"), grading)


@pytest.fixture
async def roll(task: Task) -> AsyncGenerator[Roll]:
    """Let the agent of a spec play the task, to its end."""
    async with stage_of_run([task.folder], 2, trusted=False) as host, open_doors() as doors:
        with CheckRunner() as checks:

            async def play(
                spec: str,
                variables: Mapping[str, str] | None = None,
                passed: tuple[str, ...] = (),
                **limits: Any,
            ) -> Finished:
                agent = outside_of(spec, variables or {}, passed=passed, closed=[task.folder.path])
                assert agent is not None
                rollout = Rollout("r", task, agent, 0, 1, Limits(**{"seconds": 60, **limits}), doors=doors)
                return await rollout.run(Pooled(host, task.folder), checks)

            yield play
