"""A release and its recordings → subjects: one environment with its tasks and their recordings each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from envscaler_mcp.interop.recorded import Recorded, read_recorded
from envscaler_mcp.interop.release import ImportedEnvironment, read_release
from envscaler_mcp.spec.environment import Environment
from envscaler_mcp.spec.problem import Problem
from envscaler_mcp.spec.scenario import Grading, Scenario


@dataclass(frozen=True)
class Task:
    """A scenario with its grading and the row that it stands in."""

    where: str
    scenario: Scenario
    grading: Grading
    recorded: tuple[Recorded, ...] = ()


@dataclass(frozen=True)
class Subject:
    """An environment with those of its scenarios that have checks."""

    env_id: str
    where: str
    environment: Environment
    tasks: tuple[Task, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Reading:
    """All that is to be audited; `problems` are those of rows that cannot be."""

    subjects: tuple[Subject, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def tasks(self) -> int:
        """How many scenarios there are."""
        return sum(len(subject.tasks) for subject in self.subjects)


def read_audit(environments: Path, scenarios: Path, trajectories: Path | None = None) -> Reading:
    """Read everything; a damaged row becomes a Problem that names it.

    Raises:
        BadInput: a whole file is of no use.
    """
    release = read_release(environments, scenarios)
    recorded: list[Recorded] = []
    problems = list(release.problems)
    if trajectories is not None:
        recorded, damaged = read_recorded(trajectories)
        problems += damaged
    by_task = _by_task(recorded, release.environments)
    subjects = tuple(_subject(one, by_task) for one in release.environments)
    used = {one.where for subject in subjects for task in subject.tasks for one in task.recorded}
    strays = [_stray(one) for one in recorded if one.where not in used]
    return Reading(subjects, (*problems, *strays))


def _by_task(
    recorded: Sequence[Recorded], environments: Sequence[ImportedEnvironment]
) -> dict[tuple[str, str], list[Recorded]]:
    """(env_id, scenario id) → its recordings; ours name the server, a release's the env_id."""
    names = {one.environment.card.name: one.env_id for one in environments}
    found: dict[tuple[str, str], list[Recorded]] = {}
    for one in recorded:
        found.setdefault((names.get(one.server, one.server), one.scenario), []).append(one)
    return found


def _subject(one: ImportedEnvironment, recorded: Mapping[tuple[str, str], Sequence[Recorded]]) -> Subject:
    tasks = tuple(
        Task(one.rows[scenario.id], scenario, grading, tuple(recorded.get((one.env_id, scenario.id), ())))
        for scenario, grading in one.scenarios
        if grading.checks
    )
    empty = tuple(
        Problem(
            code="checks_missing",
            where=one.rows[scenario.id],
            message="the row has no check, so there is nothing to judge",
        )
        for scenario, grading in one.scenarios
        if not grading.checks and not _is_told(one, scenario)
    )
    where = next(iter(one.environment.card.provenance.sources), one.env_id)
    return Subject(one.env_id, where, one.environment, tasks, (*one.problems, *empty))


def _is_told(one: ImportedEnvironment, scenario: Scenario) -> bool:
    codes = ("checks_missing", "checks_unreadable")
    return any(told.code in codes and told.where == one.rows[scenario.id] for told in one.problems)


def _stray(one: Recorded) -> Problem:
    message = f"the recording belongs to {one.server}/{one.scenario}, which is not among the scenarios"
    return Problem(code="stray_recording", where=one.where, message=message, severity="warning")
