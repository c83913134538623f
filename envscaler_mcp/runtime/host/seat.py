"""One worker, and the episodes that live in it."""

from __future__ import annotations

import base64
import binascii
from collections import OrderedDict
from typing import Any

from envscaler_mcp.errors import WorkerDied
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.sandbox.worker import WorkerRefused

from .episode import HostedEpisode
from .limits import HostLimits
from .metrics import Metrics
from .refusals import Unusable
from .start import Checkpoint

SECONDS_PER_REPLAYED_CALL = 0.5
MOST_STALE = 8
"""Episodes that a worker may hold for nobody before it is told: telling it costs as much as a short call."""


class Diverges(Exception):
    """A journal, played again, does not come to the state that it tells of."""


class Seat:
    """A worker that one request at a time may use; whoever has taken it asks it.

    Args:
        folder: the environment.
        limits: how many episodes it holds, and how long a call may take.
        metrics: what is counted.
        trusted: a person vouches for the source.
    """

    def __init__(self, folder: ServerFolder, limits: HostLimits, metrics: Metrics, *, trusted: bool) -> None:
        self.folder = folder
        self.taken = False
        self.used = 0.0
        """When it was last given back, by the loop's clock."""
        self._limits = limits
        self._metrics = metrics
        self._process = EnvironmentProcess(folder, call_seconds=limits.call_seconds, trusted=trusted)
        self._generation = 0
        self._live: OrderedDict[str, tuple[HostedEpisode, int]] = OrderedDict()
        self._stale: set[str] = set()
        """What the worker holds for nobody."""

    @property
    def pid(self) -> int | None:
        """The worker's process id while it lives."""
        return self._process.pid

    @property
    def held(self) -> int:
        """How many episodes live in it."""
        return len(self._live) if self.pid is not None else 0

    def holds(self, episode: HostedEpisode) -> bool:
        """Whether the episode lives here as it stands."""
        known = self._live.get(episode.id)
        return (
            known is not None
            and known[0] is episode
            and known[1] == episode.version
            and self._process.holds(self._generation)
        )

    async def start(self) -> None:
        """Have a worker; a new one holds nothing."""
        generation = await self._process.current()
        if generation != self._generation:
            if self._generation:
                self._metrics.count("workers_replaced")
            self._generation = generation
            self._live.clear()
            self._stale.clear()

    async def close(self) -> None:
        """End the worker."""
        self._live.clear()
        await self._process.__aexit__(None, None, None)

    async def bring(self, episode: HostedEpisode) -> None:
        """Let the episode live here.

        Raises:
            Unusable: the environment does not take its start state.
            Diverges: its journal leads elsewhere.
            WorkerDied, WorkerTimeout: the worker ended on the way.
        """
        await self.start()
        if not self.holds(episode):
            await self._make_room(episode)
            await self._come_back(episode)
            self.keep(episode)
        self._live.move_to_end(episode.id)
        episode.seat = self

    async def ask(self, episode: HostedEpisode, method: str, **params: Any) -> Any:
        """Ask about an episode that was brought."""
        return await self._ask(method, episode=episode.id, **params)

    def keep(self, episode: HostedEpisode) -> None:
        """What the worker holds is the episode as it stands now."""
        self._live[episode.id] = (episode, episode.version)

    def forget(self, episode: HostedEpisode) -> None:
        """What the worker holds is the episode no more."""
        self._live.pop(episode.id, None)

    async def freeze(self, episode: HostedEpisode) -> None:
        """Pack an episode that lives here, unless it is packed as it stands."""
        calls = len(episode.calls)
        if episode.checkpoint and episode.checkpoint.calls == calls:
            return
        version = episode.version
        found = await self._pack(episode.id, calls)
        if version == episode.version and found.digest == episode.digest:
            episode.checkpoint = found if found.packed else None

    async def _make_room(self, coming: HostedEpisode) -> None:
        """Drop what is stale, several at once; then let the one that was not used for longest go, packed."""
        stale = [name for name, (held, version) in self._live.items() if held.version != version]
        for name in stale:
            del self._live[name]
        self._stale.update(stale)
        while len(self._live) >= self._limits.live:
            name, (leaving, _) = next(iter(self._live.items()))
            if not leaving.gone and leaving.journal is not None:
                await self.freeze(leaving)
            self._live.pop(name, None)
            self._stale.add(name)
            self._metrics.count("evicted_from_worker")
        self._stale.discard(coming.id)
        full = len(self._live) + len(self._stale) >= self._limits.live
        if self._stale and (full or len(self._stale) >= MOST_STALE):
            await self._ask("drop_all", episodes=sorted(self._stale))
            self._stale.clear()

    async def _come_back(self, episode: HostedEpisode) -> None:
        if episode.opening.checkpoint is None:
            await self._open(episode)
            if not episode.calls:
                return
        if await self._thaw(episode):
            return
        reply = await self._rebuild(episode, episode.calls.since(0))
        if episode.digest and reply["state_digest"] != episode.digest:
            raise Diverges("it came to another state than the journal says")
        self._metrics.count("rebuilt")

    async def _open(self, episode: HostedEpisode) -> None:
        """Play the start for the first time, and learn what comes of it."""
        await self._rebuild(episode, [])
        checkpoint = await self._pack(episode.id, 0)
        initial = await self._ask("initial", episode=episode.id)
        if episode.opening.checkpoint is None:
            episode.opening.learn(checkpoint, initial)

    async def _thaw(self, episode: HostedEpisode) -> bool:
        """Come back from the packed state and the calls after it; the digests prove it."""
        nearest = episode.nearest()
        if nearest is None:
            return False
        tail = episode.calls.since(nearest.calls)
        try:
            reply = await self._ask(
                "thaw",
                seconds=self._seconds(tail),
                episode=episode.id,
                snapshot=base64.b64encode(nearest.packed).decode("ascii"),
                header=episode.header,
                entries=tail,
                broken=list(nearest.broken),
                max_state=self._limits.state_bytes,
            )
        except WorkerRefused:
            return self._thaw_failed(episode)
        if (reply["began_with"], reply["state_digest"]) != (nearest.digest, episode.digest):
            return self._thaw_failed(episode)
        self._metrics.count("thawed")
        return True

    def _thaw_failed(self, episode: HostedEpisode) -> bool:
        """The packed state is only a short cut: the journal decides."""
        episode.checkpoint = None
        self._metrics.count("thaws_failed")
        return False

    async def _rebuild(self, episode: HostedEpisode, entries: list[dict[str, Any]]) -> Any:
        try:
            return await self._ask(
                "rebuild",
                seconds=self._seconds(entries),
                episode=episode.id,
                start=episode.opening.start.state(),
                header=episode.header,
                entries=entries,
                max_state=self._limits.state_bytes,
            )
        except WorkerRefused as error:
            if error.kind == "bad_start":
                message = f"the environment does not take this start state: {error}"
                raise Unusable("bad_start", message) from error
            raise Diverges(str(error)) from error

    async def _pack(self, name: str, calls: int) -> Checkpoint:
        reply = await self._ask("freeze", episode=name)
        try:
            packed = base64.b64decode(reply["snapshot"], validate=True)
        except binascii.Error as error:
            raise WorkerDied(f"the worker's snapshot is none: {error}") from error
        if len(packed) > self._limits.state_bytes:
            packed = b""
        return Checkpoint(calls, packed, reply["state_digest"], tuple(reply["broken"]))

    async def _ask(self, method: str, **params: Any) -> Any:
        return await self._process.ask(method, generation=self._generation, **params)

    def _seconds(self, entries: list[dict[str, Any]]) -> float:
        return self._limits.call_seconds + SECONDS_PER_REPLAYED_CALL * len(entries)
