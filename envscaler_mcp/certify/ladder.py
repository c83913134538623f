"""The ladder that a server and each of its scenarios climb (design: The certificate).

    screened    1 boots, 2 start_obeys_rules, 3 checks_at_start, 4 isolation
    solved      5 oracle, determinism
    certified   6 minimal, 7 frame, 8 mutants, 9 variants
    agreed      10 solvers

A tier is reached when every rung up to it is climbed; what fails is a Problem. The same input
gives the same certificate, byte for byte.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import EMPTY_SCENARIO, ServerFolder
from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.scoring import Asks
from envscaler_mcp.spec import (
    Certificate,
    Grading,
    MutantCount,
    Problem,
    Rung,
    Scenario,
    Solver,
    Tier,
    VariantCount,
    versions,
)

from .asked_here import AskedHere
from .bench import Bench, Ending
from .boots import Boot, boot
from .digests import certificate_digests
from .finding import Finding, found
from .footprint import frame_rung
from .here import Here
from .isolation import isolation_rung
from .minimal import minimal_rung
from .mutants import mutants_rung
from .oracle import determinism_rung, oracle_rung
from .report import ScenarioReport, ServerReport, totals
from .stage import Stage
from .start import checks_rung, reclassified, rules_rung
from .variants import variants_rung

HASH_SEEDS = (1, 2, 3, 4)
"""Each oracle is played under every one of them. Two elements of a set stand in the same order under two
seeds every other time, so that two processes alone would miss half of such faults."""
LANES = 2
"""So many processes do the work; a scenario always falls to the same one, by its place."""
Progress = Callable[[ScenarioReport], None]


async def certify(
    folder: ServerFolder,
    *,
    ids: Sequence[str] | None = None,
    progress: Progress | None = None,
    solvers: Mapping[str, Sequence[Solver]] | None = None,
    trusted: bool = False,
    compiled: bool = False,
) -> ServerReport:
    """Let a server and its scenarios climb as far as they can. Nothing is written.

    Args:
        folder: the generated server.
        ids: only these scenarios.
        progress: told of each scenario when it is done.
        solvers: by scenario, the independent solvers and whether they reached an accepted state; without them
            those of a certificate that is still valid count on.
        trusted: run a plain class although the AST policy has findings.
        compiled: our own compiler has just made this environment: the many plans of the upper rungs are
            played in this process, one scenario after the other; boot and determinism still ask workers.

    Raises:
        BadInput: a file of the server cannot be used, or a scenario is unknown.
        Infrastructure: a worker or the checks' interpreter cannot be had.
    """
    wanted = list(ids) if ids is not None else folder.ids
    async with ladder(folder, trusted=trusted, compiled=compiled) as one:
        booted = await one.boot([folder.scenario(identifier) for identifier in wanted])
        climbs = one.climbs(booted, solvers or {})
        reports = await _side_by_side(climbs, wanted, progress or (lambda _: None))
    return ServerReport(
        name=folder.card.name,
        boots=not booted.errors,
        lint=booted.errors,
        warnings=booted.warnings,
        scenarios=tuple(reports),
    )


@asynccontextmanager
async def ladder(
    folder: ServerFolder, *, trusted: bool = False, compiled: bool = False
) -> AsyncGenerator[Ladder]:
    """The processes and the interpreter that climbing takes, for as many scenarios as there are to come."""
    processes = [EnvironmentProcess(folder, hash_seed=seed, trusted=trusted) for seed in HASH_SEEDS]
    async with AsyncExitStack() as stack:
        for process in processes:
            await stack.enter_async_context(process)
        with CheckRunner() as runner:
            lanes: Sequence[Stage] = [Here(folder)] if compiled else processes[:LANES]
            asked: Asks = AskedHere(runner) if compiled else runner
            yield Ladder(folder, processes, lanes, asked)


@dataclass(frozen=True)
class Ladder:
    """One server's ladder, put up."""

    folder: ServerFolder
    processes: Sequence[EnvironmentProcess]
    lanes: Sequence[Stage]
    runner: Asks

    async def boot(self, scenarios: Sequence[Scenario]) -> Boot:
        """Probe the tools on the first start state that the environment takes, or else on an empty one."""
        for scenario in (*scenarios, EMPTY_SCENARIO):
            try:
                await (await self.processes[0].begin(scenario)).close()
            except BadInput:
                continue
            return await boot(self.folder, self.processes, scenario)
        return await boot(self.folder, self.processes, None)

    def climbs(self, booted: Boot, solvers: Mapping[str, Sequence[Solver]]) -> list[Climb]:
        """One climb for each lane."""
        return [Climb(self.folder, lane, self.processes, self.runner, booted, solvers) for lane in self.lanes]


async def _side_by_side(
    climbs: Sequence[Climb], ids: Sequence[str], progress: Progress
) -> list[ScenarioReport]:
    """Every scenario, in as many lanes as there are climbs; the reports stand in the order of the ids."""
    reports: dict[int, ScenarioReport] = {}

    async def lane(number: int) -> None:
        for place in range(number, len(ids), len(climbs)):
            reports[place] = await climbs[number].scenario(ids[place])
            progress(reports[place])

    # No TaskGroup: callers should meet the error itself, not a group of one.
    lanes = [asyncio.create_task(lane(number)) for number in range(len(climbs))]
    try:
        await asyncio.gather(*lanes)
    finally:
        for task in lanes:
            task.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)
    return [reports[place] for place in range(len(ids))]


