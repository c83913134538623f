"""Where the episodes of a run are played: pooled workers of all its servers, each worker holding many."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from envscaler_mcp.errors import Infrastructure
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.host import Host
from envscaler_mcp.runtime.host.episode import HostedEpisode
from envscaler_mcp.runtime.host.limits import HostLimits
from envscaler_mcp.runtime.host.refusals import Busy
from envscaler_mcp.runtime.standalone.episode import Entry, Outcome
from envscaler_mcp.sandbox.editions import Edition
from envscaler_mcp.spec import EpisodeRequest, Scenario

LONG_WAIT = 120.0
"""Seconds to wait for a worker: a busy machine must not show in a score."""
PATIENCE = 2.0
"""Seconds to wait for the worker that holds an episode: to move it to another costs more than most calls."""
MANY = 100_000


class Episode(Protocol):
    """One episode, as a rollout plays and scores it."""

    @property
    def journal(self) -> list[Entry]:
        """Its calls so far."""
        ...

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        """Play one call."""
        ...

    async def state(self) -> dict[str, Any]:
        """The state as it stands."""
        ...

    async def initial(self) -> dict[str, Any]:
        """The state as it stood at the start."""
        ...

    async def broken_rules(self) -> list[str]:
        """Ids of executable rules that the state breaks or broke."""
        ...

    async def digest(self) -> str:
        """Digest of the state."""
        ...

    async def close(self) -> None:
        """Forget it."""
        ...


class Stage(Protocol):
    """Where episodes of one server begin."""

    async def begin(self, scenario: Scenario) -> Episode:
        """A fresh episode."""
        ...


def stage_of_run(folders: Iterable[ServerFolder], concurrency: int, *, trusted: bool) -> Host:
    """A host for one run: it waits where a public one would send people away.

    Args:
        folders: the servers of the run.
        concurrency: rollouts under way at once.
        trusted: a person vouches for all sources.
    """
    servers = list(folders)
    workers = max(1, min(os.cpu_count() or 1, concurrency) // max(1, len(servers)))
    limits = HostLimits(
        calls=MANY,
        workers=workers,
        waiting=MANY,
        waiting_for_one=1_000,
        wait_seconds=LONG_WAIT,
        patience=PATIENCE,
        live=max(64, 2 * concurrency),
    )
    return Host(servers, limits=limits, trusted=trusted)


@dataclass(frozen=True)
class Pooled:
    """Episodes of one server in a host's workers."""

    host: Host
    folder: ServerFolder

    async def begin(self, scenario: Scenario) -> PooledEpisode:
        """A fresh episode of a scenario.

        Raises:
            Infrastructure: no worker is to be had.
        """
        request = EpisodeRequest(server=self.folder.card.name, scenario=scenario.id)
        with _no_worker_is_infrastructure():
            return PooledEpisode(self.host, await self.host.begin(request))


@dataclass(frozen=True)
class Seen:
    """What an episode was when somebody looked: the state is large, and nobody changes it."""

    calls: int
    edition: Edition
    broken: list[str]


@dataclass
class PooledEpisode:
    """One episode in a host's workers; what it asks for waits for its turn."""

    host: Host
    hosted: HostedEpisode
    journal: list[Entry] = field(default_factory=list[Entry])
    """Its calls so far."""
    _seen: Seen | None = None
    _left: bool = False

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        """Play one call."""
        try:
            with _no_worker_is_infrastructure():
                outcome = await self.host.call(self.hosted, tool, arguments, request_id)
        except BaseException:
            self._left = True
            raise
        self._catch_up()
        return outcome

    async def state(self) -> dict[str, Any]:
        """The state as it stands."""
        return (await self._look()).edition.state if await self._has_calls() else await self.initial()

    async def initial(self) -> dict[str, Any]:
        """The state as it stood at the start."""
        return (await self._first()).state

    async def broken_rules(self) -> list[str]:
        """Ids of executable rules that the state breaks or broke."""
        await self._has_calls()
        return (await self._look()).broken

    async def digest(self) -> str:
        """Digest of the state."""
        with _no_worker_is_infrastructure():
            return (await self.host.status(self.hosted)).digest

    async def close(self) -> None:
        """Forget it."""
        await self.host.delete(self.hosted)

    async def _has_calls(self) -> bool:
        """Whether anything was called; somebody may not have waited for a call, which goes on and counts."""
        if self._left:
            await self.host.journal(self.hosted)
            self._left = False
            self._catch_up()
        return bool(self.journal)

    def _catch_up(self) -> None:
        if self.hosted.journal is not None:  # else it was sent to disk, long after its last call
            self.journal += self.hosted.calls.since(len(self.journal))

    async def _look(self) -> Seen:
        """The state as it stands, unless it was looked at since the last call."""
        calls = len(self.journal)
        if self._seen is None or self._seen.calls != calls:
            before = self._seen.edition if self._seen else await self._first()
            with _no_worker_is_infrastructure():
                self._seen = Seen(calls, *await self.host.news(self.hosted, before))
        return self._seen

    async def _first(self) -> Edition:
        await self.digest()  # opened by now, if it was not before
        return self.hosted.opening.first


@contextmanager
def _no_worker_is_infrastructure() -> Generator[None]:
    try:
        yield
    except Busy as error:
        raise Infrastructure(str(error)) from error
