"""The seam between an episode and a form of environment: native class or plain class."""

from __future__ import annotations

import datetime as dt
from typing import Any, Protocol

from .environment import Clock, Refusal


class BadStart(ValueError):
    """A start state that the environment does not take; the message says where and why."""


class Declined(Refusal):
    """A plain class said no in its own words: `result` is what it returned."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__("refused", str(result.get("error") or result.get("message") or "The tool refused."))
        self.result = result


class World(Protocol):
    """One environment instance with its state. Not aware of MCP, journals or rollback."""

    def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The tool's result as a JSON object.

        Raises:
            Refusal: the tool says no.
        """
        ...

    def settle(self, _tool: str, /) -> bytes:
        """After a call that may have written: validate, and give the snapshot that now holds.

        Empty bytes where objects in the state cannot be written down: then the journal is the
        only way back.
        """
        ...

    def state(self) -> dict[str, Any]:
        """The state as JSON, for checks."""
        ...

    def canonical(self) -> bytes:
        """The state's one spelling, as it was settled last: what its digest is taken of."""
        ...

    def broken_rules(self) -> list[str]:
        """Ids of executable rules that the state breaks."""
        ...


class Form(Protocol):
    """A kind of environment: what tools it has and how its worlds begin."""

    tools: dict[str, str]
    """Tool name → `read` or `write`."""

    @property
    def roles(self) -> dict[str, str]:
        """Path pattern → role of a field."""
        ...

    def settles(self, tool: str, /) -> bool:
        """Whether a call of this tool may have changed state."""
        ...

    def start(self, start: dict[str, Any], clock: Clock) -> World:
        """A world in its start state.

        Raises:
            BadStart: the state does not fit.
        """
        ...

    def restore(self, snapshot: bytes) -> World:
        """A world as `settle` snapshot it."""
        ...


def clock_to_json(clock: Clock) -> dict[str, Any]:
    """The hidden part of a snapshot."""
    return {"now": clock.now.isoformat(), "seed": clock.seed, "given": clock.given}


def clock_from_json(hidden: dict[str, Any]) -> Clock:
    """The clock that `clock_to_json` wrote."""
    return Clock(dt.datetime.fromisoformat(hidden["now"]), hidden["seed"], dict(hidden["given"]))
