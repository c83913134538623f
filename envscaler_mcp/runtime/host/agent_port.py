"""What agents reach: `/e/<token>/mcp`, and nothing else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.connect import server_of
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.episode import Outcome
from envscaler_mcp.runtime.standalone.server import Playable, UnknownEpisode

from .episode import HostedEpisode
from .guard import refused
from .host import Host
from .refusals import HostRefusal

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

PATH = re.compile(r"/e/([0-9a-f]{32})/mcp\Z")
UNRECORDED = "The call could not be recorded, so nothing changed; try again later."


@dataclass
class Agent:
    """One agent's way to its episode. What the host refuses it hears as the tool's error."""

    host: Host
    episode: HostedEpisode

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        """Play one call."""
        try:
            return await self.host.call(self.episode, tool, arguments, request_id)
        except HostRefusal as error:
            again = "; nothing changed, try again" if error.retry_after else ""
            return _error(error.code, f"{error}{again}.")
        except BadInput:
            return _error("not_recorded", UNRECORDED)


@dataclass(frozen=True)
class Room:
    """What lies behind one token: an episode, and the server that it is an episode of.

    `more` are tools that the episode can play beside those of the server.
    """

    folder: ServerFolder
    episode: Playable
    more: tuple[dict[str, Any], ...] = ()

    @property
    def served_as(self) -> tuple[str, ...]:
        """One MCP server serves all rooms of which this is the same."""
        return (self.folder.card.name, *(tool["name"] for tool in self.more))


RoomOf: TypeAlias = Callable[[str], Room | None]
"""The room of a token; None where there is none."""


def rooms_of(host: Host) -> RoomOf:
    """A room for every episode of a host."""

    def room_of(token: str) -> Room | None:
        episode = host.of_token(token)
        return Room(episode.folder, Agent(host, episode)) if episode else None

    return room_of


class AgentPort:
    """The ASGI application of the agents' port. One MCP server serves all episodes of an environment."""

    def __init__(self, room_of: RoomOf) -> None:
        self._room_of = room_of
        self._served: dict[tuple[str, ...], asyncio.Future[ASGIApp]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        found = PATH.match(scope["path"])
        room = self._room_of(found.group(1)) if found else None
        if found is None or room is None:
            await refused(404, "unknown_episode", "the path names no episode")(scope, receive, send)
            return
        if scope["method"] != "POST":  # there is no stream to listen to, and no session to end
            answer = refused(405, "method_not_allowed", "agents only post")
            answer.headers["allow"] = "POST"
            await answer(scope, receive, send)
            return
        app = await self._app(room)
        await app({**scope, "path_params": {"episode": found.group(1)}}, receive, send)

    async def close(self) -> None:
        """End all MCP servers."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _app(self, room: Room) -> ASGIApp:
        name = room.served_as
        if name not in self._served:
            self._served[name] = asyncio.get_running_loop().create_future()
            self._tasks.append(asyncio.ensure_future(self._serve(room, self._served[name])))
        return await asyncio.shield(self._served[name])

    async def _serve(self, room: Room, ready: asyncio.Future[ASGIApp]) -> None:
        """Keep one environment's MCP server open; it must be closed by the task that opened it."""
        server = server_of(room.folder, self._episode_of, room.more)
        manager = StreamableHTTPSessionManager(app=server, json_response=True, stateless=True)
        async with manager.run():
            ready.set_result(manager.handle_request)
            await asyncio.Event().wait()

    async def _episode_of(self, token: str | None) -> Playable:
        room = self._room_of(token or "")
        if room is None:
            raise UnknownEpisode("The path names no episode.")
        return room.episode


def _error(code: str, message: str) -> Outcome:
    return Outcome({"code": code, "message": message}, is_error=True, code=code)
