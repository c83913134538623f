"""One job, from its design to a folder of a server with certified scenarios. Everything else is rejected."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

from envscaler_mcp.blueprint.compiling.compile import compile_design
from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.english import Unsayable
from envscaler_mcp.blueprint.english.conversation import conversation_of
from envscaler_mcp.blueprint.solving.agreeing import independent_solver
from envscaler_mcp.blueprint.tasks.grading import scenario_of
from envscaler_mcp.blueprint.world.live import Live
from envscaler_mcp.certify import ScenarioReport
from envscaler_mcp.certify.ladder import Climb, ladder
from envscaler_mcp.errors import BadInput
from envscaler_mcp.render import render, write_tree
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.host.temporary import TemporaryFolder, remove_stale
from envscaler_mcp.spec import Conversation, Environment, Grading, Problem, Scenario, Solver, versions

from .jobs import Job
from .made import Made
from .sources import Idea, Source, counted
from .words import words_of

Pair = tuple[Scenario, Grading]
Told = Callable[[str], None]
Takes = Callable[[Scenario], bool]
TRIES = 4
"""So many proposals are looked at for each scenario that is wanted, before a job makes do with fewer."""
LOOKS = 100
"""So many are passed over for each scenario that is wanted, where not every one is."""
NOTES = ".synth"
"""Folder beside the servers, for notes on what was made."""
DRAFTS = "envscaler-draft-"
"""How the names of temporary folders begin, in which servers stand while they are proven."""
WORDING = "wording"
"""The rung at which a proposal falls that cannot be said, or is not heard as what was said."""


def make(job: Job, out: Path, told: Told | None = None) -> Made:
    """Make one environment: the folder stands whole under its name, or not at all.

    Args:
        job: what to make.
        out: the folder of the server's folder.
        told: hears of each scenario that was certified.
    """
    try:
        design = job.design()
        environment = _environment(job, design)
    except BadInput as error:
        return not_made(job, out, Problem(code="does_not_compile", where=job.name, message=str(error)))
    return fill(job, design, environment, out / job.name, told=told)


def fill(
    job: Job,
    design: Design,
    environment: Environment,
    place: Path,
    *,
    told: Told | None = None,
    taken: tuple[Pair, ...] = (),
    takes: Takes | None = None,
) -> Made:
    """Prove as many scenarios as the job wants, and render the server with them.

    Args:
        job: what to make.
        design: of the environment.
        environment: the design, compiled.
        place: the server's folder.
        told: hears of each scenario that was certified.
        taken: scenarios that the server has already: they stay as they are, new ones get other numbers.
        takes: which scenarios are wanted; all of them where nothing is said.
    """
    work = _Work(job, design, environment, told or (lambda _: None), taken, takes or (lambda _: True))
    remove_stale(DRAFTS)
    drafts = TemporaryFolder(DRAFTS)  # none that others may be about to write to, or to remove
    try:
        asyncio.run(work.certify(drafts.path / job.name))
    finally:
        drafts.remove()
    if work.pairs:
        write_tree(render(environment, [*taken, *work.pairs]), place)
    return work.made(place)


def _environment(job: Job, design: Design) -> Environment:
    environment = compile_design(design, job.order.seed)
    provenance = environment.card.provenance.model_copy(update={"versions": versions()})
    return replace(environment, card=environment.card.model_copy(update={"provenance": provenance}))


def not_made(job: Job, out: Path, problem: Problem) -> Made:
    """What became of a job of which nothing became."""
    path = str(out / job.name)
    return Made(name=job.name, path=path, problems=(problem,), domain=job.domain, options=job.options)


@dataclass
class _Work:
    """The scenarios of one environment, as they come."""

    job: Job
    design: Design
    environment: Environment
    told: Told
    taken: tuple[Pair, ...]
    takes: Takes
    pairs: list[Pair] = field(default_factory=list[Pair])
    reports: list[ScenarioReport] = field(default_factory=list[ScenarioReport])
    rejections: Counter[str] = field(default_factory=Counter[str])
    problems: list[Problem] = field(default_factory=list[Problem])
    solvers: dict[str, list[Solver]] = field(default_factory=dict[str, list[Solver]])

    @cached_property
    def live(self) -> Live:
        """The environment, alive in this process."""
        return Live.of(self.environment)

    async def certify(self, draft: Path) -> None:
        """Propose and climb until there are as many as wanted, or the ideas are used up."""
        source = Source(self.design, self.live, self.job.seed, self.job.order.bands)
        write_tree(render(self.environment, ()), draft)
        async with ladder(ServerFolder.load(draft), compiled=True) as one:
            start, seed = source.first()
            first = Scenario(id="first", instruction="", start=start.state, now=start.now, seed=seed)
            booted = await one.boot([first])
            self.problems += booted.problems
            if booted.errors:
                return
            (climb,) = one.climbs(booted, self.solvers)
            await self._climb_all(climb, source)

    async def _climb_all(self, climb: Climb, source: Source) -> None:
        wanted = self.job.order.scenarios
        for scenario, grading in islice(self._proposed(source), TRIES * wanted):
            await self._climb(climb, scenario, grading)
            if len(self.pairs) == wanted:
                return
        message = f"{len(self.pairs)} of {wanted} scenarios; what else was proposed fell, or was there."
        self.problems.append(Problem(code="too_few", where="scenarios", message=message))

    def _proposed(self, source: Source) -> Iterator[Pair]:
        """Scenarios that are wanted, under the next free number; none is proven."""
        for idea, text in islice(self._worded(source), LOOKS * self.job.order.scenarios):
            pair = self._pair(idea, text)
            if self.takes(pair[0]):
                yield pair

    def _worded(self, source: Source) -> Iterator[tuple[Idea, str]]:
        """The ideas that can be said, with the words; none that the server has already."""
        known = {(scenario.now, _grammars(scenario, grading)) for scenario, grading in self.taken}
        for idea in source.ideas():
            text = words_of(self.design, idea)
            if text is None:
                self.rejections[WORDING] += 1
            elif (idea.proposal.now, text) not in known:
                known.add((idea.proposal.now, text))
                yield idea, text

    async def _climb(self, climb: Climb, scenario: Scenario, grading: Grading) -> None:
        self._solve(climb, scenario, grading)
        report = await climb.pair(scenario, grading)
        if report.sound and report.grading:
            self.pairs.append((scenario, report.grading))
            self.reports.append(report)
            self.told(f"{self.job.name} {scenario.id}: {report.tier}")
        else:
            self.rejections[_fallen(report)] += 1

    def _pair(self, idea: Idea, text: str) -> Pair:
        """The scenario, with what a simulated user would say, and its grading."""
        return scenario_of(
            self.design,
            idea.proposal,
            text,
            id=self._next(),
            seed=idea.seed,
            split=idea.split,
            conversation=self._conversation(idea, text),
        )

    def _conversation(self, idea: Idea, text: str) -> Conversation | None:
        requests, today = idea.proposal.requests, idea.proposal.now.date()
        try:
            return conversation_of(self.design, requests, text, today=today)
        except Unsayable:
            return None

    def _solve(self, climb: Climb, scenario: Scenario, grading: Grading) -> None:
        """Let an independent solver try; where it does not finish, there is no verdict."""
        solver = independent_solver(
            self.design,
            self.environment,
            self.live,
            scenario,
            grading,
            asks=climb.runner,
            roles=climb.folder.roles,
        )
        self.solvers[scenario.id] = [solver] if solver else []

    def _next(self) -> str:
        """The next free number."""
        used = {scenario.id for scenario, _ in (*self.taken, *self.pairs)}
        number = len(used) + 1
        while f"{number:03}" in used:
            number += 1
        return f"{number:03}"

    def made(self, place: Path) -> Made:
        """What became of it."""
        card = self.environment.card
        scenarios = [scenario for scenario, _ in self.pairs]
        return Made(
            name=self.job.name,
            path=str(place),
            tools=len(card.tools),
            rules=sum(rule.executable for rule in card.rules),
            entities=len(card.entities),
            scenarios=len(self.pairs),
            rejected=self.rejections.total(),
            rejections=dict(sorted(self.rejections.items())),
            problems=tuple(self.problems),
            domain=self.job.domain,
            options=self.job.options,
            tiers=counted([report.tier for report in self.reports]),
            splits=counted([one.split for one in scenarios]),
            bands=counted([one.difficulty.band or "none" for one in scenarios]),
            agreed=counted(
                [
                    one.difficulty.band or "none"
                    for one, report in zip(scenarios, self.reports, strict=True)
                    if report.tier == "agreed"
                ]
            ),
            mutants=(
                sum(one.mutants for one in self.reports),
                sum(one.killed for one in self.reports),
                sum(one.killed_by_goals for one in self.reports),
            ),
            variants=(
                sum(one.variants for one in self.reports),
                sum(one.accepted for one in self.reports),
            ),
            job=self.job.digest(),
            card=ServerFolder.load(place).digest if self.pairs else "",
        )


def _grammars(scenario: Scenario, grading: Grading) -> str:
    """The instruction in the grammar's words, whoever words it now."""
    return grading.wording.original if grading.wording else scenario.instruction


def _fallen(report: ScenarioReport) -> str:
    """The first rung that was not climbed."""
    certificate = report.grading.certificate if report.grading else None
    rungs = certificate.rungs if certificate else ()
    return next((rung.name for rung in rungs if not rung.ok), "start")
