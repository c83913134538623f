"""Solutions as graphs of calls without names of rows, and also without names of tools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, cast

from .subjects import Subject, Task


def plan_classes(subject: Subject) -> Counter[str]:
    """How often each class of plan occurs; two plans are of one class if they differ in rows alone."""
    return Counter(_spelt(subject, task, tools=True) for task in subject.tasks)


def shapes(subject: Subject) -> Counter[str]:
    """The same, with tools told apart only by what they take: comparable between environments."""
    return Counter(_spelt(subject, task, tools=False) for task in subject.tasks)


def _spelt(subject: Subject, task: Task, *, tools: bool) -> str:
    held = [cast("dict[str, Any]", rows) for rows in task.start.values() if isinstance(rows, dict)]
    keys = {key for rows in held for key in rows}
    kinds = {tool.name: tool.kind for tool in subject.card.tools}
    rows: dict[str, str] = {}
    numbers: dict[str, str] = {}
    steps: list[str] = []
    for call in task.oracle:
        said = [_value(value, keys, rows) for _, value in sorted(call.arguments.items())]
        number = numbers.setdefault(call.tool, f"{kinds.get(call.tool, 'tool')} {len(numbers) + 1}")
        steps.append(f"{call.tool if tools else number}({', '.join(said)})")
    return "; ".join(steps)


def _value(value: Any, keys: set[str], rows: dict[str, str]) -> str:
    named = list(_rows(value, keys))
    return "+".join(rows.setdefault(name, f"row {len(rows) + 1}") for name in named) or "value"


def _rows(value: Any, keys: set[str]) -> Iterator[str]:
    """Rows of the start by their key, and rows that a step makes by its number."""
    if isinstance(value, Mapping):
        parts = cast("Mapping[str, Any]", value)
        if list(parts) == ["$result"]:
            yield f"step {parts['$result'][0]}"
    elif isinstance(value, list):
        for part in cast("list[Any]", value):
            yield from _rows(part, keys)
    elif isinstance(value, str) and value in keys:
        yield value
