"""Serving a generated server from a sandboxed worker, over stdio or streamable HTTP."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mcp.server.lowlevel import Server

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import Scenario

from .connect import server_of
from .folder import ServerFolder
from .remote import EnvironmentProcess, RemoteEpisode
from .standalone.collector import collector_paused
from .standalone.command import MAX_EPISODES, TOKEN
from .standalone.faults import Faults, with_faults
from .standalone.listening import listen, url_of
from .standalone.offers import Begin, Offers
from .standalone.server import EpisodeOf, serve_http, serve_stdio

PATIENCE = 0.001
"""Over stdio there is one client: seconds that its call may hold up everything else."""


@dataclass(frozen=True)
class Asked:
    """What a person may ask of a server beside its tools; nothing of it in an eval.

    Attributes:
        prompts: offer scenarios as prompts, and policy and card as resources.
        faults: kinds of faults on purpose.
        seed: decides when there is a fault.
        token: over HTTP, the bearer token that every request must carry.
    """

    prompts: bool = False
    faults: Sequence[str] = ()
    seed: int = 0
    token: str | None = None

    def server(self, folder: ServerFolder, episode_of: EpisodeOf, begin: Begin) -> Server[Any]:
        """The MCP server, with what was asked for."""
        met = with_faults(episode_of, Faults(self.faults, self.seed)) if self.faults else episode_of
        return server_of(folder, met, offers=Offers(folder.bundle, begin) if self.prompts else None)


class RemoteEpisodes:
    """The default episode, and one more for each 128-bit token that a client comes with."""

    def __init__(self, process: EnvironmentProcess, scenario: Scenario, seed: int | None) -> None:
        self._process = process
        self._scenario = scenario
        self._seed = seed
        self._held: dict[str | None, RemoteEpisode] = {}
        self._beginning = asyncio.Lock()

    def accepts(self, token: str) -> bool:
        """A token is 32 hexadecimal digits; only so many episodes are held."""
        return token in self._held or (bool(TOKEN.match(token)) and len(self._held) <= MAX_EPISODES)

    async def get(self, token: str | None) -> RemoteEpisode:
        """The episode of a token; a new one begins in the start state."""
        async with self._beginning:
            if token not in self._held:
                self._held[token] = await self._process.begin(self._scenario, seed=self._seed)
        return self._held[token]

    async def begin(self, token: str | None, scenario: str) -> None:
        """Let an episode start over, in another scenario."""
        begun = self._process.folder.scenario(scenario)
        async with self._beginning:
            before = self._held.get(token)
            self._held[token] = await self._process.begin(begun, seed=self._seed)
        if before is not None:
            await before.close()


async def serve_folder(
    folder: ServerFolder,
    scenario: Scenario,
    *,
    seed: int | None = None,
    http: bool = False,
    host: str = "127.0.0.1",
    port: int = 8000,
    trusted: bool = False,
    asked: Asked | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until the client goes (stdio) or until interrupted (HTTP).

    Args:
        folder: what to serve.
        scenario: its start state and clock.
        seed: instead of the scenario's.
        http: streamable HTTP instead of stdio.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        trusted: see `EnvironmentProcess`.
        asked: what a person asked for beside the tools.
        ready: called with the URL once connections are accepted.

    Raises:
        BadInput: the address cannot be listened on, or the start state does not fit.
    """
    async with EnvironmentProcess(folder, trusted=trusted, patience=0 if http else PATIENCE) as process:
        episodes = RemoteEpisodes(process, scenario, seed)
        await episodes.get(None)
        asked = asked or Asked()
        with collector_paused():
            server = asked.server(folder, episodes.get, episodes.begin)
        if not http:
            await serve_stdio(server)
            return
        listening = listening_on(host, port)
        if ready:
            ready(url_of(listening))
        await serve_http(server, listening, episodes.accepts, asked.token)


def listening_on(host: str, port: int) -> socket.socket:
    """A listening socket. Raises BadInput where the address cannot be had."""
    try:
        return listen(host, port)
    except OSError as error:
        remedy = "choose another --port (0 takes a free one) or --host"
        raise BadInput(f"{host}:{port}", error.strerror or str(error), remedy) from error
