"""Scenarios for one server: batch after batch, until there are enough or it is no use."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import anyio

from envscaler_mcp.certify.ladder import Ladder, ladder
from envscaler_mcp.runtime.standalone.canonical import digest
from envscaler_mcp.spec import Grading, Part, Problem, Scenario, Split
from envscaler_mcp.synthesis.at_once import each
from envscaler_mcp.synthesis.author import Problems

from .authors import Authors
from .funnel import Funnel
from .proving import Fallen, Proven, Prover
from .starts import Start, write_start
from .subject import Subject
from .tasks import Task, write_tasks

Pair = tuple[Scenario, Grading]
Told = Callable[[str], None]
TASKS_PER_START = 4
SPLITS: tuple[Split, ...] = ("test", "dev", "train", "train", "train", "train", "train", "train", "train")


class Wish(Part):
    """What is wanted."""

    scenarios: int = 10
    seed: int = 0


@dataclass
class Written:
    """What came of it."""

    pairs: list[Pair] = field(default_factory=list[Pair])
    problems: list[Problem] = field(default_factory=list[Problem])
    funnel: Funnel = field(default_factory=Funnel)


async def write_scenarios(
    subject: Subject,
    wish: Wish,
    authors: Authors,
    *,
    taken: Sequence[Pair] = (),
    told: Told | None = None,
) -> Written:
    """Certified scenarios for a server that stands on disk, up to as many as are wanted.

    Args:
        subject: the server.
        wish: how many.
        authors: who is asked.
        taken: scenarios that it has already: ids and titles go on from them.
        told: hears of every batch and every scenario.

    Raises:
        ProviderFailed: there is no answer to be had.
        BudgetReached: the next call might cost more than is left.
        Infrastructure: a worker or the checks' interpreter cannot be had.
    """
    work = _Work(subject, wish, authors, told or (lambda _: None))
    work.go_on_from([scenario for scenario, _ in taken])
    async with ladder(subject.folder) as one:
        await work.go(one)
    return work.written


@dataclass
class _Work:
    """Scenarios of one server, as they come."""

    subject: Subject
    wish: Wish
    authors: Authors
    told: Told
    written: Written = field(default_factory=Written)
    titles: list[str] = field(default_factory=list[str])
    abouts: list[str] = field(default_factory=list[str])
    ids: set[str] = field(default_factory=set[str])

    first: int = 1
    """Number of the next start state."""

    def go_on_from(self, taken: Sequence[Scenario]) -> None:
        """What is there already is neither asked for again nor overwritten."""
        self.ids.update(scenario.id for scenario in taken)
        self.titles += [scenario.id for scenario in taken if scenario.family.startswith(self.family)]
        numbers = [scenario.family.removeprefix(self.family) for scenario in taken]
        self.first = 1 + max((int(one) for one in numbers if one.isdigit()), default=0)

    @property
    def family(self) -> str:
        """What the families of its scenarios begin with; the number of the start state ends them."""
        return f"{self.subject.folder.card.name}/start-{self.wish.seed}-"

    async def go(self, one: Ladder) -> None:
        """Batch after batch: each sees what the ones before came to."""
        wanted = self.wish.scenarios
        batches = 2 * -(-wanted // TASKS_PER_START)
        prover: Prover | None = None
        for number in range(self.first, self.first + batches):
            if len(self.written.pairs) >= wanted:
                return
            start = await self._start(one, number)
            if start is None:
                continue
            prover = prover or await self._prover(one, start)
            if prover is None:
                return
            await self._batch(prover, start, number)
        if len(self.written.pairs) < wanted:
            message = f"{len(self.written.pairs)} of {wanted} scenarios; see where the others fell."
            self.written.problems.append(Problem(code="too_few", where="scenarios", message=message))

    async def _start(self, one: Ladder, number: int) -> Start | None:
        self.told(f"start state {number}")
        self.written.funnel.starts_asked += 1
        author = self.authors.at("starts")
        start = await write_start(self.subject, author, one.processes[0], number, self.abouts)
        if isinstance(start, Problems):
            self.told(f"start state {number}: given up ({start.found[0].code})")
            author.note("dropped", f"start {number}", start.found[0].message, start.found[0].code)
            self.written.problems += _as_warnings(start.found)
            return None
        self.written.funnel.starts_kept += 1
        self.abouts.append(start.about)
        return start

    async def _prover(self, one: Ladder, start: Start) -> Prover | None:
        """The ladder, put up on the first good start state."""
        first = Scenario(id="first", instruction="", start=start.state, now=start.now)
        booted = await one.boot([first])
        self.written.problems += booted.problems
        if booted.errors:
            return None
        climb = one.climbs(booted, {})[0]
        return Prover(self.subject, self.authors, one.processes[0], climb, anyio.Lock())

    async def _batch(self, prover: Prover, start: Start, number: int) -> None:
        """The tasks of one start state, side by side; what they came to is kept in their order."""
        missing = self.wish.scenarios - len(self.written.pairs)
        count = min(TASKS_PER_START, missing)
        tasks = await write_tasks(self.subject, self.authors.at("tasks"), start, count, self.titles)
        self.told(f"start state {number}: {len(tasks)} tasks")
        scenarios = [self._scenario(start, number, task) for task in tasks]
        pairs = zip(tasks, scenarios, strict=True)
        ends = await each(pairs, lambda pair: self._one(prover, start, *pair))
        self.titles += [task.title for task in tasks]
        for end in ends:
            self._keep(end)

    async def _one(self, prover: Prover, start: Start, task: Task, scenario: Scenario) -> Proven | Fallen:
        if task.problems:
            end: Proven | Fallen = Fallen(task.title, task.problems[0].code, task.problems)
        else:
            end = await prover.prove(scenario, start, task)
        self.told(_line(task, end))
        return end

    def _scenario(self, start: Start, number: int, task: Task) -> Scenario:
        family = f"{self.family}{number}"
        return Scenario(
            id=self._id(task.title, number, task.number),
            instruction=task.instruction,
            start=start.state,
            now=start.now,
            seed=self.wish.seed * 10_000 + number * 100 + task.number,
            tags=("llm",),
            split=split_of(family),
            family=family,
            conversation=task.conversation,
        )

    def _id(self, title: str, number: int, place: int) -> str:
        """A slug of the title; one that is taken gets its place behind it."""
        slug = "-".join(re.findall(r"[a-z0-9]+", title.lower())[:6])[:50] or "task"
        free = slug if slug not in self.ids else f"{slug}-{self.wish.seed}-{number}-{place}"
        self.ids.add(free)
        return free

    def _keep(self, end: Proven | Fallen) -> None:
        funnel = self.written.funnel
        funnel.tasks += 1
        if isinstance(end, Fallen):
            funnel.rejected[end.at] += 1
            why = end.problems[0].message if end.problems else ""
            self.authors.at("proving").note("dropped", end.title, why, end.at)
            self.written.problems += _as_warnings(end.problems[:3])
            return
        self.authors.at("proving").note("kept", end.scenario.id, end.report.tier)
        self.written.pairs.append((end.scenario, end.grading))
        funnel.certified += 1
        funnel.agreed += end.report.tier == "agreed"
        funnel.repaired += end.rounds > 0


def split_of(family: str) -> Split:
    """The split of a family: it follows from the family alone."""
    return SPLITS[int(digest(family)[-8:], 16) % len(SPLITS)]


def _as_warnings(problems: Sequence[Problem]) -> list[Problem]:
    """What was left out is worth knowing, and no fault of what stands."""
    return [one.model_copy(update={"severity": "warning"}) for one in problems]


def _line(task: Task, end: Proven | Fallen) -> str:
    if isinstance(end, Proven):
        return f"{end.scenario.id}: {end.report.tier}"
    return f"{task.title}: rejected ({end.at})"
