"""The workers of all environments, and how many processes they may be together."""

from __future__ import annotations

from collections import OrderedDict

from envscaler_mcp.runtime.folder import ServerFolder

from .limits import HostLimits
from .metrics import Metrics
from .pool import Pool


class Pools:
    """One pool for each environment that is in use; the one not used for longest makes room.

    Args:
        limits: how many processes there may be.
        metrics: what is counted.
        trusted: a person vouches for all sources.
    """

    def __init__(self, limits: HostLimits, metrics: Metrics, *, trusted: bool = False) -> None:
        self._limits = limits
        self._metrics = metrics
        self._trusted = trusted
        self._pools: OrderedDict[str, Pool] = OrderedDict()

    async def of(self, folder: ServerFolder) -> Pool:
        """The pool of an environment."""
        pool = self._pools.get(folder.card.name)
        if pool is None:
            pool = self._pools[folder.card.name] = self._new(folder)
        self._pools.move_to_end(folder.card.name)
        if not pool.running:
            await self._make_room(pool)
        return pool

    @property
    def processes(self) -> list[int]:
        """Process ids of all workers."""
        seats = (seat for pool in self._pools.values() for seat in pool.running)
        return [seat.pid for seat in seats if seat.pid is not None]

    async def close(self) -> None:
        """End all workers."""
        for pool in self._pools.values():
            await pool.close()

    def _new(self, folder: ServerFolder) -> Pool:
        return Pool(folder, self._limits, self._metrics, trusted=self._trusted, may_start=self._has_room)

    def _has_room(self) -> bool:
        return len(self.processes) < self._limits.processes

    async def _make_room(self, coming: Pool) -> None:
        while not self._has_room():
            resting = next(
                (pool for pool in self._pools.values() if pool is not coming and pool.idle and pool.running),
                None,
            )
            if resting is None:
                return
            await resting.rest()
