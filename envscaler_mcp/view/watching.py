"""A server that a client plays over MCP while its page shows what happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.runtime.serving import Asked
from envscaler_mcp.runtime.standalone.server import UnknownEpisode, serve_http, serve_stdio
from envscaler_mcp.runtime.watched import WatchedEpisode
from envscaler_mcp.spec import Scenario

from .live import Snippet, live_site
from .serving import is_free, serving

if TYPE_CHECKING:
    import socket

PAGE_PORT = 8265
"""The page's usual port: a tab stays good when the server is started again."""


@dataclass(frozen=True)
class Watching:
    """What is watched, and how.

    Attributes:
        folder: the server.
        default: the world that it begins in.
        seed: instead of the scenario's.
        page_port: of the page; None: the usual one, or a free one where that is taken.
        trusted: see `EnvironmentProcess`.
        asked: what a person asked for beside the tools.
    """

    folder: ServerFolder
    default: Scenario
    seed: int | None = None
    page_port: int | None = None
    trusted: bool = False
    asked: Asked = field(default_factory=Asked)

    async def serve(
        self,
        listening: socket.socket | None,
        snippets: Sequence[Snippet],
        ready: Callable[[str], None],
    ) -> None:
        """Serve until the client goes (stdio), or until interrupted (HTTP).

        Args:
            listening: for streamable HTTP; None: stdio.
            snippets: how clients get to it, for the page.
            ready: called with the page's URL once it can be looked at.

        Raises:
            BadInput: the start state does not fit, or the page's port cannot be had.
        """
        async with EnvironmentProcess(self.folder, trusted=self.trusted) as process:
            episode = WatchedEpisode(process, self.default, self.seed)
            await episode.reset()

            async def episode_of(token: str | None) -> WatchedEpisode:
                if token is not None:
                    raise UnknownEpisode("There is one episode, which is watched: /mcp.")
                return episode

            async def begin(_: str | None, scenario: str) -> None:
                await episode.reset(self.folder.scenario(scenario))

            server = self.asked.server(self.folder, episode_of, begin)
            async with serving(live_site(self.folder, episode, self.default, snippets), self._port()) as url:
                ready(url)
                try:
                    if listening is None:
                        await serve_stdio(server)
                    else:
                        await serve_http(server, listening, lambda _: False, self.asked.token)
                finally:
                    episode.end()  # an open page waits for changes, and its port for the page

    def _port(self) -> int:
        if self.page_port is not None:
            return self.page_port
        return PAGE_PORT if is_free(PAGE_PORT) else 0
