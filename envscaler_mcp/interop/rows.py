"""The rows of a release's file, whatever its outer shape: an object by id, a list, or JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import StrictJsonError, loads
from envscaler_mcp.spec.problem import Problem
from envscaler_mcp.spec.record import Json, read_bytes

MAX_FILE = 512 * 1024 * 1024
"""Whole releases are larger than any one record of ours."""

_WRAPPERS = frozenset(
    {"data", "rows", "train", "test", "items", "environments", "envs", "scenarios", "tasks"}
)
"""Keys under which a file may hold the list of its rows."""


@dataclass(frozen=True)
class Row:
    """One row: its key where the file gives one, and a name for messages."""

    where: str
    key: str | None
    value: dict[str, Json]


def read_rows(path: Path, marks: Sequence[str]) -> tuple[list[Row], list[Problem]]:
    """All rows of a file; a damaged one becomes a Problem.

    Args:
        path: the file.
        marks: keys that a row has, so that a single row is told from an object of rows.

    Raises:
        BadInput: the file cannot be read, is no JSON, or holds no rows.
    """
    raw = read_bytes(path, max_bytes=MAX_FILE)
    try:
        whole = loads(raw, max_bytes=MAX_FILE)
    except StrictJsonError as error:
        found = _row_by_row(path, raw, marks) or _lines(path, raw, error)
    else:
        found = list(_in_value(whole, path, marks))
    if not found:
        raise BadInput(str(path), "it holds no rows", "give an object by id, a list of rows, or JSON lines")
    return _split(path, found)


def nested(value: Json) -> Json:
    """A nested value that may stand as JSON text.

    Raises:
        StrictJsonError: it is text, but no JSON.
    """
    return loads(value, max_bytes=MAX_FILE) if isinstance(value, str) else value


def names_row(row: Row, *identities: object) -> str:
    """`environments.json: row 3 (env_147_rl)`."""
    known = next((str(identity) for identity in identities if identity not in (None, "")), None)
    return f"{row.where} ({known})" if known and f"({known})" not in row.where else row.where


def _row_by_row(path: Path, raw: bytes, marks: Sequence[str]) -> list[tuple[int, str | None, Json]]:
    """The rows of a file that is JSON, though not strict: each row that is not is kept as its own error."""
    try:
        whole = json.loads(raw)
    except (ValueError, RecursionError):
        return []
    found: list[tuple[int, str | None, Json]] = []
    for number, key, value in _in_value(whole, path, marks):
        try:
            found.append((number, key, loads(json.dumps(value), max_bytes=MAX_FILE)))
        except StrictJsonError as error:
            found.append((number, key, cast("Json", error)))  # told as this row's Problem
    return found if any(not isinstance(value, StrictJsonError) for _, _, value in found) else []


def _lines(path: Path, raw: bytes, whole_error: StrictJsonError) -> list[tuple[int, str | None, Json]]:
    """JSON lines; a line that is no JSON is kept as its own error."""
    found: list[tuple[int, str | None, Json]] = []
    good = 0
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            value = loads(line, max_bytes=MAX_FILE)
            good += isinstance(value, dict)
        except StrictJsonError as error:
            value = error
        found.append((number, None, value))
    if not good:
        raise BadInput(
            str(path), f"it is not strict JSON: {whole_error}", "correct the file"
        ) from whole_error
    return found


def _in_value(whole: Json, path: Path, marks: Sequence[str]) -> Iterator[tuple[int, str | None, Json]]:
    if isinstance(whole, list):
        for number, value in enumerate(cast("list[Json]", whole), start=1):
            yield number, None, value
    elif isinstance(whole, dict):
        yield from _in_object(cast("dict[str, Json]", whole), marks)
    else:
        raise BadInput(
            str(path), "it holds neither an object nor a list", "give an object by id or a list of rows"
        )


def _in_object(whole: dict[str, Json], marks: Sequence[str]) -> Iterator[tuple[int, str | None, Json]]:
    if any(mark in whole for mark in marks):
        yield 1, None, whole
        return
    wrapper, value = next(iter(whole.items()), ("", None))
    if len(whole) == 1 and wrapper in _WRAPPERS and isinstance(value, list):
        rows = cast("list[Json]", value)
        yield from ((number, None, row) for number, row in enumerate(rows, start=1))
        return
    number = 0
    for key, value in whole.items():
        for part in cast("list[Json]", value) if isinstance(value, list) else [value]:
            number += 1
            yield number, key, part


def _split(path: Path, found: Sequence[tuple[int, str | None, Json]]) -> tuple[list[Row], list[Problem]]:
    rows: list[Row] = []
    problems: list[Problem] = []
    for number, key, value in found:
        where = f"{path.name}: row {number}" + (f" ({key})" if key else "")
        inner = _unwrapped(value)
        if isinstance(inner, Mapping):
            rows.append(Row(where, key, dict(cast("Mapping[str, Any]", inner))))
        else:
            message = (
                f"the row is no strict JSON: {inner}"
                if isinstance(inner, Exception)
                else "the row is no object"
            )
            problems.append(Problem(code="row_shape", where=where, message=message))
    return rows, problems


def _unwrapped(value: Json) -> Json:
    """A row inside `{"row": {…}}`, as some data set viewers export it, or as JSON text."""
    if isinstance(value, str):
        try:
            return loads(value, max_bytes=MAX_FILE)
        except StrictJsonError:
            return value
    if not isinstance(value, dict):
        return value
    whole = cast("dict[str, Json]", value)
    return whole["row"] if isinstance(whole.get("row"), dict) else whole
