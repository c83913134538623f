"""`--tasks FILE`: one request a row, as JSON lines, as a JSON list, as CSV, or as plain lines of text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import StrictJsonError, loads
from envscaler_mcp.spec import Json, Problem, read_bytes

KEYS = ("task", "instruction", "request", "query", "question", "prompt", "text", "input")
"""Where a row holds its request; the first that is there counts."""
LONGEST = 2000
MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Task:
    """One request, and the line or row that it stands in."""

    text: str
    where: str


def read_tasks(path: Path) -> tuple[list[Task], list[Problem]]:
    """The requests of a file, and the rows that hold none.

    Raises:
        BadInput: it cannot be read, or holds no request at all.
    """
    text = _text(path)
    rows = list(_rows(path, text))
    tasks = [row for row in rows if isinstance(row, Task)]
    if not tasks:
        first = next((row.message for row in rows if isinstance(row, Problem)), "it is empty")
        remedy = f"give one request a line, or rows with one of: {', '.join(KEYS)}"
        raise BadInput(str(path), f"there is no request in it ({first})", remedy)
    return tasks, [row for row in rows if isinstance(row, Problem)]


def _text(path: Path) -> str:
    try:
        return read_bytes(path, max_bytes=MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(str(path), f"not UTF-8 at byte {error.start}", "save it as UTF-8") from error


def _rows(path: Path, text: str) -> Iterator[Task | Problem]:
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        yield from _json_lines(path, text)
    elif path.suffix.lower() == ".json":
        yield from _json(path, text)
    elif path.suffix.lower() in (".csv", ".tsv"):
        yield from _csv(path, text, "\t" if path.suffix.lower() == ".tsv" else ",")
    else:
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                yield _task(line, f"{path}:{number}")


def _json_lines(path: Path, text: str) -> Iterator[Task | Problem]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            where = f"{path}:{number}"
            try:
                yield _of_value(loads(line), where)
            except StrictJsonError as error:
                yield Problem(code="row_unreadable", where=where, message=f"not strict JSON: {error}")


def _json(path: Path, text: str) -> Iterator[Task | Problem]:
    try:
        value = loads(text)
    except StrictJsonError as error:
        raise BadInput(str(path), f"not strict JSON: {error}", "correct the file") from error
    if not isinstance(value, list):
        raise BadInput(str(path), "it is no list", "give a list of requests, or JSON lines")
    for number, row in enumerate(cast("list[Json]", value)):
        yield _of_value(row, f"{path}: row {number + 1}")


def _csv(path: Path, text: str, delimiter: str) -> Iterator[Task | Problem]:
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            named = {str(key).strip().lower(): value for key, value in row.items() if key is not None}
            yield _of_row(named, f"{path}:{reader.line_num}")
    except csv.Error as error:
        raise BadInput(f"{path}:{reader.line_num}", f"not CSV: {error}", "correct that line") from error


def _of_value(value: Json, where: str) -> Task | Problem:
    if isinstance(value, str):
        return _task(value, where)
    if isinstance(value, dict):
        return _of_row(cast("dict[str, Json]", value), where)
    return Problem(code="row_without_task", where=where, message="The row is neither text nor an object.")


def _of_row(row: Mapping[str, Json], where: str) -> Task | Problem:
    found = next((row[key] for key in KEYS if isinstance(row.get(key), str) and row[key].strip()), None)
    if found is None:
        message = f"The row has none of: {', '.join(KEYS)}."
        return Problem(code="row_without_task", where=where, message=message)
    return _task(found, where)


def _task(text: str, where: str) -> Task | Problem:
    flat = " ".join(text.split())
    if not flat:
        return Problem(code="row_without_task", where=where, message="The row is empty.")
    if len(flat) > LONGEST:
        message = f"The request is longer than {LONGEST} characters."
        return Problem(code="task_too_long", where=where, message=message)
    return Task(flat, where)
