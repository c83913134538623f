"""MCP clients for agents in this process: one for each server; to open it costs more than a rollout."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Self

import mcp_types as types
from mcp import Client

from envscaler_mcp.certify import through
from envscaler_mcp.certify.play import Caller
from envscaler_mcp.runtime.connect import server_of
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.episode import Outcome
from envscaler_mcp.runtime.standalone.server import Playable, UnknownEpisode


@dataclass(frozen=True)
class Desk:
    """What a rollout has of the client that it shares: every call is played on its own episode."""

    tools: tuple[types.Tool, ...]
    call: Caller


@dataclass
class Switchboard:
    """The episode of all rollouts of one server: leads each call to the one whose ticket it carries."""

    episodes: dict[str, Playable] = field(default_factory=dict[str, Playable])

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        """Play one call; its request id is the ticket, and tells of no repetition."""
        episode = self.episodes.get(request_id or "")
        if episode is None:
            raise UnknownEpisode("the call belongs to no rollout")
        return await episode.call(tool, arguments)


@dataclass(frozen=True)
class _Line:
    """A client that is open, and where its calls go."""

    client: Client
    tools: tuple[types.Tool, ...]
    switchboard: Switchboard


class Clients:
    """The open clients of a run; an async context."""

    def __init__(self) -> None:
        self._lines: dict[str, asyncio.Future[_Line]] = {}
        self._open: set[asyncio.Task[None]] = set()
        self._leave = asyncio.Event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave.set()
        if self._open:
            await asyncio.wait(self._open)

    @asynccontextmanager
    async def connected(self, folder: ServerFolder, episode: Playable) -> AsyncGenerator[Desk]:
        """A client whose every call is played on this episode, until the end of the context."""
        line = await self._line(folder)
        ticket = secrets.token_hex(16)
        line.switchboard.episodes[ticket] = episode
        try:
            yield Desk(line.tools, through(line.client, ticket))
        finally:
            del line.switchboard.episodes[ticket]

    async def _line(self, folder: ServerFolder) -> _Line:
        """The client of a server; several wait for one that is being opened, and may leave meanwhile."""
        name = folder.card.name
        if name not in self._lines:
            self._lines[name] = ready = asyncio.get_running_loop().create_future()
            task = asyncio.ensure_future(self._keep_open(folder, ready))
            self._open.add(task)
            task.add_done_callback(self._open.discard)
            task.add_done_callback(partial(self._lost, name))
        return await asyncio.shield(self._lines[name])

    def _lost(self, name: str, _: asyncio.Task[None]) -> None:
        """Whoever comes next opens another one."""
        del self._lines[name]

    async def _keep_open(self, folder: ServerFolder, ready: asyncio.Future[_Line]) -> None:
        """Hold a client open; it must be closed by the task that opened it."""
        switchboard = Switchboard()

        async def episode_of(_: str | None) -> Playable:
            return switchboard

        try:
            async with Client(server_of(folder, episode_of), raise_exceptions=True) as client:
                ready.set_result(_Line(client, tuple((await client.list_tools()).tools), switchboard))
                await self._leave.wait()
        except Exception as failure:  # noqa: BLE001 - told to those who wait, and to nobody else
            if not ready.done():
                ready.set_exception(failure)
                ready.exception()  # looked at: nobody needs a warning where nobody waits any more
