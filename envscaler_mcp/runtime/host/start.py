"""Where episodes begin: a start state shared by all of a scenario, and how it looked once opened."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from envscaler_mcp.runtime.standalone.canonical import digest, dumps, loads
from envscaler_mcp.sandbox.editions import Edition
from envscaler_mcp.spec import JournalHeader, Scenario

READ = 16
"""First states that are kept as they were read."""


@dataclass(frozen=True)
class Checkpoint:
    """An episode as it stood after so many calls, packed by a worker."""

    calls: int
    packed: bytes
    """Empty where only the journal leads back."""
    digest: str
    broken: tuple[str, ...] = ()
    """Rules that it had broken on the way."""


@dataclass
class Start:
    """A start state and what goes with it. Its state is kept packed."""

    server: str
    scenario: str
    now: str
    seed: int
    """Of an episode whose request names none."""
    instruction: str
    packed: bytes = field(repr=False)
    proven: bool = False
    """Whether a worker has taken it."""

    @classmethod
    def of(cls, server: str, scenario: Scenario) -> Start:
        """The start of a scenario."""
        packed = zlib.compress(dumps(scenario.start).encode(), 1)
        now = JournalHeader(server="", scenario="", seed=0, now=scenario.now).to_json()["now"]
        return cls(server, scenario.id, now, scenario.seed, scenario.instruction, packed)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Start:
        """What `to_json` wrote."""
        packed = zlib.compress(dumps(value["state"]).encode(), 1)
        named = (value[name] for name in ("server", "scenario", "now", "seed", "instruction"))
        return cls(*named, packed=packed)

    def to_json(self) -> dict[str, Any]:
        """For the state folder."""
        return {
            "server": self.server,
            "scenario": self.scenario,
            "now": self.now,
            "seed": self.seed,
            "instruction": self.instruction,
            "state": self.state(),
        }

    def state(self) -> dict[str, Any]:
        """The start state; a new value for each caller."""
        return loads(zlib.decompress(self.packed))

    @cached_property
    def digest(self) -> str:
        """Names it among all starts."""
        return digest(self.to_json())


@dataclass
class Opening:
    """A start under one seed. What a worker made of it is learnt once, for all episodes that begin so."""

    start: Start
    seed: int
    checkpoint: Checkpoint | None = None
    initial: bytes = field(default=b"", repr=False)
    """The state as it stood when opened, packed; checks compare with it."""

    def learn(self, checkpoint: Checkpoint, initial: dict[str, Any]) -> None:
        """Note what a worker made of it."""
        self.initial = zlib.compress(dumps(initial).encode(), 1)
        self.checkpoint = checkpoint
        self.start.proven = True

    def initial_state(self) -> dict[str, Any]:
        """The state as it stood when opened."""
        return loads(zlib.decompress(self.initial))

    @property
    def first(self) -> Edition:
        """The state as it stood when opened, for all who change nothing in it."""
        return _first(self.initial)

    def header(self, server_digest: str) -> dict[str, Any]:
        """First line of a journal."""
        return {
            "format": JournalHeader.format_line(),
            "server": server_digest,
            "scenario": self.start.scenario,
            "seed": self.seed,
            "now": self.start.now,
        }


@lru_cache(maxsize=READ)
def _first(packed: bytes) -> Edition:
    return Edition.of(loads(zlib.decompress(packed)))
