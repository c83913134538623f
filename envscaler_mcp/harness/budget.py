"""What stands between an agent and its episode: the budget, and a look at what each call changed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from envscaler_mcp.agents import Stopped
from envscaler_mcp.certify.play import Caller
from envscaler_mcp.errors import Infrastructure
from envscaler_mcp.runtime.standalone.difference import diff
from envscaler_mcp.runtime.standalone.episode import Outcome
from envscaler_mcp.spec import Json, Limits

from .stage import Episode

CALLS_PER_TURN = 10
"""A model may make several calls in one turn, but not without end."""


class Changes:
    """What each call of an episode changed, for its trajectory."""

    def __init__(self, episode: Episode, roles: Mapping[str, str]) -> None:
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
    """Counts what an agent uses up; raises `Stopped` in the call or turn that would exceed it."""

    def __init__(self, caller: Caller, limits: Limits, changes: Changes) -> None:
        self._caller = caller
        self._limits = limits
        self._changes = changes
        self._calls = 0
        self._turns = 0
        self.tokens = 0
        self.cost_usd = 0.0
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def turns(self) -> int:
        """Turns of the model; without a model, every call is one."""
        return self._turns or self._calls

    def begin_turn(self) -> None:
        """The model is about to be asked."""
        limits = self._limits
        if self._turns >= limits.turns:
            raise Stopped(f"the {limits.turns} turns are used up")
        self.require_means()
        self._turns += 1

    def require_means(self) -> None:
        """Raise where tokens or dollars are used up."""
        limits = self._limits
        if limits.tokens is not None and self.tokens >= limits.tokens:
            raise Stopped(f"the {limits.tokens} tokens are used up")
        if limits.cost_usd is not None and self.cost_usd >= limits.cost_usd:
            raise Stopped(f"the {limits.cost_usd} dollars are used up")

    def spend(self, tokens: int, cost_usd: float | None) -> None:
        """So much was used."""
        self.tokens += tokens
        self.cost_usd += cost_usd or 0.0

    def begin_call(self) -> None:
        """A call is about to be made."""
        if self._turns == 0 and self._calls >= self._limits.turns:
            raise Stopped(f"the {self._limits.turns} turns are used up")
        if self._calls >= self._limits.turns * CALLS_PER_TURN:
            raise Stopped(f"the {self._limits.turns * CALLS_PER_TURN} calls are used up")
        self._calls += 1

    async def call(self, tool: str, arguments: dict[str, Json]) -> Outcome:
        """One call through the MCP client."""
        self.begin_call()
        answer = await self._caller(tool, arguments)
        await self._changes.note()
        return answer

    def end(self, reason: Exception) -> None:
        """Whoever acts from outside is to be ended: it cannot be made to hear an exception."""
        if not self._ended.done():
            self._ended.set_exception(reason)
            self._ended.exception()  # looked at: nobody needs a warning where nobody waits

    async def within(self, acting: Coroutine[Any, Any, None]) -> None:
        """Let somebody act, at the longest until `end`.

        Raises:
            Exception: what the end was said with, or what acting came to.
        """
        task = asyncio.ensure_future(acting)
        try:
            await asyncio.wait([task, self._ended], return_when=asyncio.FIRST_COMPLETED)
            if self._ended.done():
                self._ended.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait([task])
                _raise_infrastructure(task)
        task.result()


def _raise_infrastructure(task: asyncio.Task[None]) -> None:
    """Who was ended may know that somebody else is to blame for its having taken so long."""
    if not task.cancelled() and isinstance(failure := task.exception(), Infrastructure):
        raise failure
