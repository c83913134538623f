"""One task on its way up: checks, a solution that has not seen them, the ladder, and back with evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import anyio

from envscaler_mcp.certify import ScenarioReport
from envscaler_mcp.certify.ladder import Climb
from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec import Check, Difficulty, Grading, Problem, Scenario
from envscaler_mcp.synthesis.author import AnswerPart, Problems

from .agreeing import Agreement, Case, agreement
from .authors import Authors
from .checks import CheckAnswer, checks_of, faults, write_checks
from .conversations import write_conversation
from .framing import frame_of
from .solving import Solution, solve
from .starts import Start
from .subject import Subject
from .tasks import Task, instruction_faults

ROUNDS = 3
"""So often a task that fell goes back to its author."""
SHOWN = 16


class MendAnswer(AnswerPart):
    """Where the fault lies, and what takes its place; what is not at fault is given back as it was."""

    fault: Literal["checks", "solution", "instruction", "hopeless"]
    why: str
    instruction: str
    checks: list[CheckAnswer]


@dataclass(frozen=True)
class Proven:
    """A certified scenario."""

    scenario: Scenario
    grading: Grading
    report: ScenarioReport
    rounds: int = 0
    """So often it went back."""


@dataclass(frozen=True)
class Fallen:
    """A task that was given up, and at what."""

    title: str
    at: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Draft:
    """A task as it stands in one round."""

    scenario: Scenario
    checks: tuple[Check, ...]
    attempt: int = 0


@dataclass(frozen=True)
class _Tried:
    """What one round came to."""

    solution: Solution
    problems: Sequence[Problem]
    proven: Proven | None = None


@dataclass(frozen=True)
class Prover:
    """Proves the tasks of one server.

    Attributes:
        subject: the server.
        authors: who is asked.
        process: a worker to solve in.
        climb: the ladder, with its own workers and the checks' interpreter; one task at a time.
        climbing: whoever holds it may climb.
    """

    subject: Subject
    authors: Authors
    process: EnvironmentProcess
    climb: Climb
    climbing: anyio.Lock

    async def prove(self, scenario: Scenario, start: Start, task: Task) -> Proven | Fallen:
        """One task, as far as it comes."""
        runner = self.climb.runner
        checks = await write_checks(self.subject, self.authors.of_checks, runner, start, task)
        if isinstance(checks, Problems):
            return Fallen(task.title, "checks", checks.found)
        return await self._climb(_Draft(scenario, checks), start, task)

    async def _climb(self, draft: _Draft, start: Start, task: Task) -> Proven | Fallen:
        """Round after round, as long as something is at fault that can be mended."""
        best: Proven | None = None
        problems: Sequence[Problem] = ()
        for number in range(ROUNDS + 1):
            tried = await self._try(draft)
            problems = tried.problems
            if tried.proven:
                best = replace(tried.proven, rounds=number)
            if not problems:
                break
            self.authors.at("proving").tell(problems)
            mended = await self._mended(draft, tried, start, number) if number < ROUNDS else None
            if mended is None or isinstance(mended, Problems):
                break
            draft = mended
        if best is None:
            return Fallen(task.title, _at(problems), tuple(problems))
        if best.rounds:
            self.authors.at("mending").note("repaired", task.title, f"in round {best.rounds}")
        return best

    async def _try(self, draft: _Draft) -> _Tried:
        """Solve and climb; problems where it did not come to the top, or only just."""
        solution = await solve(
            self.subject, self.authors.at("solving"), self.process, draft.scenario, draft.attempt
        )
        if found := _unfinished(draft, solution):
            return _Tried(solution, found)
        grading = self._grading(draft, solution)
        scenario = _measured(draft.scenario, solution)
        report = await self._climbed(scenario, grading)
        if not report.sound:
            return _Tried(solution, [one for one in report.problems if one.severity == "error"])
        if self.authors.solver is not None:
            case = Case(self.subject, scenario, grading, solution)
            agreed = await agreement(case, self.authors, self.process, self.climb.runner)
            if not agreed.all_agree:
                return _Tried(solution, agreed.problems)
            self._hear(scenario.id, agreed)
            report = await self._climbed(scenario, grading)
        proven = Proven(scenario, report.grading or grading, report)
        return _Tried(solution, _weak(report), proven)

    def _hear(self, identifier: str, agreed: Agreement) -> None:
        solvers = self.climb.solvers
        if isinstance(solvers, dict):
            solvers[identifier] = agreed.solvers

    async def _climbed(self, scenario: Scenario, grading: Grading) -> ScenarioReport:
        async with self.climbing:
            return await self.climb.pair(scenario, grading)

    def _grading(self, draft: _Draft, solution: Solution) -> Grading:
        roles = self.subject.folder.roles
        frame = frame_of(solution.initial, solution.final, roles)
        return Grading(id=draft.scenario.id, checks=draft.checks, frame=frame, oracle=solution.plan)

    async def _mended(self, draft: _Draft, tried: _Tried, start: Start, number: int) -> _Draft | Problems:
        """The task with its fault taken out by its author, who sees the evidence."""
        author = self.authors.at("mending")
        answer = await author.ask(
            "mend_scenario",
            MendAnswer,
            attempt=number,
            **self.subject.values,
            now=start.now.isoformat(),
            start=dumps(start.state),
            instruction=draft.scenario.instruction,
            checks=dumps([_shown(check) for check in draft.checks]),
            calls=tried.solution.calls(),
            changes=tried.solution.changes(self.subject.folder.roles),
            problems=[dumps(f"{one.code}: {one.message}") for one in tried.problems[:SHOWN]],
        )
        if isinstance(answer, Problems):
            return answer
        author.note("note", draft.scenario.id, f"fault of the {answer.fault}: {answer.why[:300]}")
        if answer.fault == "hopeless":
            return Problems.of("given_up", draft.scenario.id, answer.why[:300])
        return await self._after(draft, answer, start)

    async def _after(self, draft: _Draft, answer: MendAnswer, start: Start) -> _Draft | Problems:
        """What an answer makes of a draft: only what is said to be at fault changes."""
        if answer.fault == "solution":
            return replace(draft, attempt=draft.attempt + 1)
        if answer.fault == "instruction":
            return await self._reworded(draft, answer.instruction.strip(), start)
        checks = checks_of(answer.checks)
        found = tuple(faults(checks, self.climb.runner, start))
        return Problems(found) if found else replace(draft, checks=checks)

    async def _reworded(self, draft: _Draft, instruction: str, start: Start) -> _Draft | Problems:
        """The task in other words, with a conversation that tells these."""
        where = draft.scenario.id
        if found := tuple(instruction_faults(self.subject, start, instruction, where)):
            return Problems(found)
        conversation = await write_conversation(self.authors.at("mending"), instruction, where)
        update = {"instruction": instruction, "conversation": conversation}
        return replace(draft, scenario=draft.scenario.model_copy(update=update))


def _unfinished(draft: _Draft, solution: Solution) -> list[Problem]:
    """A solution that is none."""
    where = f"scenarios/{draft.scenario.id}"
    if solution.stopped:
        return [Problem(code="solver_stopped", where=where, message=solution.stopped)]
    if not solution.plan:
        said = "Whoever solved it changed nothing: no call that writes was answered."
        return [Problem(code="nothing_done", where=where, message=said)]
    return []


def _weak(report: ScenarioReport) -> list[Problem]:
    """Checks that leave the work to the frame go back, too: they say too little of what was asked for."""
    return [one for one in report.problems if one.code == "weak_goals"]


def _measured(scenario: Scenario, solution: Solution) -> Scenario:
    """The scenario with its structural difficulty, from the plan that solves it."""
    steps = len(solution.plan)
    band = "easy" if steps <= 2 else "medium" if steps <= 4 else "hard"
    difficulty = Difficulty(plan_length=steps, lookups=solution.lookups, band=band)
    return scenario.model_copy(update={"difficulty": difficulty})


def _shown(check: Check) -> dict[str, str]:
    return {"text": check.text, "kind": check.kind, "source": check.source}


def _at(problems: Sequence[Problem]) -> str:
    return problems[0].code if problems else "unknown"
