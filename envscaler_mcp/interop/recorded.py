"""Trajectories as other people recorded them, read into one shape (notes: EnvScaler's release).

An observation there is Python's `str(dict)`, not JSON; an action may be a message to the user,
an answer that could not be parsed, or a call of a tool.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import StrictJsonError, loads
from envscaler_mcp.runtime.standalone.encoding import Encoder
from envscaler_mcp.spec import Problem, Trajectory, read_bytes

from .names import scenario_ids

TALK = "chat_with_user"


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

    @property
    def crashed(self) -> bool:
        """Upstream ended it on a tool's exception and gave 0.0 whatever the state."""
        return bool(self.calls) and self.calls[-1].crashed


def read_recorded(path: Path) -> tuple[list[Recorded], list[Problem]]:
    """All trajectories of a file: a JSON list, one object, or JSON lines; EnvScaler's form or ours.

    Raises:
        BadInput: the file is not JSON at all, or holds no trajectory.
    """
    rows = _rows(path)
    found: list[Recorded] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=1):
        where = f"{path.name}: row {number}"
        try:
            found.append(_ours(row, where) if "format" in row else _envscaler(row, where))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            message = f"no trajectory in EnvScaler's form or ours ({type(error).__name__}: {error})"
            problems.append(Problem(code="bad_trajectory", where=where, message=message))
    if not found:
        raise BadInput(str(path), "it holds no trajectory", "give a file of recorded trajectories")
    return found, problems


def _rows(path: Path) -> list[Any]:
    raw = read_bytes(path)
    try:
        value = loads(raw)
    except StrictJsonError as error:
        try:
            value = [loads(line) for line in raw.splitlines() if line.strip()]
        except StrictJsonError:
            raise BadInput(str(path), f"neither JSON nor JSON lines: {error}", "correct the file") from error
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _ours(row: Any, where: str) -> Recorded:
    trajectory = Trajectory.model_validate(row)
    calls = tuple(
        RecordedCall(step.n, step.tool, step.arguments, step.result, crashed=False)
        for step in trajectory.steps
    )
    reward = trajectory.score.reward_paper if trajectory.score else None
    return Recorded(where, trajectory.server, trajectory.scenario, calls, reward)


def _envscaler(row: Any, where: str) -> Recorded:
    task = row["task_info"]
    task = loads(task) if isinstance(task, str) else task
    steps = row["trajectory"]
    steps = loads(steps) if isinstance(steps, str) else steps
    calls = tuple(_call(step) for step in steps if _is_call(step))
    reward = row.get("total_reward")
    scenario = scenario_ids([task["task_id"]])[0]
    return Recorded(where, str(task["env_id"]), scenario, calls, None if reward is None else float(reward))


def _is_call(step: Any) -> bool:
    action: Any = step.get("action")
    return hasattr(action, "get") and action.get("name") not in (None, TALK)


def _call(step: Any) -> RecordedCall:
    action = step["action"]
    given: Any = action.get("arguments") or {}
    arguments: dict[str, Any] = loads(given) if isinstance(given, str) else given
    text = str(step["observation"]["content"])
    crashed = step["observation"].get("type") != "tool" and text.startswith("Error")
    return RecordedCall(
        int(step["step"]), str(action["name"]), arguments, None if crashed else _value(text), crashed
    )


def _value(text: str) -> Any:
    """What `str(value)` was printed of; the text itself where it is no literal."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        value = text
    encoded = Encoder().encode(value, [])
    return cast("Any", encoded) if isinstance(encoded, dict) else {"result": encoded}
