"""A real MCP client on an episode, without a socket between them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from mcp import Client
from mcp.server.lowlevel import Server

from .folder import ServerFolder
from .standalone.server import EpisodeOf, Playable, build_server


def server_of(folder: ServerFolder, episode_of: EpisodeOf) -> Server[Any]:
    """The MCP server of a generated server's folder, over whatever episodes are given."""
    return build_server(
        name=folder.card.name,
        version=folder.card.version,
        title=folder.card.title,
        instructions=folder.bundle.policy,
        tools=folder.bundle.tools,
        episode_of=episode_of,
    )


@asynccontextmanager
async def connected(folder: ServerFolder, episode: Playable) -> AsyncGenerator[Client]:
    """A client whose every call is played on this episode."""

    async def episode_of(_: str | None) -> Playable:
        return episode

    async with Client(server_of(folder, episode_of), raise_exceptions=True) as client:
        yield client
