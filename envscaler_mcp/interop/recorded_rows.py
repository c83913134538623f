"""The rows of a file of trajectories.

Other people's JSON is not strict: NaN occurs, and halves of characters.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import read_bytes

WRAPPERS = ("data", "results", "trajectories", "rows", "train", "test")


def recorded_rows(path: Path) -> Iterator[tuple[int, Any]]:
    """Every row with its number; a line that is no JSON comes as its text.

    Raises:
        BadInput: nothing in the file is JSON.
    """
    text = read_bytes(path).decode("utf-8-sig", "replace")
    try:
        rows = _unwrapped(_loads(text))
    except ValueError as error:
        rows = _lines(text)
        if not any(isinstance(row, dict) for row in rows):
            raise BadInput(str(path), f"neither JSON nor JSON lines: {error}", "correct the file") from error
    yield from enumerate(rows, start=1)


def structured(value: Any) -> Any:
    """A value that may stand as JSON text, or as Python's."""
    if not isinstance(value, str):
        return value
    try:
        return _loads(value)
    except ValueError:
        pass
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value


def _loads(text: str) -> Any:
    try:
        return _clean(json.loads(text, parse_constant=str))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _clean(value: Any) -> Any:
    """Without halves of surrogate pairs, which no strict reader takes."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        mapping = cast("dict[str, Any]", value)
        return {_clean(key): _clean(part) for key, part in mapping.items()}
    if isinstance(value, list):
        return [_clean(part) for part in cast("list[Any]", value)]
    return value


def _unwrapped(value: Any) -> list[Any]:
    if isinstance(value, dict):
        whole = cast("dict[str, Any]", value)
        inner = next((whole[key] for key in WRAPPERS if isinstance(whole.get(key), list)), None)
        return [whole] if inner is None or "trajectory" in whole else cast("list[Any]", inner)
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _lines(text: str) -> list[Any]:
    rows: list[Any] = []
    for line in text.split("\n"):
        if line.strip():
            try:
                rows.append(_loads(line))
            except ValueError:
                rows.append(line)
    return rows
