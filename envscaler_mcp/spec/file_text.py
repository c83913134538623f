"""JSON as it stands in files: a line for each row, so that it is short and reads well in a diff."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, cast

from envscaler_mcp.runtime.standalone.canonical import dumps

WIDTH = 110
INDENT = " "


def file_text(value: object) -> str:
    """JSON text with the keys in their own order and a line feed at its end; raises ValueError on NaN.

    What holds only plain values, as a row of a state does, is one line, however long; so is each element of a
    list, and whatever fits into a line. Anything else has a line for each of its parts.
    """
    return _spelt(value, "", 0) + "\n"


def _spelt(value: object, margin: str, taken: int) -> str:
    """The text of a value that begins where `taken` characters stand on the line."""
    flat = dumps(value)
    if taken + len(flat) <= WIDTH or not any(_parts(part) for part in _parts(value)):
        return flat
    return f"{flat[0]}\n" + ",\n".join(_lines(value, margin + INDENT)) + f"\n{margin}{flat[-1]}"


def _lines(value: object, margin: str) -> Iterator[str]:
    """The lines for the parts of an object or a list."""
    if isinstance(value, dict):
        for key, part in cast("dict[str, Any]", value).items():
            start = f"{margin}{dumps(key)}: "
            yield start + _spelt(part, margin, len(start))
    else:
        yield from (margin + dumps(part) for part in _parts(value))


def _parts(value: object) -> Collection[Any]:
    """What an object or a list holds; nothing in a plain value."""
    if isinstance(value, dict):
        return cast("dict[str, Any]", value).values()
    return cast("list[Any]", value) if isinstance(value, (list, tuple)) else ()
