"""One rollout: an agent on one scenario, within its budget, scored by what it left behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from envscaler_mcp.agents import Agent, Assignment, Stopped
from envscaler_mcp.agents.builtin import Oracle
from envscaler_mcp.errors import BudgetReached, EnvscalerError, Infrastructure, UserFailed
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.scoring import ask_and_score, defects, reward_of
from envscaler_mcp.spec import (
    Conversation,
    Limits,
    Outcome,
    RewardKind,
    RolloutRow,
    Score,
    Step,
    Trajectory,
)

from .budget import Budget, Changes
from .clients import Clients
from .door import Doors, Watched
from .outside import Outside
from .stage import Episode, Stage
from .task import Task
from .users import Talk, Users, unsaid
from .users.ready import questions_of

TOOL_ERRORS = ("invalid_arguments", "tool_crashed", "timed_out")
"""Codes of calls that failed without the environment having refused."""


@dataclass(frozen=True)
class Finished:
    """What a rollout leaves: its row, its trajectory and the final state."""

    row: RolloutRow
    trajectory: Trajectory
    state: dict[str, Any]


@dataclass
class Rollout:
    """One agent on one scenario. A failure is a row with its error, never an exception.

    Args:
        identifier: id within the run.
        task: what to do.
        agent: who does it.
        repeat: number of the repetition, from 0.
        seed: seed of the agent; the episode keeps the scenario's own.
        limits: what it may use up; then it is scored as it stands.
        reward: which of the scores is the reward.
        users: who talks with the agent; without them the instruction is all that it hears.
        doors: how agents of other processes come in; needed for those alone.
        clients: the open clients of the run, for agents in this process.
    """

    identifier: str
    task: Task
    agent: Agent
    repeat: int
    seed: int
    limits: Limits
    reward: RewardKind = "success"
    users: Users | None = None
    doors: Doors | None = None
    clients: Clients = field(default_factory=Clients)
    _episode: Episode | None = None
    _budget: Budget | None = None
    _talk: Talk | None = None
    _changes: dict[int, list[dict[str, Any]]] = field(default_factory=dict[int, Any])

    async def run(self, stage: Stage, checks: CheckRunner) -> Finished:
        """Begin an episode on a `stage`, let the agent act, ask the `checks`.

        Raises:
            BudgetReached: the run's budget has no room for a call; what was played so far is no rollout.
        """
        began = time.monotonic()
        scored: Score | None = None
        state: dict[str, Any] = {}
        try:
            self._episode = await stage.begin(self.task.scenario)
            error = await self._act(self._episode)
            scored, state = await self._score(self._episode, checks)
            outcome = outcome_of(scored)
            if outcome == "failed" and (left := self._left_unsaid()):
                outcome, error = "user_error", f"the user never said {', '.join(left)}"
        except Exception as failure:  # noqa: BLE001 - the one boundary: whatever went wrong becomes a row
            if out := next((one for one in _leaves(failure) if isinstance(one, BudgetReached)), None):
                await self._close()
                raise out from None
            outcome, error = (
                _blame(failure),
                "; ".join(f"{type(one).__name__}: {one}" for one in _leaves(failure)),
            )
        row = self._row(outcome, scored, error, time.monotonic() - began)
        finished = Finished(row, self._trajectory(outcome, scored), state)
        await self._close()
        return finished

    async def _act(self, episode: Episode) -> str | None:
        """Let the agent act; the reason when its budget ended it."""
        changes = Changes(episode, self.task.folder.roles)
        self._changes = changes.by_call
        await changes.note()
        async with self.clients.connected(self.task.folder, episode) as desk:
            self._budget = budget = Budget(desk.call, self.limits, changes)
            self._talk = talk = self._open_talk(episode)
            oracle = isinstance(self.agent, Oracle)
            conversation = self._conversation()
            assignment = Assignment(
                policy=self.task.folder.bundle.policy,
                instruction=talk.opening,
                tools=desk.tools,
                call=budget.call,
                meter=budget,
                seed=self.seed,
                oracle=self.task.grading.oracle if oracle else None,
                say=talk.say if conversation else None,
                questions=questions_of(conversation) if oracle and conversation else (),
                remark=talk.remark,
            )
            if isinstance(self.agent, Outside):
                watched = Watched(episode, budget, changes, assignment.say)
                reason = await self._let_in(assignment, watched, budget)
            else:
                reason = await self._within_limits(assignment, budget)
            if talk.failure and reason is None:
                raise talk.failure
        return reason

    async def _let_in(self, assignment: Assignment, watched: Watched, budget: Budget) -> str | None:
        """As `_within_limits`, for an agent that comes in from outside; one that never came is no zero."""
        if self.doors is None:
            raise Infrastructure("there is no port for agents of other processes")
        failure: Exception | None = None
        reason: str | None = None
        with self.doors.open(self.task.folder, watched):
            try:
                reason = await self._within_limits(replace(assignment, url=watched.url), budget)
            except Exception as error:  # noqa: BLE001 - passed on below
                failure = error
        if not watched.met:
            said = str(failure) if failure else reason or "it ended"
            raise Infrastructure(f"the agent never reached its server: {said}") from failure
        if failure:
            raise failure
        return reason

    async def _within_limits(self, assignment: Assignment, budget: Budget) -> str | None:
        """Let the agent act; the reason when its budget ended it."""
        clock = asyncio.timeout(self.limits.seconds)
        try:
            async with clock:
                await budget.within(self.agent.act(assignment))
        except Stopped as stop:
            return stop.reason
        except Infrastructure:
            if (task := asyncio.current_task()) and task.cancelling():  # the whole run is: this is no rollout
                raise asyncio.CancelledError from None
            raise
        except TimeoutError:
            if not clock.expired():
                raise
            return f"the {self.limits.seconds} seconds are used up"
        return None

    def _conversation(self) -> Conversation | None:
        return self.task.scenario.conversation if self.users else None

    def _open_talk(self, episode: Episode) -> Talk:
        conversation = self._conversation()
        return Talk(
            conversation.opening if conversation else self.task.scenario.instruction,
            self.users.begin(conversation) if self.users and conversation else None,
            calls=lambda: len(episode.journal),
            turns=self.limits.turns,
        )

    def _left_unsaid(self) -> list[str]:
        conversation = self._conversation()
        return unsaid(conversation, self._talk) if conversation and self._talk else []

    async def _score(self, episode: Episode, checks: CheckRunner) -> tuple[Score, dict[str, Any]]:
        initial, final = await episode.initial(), await episode.state()
        scored = await asyncio.to_thread(
            ask_and_score,
            checks,
            self.task.grading,
            initial,
            final,
            now=self.task.scenario.now,
            broken_rules=await episode.broken_rules(),
            roles=self.task.folder.roles,
        )
        return scored, final

    async def _close(self) -> None:
        """A worker that died has already forgotten the episode."""
        try:
            if self._episode:
                await self._episode.close()
        except Infrastructure:
            return

    def _journal(self) -> list[dict[str, Any]]:
        return self._episode.journal if self._episode else []

    def _row(self, outcome: Outcome, scored: Score | None, error: str | None, seconds: float) -> RolloutRow:
        codes = [entry["result"].get("code") for entry in self._journal() if entry["is_error"]]
        failed = sum(code in TOOL_ERRORS for code in codes)
        return RolloutRow(
            id=self.identifier,
            agent=self.agent.spec,
            server=self.task.folder.card.name,
            scenario=self.task.scenario.id,
            repeat=self.repeat,
            seed=self.seed,
            outcome=outcome,
            verdicts=scored.verdicts if scored else (),
            reward=reward_of(scored, self.reward) if scored else (0.0 if outcome == "agent_error" else None),
            progress=scored.progress if scored else None,
            collateral=scored.collateral if scored else (),
            reward_paper=scored.reward_paper if scored else None,
            turns=self._budget.turns if self._budget else 0,
            calls=len(self._journal()),
            refusals=len(codes) - failed,
            tool_errors=failed,
            tokens=self._budget.tokens if self._budget else 0,
            cost_usd=self._budget.cost_usd if self._budget else 0.0,
            seconds=seconds,
            user_tokens=self._talk.tokens if self._talk and self.users else None,
            user_cost_usd=self._talk.cost_usd if self._talk and self.users else None,
            error=error,
        )

    def _trajectory(self, outcome: Outcome, scored: Score | None) -> Trajectory:
        return Trajectory(
            server=self.task.folder.card.name,
            scenario=self.task.scenario.id,
            agent=self.agent.spec,
            seed=self.seed,
            steps=tuple(self._step(entry) for entry in self._journal()),
            messages=tuple(self._talk.messages) if self._talk else None,
            outcome=outcome,
            score=scored,
        )

    def _step(self, entry: dict[str, Any]) -> Step:
        refusal = entry["result"].get("code", "refused") if entry["is_error"] else None
        shared = {key: entry[key] for key in ("n", "tool", "arguments", "result", "is_error", "state_digest")}
        return Step.model_validate({**shared, "refusal": refusal, "diff": self._changes.get(entry["n"], [])})


def outcome_of(scored: Score) -> Outcome:
    """How a rollout ended, by its score."""
    if defects(scored):
        return "task_defect"
    return "passed" if scored.success else "failed"


def _blame(failure: Exception) -> Outcome:
    """Who a failure belongs to: by the type that crossed the boundary."""
    kinds = list(_leaves(failure))
    if any(isinstance(one, UserFailed) for one in kinds):
        return "user_error"
    if any(isinstance(one, Infrastructure | OSError) for one in kinds):
        return "infrastructure_error"
    if any(isinstance(one, EnvscalerError) for one in kinds):
        return "task_defect"
    return "agent_error"


def _leaves(failure: BaseException) -> Iterator[BaseException]:
    """The failures in a group of them, or the failure itself."""
    if isinstance(failure, BaseExceptionGroup):
        for part in failure.exceptions:  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
            yield from _leaves(part)  # pyright: ignore[reportUnknownArgumentType]
    else:
        yield failure
