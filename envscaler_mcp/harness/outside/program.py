"""What has to be known of an agent's program: how it is started, and what its output tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast


@dataclass(frozen=True)
class Errand:
    """What an agent of another process is given, and nothing else."""

    instruction: str
    """The policy and what the user asks, as one text."""
    url: str
    """Of one episode, over streamable HTTP."""
    server: str
    """Name under which the agent knows the server."""


@dataclass(frozen=True)
class Launch:
    """How a program is started in a place of its own; relative names of files stand below `home`."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    stdin: str = ""


@dataclass(frozen=True)
class Heard:
    """What a line of output tells."""

    tokens: int = 0
    cost_usd: float | None = None
    failure: str = ""
    """Why the provider of its model is to blame, if the agent ends now."""
    answered: bool = False
    """The model has answered: what failed before is over."""


class Program(Protocol):
    """An agent's command line."""

    @property
    def tells_answers(self) -> bool:
        """Whether its output shows that its model answers."""
        ...

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the variables that are the agent's own; it sees no others of ours."""
        ...

    def launch(self, errand: Errand, place: Place, own: Mapping[str, str]) -> Launch:
        """How it is started. `own` holds those of its variables that are set."""
        ...

    def hear(self, line: str) -> Heard | None:
        """What a line on stdout tells; None where it is nothing."""
        ...


@dataclass(frozen=True)
class Place:
    """Folders of one agent: an empty one to work in, and one for what belongs to the program."""

    work: Path
    home: Path

    @property
    def mcp_config(self) -> Path:
        """Where the configuration stands that many clients read."""
        return self.home / "mcp.json"


def mcp_config(errand: Errand) -> str:
    """The configuration that many clients read."""
    return json.dumps({"mcpServers": {errand.server: {"type": "http", "url": errand.url}}}, indent=2)


def event_of(line: str) -> dict[str, Any]:
    """A line of JSON; an empty object where it is none."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def part_of(event: dict[str, Any], name: str) -> dict[str, Any]:
    """An object within an event; an empty one where there is none."""
    found = event.get(name)
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def counted(event: dict[str, Any], *names: str) -> int:
    """The sum of some counts."""
    return sum(whole(event.get(name)) for name in names)


def dollars(value: object) -> float | None:
    """A price out of somebody else's JSON."""
    return float(value) if isinstance(value, int | float) else None


def whole(value: object) -> int:
    """A count out of somebody else's JSON."""
    return value if isinstance(value, int) and value > 0 else 0
