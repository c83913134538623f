"""A release in EnvScaler's format → environments of ours, with everything told that was wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from envscaler_mcp.spec.environment import Environment
from envscaler_mcp.spec.problem import Problem
from envscaler_mcp.spec.record import State
from envscaler_mcp.spec.scenario import Grading, Scenario

from .names import server_names
from .released_class import MARKS, ReleasedClass, environment_of, longest_tool, read_class_row
from .released_scenarios import MARKS as SCENARIO_MARKS
from .released_scenarios import ImportedScenario, read_scenarios
from .rows import Row, names_row, read_rows


@dataclass(frozen=True)
class ImportedEnvironment:
    """One environment of a release with its scenarios and its Problems."""

    env_id: str
    environment: Environment
    scenarios: tuple[tuple[Scenario, Grading], ...] = ()
    problems: tuple[Problem, ...] = ()
    rows: Mapping[str, str] = field(default_factory=dict[str, str])
    """Scenario id → the row that it was read from."""


@dataclass(frozen=True)
class Release:
    """What could be used of a release; `problems` are those of rows that could not."""

    environments: tuple[ImportedEnvironment, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Outline:
    """A release whose classes were read, and whose scenarios are read one environment at a time."""

    classes: tuple[ReleasedClass, ...]
    names: tuple[str, ...]
    """A server name for each class."""
    rows: Mapping[str, Sequence[Row]]
    """env_id → the rows of its scenarios."""
    problems: tuple[Problem, ...] = ()

    def build(self, place: int) -> tuple[ImportedEnvironment, list[Problem]]:
        """The environment of the class at a place, and the Problems of rows that could not be used."""
        found = self.classes[place]
        imported, bad = read_scenarios(self.rows.get(found.env_id, ()))
        starts: list[State] = [each.scenario.start for each in imported]
        environment = environment_of(found, self.names[place], starts)
        return _environment(found, environment, imported), bad


def read_release(environments: Path, scenarios: Path | None = None) -> Release:
    """Read a release: its environments and, where given, their scenarios.

    Raises:
        BadInput: a whole file is of no use; a damaged row is a Problem instead.
    """
    outline = read_outline(environments, scenarios)
    built = [outline.build(place) for place in range(len(outline.classes))]
    problems = [*outline.problems, *(problem for _, bad in built for problem in bad)]
    return Release(tuple(environment for environment, _ in built), tuple(problems))


def read_outline(environments: Path, scenarios: Path | None = None) -> Outline:
    """Read a release as far as is needed before its first scenario.

    Raises:
        BadInput: a whole file is of no use; a damaged row is a Problem instead.
    """
    rows, problems = read_rows(environments, MARKS)
    classes, more = _classes(rows)
    tasks: list[Row] = []
    if scenarios is not None:
        tasks, damaged = read_rows(scenarios, SCENARIO_MARKS)
        more = [*more, *damaged]
    assigned, strays = _assigned(tasks, classes)
    names = server_names([(found.env_id, found.class_name, longest_tool(found)) for found in classes])
    return Outline(tuple(classes), tuple(names), assigned, (*problems, *more, *strays))


def _classes(rows: Sequence[Row]) -> tuple[list[ReleasedClass], list[Problem]]:
    """The classes that can be used; of two rows with one env_id the first is kept."""
    classes: list[ReleasedClass] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for row in rows:
        found = read_class_row(row)
        if isinstance(found, ReleasedClass) and found.env_id in seen:
            message = f"the env_id {found.env_id!r} stands twice; the first row was kept"
            found = Problem(code="duplicate_environment", where=names_row(row, found.env_id), message=message)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            classes.append(found)
            seen.add(found.env_id)
    return classes, problems


def _assigned(
    tasks: Sequence[Row], classes: Sequence[ReleasedClass]
) -> tuple[dict[str, list[Row]], list[Problem]]:
    """env_id → the rows of its scenarios; a scenario of no known environment is a Problem."""
    ids = {found.env_id for found in classes}
    by_class: dict[str, list[str]] = {}
    for found in classes:
        by_class.setdefault(found.class_name, []).append(found.env_id)
    assigned: dict[str, list[Row]] = {}
    problems: list[Problem] = []
    for row in tasks:
        env_id = _environment_of(row, ids, by_class)
        if env_id is None:
            problems.append(_stray(row))
        else:
            assigned.setdefault(env_id, []).append(row)
    return assigned, problems


def _environment_of(row: Row, ids: set[str], by_class: Mapping[str, Sequence[str]]) -> str | None:
    named = row.value.get("env_id")
    if named is not None and (str(named) in ids or not isinstance(named, int)):
        return str(named) if str(named) in ids else None  # a number may be a place in a list: the class tells
    if row.key in ids:
        return row.key
    candidates = by_class.get(str(row.value.get("env_class_name", "")), [])
    return candidates[0] if len(candidates) == 1 else None


def _stray(row: Row) -> Problem:
    named = row.value.get("env_id", row.value.get("env_class_name", "none"))
    where = names_row(row, row.value.get("task_id"))
    message = f"the scenario belongs to the environment {str(named)!r}, which the release does not hold "
    message += "or which is damaged"
    return Problem(code="unknown_environment", where=where, message=message)


def _environment(
    found: ReleasedClass, environment: Environment, imported: Sequence[ImportedScenario]
) -> ImportedEnvironment:
    told = [*environment.card.problems, *(problem for each in imported for problem in each.problems)]
    pairs = tuple((each.scenario, each.grading) for each in imported)
    rows = {each.scenario.id: each.where for each in imported}
    return ImportedEnvironment(found.env_id, environment, pairs, tuple(told), rows)
