"""The workers of one environment: who may use which, and when.

A request first waits a moment for the worker that holds its episode. When that one is held up,
any other takes the episode over: it comes back from bytes, so nobody waits for a slow neighbour.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

from envscaler_mcp.errors import EnvscalerError
from envscaler_mcp.runtime.folder import ServerFolder

from .episode import HostedEpisode
from .limits import HostLimits
from .metrics import Metrics
from .refusals import Busy
from .seat import Seat


class Waiter:
    """A request in the queue: the seat it would like, and whether any other will do by now."""

    def __init__(self, liked: Seat | None) -> None:
        self.liked = liked
        self.seat: asyncio.Future[Seat] = asyncio.get_running_loop().create_future()

    def takes(self, seat: Seat) -> bool:
        """Whether it would use this seat."""
        return not self.seat.done() and (self.liked is None or self.liked is seat)


class Pool:
    """The seats of one environment. Workers start when they are first needed.

    Args:
        folder: the environment.
        limits: how many workers and how much waiting.
        metrics: what is counted.
        trusted: a person vouches for the source.
        may_start: whether the host has room for one more process.
    """

    def __init__(
        self,
        folder: ServerFolder,
        limits: HostLimits,
        metrics: Metrics,
        *,
        trusted: bool = False,
        may_start: Callable[[], bool] = lambda: True,
    ) -> None:
        self.folder = folder
        self._limits = limits
        self._metrics = metrics
        self._trusted = trusted
        self._may_start = may_start
        self._waiting: deque[Waiter] = deque()
        self._starting: set[asyncio.Task[None]] = set()
        self._closed = False
        self.seats = [self._new_seat()]

    @asynccontextmanager
    async def seat(self, episode: HostedEpisode) -> AsyncGenerator[Seat]:
        """A worker of one's own for a while, if possible the one that holds the episode.

        Raises:
            Busy: too many wait, or it took too long.
        """
        seat = await self._take(episode.seat if episode.seat in self.seats else None)
        try:
            yield seat
        finally:
            self._give_back(seat)

    @property
    def running(self) -> list[Seat]:
        """Seats whose worker is alive."""
        return [seat for seat in self.seats if seat.pid is not None]

    @property
    def idle(self) -> bool:
        """Whether nobody uses it."""
        return not self._waiting and not self._starting and not any(seat.taken for seat in self.seats)

    async def close(self) -> None:
        """End all workers and refuse what comes later."""
        self._closed = True
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        await self.rest()

    async def rest(self) -> None:
        """End all workers; the next request starts them again."""
        for seat in self.seats:
            await seat.close()

    async def _take(self, liked: Seat | None) -> Seat:
        if self._closed:
            raise Busy("the environment is shut", "draining")
        seat = self._free(liked)
        if seat is not None:
            seat.taken = True
            self._grow(self._limits.workers)
            return seat
        if len(self._waiting) >= self._limits.waiting:
            raise Busy(f"{len(self._waiting)} requests wait for the workers of {self.folder.card.name}")
        return await self._wait(Waiter(liked))

    def _free(self, liked: Seat | None) -> Seat | None:
        """The seat that is liked; where none is, the free one with the fewest episodes."""
        if liked is not None:
            return None if liked.taken else liked
        free = [seat for seat in self.seats if not seat.taken]
        return min(free, key=lambda seat: (seat.pid is None, seat.held), default=None)

    async def _wait(self, waiter: Waiter) -> Seat:
        self._waiting.append(waiter)
        try:
            return await self._served(waiter)
        except asyncio.CancelledError:
            if waiter.seat.done():
                self._give_back(waiter.seat.result())
            raise
        finally:
            self._waiting.remove(waiter)

    async def _served(self, waiter: Waiter) -> Seat:
        if seat := await self._given(waiter, self._limits.patience):
            return seat
        waiter.liked = None
        if seat := self._free(None):
            seat.taken = True
            return seat
        self._grow(self._limits.workers + self._limits.spares)
        if seat := await self._given(waiter, self._limits.wait_seconds):
            return seat
        raise Busy(f"all workers of {self.folder.card.name} are held up by slow calls")

    async def _given(self, waiter: Waiter, seconds: float) -> Seat | None:
        await asyncio.wait([waiter.seat], timeout=seconds)
        return waiter.seat.result() if waiter.seat.done() else None

    def _give_back(self, seat: Seat) -> None:
        seat.taken = False
        loop = asyncio.get_running_loop()
        seat.used = loop.time()
        for waiter in self._waiting:
            if waiter.takes(seat):
                seat.taken = True
                waiter.seat.set_result(seat)
                return
        if len(self.seats) > self._limits.workers and not self._closed:
            loop.call_later(self._limits.spare_seconds, self._dismiss, seat, seat.used)

    def _grow(self, most: int) -> None:
        """Start one more worker beside those that run, without anybody waiting for just that one."""
        if len(self.seats) >= most or self._starting or not self._may_start():
            return
        seat = self._new_seat()
        seat.taken = True
        self.seats.append(seat)
        task = asyncio.ensure_future(self._start(seat))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _start(self, seat: Seat) -> None:
        try:
            with suppress(EnvscalerError):  # whoever takes the seat will try again, and tell
                await seat.start()
        finally:
            self._give_back(seat)

    def _dismiss(self, seat: Seat, used: float) -> None:
        """End a spare worker that nobody has needed since, unless it is the only one that is free."""
        needed = seat.taken or seat.used != used or len(self.seats) <= self._limits.workers
        if self._closed or needed or all(other.taken for other in self.seats if other is not seat):
            return
        self.seats.remove(seat)
        task = asyncio.ensure_future(seat.close())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    def _new_seat(self) -> Seat:
        return Seat(self.folder, self._limits, self._metrics, trusted=self._trusted)
