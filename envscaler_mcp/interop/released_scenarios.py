"""Rows of a release's scenarios → a task and its grading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from pydantic import ValidationError

from envscaler_mcp.runtime.standalone.canonical import StrictJsonError
from envscaler_mcp.spec.problem import Problem
from envscaler_mcp.spec.record import Json, State, first_error
from envscaler_mcp.spec.scenario import Check, Grading, Scenario

from .checks import convert_check
from .moments import moment_of, seed_of
from .names import scenario_ids
from .rows import Row, names_row, nested

MARKS = ("init_config", "checklist_with_func", "task_id", "task")


@dataclass(frozen=True)
class ImportedScenario:
    """One scenario, and what was wrong with its row."""

    scenario: Scenario
    grading: Grading
    where: str
    """Its row."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Task:
    row: Row
    where: str
    start: State
    text: str


def read_scenarios(rows: Sequence[Row]) -> tuple[list[ImportedScenario], list[Problem]]:
    """The scenarios of one environment; a row that cannot be used becomes a Problem."""
    tasks: list[_Task] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for row in rows:
        task_id = _task_id(row)
        task = (
            _task(row, names_row(row, task_id))
            if not task_id or task_id not in seen
            else _twice(row, task_id)
        )
        if isinstance(task, Problem):
            problems.append(task)
        else:
            tasks.append(task)
            seen.add(task_id)
    return _built(tasks, scenario_ids(_task_id(task.row) for task in tasks), problems)


def _task_id(row: Row) -> str:
    return str(row.value.get("task_id", row.value.get("id", "")))


def _twice(row: Row, task_id: str) -> Problem:
    message = "the task_id stands twice; the first row was kept"
    return Problem(code="duplicate_task", where=names_row(row, task_id), message=message)


def _built(
    tasks: Sequence[_Task], ids: Sequence[str], problems: list[Problem]
) -> tuple[list[ImportedScenario], list[Problem]]:
    found: list[ImportedScenario] = []
    for task, scenario_id in zip(tasks, ids, strict=True):
        try:
            found.append(_scenario(task, scenario_id))
        except ValidationError as error:
            problems.append(Problem(code="scenario_shape", where=task.where, message=first_error(error)))
    return found, problems


def _task(row: Row, where: str) -> _Task | Problem:
    """The parts that a scenario cannot do without."""
    try:
        start = nested(row.value.get("init_config"))
    except StrictJsonError as error:
        return Problem(code="bad_init_config", where=where, message=f"init_config is no strict JSON: {error}")
    if not isinstance(start, dict):
        return Problem(code="bad_init_config", where=where, message="init_config is missing or no object")
    text = row.value.get("task", row.value.get("instruction"))
    if not isinstance(text, str) or not text.strip():
        return Problem(code="task_missing", where=where, message="the row has no task text")
    return _Task(row, where, cast("State", start), text)


def _scenario(task: _Task, scenario_id: str) -> ImportedScenario:
    checks, problems = _checks(task)
    environment = str(task.row.value.get("env_id", task.row.value.get("env_class_name", "")))
    scenario = Scenario(
        id=scenario_id,
        instruction=task.text,
        start=task.start,
        now=moment_of(task.start, task.text),
        seed=seed_of(environment, scenario_id),
        tags=("imported",),
    )
    return ImportedScenario(scenario, Grading(id=scenario_id, checks=checks), task.where, tuple(problems))


def _checks(task: _Task) -> tuple[tuple[Check, ...], list[Problem]]:
    """The row's checks in their order; a broken one keeps its place and never holds."""
    try:
        released = nested(task.row.value.get("checklist_with_func", task.row.value.get("checklist")))
    except StrictJsonError as error:
        return (), [_defect(task, "checks_unreadable", f"checklist_with_func is no strict JSON: {error}")]
    if not isinstance(released, list):
        return (), [_defect(task, "checks_missing", "the row has no list of checks")]
    checks: list[Check] = []
    problems: list[Problem] = []
    for number, entry in enumerate(cast("list[Json]", released), start=1):
        check, defect = _check(number, entry)
        checks.append(check)
        problems += [] if defect is None else [_of_check(defect, task, number)]
    return tuple(checks), problems


def _check(number: int, entry: Json) -> tuple[Check, Problem | None]:
    row = cast("dict[str, Json]", entry) if isinstance(entry, dict) else {"check_func": entry}
    converted = convert_check(row.get("check_func", row.get("func", row.get("code"))))
    text = str(row.get("check_item", row.get("item", "")) or "")
    check = Check(id=f"check_{number:03}", kind="unclassified", text=text, source=converted.source)
    if converted.defect is None:
        return check, None
    code, severity = ("check_broken", "error") if converted.broken else ("check_unusual", "warning")
    return check, Problem(code=code, where="", message=converted.defect, severity=severity)


def _of_check(defect: Problem, task: _Task, number: int) -> Problem:
    return defect.model_copy(update={"where": f"{task.where}: check {number}"})


def _defect(task: _Task, code: str, message: str) -> Problem:
    return Problem(code=code, where=task.where, message=message)
