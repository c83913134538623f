"""Requests that make an episode, and make it once however often they come."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from envscaler_mcp.runtime.standalone.canonical import digest
from envscaler_mcp.runtime.standalone.episode import REQUEST_ID_REUSED
from envscaler_mcp.spec import Json

from .episode import HostedEpisode
from .refusals import Conflict


@dataclass(frozen=True)
class Named:
    """A request under an id of its sender's, and the digest of what it asks for."""

    request_id: str
    asked: str

    @classmethod
    def of(cls, request_id: str | None, asked: Json) -> Named | None:
        """None where the sender gave no id."""
        return cls(request_id, digest(asked)) if request_id is not None else None


class Once:
    """Which episode each named request has led to, for as long as there is that episode."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[Named, HostedEpisode]] = {}
        self._names: dict[str, str] = {}
        """Episode → request id."""
        self._making: dict[str, asyncio.Future[HostedEpisode]] = {}

    async def episode(
        self, named: Named | None, make: Callable[[], Awaitable[HostedEpisode]]
    ) -> HostedEpisode:
        """The episode that a request leads to.

        Args:
            named: the request; one without a name makes an episode each time.
            make: makes it, and notes it here.

        Raises:
            Conflict: the name stands for another request.
        """
        if named is None:
            return await make()
        while making := self._making.get(named.request_id):
            await asyncio.wait([making])
        if known := self._made.get(named.request_id):
            return _same(named, *known)
        making = self._making[named.request_id] = asyncio.ensure_future(make())
        try:
            return await making
        finally:
            del self._making[named.request_id]

    def note(self, named: Named | None, episode: HostedEpisode) -> None:
        """A request has led to an episode."""
        if named is not None:
            self._made[named.request_id] = (named, episode)
            self._names[episode.id] = named.request_id

    def forget(self, episode: HostedEpisode) -> None:
        """It is no more: whoever asks again gets another one."""
        if (name := self._names.pop(episode.id, None)) is not None:
            del self._made[name]


def _same(named: Named, before: Named, episode: HostedEpisode) -> HostedEpisode:
    if named.asked == before.asked:
        return episode
    name = named.request_id[:60]
    message = f"the request id {name!r} was given to another request; give every request an id of its own"
    raise Conflict(REQUEST_ID_REUSED, message, {"id": episode.id})
