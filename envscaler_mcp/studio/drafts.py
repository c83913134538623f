"""Drafts on disk: one folder each, written whole after every change, one writer at a time."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import write_text, writing

from .parts import Draft

FILE = "draft.json"
LOCK = ".lock"
DISCARDED = ".discarded"
TURN_SECONDS = 30.0
LOOK_SECONDS = 0.02


class Drafts:
    """The drafts of a folder.

    Args:
        folder: holds a folder for each draft.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """Names of the drafts, sorted."""
        return sorted(path.parent.name for path in self.folder.glob(f"*/{FILE}"))

    def place(self, name: str) -> Path:
        """The folder of a draft."""
        return self.folder / name

    def load(self, name: str) -> Draft:
        """A draft as it stands.

        Raises:
            BadInput: there is none of this name, or its file is damaged.
        """
        if name not in self.names():
            known = ", ".join(self.names()) or "there are none yet; call start_draft"
            raise BadInput(f"draft {name!r}", "there is no such draft", f"the drafts are: {known}")
        return Draft.load(self.place(name) / FILE)

    def save(self, draft: Draft) -> None:
        """Write a draft whole. Raises BadInput."""
        write_text(self.place(draft.name) / FILE, draft.to_text())

    def discard(self, name: str) -> Path:
        """Put a draft aside; nothing is deleted."""
        self.load(name)
        aside = self.folder / DISCARDED
        number = 1
        while (aside / f"{name}-{number}").exists():
            number += 1
        with writing(aside):
            aside.mkdir(parents=True, exist_ok=True)
            return self.place(name).rename(aside / f"{name}-{number}")

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Changes come one after the other, also those of another process on this folder.

        Raises:
            BadInput: somebody else does not finish.
        """
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            await self._locked(descriptor)
            yield
        finally:
            os.close(descriptor)

    async def _locked(self, descriptor: int) -> None:
        given_up = asyncio.get_running_loop().time() + TURN_SECONDS
        while True:
            try:
                return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if asyncio.get_running_loop().time() > given_up:
                    raise BadInput(str(self.folder), "another studio is at work there", "try again") from None
                await asyncio.sleep(LOOK_SECONDS)
