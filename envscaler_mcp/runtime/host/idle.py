"""Idle episodes in memory, and on disk once they are too many."""

from __future__ import annotations

import shutil
from collections import OrderedDict
from pathlib import Path

import zstandard

from envscaler_mcp.runtime.standalone.canonical import dumps, loads
from envscaler_mcp.spec.files import writing

from .episode import HostedEpisode
from .journal import Journal
from .metrics import Metrics
from .start import Checkpoint
from .temporary import TemporaryFolder, remove_stale

PREFIX = "envscaler-idle-"
_LENGTH = 8


class IdleEpisodes:
    """Knows how many bytes episodes hold; sends those not used for longest to a folder and back.

    What lies there is a short cut: it does not outlive the host.

    Args:
        most: bytes that may stay in memory.
        metrics: what is counted.
        folder: where to put them; without one, a temporary folder.
    """

    def __init__(self, most: int, metrics: Metrics, folder: Path | None = None) -> None:
        self._most = most
        self._metrics = metrics
        self._given = folder
        self._folder: Path | None = None
        self._temporary: TemporaryFolder | None = None
        self._away: set[str] = set()
        self._weights: OrderedDict[str, tuple[HostedEpisode, int]] = OrderedDict()
        self.bytes = 0
        if folder is None:
            remove_stale(PREFIX)

    def note(self, episode: HostedEpisode) -> None:
        """It was used just now; make room if it has grown."""
        self._drop(episode)
        if weight := episode.weight():
            self._weights[episode.id] = (episode, weight)
            self.bytes += weight
        while self.bytes > self._most and self._send_one():
            pass

    def forget(self, episode: HostedEpisode) -> None:
        """It is no more."""
        self._drop(episode)
        if episode.id in self._away:
            self._away.discard(episode.id)
            self._path(episode).unlink(missing_ok=True)

    def is_away(self, episode: HostedEpisode) -> bool:
        """Whether it lies here on disk."""
        return episode.id in self._away

    def bring_back(self, episode: HostedEpisode) -> None:
        """Read what was sent away."""
        path = self._path(episode)
        with writing(path):
            packed = path.read_bytes()
        episode.journal, episode.checkpoint = _unpacked(zstandard.ZstdDecompressor().decompress(packed))
        self.forget(episode)
        self._metrics.count("brought_from_disk")

    def close(self) -> None:
        """Leave nothing behind."""
        if self._temporary:
            self._temporary.remove()
        elif self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _send_one(self) -> bool:
        """Send away the one not used for longest that nobody uses now."""
        found = next((one for one, _ in self._weights.values() if not one.in_use and one.journal), None)
        if found is None:
            return False
        packed = zstandard.ZstdCompressor(level=1).compress(_packed(found))
        path = self._path(found)
        with writing(path):
            path.write_bytes(packed)
        self._away.add(found.id)
        found.journal = found.checkpoint = None
        self._drop(found)
        self._metrics.count("evicted_to_disk")
        return True

    def _drop(self, episode: HostedEpisode) -> None:
        _, weight = self._weights.pop(episode.id, (episode, 0))
        self.bytes -= weight

    def _path(self, episode: HostedEpisode) -> Path:
        return self._home() / f"{episode.id}.zst"

    def _home(self) -> Path:
        """Made when first needed; what a killed host left in it is worth nothing."""
        if self._folder is None and self._given is not None:
            shutil.rmtree(self._given, ignore_errors=True)
            with writing(self._given):
                self._given.mkdir(parents=True, mode=0o700)
            self._folder = self._given
        elif self._folder is None:
            self._temporary = TemporaryFolder(PREFIX)
            self._folder = self._temporary.path
        return self._folder


def _packed(episode: HostedEpisode) -> bytes:
    """Length of the packed state, the packed state, a line about it, and the journal's lines."""
    checkpoint = episode.checkpoint
    about = dumps(
        {"calls": checkpoint.calls, "digest": checkpoint.digest, "broken": checkpoint.broken}
        if checkpoint
        else {}
    )
    packed = checkpoint.packed if checkpoint else b""
    return len(packed).to_bytes(_LENGTH, "big") + packed + b"\n".join([about.encode(), *episode.calls.lines])


def _unpacked(raw: bytes) -> tuple[Journal, Checkpoint | None]:
    end = _LENGTH + int.from_bytes(raw[:_LENGTH], "big")
    line, *lines = raw[end:].split(b"\n")
    about = loads(line)
    if not about:
        return Journal(lines), None
    return Journal(lines), Checkpoint(
        about["calls"], raw[_LENGTH:end], about["digest"], tuple(about["broken"])
    )
