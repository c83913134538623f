"""Time, so that tests need none."""

from __future__ import annotations

import time
from typing import Protocol

import anyio


class Clock(Protocol):
    """What waiting and deadlines go by."""

    def now(self) -> float:
        """Seconds that never run backwards."""
        ...

    def wall(self) -> float:
        """Seconds since 1970, for dates that others write."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let others go on for so long."""
        ...


class RealClock:
    """The machine's."""

    def now(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()

    def wall(self) -> float:
        """Seconds since 1970."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Let others go on for so long."""
        await anyio.sleep(seconds)
