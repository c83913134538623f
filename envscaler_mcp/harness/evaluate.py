"""A whole run: every agent on every scenario, several at once, each finished rollout kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from envscaler_mcp.agents import Agent
from envscaler_mcp.certify import proven_tier
from envscaler_mcp.errors import BadInput, BudgetReached
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.host import Host
from envscaler_mcp.runtime.standalone.canonical import digest_bytes
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.spec import NO_EVIDENCE, TIERS, RolloutRow, RunStatus, Scenario, Selection, Suite, Tier

from .clients import Clients
from .door import Doors, open_doors
from .outside import Outside
from .rollout import Finished, Rollout
from .stage import Pooled, stage_of_run
from .task import Task
from .users import Users

MOST_WITHOUT_EVIDENCE = 0.05
"""Above this share of rollouts that are no evidence about the agent, a run is incomplete."""
NAMED = 3
"""Servers that an error names."""


@dataclass(frozen=True)
class Planned:
    """One rollout to come."""

    identifier: str
    agent: str
    task: Task
    repeat: int


def tasks_of(folders: Sequence[ServerFolder], selection: Selection) -> list[Task]:
    """The scenarios that a selection takes, with their gradings.

    Raises:
        BadInput: it takes none; says what there is. Or two servers have one name.
    """
    every = [
        Task(folder, folder.scenario(identifier), grading)
        for folder in _by_name(folders).values()
        for identifier in folder.ids
        if (grading := folder.grading(identifier))
    ]
    _refuse_unknown(selection, every)
    taken = [task for task in every if _takes(selection, task)]
    if not taken:
        found = ", ".join(sorted({_told(task) for task in every})) or "no grading"
        message = f"no scenario is {selection.tier} or better and fits the selection (found: {found})"
        named = ", ".join(folder.card.name for folder in folders[:NAMED])
        where = named + f" and {len(folders) - NAMED} more" * (len(folders) > NAMED)
        raise BadInput(where, message, "certify the server, ask for a lower tier, or select more")
    return taken[: selection.limit] if selection.limit else taken


def plan(tasks: Sequence[Task], agents: Sequence[str], repeats: int) -> list[Planned]:
    """All rollouts of a run, agent by agent."""
    return [
        Planned(f"{_slug(agent)}-{task.folder.card.name}-{task.scenario.id}-{repeat}", agent, task, repeat)
        for agent in agents
        for task in tasks
        for repeat in range(repeats)
    ]


class Keeper(Protocol):
    """Where finished rollouts go: a run, or the basket of somebody who plays a part of one."""

    def rows(self) -> list[RolloutRow]:
        """What it holds already."""
        ...

    def add(self, finished: Finished) -> None:
        """Keep one more."""
        ...

    def finish(self, status: RunStatus) -> None:
        """Say how it ended."""
        ...


async def evaluate(
    run: Keeper,
    planned: Sequence[Planned],
    suite: Suite,
    *,
    concurrency: int,
    agents: Mapping[str, Agent],
    users: Users | None = None,
    trusted: bool = False,
    progress: Callable[[Finished], None] | None = None,
) -> list[RolloutRow]:
    """Play every rollout that the run does not hold yet.

    An agent whose next call has no room in the budget begins no more; what is left out makes it incomplete.

    Args:
        run: where rows, trajectories and states go, one by one as they finish.
        planned: from `plan`.
        suite: limits and seed.
        concurrency: rollouts under way at once.
        agents: by the spec that the plan names; each plays many rollouts.
        users: who talks with the agents, in a suite of conversations.
        trusted: a person vouches for all sources; the AST policy is not asked.
        progress: called with each finished rollout.
    """
    done = {row.id for row in run.rows()}
    folders = {one.task.folder.card.name: one.task.folder for one in planned}
    async with (
        stage_of_run(folders.values(), concurrency, trusted=trusted) as host,
        Clients() as clients,
        _doors(agents) as doors,
    ):
        with CheckRunner() as checks, ThreadPoolExecutor(1) as writer:
            turns = asyncio.Semaphore(concurrency)
            playing = _Playing(
                run, suite, agents, users, progress, host, clients, doors, checks, writer, turns
            )
            async with asyncio.TaskGroup() as group:
                for one in planned:
                    if one.identifier not in done:
                        group.create_task(playing.play(one))
    return finish(run, left_out=bool(playing.out_of_money))


@dataclass(frozen=True)
class _Playing:
    """What the rollouts of a run share."""

    run: Keeper
    suite: Suite
    agents: Mapping[str, Agent]
    users: Users | None
    progress: Callable[[Finished], None] | None
    host: Host
    clients: Clients
    doors: Doors | None
    checks: CheckRunner
    writer: Executor
    """One thread writes, row by row: a slow disk holds up no rollout."""
    turns: asyncio.Semaphore
    out_of_money: set[str] = field(default_factory=set[str])
    """Agents."""

    async def play(self, one: Planned) -> None:
        """Play one rollout when its turn comes, and keep it."""
        async with self.turns:
            if one.agent in self.out_of_money:
                return
            try:
                stage = Pooled(self.host, one.task.folder)
                finished = await self._rollout(one).run(stage, self.checks)
            except BudgetReached:
                self.out_of_money.add(one.agent)
                return
        await asyncio.get_running_loop().run_in_executor(self.writer, self.run.add, finished)
        if self.progress:
            self.progress(finished)

    def _rollout(self, one: Planned) -> Rollout:
        return Rollout(
            one.identifier,
            one.task,
            self.agents[one.agent],
            repeat=one.repeat,
            seed=self.suite.seed + one.repeat,
            limits=self.suite.limits,
            reward=self.suite.reward,
            users=self.users,
            doors=self.doors,
            clients=self.clients,
        )


def finish(run: Keeper, *, left_out: bool = False) -> list[RolloutRow]:
    """Say whether a run is complete, which it is not where rollouts were `left_out`; its rows."""
    rows = run.rows()
    without = sum(row.outcome in NO_EVIDENCE for row in rows)
    whole = not left_out and without <= MOST_WITHOUT_EVIDENCE * len(rows)
    run.finish("complete" if whole else "incomplete")
    return rows


@asynccontextmanager
async def _doors(agents: Mapping[str, Agent]) -> AsyncGenerator[Doors | None]:
    """A port for agents of other processes, if there are any."""
    if not any(isinstance(agent, Outside) for agent in agents.values()):
        yield None
        return
    async with open_doors() as doors:
        yield doors


def _refuse_unknown(selection: Selection, tasks: Sequence[Task]) -> None:
    """A scenario that was asked for by its id is there."""
    known = {name for task in tasks for name in task.names}
    if unknown := [name for name in selection.ids or () if name not in known]:
        there = ", ".join(sorted({task.scenario.id for task in tasks})) or "none"
        message = f"there is no such scenario with a grading (there: {there})"
        raise BadInput(f"scenarios {', '.join(unknown)}", message, "correct the ids")


def _takes(selection: Selection, task: Task) -> bool:
    return (
        (selection.ids is None or not task.names.isdisjoint(selection.ids))
        and TIERS.index(_tier(task)) >= TIERS.index(selection.tier)
        and is_of_kind(selection, task.scenario)
    )


def is_of_kind(selection: Selection, scenario: Scenario) -> bool:
    """Whether difficulty, tags and split of a scenario are those that a selection takes."""
    return (
        (not selection.difficulty or scenario.difficulty.band in selection.difficulty)
        and set(selection.tags) <= set(scenario.tags)
        and selection.split in (None, scenario.split)
    )


def _by_name(folders: Sequence[ServerFolder]) -> dict[str, ServerFolder]:
    """A folder named twice counts once; rows tell servers apart by name alone."""
    found: dict[str, ServerFolder] = {}
    for folder in folders:
        other = found.setdefault(folder.card.name, folder)
        if other.path.resolve() != folder.path.resolve():
            message = f"it has the name {folder.card.name!r}, as {other.path} has"
            raise BadInput(str(folder.path), message, "evaluate them one after the other")
    return found


def _tier(task: Task) -> Tier:
    return proven_tier(task.folder, task.scenario, task.grading)


def _told(task: Task) -> str:
    tier, certificate = _tier(task), task.grading.certificate
    void = tier == "rejected" and certificate is not None and certificate.tier != "rejected"
    return "certificates of other files or of another version" if void else tier


def _slug(agent: str) -> str:
    """Part of a file's name; a mark keeps two agents apart that would be spelt alike."""
    plain = "".join(char if char.isalnum() or char in "._-" else "-" for char in agent)[:60]
    return plain if plain == agent else f"{plain}-{digest_bytes(agent.encode())[-6:]}"
