"""Names that a method gives on the way, `(room_id := …)`, and then never says again."""

from __future__ import annotations

import re
from collections.abc import Sequence

_GIVEN = re.compile(r"\((?P<name>[a-z_]\w*) := ")


def without_idle_names(method: Sequence[str]) -> list[str]:
    """The method's lines, in which only what is said again has a name."""
    lines = list(method)
    for name in dict.fromkeys(name for line in lines for name in _GIVEN.findall(line)):
        if sum(len(re.findall(rf"(?<![\w.]){name}\b", line)) for line in lines) == 1:
            lines = [_unnamed(line, name) for line in lines]
    return lines


def _unnamed(line: str, name: str) -> str:
    """The line without the name; the value keeps no brackets: it is an attribute or a subscript."""
    opening = f"({name} := "
    begin = line.find(opening)
    if begin < 0:
        return line
    end = _closing(line, begin)
    return line[:begin] + line[begin + len(opening) : end] + line[end + 1 :]


def _closing(line: str, begin: int) -> int:
    """Where the bracket that opens at `begin` closes."""
    depth = 0
    for place in range(begin, len(line)):
        depth += {"(": 1, ")": -1}.get(line[place], 0)
        if depth == 0:
            return place
    raise ValueError(f"a bracket is not closed: {line}")
