"""A release and its recordings → subjects: one environment with its tasks and their recordings each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from envscaler_mcp.interop.recorded import Recorded, read_recorded
from envscaler_mcp.interop.release import ImportedEnvironment, Outline, read_outline
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
    """All that is to be audited; an environment's scenarios are read when it is its turn."""

    outline: Outline
    recorded: Mapping[tuple[str, str], Sequence[Recorded]] = field(
        default_factory=dict[tuple[str, str], Sequence[Recorded]]
    )
    """(env_id, scenario id) → its recordings."""
    problems: tuple[Problem, ...] = ()
    """Of rows that cannot be audited."""

    def __len__(self) -> int:
        """How many environments there are."""
        return len(self.outline.classes)

    @property
    def tasks(self) -> int:
        """How many rows of scenarios there are."""
        return sum(map(self.rows, range(len(self))))

    def rows(self, place: int) -> int:
        """How many rows of scenarios the environment at a place has."""
        return len(self.outline.rows.get(self.outline.classes[place].env_id, ()))

    def subject(self, place: int) -> Subject:
        """The environment at a place with its tasks."""
        imported, bad = self.outline.build(place)
        return _subject(imported, self.recorded, bad)

    def strays(self, known: Collection[tuple[str, str]]) -> list[Problem]:
        """Recordings of scenarios that are not among those known, by (env_id, scenario id)."""
        return [_stray(one) for key, several in self.recorded.items() if key not in known for one in several]


def read_audit(environments: Path, scenarios: Path, trajectories: Path | None = None) -> Reading:
    """Read everything; a damaged row becomes a Problem that names it.

    Raises:
        BadInput: a whole file is of no use.
    """
    outline = read_outline(environments, scenarios)
    recorded: list[Recorded] = []
    problems = list(outline.problems)
    if trajectories is not None:
        recorded, damaged = read_recorded(trajectories)
        problems += damaged
    return Reading(outline, _by_task(recorded, outline), tuple(problems))


def _by_task(recorded: Sequence[Recorded], outline: Outline) -> dict[tuple[str, str], list[Recorded]]:
    """(env_id, scenario id) → its recordings; ours name the server, a release's the env_id."""
    names = {name: one.env_id for name, one in zip(outline.names, outline.classes, strict=True)}
    found: dict[tuple[str, str], list[Recorded]] = {}
    for one in recorded:
        found.setdefault((names.get(one.server, one.server), one.scenario), []).append(one)
    return found


def _subject(
    one: ImportedEnvironment,
    recorded: Mapping[tuple[str, str], Sequence[Recorded]],
    bad: Sequence[Problem],
) -> Subject:
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
    return Subject(one.env_id, where, one.environment, tasks, (*one.problems, *bad, *empty))


def _is_told(one: ImportedEnvironment, scenario: Scenario) -> bool:
    codes = ("checks_missing", "checks_unreadable")
    return any(told.code in codes and told.where == one.rows[scenario.id] for told in one.problems)


def _stray(one: Recorded) -> Problem:
    message = f"the recording belongs to {one.server}/{one.scenario}, which is not among the scenarios"
    return Problem(code="stray_recording", where=one.where, message=message, severity="warning")
