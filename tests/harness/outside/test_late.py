"""Servers that start slowly: who is let in late plays; who is never let in is no evidence, and no zero."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from envscaler_mcp.agents import agent_of
from envscaler_mcp.harness.door import Doors
from envscaler_mcp.harness.rollout import Rollout
from envscaler_mcp.harness.task import Task
from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.spec import Call, Limits
from tests.harness.outside.conftest import Roll, playing
from tests.harness.outside.late import Late, late_server
from tests.runtime import folders

SOLUTION = (Call(tool="add", arguments={"name": "a", "by": 2}),)


def lead_through(late: Late, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every agent gets an address that leads through the relay."""
    made = Doors.__init__

    def __init__(doors: Doors, url_of, rooms) -> None:
        made(doors, lambda token: late.before(url_of(token)), rooms)

    monkeypatch.setattr(Doors, "__init__", __init__)


@pytest.fixture
async def late(monkeypatch: pytest.MonkeyPatch):
    async with late_server() as relay:
        lead_through(relay, monkeypatch)
        yield relay


async def test_an_agent_that_is_let_in_late_plays(late: Late, roll: Roll) -> None:
    playing_it = asyncio.ensure_future(roll(playing("solve")))
    await asyncio.wait_for(late.knocked.wait(), 60)
    assert not playing_it.done()
    late.open.set()
    done = await playing_it
    assert (done.row.outcome, done.row.reward, done.row.error) == ("passed", 1.0, None)


async def test_an_agent_that_is_never_let_in_is_no_evidence(late: Late, roll: Roll) -> None:
    done = await roll(playing("solve"), seconds=2)
    assert (done.row.outcome, done.row.reward) == ("infrastructure_error", None)
    assert "never reached its server" in str(done.row.error)


@pytest.mark.parametrize(
    ("work", "call_seconds", "outcome", "reward"),
    [("10**7", 60.0, "passed", 1.0), ("10**12", 0.5, "infrastructure_error", None)],
)
async def test_a_class_that_loads_slowly_is_waited_for_up_to_a_limit(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    work: str,
    call_seconds: float,
    outcome: str,
    reward: float | None,
) -> None:
    monkeypatch.setattr(folders, "COUNTER", f"SUM = sum(range({work}))\n{folders.COUNTER}")
    folder = folders.counter(tmp_path)
    grading = folder.grading("001")
    assert grading is not None
    task = Task(folder, folder.scenario("001"), grading.model_copy(update={"oracle": SOLUTION}))
    rollout = Rollout("r", task, agent_of("oracle"), 0, 1, Limits(seconds=60))
    process = EnvironmentProcess(folder, call_seconds=call_seconds)
    try:
        with CheckRunner() as checks:
            done = await rollout.run(process, checks)
    finally:
        await process.__aexit__(None, None, None)
    assert (done.row.outcome, done.row.reward) == (outcome, reward), done.row.error
