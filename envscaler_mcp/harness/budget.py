"""What stands between an agent and its episode: the budget, and a look at what each call changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp import Client

from envscaler_mcp.agents import Stopped
from envscaler_mcp.certify import through
from envscaler_mcp.runtime.remote import RemoteEpisode
from envscaler_mcp.runtime.standalone.difference import diff
from envscaler_mcp.runtime.standalone.episode import Outcome
from envscaler_mcp.spec import Json, Limits


class Changes:
    """What each call of an episode changed, for its trajectory."""

    def __init__(self, episode: RemoteEpisode, roles: Mapping[str, str]) -> None:
        self._episode = episode
        self._roles = roles
        self._digest = ""
        self._state: dict[str, Any] = {}
        self.by_call: dict[int, list[dict[str, Any]]] = {}

    async def note(self) -> None:
        """Look at the state, if the last call (or the start) made it another one."""
        digest = await self._episode.digest()
        if digest == self._digest:
            return
        before, self._state = self._state, await self._episode.state()
        if self._digest:
            changes = diff(before, self._state, self._roles)
            self.by_call[len(self._episode.journal)] = [change.to_json() for change in changes]
        self._digest = digest


class Budget:
    """Counts an agent's calls; raises `Stopped` in the call that would exceed them."""

    def __init__(self, client: Client, limits: Limits, changes: Changes) -> None:
        self._through = through(client)
        self._limits = limits
        self._changes = changes
        self._calls = 0

    async def call(self, tool: str, arguments: dict[str, Json]) -> Outcome:
        """One call through the MCP client."""
        if self._calls >= self._limits.turns:
            raise Stopped(f"the {self._limits.turns} turns are used up")
        self._calls += 1
        answer = await self._through(tool, arguments)
        await self._changes.note()
        return answer