@dataclass
class Climb:
    """Climbs with one scenario after the other."""

    folder: ServerFolder
    process: Stage
    processes: Sequence[Stage]
    runner: Asks
    booted: Boot
    solvers: Mapping[str, Sequence[Solver]]
    """By scenario; see `certify`."""

    async def scenario(self, identifier: str) -> ScenarioReport:
        """One scenario of the folder, as far as it comes."""
        scenario, grading = self.folder.scenario(identifier), self.folder.grading(identifier)
        if grading is None:
            missing = Problem(
                code="no_grading",
                where=f"scenarios/{identifier}",
                message="There is no grading: nothing can be proven.",
            )
            return ScenarioReport(id=identifier, tier="rejected", problems=(missing,))
        return await self.pair(scenario, grading)

    async def pair(self, scenario: Scenario, grading: Grading) -> ScenarioReport:
        """One scenario, in the folder or not, as far as it comes."""
        try:
            bench = await Bench.set_up(self.folder, scenario, grading, self.process, self.runner)
        except BadInput as error:
            bad = Problem(code="bad_start", where=f"scenarios/{scenario.id}", message=str(error))
            return ScenarioReport(id=scenario.id, tier="rejected", problems=(bad,), grading=grading)
        if self.folder.card.form == "plain":
            bench.grading = reclassified(grading, self.runner, bench.initial, scenario.now)
        record = _Record(bench)
        await self._climb(record)
        await bench.pristine.close()
        return record.report(self.solvers.get(scenario.id))

    async def _climb(self, record: _Record) -> None:
        bench = record.bench
        evidence = f"{self.booted.tools} tools listed, {self.booted.probes} probes answered"
        record.add(found("boots", self._server_problems(bench), evidence))
        if self.booted.errors:
            return
        record.add(await rules_rung(bench))
        record.add(checks_rung(bench))
        record.add(await isolation_rung(bench))
        if not record.reach("screened") or not bench.oracle:
            return
        finding, ending = await oracle_rung(bench)
        record.add(finding)
        record.add(await determinism_rung(bench, self.processes))
        solved = record.reach("solved")
        record.ending = ending if solved else None
        if not solved or ending is None:
            return
        if self.folder.card.form == "plain" and bench.grading.frame is None:
            return  # an adopted oracle shows that the task can be solved; more needs a frame
        await self._certified(record, ending)

    def _server_problems(self, bench: Bench) -> list[Problem]:
        """The server's own problems are told once, in its report."""
        if not self.booted.errors:
            return []
        shown = ", ".join(sorted({problem.code for problem in self.booted.errors}))
        return [bench.problem("server_unsound", f"The server itself falls short: {shown}.")]

    async def _certified(self, record: _Record, ending: Ending) -> None:
        record.add(await minimal_rung(record.bench))
        record.add(await frame_rung(record.bench, ending))
        finding, record.mutants = await mutants_rung(record.bench, ending)
        record.add(finding)
        finding, record.variants = await variants_rung(record.bench, ending)
        record.add(finding)
        record.reach("certified")


@dataclass
class _Record:
    """What one scenario has shown so far."""

    bench: Bench
    tier: Tier = "rejected"
    rungs: list[Rung] = field(default_factory=list[Rung])
    problems: list[Problem] = field(default_factory=list[Problem])
    mutants: dict[str, MutantCount] = field(default_factory=dict[str, MutantCount])
    variants: VariantCount = field(default_factory=VariantCount)
    ending: Ending | None = None

    def add(self, finding: Finding) -> None:
        """Note one rung."""
        self.rungs.append(finding.rung)
        self.problems += finding.problems

    def reach(self, tier: Tier) -> bool:
        """Whether everything so far was climbed; then this tier is reached."""
        if all(rung.ok for rung in self.rungs):
            self.tier = tier
        return self.tier == tier

    def report(self, solvers: Sequence[Solver] | None) -> ScenarioReport:
        """The report, with the certificate in its grading."""
        bench = self.bench
        digests = certificate_digests(bench.folder, bench.scenario, bench.grading)
        heard = tuple(solvers) if solvers is not None else _kept_solvers(bench.grading, digests)
        self._hear(heard)
        certificate = Certificate(
            tier=self.tier,
            rungs=tuple(self.rungs),
            mutants=self.mutants,
            variants=self.variants,
            solvers=heard,
            digests=digests,
            versions=versions(),
        )
        made, killed, by_goals = totals(self.mutants)
        end = self.ending.digest if self.ending else None
        return ScenarioReport(
            id=bench.scenario.id,
            tier=self.tier,
            problems=tuple(self.problems),
            mutants=made,
            killed=killed,
            killed_by_goals=by_goals,
            variants=self.variants.made,
            accepted=self.variants.accepted,
            grading=bench.grading.model_copy(update={"certificate": certificate, "oracle_digest": end}),
        )

    def _hear(self, solvers: Sequence[Solver]) -> None:
        """Rung 10: all who solved it on their own agree; one who does not sends it to quarantine."""
        if not solvers:
            return
        apart = [solver.who for solver in solvers if not solver.agreed]
        problems = (
            [self.bench.problem("solvers_disagree", f"Not in an accepted state: {', '.join(apart)}.")]
            if apart
            else []
        )
        self.add(found("solvers", problems, f"{len(solvers) - len(apart)} of {len(solvers)} agree"))
        if apart:
            self.tier = "rejected"
        elif self.tier == "certified":
            self.tier = "agreed"


def _kept_solvers(grading: Grading, digests: Mapping[str, str]) -> tuple[Solver, ...]:
    """Solvers of an earlier certificate, where what they saw and what judged them is still the same."""
    earlier = grading.certificate
    return earlier.solvers if earlier and earlier.digests == digests else ()
