"""Trajectories as other people recorded them, read into one shape (notes: EnvScaler's release).

An observation there is Python's `str(dict)`, in ours it is JSON; an action may be a message to the user,
an answer that could not be parsed, or a call of a tool.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import StrictJsonError, loads
from envscaler_mcp.spec import Problem, Trajectory

from .clock_readings import moment_of_file
from .literals import read_result
from .names import scenario_ids
from .recorded_rows import recorded_rows, structured
from .recorded_steps import Turn, turns_of

End = Literal["graded", "crashed", "unread", "cut"]


@dataclass(frozen=True)
class RecordedCall:
    """One tool call as it was played; `observed` is a JSON value, or None after a crash."""

    step: int
    tool: str
    arguments: dict[str, Any]
    observed: Any
    crashed: bool


@dataclass(frozen=True)
class Recorded:
    """One recorded trajectory."""

    where: str
    server: str
    scenario: str
    calls: tuple[RecordedCall, ...]
    reward: float | None
    end: End = "graded"
    """How it ended: graded, on an exception, on an answer that was empty, or when its steps were used up."""
    written: dt.datetime | None = None
    """When its file was written, where the file's name says so."""

    @property
    def crashed(self) -> bool:
        """Upstream ended it on an exception and gave 0.0 whatever the state."""
        return self.end == "crashed"


def read_recorded(path: Path) -> tuple[list[Recorded], list[Problem]]:
    """All trajectories of a file: a JSON list, one object, or JSON lines; EnvScaler's form or ours.

    Raises:
        BadInput: the file is not JSON at all, or holds no trajectory.
    """
    found: list[Recorded] = []
    problems: list[Problem] = []
    for number, row in recorded_rows(path):
        where = f"{path.name}: row {number}"
        try:
            found.append(_ours(row, where) if "format" in row else _envscaler(row, where, path.name))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            message = f"no trajectory in EnvScaler's form or ours ({type(error).__name__}: {error})"
            problems.append(Problem(code="bad_trajectory", where=where, message=message))
    if not found:
        raise BadInput(str(path), "it holds no trajectory", "give a file of recorded trajectories")
    return found, problems


def _ours(row: Any, where: str) -> Recorded:
    trajectory = Trajectory.model_validate(row)
    calls = tuple(
        RecordedCall(step.n, step.tool, step.arguments, step.result, crashed=False)
        for step in trajectory.steps
    )
    reward = trajectory.score.reward_paper if trajectory.score else None
    return Recorded(where, trajectory.server, trajectory.scenario, calls, reward)


def _envscaler(row: dict[str, Any], where: str, name: str) -> Recorded:
    task: dict[str, Any] = {**row, **(_named(row, "task_info") or _named(row, "task") or {})}
    turns = turns_of(row)
    calls = tuple(_call(turn) for turn in turns if turn.is_call)
    scenario = scenario_ids([task["task_id"]])[0]
    end = _end(row, turns)
    return Recorded(where, str(task["env_id"]), scenario, calls, _reward(row), end, moment_of_file(name))


def _named(row: dict[str, Any], key: str) -> dict[str, Any] | None:
    value = structured(row.get(key))
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _call(turn: Turn) -> RecordedCall:
    observed = None if turn.crashed else _observed(turn.content)
    return RecordedCall(turn.step, turn.tool, turn.arguments, observed, turn.crashed)


def _observed(content: Any) -> Any:
    if isinstance(content, dict):
        return cast("Any", content)
    if not isinstance(content, str):
        return {"result": content}
    try:
        value = loads(content)
    except StrictJsonError:
        return read_result(content)
    return cast("Any", value) if isinstance(value, dict) else read_result(content)


def _reward(row: dict[str, Any]) -> float | None:
    value = row.get("total_reward", row.get("reward"))
    return None if value is None else float(value)


def _end(row: dict[str, Any], turns: list[Turn]) -> End:
    """Told from the last step; where nothing says that the steps were used up, it was graded."""
    last = turns[-1] if turns else None
    if last is not None and last.crashed:
        return "crashed"
    if last is not None and last.is_empty:
        return "unread"
    finished = row.get("terminated", last.terminated if last is not None else None)
    return "cut" if finished is False else "graded"
