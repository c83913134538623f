"""Small edits of source text at places that the syntax tree names. Everything else stays as it is."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Edit:
    """Replace the bytes from `start` to `end`, both (line from 1, byte column), by `text`."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str


def replace(node: ast.expr | ast.stmt | ast.arg, text: str) -> Edit:
    """An edit that puts `text` in the place of a node."""
    end = (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
    return Edit((node.lineno, node.col_offset), end, text)


def insert(line: int, column: int, text: str) -> Edit:
    """An edit that puts `text` before a place."""
    return Edit((line, column), (line, column), text)


def applied(source: str, edits: Iterable[Edit]) -> str:
    """The source with edits that do not overlap."""
    raw = source.encode("utf-8")
    starts = [0]
    for line in raw.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for edit in sorted(set(edits), reverse=True):
        begin = starts[edit.start[0] - 1] + edit.start[1]
        end = starts[edit.end[0] - 1] + edit.end[1]
        raw = raw[:begin] + edit.text.encode("utf-8") + raw[end:]
    return raw.decode("utf-8")
