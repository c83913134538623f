"""A real MCP client on an episode, without a socket between them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from mcp import Client
from mcp.server.lowlevel import Server

from .folder import ServerFolder
from .standalone.server import EpisodeOf, Playable, build_server

if TYPE_CHECKING:
    from .standalone.offers import Offers


def server_of(
    folder: ServerFolder,
    episode_of: EpisodeOf,
    more: Sequence[dict[str, Any]] = (),
    *,
    offers: Offers | None = None,
) -> Server[Any]:
    """The MCP server of a generated server's folder, over whatever episodes are given.

    Args:
        folder: the generated server.
        episode_of: gives the episode of a token.
        more: tools beside its own, which the episodes know how to play.
        offers: prompts and resources, where a person asked for them.
    """
    return build_server(
        name=folder.card.name,
        version=folder.card.version,
        title=folder.card.title,
        instructions=folder.bundle.policy,
        tools=[*folder.bundle.tools, *more],
        episode_of=episode_of,
        offers=offers,
    )


@asynccontextmanager
async def connected(folder: ServerFolder, episode: Playable) -> AsyncGenerator[Client]:
    """A client whose every call is played on this episode."""

    async def episode_of(_: str | None) -> Playable:
        return episode

    async with Client(server_of(folder, episode_of), raise_exceptions=True) as client:
        yield client
