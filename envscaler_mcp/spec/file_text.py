"""JSON as it stands in files: a line for each row, so that it is short and reads well in a diff."""

from __future__ import annotations

from typing import Any, cast

from envscaler_mcp.runtime.standalone.canonical import dumps

WIDTH = 110
INDENT = " "


def file_text(value: object) -> str:
    """JSON text with the keys in their own order and a line feed at its end; raises ValueError on NaN.

    What holds only plain values, as a row of a state does, is one line, however long; so is whatever fits
    into one. Anything else has a line for each of its parts.
    """
    return _spelt(value, "", 0) + "\n"


def _spelt(value: object, margin: str, taken: int) -> str:
    """The text of a value that begins where `taken` characters stand on the line."""
    flat = dumps(value)
    parts = _parts(value)
    if taken + len(flat) <= WIDTH or not any(_parts(part) for _, part in parts):
        return flat
    inner = margin + INDENT
    lines = [f"{inner}{key}{_spelt(part, inner, len(inner) + len(key))}" for key, part in parts]
    return flat[0] + "\n" + ",\n".join(lines) + f"\n{margin}" + flat[-1]


def _parts(value: object) -> list[tuple[str, Any]]:
    """The parts of an object or a list, each with what stands before it; nothing in a plain value."""
    if isinstance(value, dict):
        return [(f"{dumps(key)}: ", part) for key, part in cast("dict[str, Any]", value).items()]
    if isinstance(value, (list, tuple)):
        return [("", part) for part in cast("list[Any]", value)]
    return []
