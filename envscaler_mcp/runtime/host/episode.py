"""One hosted episode: bytes, and who may touch them when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec.host import EpisodeState

from .journal import Journal
from .refusals import Busy, Conflict
from .start import Checkpoint, Opening

if TYPE_CHECKING:
    from .seat import Seat


class HostedEpisode:
    """An episode of a host. Thousands exist; what is common to them they share.

    Args:
        identifier: its name on the admin port.
        token: its secret on the agents' port.
        folder: the server that it is an episode of.
        opening: where it begins.
        journal: its calls; None when they are on disk.
    """

    __slots__ = (
        "_lock", "_waiting", "checkpoint", "failed", "folder", "gone", "id", "journal", "opening", "seat",
        "token", "version",
    )  # fmt: skip

    def __init__(
        self, identifier: str, token: str, folder: ServerFolder, opening: Opening, journal: Journal | None
    ) -> None:
        self.id = identifier
        self.token = token
        self.folder = folder
        self.opening = opening
        self.journal = journal
        self.checkpoint: Checkpoint | None = None
        self.seat: Seat | None = None
        """The worker that held it last; whether it still does, the seat knows."""
        self.version = 0
        """Counts every change. What a worker holds of another version is worth nothing."""
        self.failed = ""
        self.gone = False
        self._lock: asyncio.Lock | None = None
        self._waiting = 0

    @asynccontextmanager
    async def turn(self, most: int) -> AsyncGenerator[None]:
        """One at a time, and at most so many waiting.

        Raises:
            Busy: too many wait already.
        """
        if self._waiting > most:
            raise Busy(f"{self._waiting} requests wait for this episode already")
        lock = self._lock = self._lock or asyncio.Lock()
        self._waiting += 1
        try:
            async with lock:
                yield
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._lock = None  # thousands of idle episodes need no lock

    @property
    def in_use(self) -> bool:
        """Whether somebody has, or waits for, its turn."""
        return self._waiting > 0

    @property
    def calls(self) -> Journal:
        """Its journal, which must be in memory."""
        if self.journal is None:
            raise RuntimeError(f"the journal of episode {self.id} is on disk")
        return self.journal

    @property
    def digest(self) -> str:
        """Digest of the state; empty before it was ever opened."""
        opened = self.opening.checkpoint
        return self.calls.digest or (opened.digest if opened else "")

    @property
    def status(self) -> EpisodeState:
        """`live` in a worker, `idle` as bytes, or `failed` to come back."""
        if self.failed:
            return "failed"
        return "live" if self.seat is not None and self.seat.holds(self) else "idle"

    @property
    def header(self) -> dict[str, Any]:
        """First line of its journal."""
        return self.opening.header(self.folder.digest)

    def nearest(self) -> Checkpoint | None:
        """The packed state that the fewest calls follow; None where only the journal leads back."""
        found = self.checkpoint or self.opening.checkpoint
        return found if found and found.packed else None

    def changed(self) -> None:
        """Make whatever a worker holds of it worthless."""
        self.version += 1

    def require_sound(self) -> None:
        """Refuse what cannot come back.

        Raises:
            Conflict: its journal led to another state.
        """
        if self.failed:
            raise Conflict(
                "failed", f"the episode cannot be played again: {self.failed}", "reset or delete it"
            )

    def weight(self) -> int:
        """About the bytes of its own in memory."""
        own = len(self.checkpoint.packed) if self.checkpoint else 0
        return own + (self.journal.size if self.journal else 0)
