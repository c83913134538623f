"""MCP clients for agents in this process. Opening one and compiling its schemas costs more than a rollout."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import mcp_types as types
from mcp import Client

from envscaler_mcp.runtime.connect import server_of
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.server import Playable


@dataclass
class Desk:
    """An open client and the episode that its calls are played on just now."""

    client: Client
    tools: tuple[types.Tool, ...]
    episode: Playable
    leave: asyncio.Event = field(default_factory=asyncio.Event)
    usable: bool = True

    def spoil(self) -> None:
        """A call was broken off half way: nobody else gets this client, lest he gets that call."""
        self.usable = False


class Clients:
    """The open clients of a run, one for each rollout under way; an async context."""

    def __init__(self) -> None:
        self._idle: dict[str, list[Desk]] = {}
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for desks in self._idle.values():
            for desk in desks:
                desk.leave.set()
        if self._open:
            await asyncio.wait(self._open)

    @asynccontextmanager
    async def connected(self, folder: ServerFolder, episode: Playable) -> AsyncGenerator[Desk]:
        """A client whose every call is played on this episode."""
        idle = self._idle.setdefault(folder.card.name, [])
        desk = idle.pop() if idle else await self._opened(folder, episode)
        desk.episode = episode
        try:
            yield desk
        except BaseException:
            desk.spoil()
            raise
        finally:
            if desk.usable:
                idle.append(desk)
            else:
                desk.leave.set()

    async def _opened(self, folder: ServerFolder, episode: Playable) -> Desk:
        ready: asyncio.Future[Desk] = asyncio.get_running_loop().create_future()
        task = asyncio.ensure_future(_keep_open(folder, episode, ready))
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        return await ready


async def _keep_open(folder: ServerFolder, episode: Playable, ready: asyncio.Future[Desk]) -> None:
    """Hold a client open; it must be closed by the task that opened it."""
    desk: Desk | None = None

    async def episode_of(_: str | None) -> Playable:
        return desk.episode if desk else episode

    try:
        async with Client(server_of(folder, episode_of), raise_exceptions=True) as client:
            desk = Desk(client, tuple((await client.list_tools()).tools), episode)
            if ready.done():  # whoever asked has gone
                return
            ready.set_result(desk)
            await desk.leave.wait()
    except Exception as failure:  # noqa: BLE001 - told to whoever waits, and to nobody else
        if not ready.done():
            ready.set_exception(failure)
