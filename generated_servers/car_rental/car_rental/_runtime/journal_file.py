"""The file of an episode's journal: continued where it stands, never half-written, one writer at a time."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import Any

from .bundle import Unusable
from .canonical import StrictJsonError, dumps, loads

BINARY: int = getattr(os, "O_BINARY", 0)  # elsewhere lines end in two characters
BEGINS = b'{"format":"envscaler-mcp/journal/'
ANOTHER = "name another file, or begin as it says"


class JournalFile:
    """A file of JSON lines, open for as long as this process lives.

    Args:
        path: the file; it is made where there is none.

    Raises:
        Unusable: it is no journal, or another process writes to it.
        OSError: it cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | BINARY, 0o666)
        self._is_kept = stat.S_ISREG(os.fstat(self._file).st_mode)
        self._lock()
        self.lines = self._read() if self._is_kept else []
        """Header and calls, as they stood when it was opened."""

    def calls_of(self, header: dict[str, Any]) -> list[dict[str, Any]]:
        """The calls of the episode that begins with this header; a new file begins with it.

        Raises:
            Unusable: it is another episode's.
            OSError: it cannot be written.
        """
        if not self.lines:
            self.append(header)
            return []
        found, *calls = self.lines
        other = [name for name in header if found.get(name) != header[name]]
        if other:
            said = ", ".join(f"{name} is {found.get(name)!r}, not {header[name]!r}" for name in other)
            raise Unusable(f"{self.path}: it is the journal of another episode ({said}); {ANOTHER}.")
        return calls

    def append(self, line: dict[str, Any]) -> int:
        """Add a line, whole or not at all; where the file ended before, for `cut`.

        Raises:
            OSError: it cannot be written.
        """
        end = os.fstat(self._file).st_size
        raw = dumps(line).encode() + b"\n"
        try:
            while raw:
                raw = raw[os.write(self._file, raw) :]
        except OSError:
            self.cut(end)
            raise
        return end

    def cut(self, end: int) -> None:
        """Forget what was added after `end`."""
        if self._is_kept:
            os.ftruncate(self._file, end)

    def _lock(self) -> None:
        """Keep others out, where the system knows how; the lock goes with the process."""
        with contextlib.suppress(ImportError):
            import fcntl

            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Unusable(f"{self.path}: another server writes to it; name another file.") from error

    def _read(self) -> list[dict[str, Any]]:
        """Every line; the half of one that a killed server left was told to nobody, and is cut off."""
        raw = self.path.read_bytes()
        whole = raw.rfind(b"\n") + 1
        if not (raw.startswith(BEGINS) or BEGINS.startswith(raw)):
            raise Unusable(f"{self.path}: it is no journal; name another file.")
        self.cut(whole)
        return [self._line(number, line) for number, line in enumerate(raw[:whole].splitlines(), 1)]

    def _line(self, number: int, raw: bytes) -> dict[str, Any]:
        try:
            line = loads(raw)
        except StrictJsonError as error:
            message = f"{self.path}, line {number}: not strict JSON: {error}; name another file."
            raise Unusable(message) from error
        if not isinstance(line, dict):
            raise Unusable(f"{self.path}, line {number}: it is no call; name another file.")
        return line  # pyright: ignore[reportUnknownVariableType]
