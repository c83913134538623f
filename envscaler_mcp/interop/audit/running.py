"""An audit of a whole release: its environments, some at a time, each in workers of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from envscaler_mcp.errors import PolicyViolation
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.sandbox.worker import WorkerRefused
from envscaler_mcp.spec.problem import Problem

from .findings import Audit, EnvironmentAudit, ScenarioAudit, ToolAudit
from .judging import Evidence, judged, texts_of, unseen
from .probing import Probed, probe
from .reach import Reach
from .reading import Reading, Subject, Task
from .recordings import Ending, endings
from .stage import KILLED, Stage
from .starts import Start, at_start

PROBE_SECONDS = 2.0
"""A tool that takes longer on a small state is told as one that had to be stopped."""

Told = Callable[[str, ScenarioAudit | None], None]


async def audit_release(reading: Reading, *, processes: int, trusted: bool, told: Told) -> Audit:
    """Judge every scenario and play every tool.

    Args:
        reading: what was read of the release.
        processes: how many environments at a time.
        trusted: a person vouches for classes that the policy has findings on.
        told: called with the row of every scenario as soon as it was judged; with None if it could not be.
    """
    began = time.monotonic()
    with CheckRunner(max_processes=processes) as checks:
        auditor = _Auditor(reading, checks, trusted, told, asyncio.Semaphore(processes))
        # Those with scenarios first: a person waits for results.
        order = sorted(range(len(reading)), key=lambda place: not reading.rows(place))
        async with asyncio.TaskGroup() as group:
            running = {place: group.create_task(auditor.audit(place)) for place in order}
    audited = tuple(running[place].result() for place in range(len(reading)))
    problems = (*reading.problems, *reading.strays(auditor.known))
    return Audit(audited, problems, round(time.monotonic() - began, 2))


@dataclass(frozen=True)
class _Auditor:
    reading: Reading
    checks: CheckRunner
    trusted: bool
    told: Told
    room: asyncio.Semaphore
    known: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """(env_id, scenario id) of every scenario that there is."""

    async def audit(self, place: int) -> EnvironmentAudit:
        """One environment, from its start states to its tools."""
        async with self.room:
            subject = await asyncio.to_thread(self.reading.subject, place)
            self.known.update((subject.env_id, task.scenario.id) for task in subject.tasks)
            for _ in range(self.reading.rows(place) - len(subject.tasks)):
                self.told(subject.env_id, None)
            try:
                async with Stage(subject.environment, trusted=self.trusted) as stage:
                    return await self._on(stage, subject)
            except (WorkerRefused, PolicyViolation, *KILLED) as error:
                return self._not_loaded(subject, error)

    async def _on(self, stage: Stage, subject: Subject) -> EnvironmentAudit:
        reach = Reach(subject.environment)
        problems: list[Problem] = []
        seen: list[Evidence] = []
        scenarios: list[ScenarioAudit] = []
        for task in subject.tasks:
            start = await at_start(stage, self.checks, task)
            if isinstance(start, Problem):
                problems.append(start)
                self.told(task.where, None)
                continue
            seen.append(await self._evidence(stage, start))
            scenarios.append(judged(subject.env_id, seen[-1], reach))
            self.told(task.where, scenarios[-1])
        audited = _environment(subject, scenarios, problems)
        return await self._with_tools(subject, audited, seen, reach) if seen else audited

    async def _evidence(self, stage: Stage, start: Start) -> Evidence:
        found: list[Ending] = await endings(stage, self.checks, start)
        return Evidence(start, texts_of(start), tuple(found))

    async def _with_tools(
        self,
        subject: Subject,
        audited: EnvironmentAudit,
        seen: Sequence[Evidence],
        reach: Reach,
    ) -> EnvironmentAudit:
        """With what probes show of the tools; all is judged again, for they may write more than was read."""
        environment = subject.environment
        quick = Stage(environment, trusted=self.trusted, seconds=PROBE_SECONDS)
        other = Stage(environment, trusted=self.trusted, seconds=PROBE_SECONDS, hash_seed=1)
        async with quick, other:
            probed = await probe(quick, other, seen[0].start)
        reach.saw(probed.changed)
        scenarios = tuple(judged(subject.env_id, one, reach) for one in seen)
        return replace(audited, scenarios=scenarios, tools=_tools(probed, seen), unseen=unseen(seen, reach))

    def _not_loaded(self, subject: Subject, error: Exception) -> EnvironmentAudit:
        for task in subject.tasks:
            self.told(task.where, None)
        return _environment(subject, (), [_refused(subject, error), *map(_skipped, subject.tasks)])


def _environment(
    subject: Subject, scenarios: Sequence[ScenarioAudit], problems: Sequence[Problem]
) -> EnvironmentAudit:
    card = subject.environment.card
    told = (*subject.problems, *problems)
    return EnvironmentAudit(
        subject.env_id, subject.where, card.title, len(card.tools), tuple(scenarios), problems=told
    )


def _tools(probed: Probed, seen: Sequence[Evidence]) -> tuple[ToolAudit, ...]:
    """The probed tools, with what raised in recordings in front."""
    recorded = [raised for one in seen for ending in one.endings for raised in ending.raised]
    return tuple(
        replace(tool, raised=(*(one for name, one in recorded if name == tool.name), *tool.raised))
        for tool in probed.tools
    )


def _refused(subject: Subject, error: Exception) -> Problem:
    if isinstance(error, PolicyViolation):
        message = f"{error.message}; {error.remedy}; if you vouch for the class, say --trust"
        return Problem(code="policy", where=f"{subject.where}: {error.where}", message=message)
    return Problem(code="does_not_load", where=subject.where, message=str(error))


def _skipped(task: Task) -> Problem:
    message = "its environment does not load, so its checks were not judged"
    return Problem(code="not_judged", where=task.where, message=message)
