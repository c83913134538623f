"""The calls of one episode, as the lines that stand in its file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from envscaler_mcp.runtime.standalone.canonical import dumps, loads
from envscaler_mcp.runtime.standalone.episode import Entry


class Journal:
    """Lines, and where each answered request stands. Lines are shared between forks."""

    __slots__ = ("_answered", "digest", "lines", "size")

    def __init__(self, lines: Iterable[bytes] = ()) -> None:
        self.lines: list[bytes] = []
        self.size = 0
        self.digest = ""
        """Digest of the state after the last call; empty before the first."""
        self._answered: dict[str, int] | None = None
        for line in lines:
            self.lines.append(line)
            self.size += len(line)
        if self.lines:
            self.digest = self.entry(len(self.lines))["state_digest"]

    def __len__(self) -> int:
        return len(self.lines)

    def entry(self, number: int) -> Entry:
        """Call `number`, counted from 1."""
        return loads(self.lines[number - 1])

    def since(self, number: int) -> list[Entry]:
        """The calls after call `number`."""
        return [loads(line) for line in self.lines[number:]]

    def answered(self, request_id: str | None) -> Entry | None:
        """The call that this request led to, if it was played already."""
        if request_id is None:
            return None
        number = self._numbers().get(request_id)
        return self.entry(number) if number is not None else None

    def append(self, line: bytes, entry: Entry) -> None:
        """Take up a call."""
        self.lines.append(line)
        self.size += len(line)
        self.digest = entry["state_digest"]
        if self._answered is not None and entry.get("request_id") is not None:
            self._answered[entry["request_id"]] = len(self.lines)

    def first(self, number: int) -> Journal:
        """The journal as it stood after call `number`."""
        return Journal(self.lines[:number])

    def _numbers(self) -> dict[str, int]:
        """Made when first asked for: most episodes at rest are never asked again."""
        if self._answered is None:
            named = ((number, loads(line).get("request_id")) for number, line in enumerate(self.lines, 1))
            self._answered = {name: number for number, name in named if name is not None}
        return self._answered


def line_of(entry: dict[str, Any]) -> bytes:
    """An entry as a line, without its end."""
    return dumps(entry).encode()
