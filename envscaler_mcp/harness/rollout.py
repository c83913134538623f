"""One rollout: an agent on one scenario, within its budget, scored by what it left behind."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from mcp import Client

from envscaler_mcp.agents import Agent, Assignment, Stopped
from envscaler_mcp.agents.builtin import Oracle
from envscaler_mcp.certify.play import through
from envscaler_mcp.errors import BadInput, EnvscalerError, Infrastructure
from envscaler_mcp.runtime.connect import connected
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.remote import EnvironmentProcess, RemoteEpisode
from envscaler_mcp.runtime.standalone.episode import Outcome as Answer
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.scoring import ask_and_score
from envscaler_mcp.spec import Grading, Json, Limits, Outcome, RolloutRow, Scenario, Score, Step, Trajectory

REFUSALS_OF_PROTOCOL = ("invalid_arguments", "tool_crashed", "timed_out")


@dataclass(frozen=True)
class Task:
    """One scenario of one server, with its grading."""

    folder: ServerFolder
    scenario: Scenario
    grading: Grading


@dataclass(frozen=True)
class Finished:
    """What a rollout leaves: its row, its trajectory and the final state."""

    row: RolloutRow
    trajectory: Trajectory
    state: dict[str, Any]


class Budget:
    """Counts an agent's calls and seconds; raises `Stopped` in the call that would exceed them."""

    def __init__(self, client: Client, limits: Limits) -> None:
        self._through = through(client)
        self.limits = limits
        self.calls = 0

    async def call(self, tool: str, arguments: dict[str, Json]) -> Answer:
        """One call through the MCP client."""
        if self.calls >= self.limits.turns:
            raise Stopped(f"the {self.limits.turns} turns are used up")
        self.calls += 1
        return await self._through(tool, arguments)


async def roll_out(
    process: EnvironmentProcess,
    checks: CheckRunner,
    task: Task,
    agent: Agent,
    *,
    identifier: str,
    repeat: int,
    seed: int,
    limits: Limits,
) -> Finished:
    """Run one agent on one scenario. A failure is a row with its error, never an exception.

    Args:
        process: the worker of the task's server.
        checks: runs the checks.
        task: what to do.
        agent: who does it.
        identifier: id of the rollout within its run.
        repeat: number of the repetition, from 0.
        seed: seed of the agent; the episode keeps the scenario's own.
        limits: what the rollout may use up.
    """
    began = time.monotonic()
    episode: RemoteEpisode | None = None
    try:
        episode = await process.begin(task.scenario)
        stopped = await _act(task, agent, episode, seed, limits)
        scored, state = await _score(checks, task, episode)
        outcome, error = _outcome(scored), stopped
    except Exception as failure:  # noqa: BLE001 - the one boundary: whatever went wrong becomes a row
        scored, state, outcome, error = None, {}, _blame(failure), f"{type(failure).__name__}: {failure}"
    row = _row(task, agent, episode, scored, outcome)
    finished = row.model_copy(
        update={
            "id": identifier,
            "repeat": repeat,
            "seed": seed,
            "error": error,
            "seconds": time.monotonic() - began,
        }
    )
    trajectory = _trajectory(task, agent, episode, finished, scored)
    if episode:
        await _close(episode)
    return Finished(finished, trajectory, state)


async def _act(task: Task, agent: Agent, episode: RemoteEpisode, seed: int, limits: Limits) -> str | None:
    """Let the agent act; the reason when its budget ended it."""
    async with connected(task.folder, episode) as client:
        budget = Budget(client, limits)
        assignment = Assignment(
            policy=task.folder.bundle.policy,
            instruction=task.scenario.instruction,
            tools=tuple((await client.list_tools()).tools),
            call=budget.call,
            seed=seed,
            oracle=task.grading.oracle if isinstance(agent, Oracle) else None,
        )
        try:
            async with asyncio.timeout(limits.seconds):
                await agent.act(assignment)
        except Stopped as stop:
            return stop.reason
        except TimeoutError:
            return f"the {limits.seconds} seconds are used up"
    return None


async def _score(checks: CheckRunner, task: Task, episode: RemoteEpisode) -> tuple[Score, dict[str, Any]]:
    initial, final = await episode.initial(), await episode.state()
    broken = await episode.broken_rules()
    scored = await asyncio.to_thread(
        ask_and_score, checks, task.grading, initial, final, broken_rules=broken, roles=task.folder.roles
    )
    return scored, final


def _outcome(scored: Score) -> Outcome:
    if any(verdict.error for verdict in scored.verdicts):
        return "task_defect"
    return "passed" if scored.success else "failed"


def _blame(failure: Exception) -> Outcome:
    """Who a failure belongs to: by the type that crossed the boundary."""
    if isinstance(failure, Infrastructure | OSError):
        return "infrastructure_error"
    if isinstance(failure, BadInput | EnvscalerError):
        return "task_defect"
    return "agent_error"


def _row(
    task: Task, agent: Agent, episode: RemoteEpisode | None, scored: Score | None, outcome: Outcome
) -> RolloutRow:
    entries = episode.journal if episode else []
    errors = [entry["result"].get("code") for entry in entries if entry["is_error"]]
    broken = sum(code in REFUSALS_OF_PROTOCOL for code in errors)
    return RolloutRow(
        id="",
        agent=agent.spec,
        server=task.folder.card.name,
        scenario=task.scenario.id,
        repeat=0,
        seed=0,
        outcome=outcome,
        verdicts=scored.verdicts if scored else (),
        reward=scored.reward if scored else (0.0 if outcome == "agent_error" else None),
        progress=scored.progress if scored else None,
        collateral=scored.collateral if scored else (),
        reward_paper=scored.reward_paper if scored else None,
        turns=len(entries),
        calls=len(entries),
        refusals=len(errors) - broken,
        tool_errors=broken,
    )


def _trajectory(
    task: Task, agent: Agent, episode: RemoteEpisode | None, row: RolloutRow, scored: Score | None
) -> Trajectory:
    entries = episode.journal if episode else []
    return Trajectory(
        server=task.folder.card.name,
        scenario=task.scenario.id,
        agent=agent.spec,
        seed=row.seed,
        steps=tuple(_step(entry) for entry in entries),
        outcome=row.outcome,
        score=scored,
    )


def _step(entry: dict[str, Any]) -> Step:
    refusal = entry["result"].get("code", "refused") if entry["is_error"] else None
    shared = {key: entry[key] for key in ("n", "tool", "arguments", "result", "is_error", "state_digest")}
    return Step.model_validate({**shared, "refusal": refusal})


async def _close(episode: RemoteEpisode) -> None:
    """A worker that died has already forgotten the episode."""
    try:
        await episode.close()
    except Infrastructure:
        return
