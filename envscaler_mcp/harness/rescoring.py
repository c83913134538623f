"""A run scored again from its stored final states, with the checks as they are today. Nothing is played."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.scoring import ask_and_score, reward_of
from envscaler_mcp.spec import Grading, RolloutRow, Scenario, Score, State

from .rollout import outcome_of
from .run import Run

Place = tuple[str, str]
"""Server and scenario."""
Known = dict[tuple[str, ...], Score]
"""What was asked already, by server, scenario, digest of the final state and broken rules: many end alike."""


@dataclass
class Rescored:
    """What came of it: every row of the run, and the ids of those that are judged otherwise now."""

    rows: list[RolloutRow] = field(default_factory=list[RolloutRow])
    changed: list[str] = field(default_factory=list[str])
    unscored: list[str] = field(default_factory=list[str])
    """Rows left as they were: they have no final state, or their scenario is gone."""


@dataclass(frozen=True)
class _Task:
    scenario: Scenario
    grading: Grading
    roles: dict[str, str]
    initial: State


async def rescore(run: Run, folders: Sequence[ServerFolder], *, trusted: bool = False) -> Rescored:
    """Score every row of a run anew.

    Args:
        run: with its rows, trajectories and states.
        folders: the servers as they are now.
        trusted: see `EnvironmentProcess`.
    """
    found, rows = Rescored(), run.rows()
    tasks = await _tasks(rows, folders, trusted)
    known: Known = {}
    with CheckRunner() as checks:
        for row in rows:
            fresh = _scored(run, row, tasks.get((row.server, row.scenario)), checks, known)
            found.rows.append(fresh or row)
            if fresh is None:
                found.unscored.append(row.id)
            elif (fresh.outcome, fresh.reward, fresh.verdicts) != (row.outcome, row.reward, row.verdicts):
                found.changed.append(row.id)
    run.keep_rescored(found.rows)
    return found


async def _tasks(
    rows: Sequence[RolloutRow], folders: Sequence[ServerFolder], trusted: bool
) -> dict[Place, _Task]:
    """What the rows were about; start states are asked of the environments."""
    named = {folder.card.name: folder for folder in folders}
    found: dict[Place, _Task] = {}
    async with AsyncExitStack() as stack:
        for server in sorted({row.server for row in rows} & named.keys()):
            folder = named[server]
            process = await stack.enter_async_context(EnvironmentProcess(folder, trusted=trusted))
            for identifier in sorted({row.scenario for row in rows if row.server == server}):
                if task := await _task(folder, identifier, process):
                    found[server, identifier] = task
    return found


async def _task(folder: ServerFolder, identifier: str, process: EnvironmentProcess) -> _Task | None:
    grading = folder.grading(identifier) if identifier in folder.ids else None
    if grading is None:
        return None
    scenario = folder.scenario(identifier)
    episode = await process.begin(scenario)
    try:
        return _Task(scenario, grading, folder.roles, await episode.initial())
    finally:
        await episode.close()


def _scored(
    run: Run, row: RolloutRow, task: _Task | None, checks: CheckRunner, known: Known
) -> RolloutRow | None:
    """The row with today's score; None where there is nothing to score."""
    if task is None or row.reward_paper is None:
        return None
    steps = run.trajectory(row.id).steps
    digest = steps[-1].state_digest if steps else ""
    broken = [verdict.id for verdict in row.verdicts if verdict.kind == "rule" and not verdict.ok]
    place = (row.server, row.scenario, digest, *broken)
    if place not in known:
        final = run.state(digest) if digest else task.initial
        if final is None:
            return None
        known[place] = _asked(task, final, broken, checks)
    return _with(row, known[place], run)


def _asked(task: _Task, final: State, broken: list[str], checks: CheckRunner) -> Score:
    return ask_and_score(
        checks,
        task.grading,
        task.initial,
        final,
        now=task.scenario.now,
        broken_rules=broken,
        roles=task.roles,
    )


def _with(row: RolloutRow, score: Score, run: Run) -> RolloutRow:
    return row.model_copy(
        update={
            "outcome": outcome_of(score),
            "verdicts": score.verdicts,
            "reward": reward_of(score, run.card.suite.reward),
            "progress": score.progress,
            "collateral": score.collateral,
            "reward_paper": score.reward_paper,
            "reward_version": score.reward_version,
        }
    )


def folders_of(run: Run) -> list[ServerFolder]:
    """The servers of a run, where its suite says they are.

    Raises:
        BadInput: none of them is there any more.
    """
    try:
        return ServerFolder.find_all(run.card.suite.servers)
    except BadInput as error:
        remedy = "run it from the folder where the run was made"
        raise BadInput(error.where, error.message, remedy) from error
