"""One look at a draft: the cheap gates first, and nothing is run that an earlier one has stopped."""

from __future__ import annotations

import ast
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from envscaler_mcp.certify.boots import boot
from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.spec import Call, Environment, Problem
from envscaler_mcp.synthesis.author import Problems
from envscaler_mcp.synthesis.outline.assembling import assemble
from envscaler_mcp.synthesis.outline.draft import Draft
from envscaler_mcp.synthesis.outline.environment import environment_of

from .bench import CALL_SECONDS, laid_out, scenario_of, worker_of
from .judging import judged
from .mutant_trial import MutantTrial, try_mutants
from .one_sided import one_sided_rules
from .perturbed import vacuous_rules
from .static import faults_of_source
from .trial import Effort, Trial, try_out

HASH_SEEDS = (1, 2)


@dataclass(frozen=True)
class Examined:
    """What is known of a draft; what was not reached is None."""

    problems: tuple[Problem, ...]
    environment: Environment | None = None
    module: ast.Module | None = None
    trial: Trial | None = None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What has to be mended."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is worth knowing."""
        return tuple(problem for problem in self.problems if problem.severity == "warning")


@dataclass(frozen=True)
class Examiner:
    """Looks at drafts with the same effort each time."""

    runner: CheckRunner
    effort: Effort

    async def look(self, draft: Draft, proposed: Sequence[Call] = ()) -> Examined:
        """Assembly, policy and refusals, then the trial with rules, promises and contracts."""
        assembled = assemble(draft)
        if isinstance(assembled, Problems):
            return Examined(assembled.found)
        if faults := faults_of_source(draft.outline, assembled.source):
            return Examined(tuple(faults), module=assembled.module)
        environment = environment_of(draft.outline, assembled.source)
        async with worker_of(environment) as process:
            try:
                trial = await try_out(process, draft.outline, draft.start, proposed, self.effort)
            except BadInput as error:
                return Examined((_unstartable(error),), environment, assembled.module)
            weak = await vacuous_rules(process, draft.outline, draft.start)
            weak += await one_sided_rules(process, draft.outline, draft.start)
        problems = [*judged(draft, trial, self.runner), *weak]
        return Examined(tuple(problems), environment, assembled.module, trial)

    async def boot(self, environment: Environment, draft: Draft) -> list[Problem]:
        """The first rung of the certificate: listed tools, lint, types of results, determinism."""
        scenario = scenario_of(draft.start, self.effort.seed)
        async with laid_out(environment, (scenario,)) as folder, AsyncExitStack() as stack:
            processes = [
                await stack.enter_async_context(
                    EnvironmentProcess(folder, call_seconds=CALL_SECONDS, hash_seed=seed)
                )
                for seed in HASH_SEEDS
            ]
            return list((await boot(folder, processes, scenario)).problems)

    async def mutants(
        self, examined: Examined, draft: Draft, tools: frozenset[str] | None = None
    ) -> MutantTrial:
        """Whether the contracts notice faults in the bodies."""
        if examined.environment is None or examined.module is None or examined.trial is None:
            return MutantTrial()
        return await try_mutants(
            examined.environment,
            draft,
            examined.module,
            examined.trial,
            self.runner,
            tools=tools,
            seed=self.effort.seed,
        )


@asynccontextmanager
async def examiner(effort: Effort | None = None) -> AsyncGenerator[Examiner]:
    """Somebody to look at drafts, with an interpreter for contracts."""
    with CheckRunner() as runner:
        yield Examiner(runner, effort or Effort())


def _unstartable(error: BadInput) -> Problem:
    """A start that the class does not take, or a class that a worker does not take."""
    where = "start" if error.where.startswith("scenario") else "source"
    return Problem(code="does_not_start", where=where, message=error.message)
