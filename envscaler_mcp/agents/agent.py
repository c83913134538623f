"""What an agent is: something that acts on one episode through a real MCP client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import mcp_types as types

from envscaler_mcp.certify.play import Caller
from envscaler_mcp.spec import Call


class Stopped(Exception):
    """The rollout ends here and is scored as it stands: its budget is used up, or a model broke off."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Meter(Protocol):
    """Counts what a model uses up; raises `Stopped` before what would be too much."""

    def begin_turn(self) -> None:
        """The model is about to be asked."""
        ...

    def require_means(self) -> None:
        """Raise `Stopped` where tokens or dollars are used up."""
        ...

    def spend(self, tokens: int, cost_usd: float | None) -> None:
        """So much was used; None where no price is known."""
        ...


@dataclass(frozen=True)
class Reply:
    """What the user says to a message; `ends`: the conversation is over, there is nothing to answer."""

    text: str
    ends: bool = False


Say: TypeAlias = Callable[[str], Awaitable[Reply]]
"""A message to the user, and what the user says to it; raises `Stopped` as a call does."""


def _unheard(_text: str, _calls: int) -> None:
    """Where nobody takes notes."""


@dataclass(frozen=True)
class Assignment:
    """What an agent is given: everything it may see, and the one way to act.

    `call` goes through the MCP client and raises `Stopped` at the budget's end. `say` is there where a user
    listens; `instruction` is then only how the user opens the conversation. `remark` notes what an agent
    said beside so many calls, for its trajectory. `oracle`, and `questions` that bring every detail out of
    the user, are there for the oracle agent alone; a rollout hands them to no other. `url` is where an agent
    in another process reaches the episode over MCP; it is there for such agents alone.
    """

    policy: str
    instruction: str
    tools: tuple[types.Tool, ...]
    call: Caller
    meter: Meter
    seed: int
    oracle: tuple[Call, ...] | None = None
    say: Say | None = None
    questions: tuple[str, ...] = ()
    remark: Callable[[str, int], None] = _unheard
    url: str | None = None


class Agent(Protocol):
    """One way of acting."""

    @property
    def spec(self) -> str:
        """As written after `--agent`."""
        ...

    async def act(self, assignment: Assignment) -> None:
        """Act until done. Only what is left in the state counts."""
        ...
