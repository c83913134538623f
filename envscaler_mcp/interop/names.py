"""Names that hold everywhere: servers, tools and scenario ids made of what a release calls them."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from envscaler_mcp.runtime.standalone.environment import RESERVED_TOOL_NAMES, TOOL_NAME

MAX_SERVER = 48
MAX_TOOL = 40
MAX_QUALIFIED = 64
"""Clients call a tool `mcp__<server>__<tool>` and allow this many characters for it."""
MAX_SCENARIO_ID = 100

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_ACRONYM = re.compile(r"[A-Z]{2,}")
_BLAND = frozenset(
    ["system", "platform", "service", "management", "online", "application", "simulation", "environment"]
)


def words(name: str) -> list[str]:
    """`OCRProcessingService` → `OCR`, `Processing`, `Service`; also for snake_case and other spellings."""
    return _WORD.findall(name)


def snake(name: str, fallback: str = "unnamed") -> str:
    """A name in lower case with underscores that begins with a letter."""
    parts = [part.lower() for part in words(name)]
    joined = "_".join(parts) or fallback
    return joined if joined[0].isalpha() else f"{fallback}_{joined}"


def title(name: str) -> str:
    """A class name as a heading for people: `ERPSystem` → `ERP System`."""
    return " ".join(part if _ACRONYM.match(part) else part.capitalize() for part in words(name)) or name


def tool_names(released: Sequence[str], kinds: Mapping[str, str]) -> dict[str, str]:
    """Released method name → tool name, unique; most stay as they are."""
    kept = {name: name for name in released if _is_fit(name)}
    taken = set(kept.values())
    for name in released:
        if name not in kept:
            kept[name] = _unused(_fitted(name, kinds.get(name, "write")), taken, MAX_TOOL)
            taken.add(kept[name])
    return {name: kept[name] for name in released}


def server_names(classes: Sequence[tuple[str, str, int]]) -> list[str]:
    """One name for each (env_id, class name, longest tool name), in their order, no two alike.

    The class names the server. Where two would be called the same, all of them carry their env_id.
    """
    full = [snake(class_name, "environment") for _, class_name, _ in classes]
    plain = [shortened(name, _room(longest)) for name, (_, _, longest) in zip(full, classes, strict=True)]
    counts, full_counts = Counter(plain), Counter(full)
    clash = [counts[short] > 1 or full_counts[name] > 1 for short, name in zip(plain, full, strict=True)]
    taken = {name for name, clashes in zip(plain, clash, strict=True) if not clashes}
    return [
        _with_id(name, env_id, longest, taken) if clashes else short
        for short, name, clashes, (env_id, _, longest) in zip(plain, full, clash, classes, strict=True)
    ]


def shortened(name: str, room: int) -> str:
    """At most `room` characters: bland words at the end go first, then whole words, then letters."""
    parts = name.split("_")
    while len("_".join(parts)) > room and len(parts) > 1 and parts[-1] in _BLAND:
        parts.pop()
    if len("_".join(parts)) > room:
        parts = [part for at, part in enumerate(parts) if at == 0 or part not in _BLAND]
    while len("_".join(parts)) > room and len(parts) > 1:
        parts.pop()
    return "_".join(parts)[:room].rstrip("_")


def scenario_ids(task_ids: Iterable[object]) -> list[str]:
    """An id for each task, of the characters that file names can have, no two alike."""
    taken: set[str] = set()
    ids: list[str] = []
    for task_id in task_ids:
        clean = re.sub(r"[^A-Za-z0-9_.-]+", "-", str(task_id)).strip("-._")[:MAX_SCENARIO_ID]
        ids.append(_unused(clean or "scenario", taken, MAX_SCENARIO_ID, joint="-"))
        taken.add(ids[-1])
    return ids


def _is_fit(name: str) -> bool:
    return bool(TOOL_NAME.match(name)) and name not in RESERVED_TOOL_NAMES and not keyword.iskeyword(name)


def _fitted(name: str, kind: str) -> str:
    plain = shortened(snake(name, "tool"), MAX_TOOL)
    if _is_fit(plain):
        return plain
    return f"{'get' if kind == 'read' else 'do'}_{plain}"


def _room(longest_tool: int) -> int:
    return min(MAX_SERVER, MAX_QUALIFIED - len("mcp____") - longest_tool)


def _with_id(full: str, env_id: str, longest_tool: int, taken: set[str]) -> str:
    room = _room(longest_tool)
    mark = snake(env_id, "env")[: room - 4].rstrip("_")
    stem = shortened(full, room - len(mark) - 1)
    name = _unused(f"{stem}_{mark}", taken, room)
    taken.add(name)
    return name


def _unused(name: str, taken: set[str], room: int, joint: str = "_") -> str:
    candidate, count = name, 1
    while candidate in taken:
        count += 1
        tail = f"{joint}{count}"
        candidate = name[: room - len(tail)] + tail
    return candidate
