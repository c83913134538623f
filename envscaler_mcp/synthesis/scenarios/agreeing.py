"""Independent solvers: another model, or the same one afresh, comes to the same from what agents see."""

from __future__ import annotations

from dataclasses import dataclass

from envscaler_mcp.certify.play import literals
from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.scoring import Asks, ask_and_score, equivalent
from envscaler_mcp.spec import Frame, Grading, Problem, Scenario, Solver

from .authors import Authors
from .solving import Solution, solve
from .subject import Subject

TIMES = 3


@dataclass(frozen=True)
class Agreement:
    """Who solved it on their own, and where they did not come to the same."""

    solvers: tuple[Solver, ...]
    problems: tuple[Problem, ...]

    @property
    def all_agree(self) -> bool:
        """Whether everybody came to the same accepted state."""
        return all(solver.agreed for solver in self.solvers)


@dataclass(frozen=True)
class Case:
    """What is to be agreed to."""

    subject: Subject
    scenario: Scenario
    grading: Grading
    solution: Solution


async def agreement(case: Case, authors: Authors, process: EnvironmentProcess, runner: Asks) -> Agreement:
    """Let the solver try so many times; end states must be accepted and agree up to generated ids."""
    assert authors.solver is not None, "who is to agree?"
    author = authors.at("agreeing").by(authors.solver)
    solvers: list[Solver] = []
    problems: list[Problem] = []
    for number in range(1, TIMES + 1):
        other = await solve(case.subject, author, process, case.scenario, number)
        fault = _fault(case, runner, other)
        solvers.append(Solver(who=f"{other.model} #{number}", agreed=not fault))
        if fault:
            where = f"scenarios/{case.scenario.id}"
            problems.append(Problem(code="solvers_disagree", where=where, message=fault))
            break
    return Agreement(tuple(solvers), tuple(problems))


def _fault(case: Case, runner: Asks, other: Solution) -> str:
    """Why an independent solution does not agree; empty if it does."""
    if other.stopped:
        return f"An independent solver did not come to an end: {other.stopped}."
    roles, grading = case.subject.folder.roles, case.grading
    scored = ask_and_score(
        runner,
        grading,
        other.initial,
        other.final,
        now=case.scenario.now,
        broken_rules=other.broken_rules,
        roles=roles,
    )
    if scored.success and _same(case, other):
        return ""
    failed = ", ".join(verdict.id for verdict in scored.verdicts if not verdict.ok)
    what = f"fails {failed}" if failed else "is another end state than that of the author's solution"
    return f"An independent solution {what}. It changed: {'; '.join(other.changes(roles, most=12))}"[:1500]


def _same(case: Case, other: Solution) -> bool:
    """Whether two solutions led to the same, up to generated ids and what the instruction leaves open."""
    solution, frame = case.solution, case.grading.frame or Frame()
    said = {one for call in solution.plan for one in literals(call.arguments) if isinstance(one, str)}
    return equivalent(
        solution.initial,
        solution.final,
        other.final,
        roles=case.subject.folder.roles,
        free=(*frame.free, *(f"/{name.strip('/')}" for name in frame.history)),
        fixed=frozenset(said),
    )
