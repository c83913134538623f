"""How fast one provider may be asked: so many at once, and not before it said."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

from .clock import Clock


class Pace:
    """Shared by everything that asks the same provider."""

    def __init__(self, at_once: int, clock: Clock) -> None:
        self._places = anyio.Semaphore(at_once)
        self._clock = clock
        self._not_before = clock.now()

    def hold_off(self, seconds: float) -> None:
        """The provider wants nothing from anybody for so long."""
        self._not_before = max(self._not_before, self._clock.now() + seconds)

    @asynccontextmanager
    async def place(self) -> AsyncGenerator[None]:
        """A place among those that may ask; waiting for the provider's time takes none."""
        while True:
            while (wait := self._not_before - self._clock.now()) > 0:
                await self._clock.sleep(wait)
            async with self._places:
                # While we waited for the place another one may have been told to hold off.
                if self._not_before <= self._clock.now():
                    yield
                    return
