"""The folder that a host's episodes outlive it in.

    index.jsonl           one line for each episode begun or deleted, in order
    starts/<digest>.zst   start states, shared
    journals/<id>.jsonl   one episode each: header, then one line for each call

A line is in the file before its answer leaves. What a killed host left half-written is the end of
a line that nobody was told of; it is cut off. Tokens stand in the index: the folder is its owner's alone.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import zstandard

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import dumps, loads
from envscaler_mcp.spec.files import append_line, read_lines, write_bytes, writing

from .once import Named
from .start import Start

INDEX = "index.jsonl"
MAX_UNPACKED = 256 * 1024 * 1024


@dataclass(frozen=True)
class EpisodeLine:
    """An episode as the index knows it."""

    id: str
    token: str
    server: str
    start: str
    seed: int
    request_id: str | None = None
    """Of the request that led to it, where that had one."""
    asked: str = ""
    """Digest of what that request asked for."""

    def led_to_by(self, named: Named | None) -> EpisodeLine:
        """The same with the request that led to it."""
        return replace(self, request_id=named.request_id, asked=named.asked) if named else self

    @property
    def named(self) -> Named | None:
        """The request that led to it."""
        return Named(self.request_id, self.asked) if self.request_id is not None else None


class StateFolder:
    """A folder that only this host writes to, until it is closed or killed.

    Raises:
        BadInput: it cannot be used, or another host uses it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._starts: set[str] = set()
        with writing(path):
            for name in ("starts", "journals"):
                (path / name).mkdir(parents=True, exist_ok=True, mode=0o700)
            path.chmod(0o700)
            self._lock = os.open(path / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            remedy = "stop it, or choose another folder"
            raise BadInput(str(path), "another host uses this folder", remedy) from error

    def close(self) -> None:
        """Let another host use it."""
        with suppress(OSError):
            os.close(self._lock)

    def episodes(self) -> list[EpisodeLine]:
        """Every episode that was begun and not deleted; the index is written anew without the others.

        Raises:
            BadInput: the index is damaged.
        """
        index = self.path / INDEX
        found: dict[str, EpisodeLine] = {}
        lines = list(read_lines(index)) if index.exists() else []
        for line in lines:
            if "deleted" in line:
                found.pop(line["deleted"], None)
            else:
                found[line["id"]] = EpisodeLine(**line)
        if len(lines) != len(found):
            write_bytes(index, b"".join(_line(asdict(one)) for one in found.values()))
        self._sweep(found)
        return list(found.values())

    def begin(self, episode: EpisodeLine, start: Start, lines: Iterable[bytes]) -> None:
        """Note a new episode: its start, its journal and last its name, so that a named one is whole."""
        if start.digest not in self._starts:
            self._write_start(start)
        self.rewrite(episode.id, lines)
        append_line(self.path / INDEX, dumps(asdict(episode)))

    def append(self, identifier: str, line: bytes) -> None:
        """Add a call."""
        append_line(self._journal(identifier), line.decode())

    def rewrite(self, identifier: str, lines: Iterable[bytes]) -> None:
        """Put other lines in place of an episode's, all at once."""
        path = self._journal(identifier)
        with writing(path):
            draft = path.with_suffix(".part")
            draft.write_bytes(b"".join(line + b"\n" for line in lines))
            draft.replace(path)

    def delete(self, identifier: str) -> None:
        """Forget an episode."""
        append_line(self.path / INDEX, dumps({"deleted": identifier}))
        self._journal(identifier).unlink(missing_ok=True)

    def lines(self, identifier: str) -> list[bytes]:
        """The calls of an episode, without the header.

        Raises:
            BadInput: the journal is missing or damaged.
        """
        _header, *calls = read_lines(self._journal(identifier), _as_it_is)
        return calls

    def start(self, digest: str) -> Start:
        """A start state.

        Raises:
            BadInput: it is missing or damaged.
        """
        path = self._start_path(digest)
        with writing(path):
            packed = path.read_bytes()
        try:
            text = zstandard.ZstdDecompressor().decompress(packed, max_output_size=MAX_UNPACKED)
            found = Start.from_json(loads(text))
        except (zstandard.ZstdError, ValueError, LookupError, TypeError) as error:
            raise BadInput(str(path), f"damaged ({error})", "put the file back from a copy") from error
        if found.digest != digest:
            raise BadInput(str(path), "its content is another's", "put the file back from a copy")
        self._starts.add(digest)
        return found

    def _write_start(self, start: Start) -> None:
        path = self._start_path(start.digest)
        if not path.exists():
            write_bytes(path, zstandard.ZstdCompressor(level=3).compress(dumps(start.to_json()).encode()))
        self._starts.add(start.digest)

    def _sweep(self, known: dict[str, Any]) -> None:
        """Remove journals that nobody was told of."""
        for path in (self.path / "journals").iterdir():
            if path.stem not in known or path.suffix != ".jsonl":
                path.unlink(missing_ok=True)

    def _journal(self, identifier: str) -> Path:
        return self.path / "journals" / f"{identifier}.jsonl"

    def _start_path(self, digest: str) -> Path:
        return self.path / "starts" / f"{digest.removeprefix('sha256:')}.zst"


def _line(value: dict[str, Any]) -> bytes:
    return dumps(value).encode() + b"\n"


def _as_it_is(line: bytes, _where: str) -> bytes:
    return line
