"""What a conversation with tools is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, cast

from envscaler_mcp.llm.llm import Finish, Usage
from envscaler_mcp.runtime.standalone.canonical import StrictJsonError, loads
from envscaler_mcp.spec import Json

MAX_TOKENS = 8192
"""Of one turn."""


@dataclass(frozen=True)
class Brief:
    """What a dialogue opens with; `tools` as MCP lists them (name, description, inputSchema)."""

    system: str
    instruction: str
    tools: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class ToolUse:
    """A call that the model wants made; `arguments` is None where `raw`, what it wrote, is no JSON object."""

    id: str
    name: str
    arguments: dict[str, Json] | None
    raw: str = ""


@dataclass(frozen=True)
class ToolResult:
    """What a call came to, for the model to read."""

    use: ToolUse
    text: str
    is_error: bool


@dataclass(frozen=True)
class Turn:
    """One turn of the model. Without calls it speaks to the user, or has said its last word."""

    text: str
    uses: tuple[ToolUse, ...]
    finish: Finish
    usage: Usage
    cost_usd: float | None


class Dialogue(Protocol):
    """A conversation under way."""

    async def next(self, results: Sequence[ToolResult], said: str = "") -> Turn:
        """Hand over the results of the last turn's calls, in their order, and hear the next turn.

        After a turn without calls, `said` is what the user answers to it.

        Raises:
            ProviderFailed: there is no answer to be had.
        """
        ...


Opener: TypeAlias = Callable[[Brief], Dialogue]
"""Begins a conversation of its own with every brief."""


def tool_use(identifier: str, name: str, raw: str) -> ToolUse:
    """A call whose arguments came as text; no text at all stands for no arguments."""
    try:
        found: Any = loads(raw) if raw.strip() else {}
    except StrictJsonError:
        found = None
    return ToolUse(identifier, name, as_arguments(found), raw)


def as_arguments(value: object) -> dict[str, Json] | None:
    """A JSON object as the arguments of a call; None if it is something else."""
    return cast("dict[str, Json]", value) if isinstance(value, dict) else None
