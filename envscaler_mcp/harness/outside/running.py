"""An agent's processes: started in an empty folder, heard line by line, and all ended in the end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .program import Launch, Place
from .wall import around, has_wall

LONGEST_LINE = 4 * 1024 * 1024
CHUNK = 64 * 1024
TAIL = 2_000
"""Characters of the last output that an error may quote."""
KEPT_OF_OURS = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS")
WAIT_FOR_THE_DEAD = 10.0


@dataclass
class Running:
    """One agent at work."""

    process: asyncio.subprocess.Process
    errors: Path
    last: str = ""
    """The end of what it said on stdout."""

    async def lines(self) -> AsyncIterator[str]:
        """What it says on stdout, until it says no more; of a line without end only the end."""
        assert self.process.stdout is not None
        rest = b""
        while chunk := await self.process.stdout.read(CHUNK):
            *whole, rest = (rest + chunk).split(b"\n")
            rest = rest[-LONGEST_LINE:]
            self.last = (self.last + chunk.decode("utf-8", "replace"))[-TAIL:]
            for line in whole:
                yield line.decode("utf-8", "replace")
        yield rest.decode("utf-8", "replace")

    async def status(self) -> int:
        """How it ended."""
        return await self.process.wait()

    def last_words(self) -> str:
        """The end of what it said, for an error message: of its complaints, if it had any."""
        with suppress(OSError), self.errors.open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - TAIL))
            if said := stream.read().decode("utf-8", "replace").strip():
                return said
        return self.last.strip()


@asynccontextmanager
async def running(launch: Launch, place: Place, closed: Sequence[Path]) -> AsyncGenerator[Running]:
    """Start a program; on the way out it and whatever it has started are ended.

    Args:
        launch: how.
        place: its folders, which exist; its files are written here.
        closed: what it must not see (where the machine has a wall).
    """
    for name, text in launch.files.items():
        path = place.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    errors = place.home / "stderr"
    wall = around(closed, place.home.parent) if has_wall() else []
    with errors.open("wb") as complaints:
        process = await asyncio.create_subprocess_exec(
            *wall,
            *launch.command,
            stdin=asyncio.subprocess.PIPE if launch.stdin else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=complaints,
            cwd=place.work,
            env=_environment(launch.environment, place),
            start_new_session=True,
        )
    try:
        await _tell(process, launch.stdin)
        yield Running(process, errors)
    finally:
        await _end(process)


def _environment(own: Mapping[str, str], place: Place) -> dict[str, str]:
    """What is the agent's, and where it is; nothing else of ours."""
    kept = {name: os.environ[name] for name in KEPT_OF_OURS if name in os.environ}
    home = str(place.home)
    folders = {f"XDG_{kind}_HOME": f"{home}/.{kind.lower()}" for kind in ("CONFIG", "DATA", "CACHE", "STATE")}
    return {**kept, **folders, "HOME": home, "TMPDIR": home, "TERM": "dumb", **own}


async def _tell(process: asyncio.subprocess.Process, text: str) -> None:
    if process.stdin is None:
        return
    with suppress(ConnectionError):
        process.stdin.write(text.encode())
        await process.stdin.drain()
    process.stdin.close()


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the group, also after its leader has gone: somebody in it may not have."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdout is not None:
        with suppress(TimeoutError):
            async with asyncio.timeout(WAIT_FOR_THE_DEAD):
                while await process.stdout.read(CHUNK):
                    pass
    await process.wait()
