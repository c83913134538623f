"""Where agents of other processes reach their episodes: one port of this machine, a secret path for each."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from envscaler_mcp.agents import Say, Stopped
from envscaler_mcp.errors import BudgetReached, Infrastructure, UserFailed
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.host.agent_port import Room
from envscaler_mcp.runtime.host.ports import open_rooms
from envscaler_mcp.runtime.standalone.episode import Outcome

from .budget import Budget, Changes
from .stage import Episode

ASK_USER: dict[str, Any] = {
    "name": "ask_user",
    "title": "Ask user",
    "description": "Say something to the user and hear the answer. `over` is true when the user has ended the"
    " conversation.",
    "inputSchema": {
        "type": "object",
        "properties": {"message": {"type": "string", "description": "What you say to the user."}},
        "required": ["message"],
        "additionalProperties": False,
    },
    "outputSchema": {
        "type": "object",
        "properties": {
            "answer": {"type": "string", "description": "What the user says."},
            "over": {"type": "boolean", "description": "Whether the conversation is over."},
        },
        "required": ["answer", "over"],
        "additionalProperties": False,
    },
    "annotations": {
        "readOnlyHint": True,
        "destructiveHint": False,
        "idempotentHint": False,
        "openWorldHint": True,
    },
}
"""How an agent of another process talks with its user."""
USED_UP = "budget_used_up"
BROKEN = "not_played"


@dataclass
class Watched:
    """An episode as an agent of another process plays it: within its budget, one call after the other.

    Where there is a user, `say` is how a message gets there.
    """

    episode: Episode
    budget: Budget
    changes: Changes
    say: Say | None = None
    url: str = ""
    met: bool = False
    """Whether the agent was ever there."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        """Play one call. What cannot be played ends the rollout; the agent hears why."""
        async with self._turn:
            try:
                if self.say and tool == ASK_USER["name"]:
                    return await self._ask(self.say, arguments)
                self.budget.begin_call()
                outcome = await self.episode.call(tool, arguments, request_id)
                await self.changes.note()
            except Stopped as stop:
                self.budget.end(stop)
                return _error(USED_UP, f"The rollout is over: {stop.reason}.")
            except (Infrastructure, UserFailed, BudgetReached) as failure:
                self.budget.end(failure)
                return _error(BROKEN, "The environment is out of order; the rollout is over.")
            return outcome

    async def _ask(self, say: Say, arguments: dict[str, Any]) -> Outcome:
        message = arguments.get("message")
        if not isinstance(message, str) or not message.strip():
            return _error("invalid_arguments", "message: a text is needed.")
        reply = await say(message)
        return Outcome({"answer": reply.text, "over": reply.ends}, is_error=False)


class Doors:
    """All episodes of a run that somebody outside plays just now."""

    def __init__(self, url_of: Callable[[str], str], rooms: dict[str, Room]) -> None:
        self._url_of = url_of
        self._rooms = rooms

    @contextmanager
    def open(self, folder: ServerFolder, watched: Watched) -> Generator[None]:
        """Let an agent in, until the end of the context; afterwards its URL leads nowhere."""
        token = secrets.token_hex(16)
        watched.url = self._url_of(token)
        self._rooms[token] = Room(folder, watched, (ASK_USER,) if watched.say else ())
        try:
            yield
        finally:
            del self._rooms[token]


@asynccontextmanager
async def open_doors() -> AsyncGenerator[Doors]:
    """Listen on a free port."""
    rooms: dict[str, Room] = {}

    def room_of(token: str) -> Room | None:
        room = rooms.get(token)
        if room and isinstance(room.episode, Watched):
            room.episode.met = True
        return room

    async with open_rooms(room_of) as url_of:
        yield Doors(url_of, rooms)


def _error(code: str, message: str) -> Outcome:
    return Outcome({"code": code, "message": message}, is_error=True, code=code)
