"""An episode that somebody looks at while a client plays it, and can set back."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from envscaler_mcp.spec import Json, Scenario, State

from .folder import EMPTY_SCENARIO, ServerFolder
from .remote import EnvironmentProcess, RemoteEpisode
from .standalone.difference import diff
from .standalone.episode import Entry, Outcome
from .standalone.today import days_to, moved

MOST_CALLS = 200
"""Calls that are kept to be shown."""


@dataclass(frozen=True)
class Watched:
    """One call as it was seen: its entry in the journal, and what it changed."""

    entry: Entry
    changes: tuple[dict[str, Json], ...]


@dataclass
class WatchedEpisode:
    """The episode of a server, under the binding's surface; whoever looks hears of every change.

    Args:
        process: plays it.
        scenario: where it begins.
        seed: instead of the scenario's.
    """

    process: EnvironmentProcess
    scenario: Scenario
    seed: int | None = None
    version: int = 0
    """One more after every change that can be seen."""
    calls: list[Watched] = field(default_factory=list[Watched])
    state: State = field(default_factory=dict[str, Any])
    broken: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self._episode: RemoteEpisode | None = None
        self._in_turn = asyncio.Lock()
        self._changed = asyncio.Event()
        self._ended = False

    async def reset(self, scenario: Scenario | None = None) -> None:
        """Back to the start, or to the start of another scenario.

        Raises:
            BadInput: the environment does not take the start state; the episode goes on as it was.
        """
        async with self._in_turn:
            begun = scenario or self.scenario
            episode = await self.process.begin(begun, seed=self.seed)
            await self._go_on_with(episode, begun, [])

    async def undo(self) -> bool:
        """Take back the last call that changed something, and those after it; False where none did."""
        async with self._in_turn:
            kept = list(self.calls)
            while kept and not kept[-1].changes:
                kept.pop()
            if not kept:
                return False
            episode = self._playing
            journal = episode.journal[: kept[-1].entry["n"] - 1]
            again = RemoteEpisode(self.process, episode.start, episode.header, journal)
            await again.open()
            await self._go_on_with(again, self.scenario, kept[:-1])
            return True

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        """Play one call. Raises UnknownTool."""
        async with self._in_turn:
            played = self._playing
            before, calls = self.state, len(played.journal)
            outcome = await played.call(tool, arguments, request_id)
            if len(played.journal) > calls:
                self.state = await played.state()
                self.broken = await played.broken_rules()
                changes = diff(before, self.state, self.process.folder.roles)
                seen = Watched(played.journal[-1], tuple(change.to_json() for change in changes))
                self.calls = [*self.calls, seen][-MOST_CALLS:]
                self._tell()
            return outcome

    async def after(self, version: int) -> int | None:
        """Wait until there is something newer to see than this version; None: there will be nothing."""
        while self.version == version and not self._ended:
            await self._changed.wait()
        return None if self._ended else self.version

    def end(self) -> None:
        """Let whoever waits for a change go."""
        self._ended = True
        self._changed.set()

    @property
    def _playing(self) -> RemoteEpisode:
        if self._episode is None:
            raise RuntimeError("reset() begins the episode")
        return self._episode

    async def _go_on_with(self, episode: RemoteEpisode, scenario: Scenario, calls: list[Watched]) -> None:
        before, self._episode = self._episode, episode
        self.scenario, self.calls = scenario, calls
        self.state, self.broken = await episode.state(), await episode.broken_rules()
        if before is not None:
            await before.close()
        self._tell()

    def _tell(self) -> None:
        self.version += 1
        heard, self._changed = self._changed, asyncio.Event()
        heard.set()


def start_of(folder: ServerFolder, scenario: str | None, *, today: dt.date | None = None) -> Scenario:
    """A scenario of a server (its first one, where none is named), moved to today where that is given.

    Raises:
        BadInput: there is no such scenario.
    """
    named = scenario or (folder.ids[0] if folder.ids else None)
    begun = folder.scenario(named) if named else EMPTY_SCENARIO
    return begun if today is None else moved_to(begun, today)


def moved_to(scenario: Scenario, today: dt.date) -> Scenario:
    """The scenario with its whole world, and its clock, moved by days."""
    days = days_to(scenario.now, today)
    moved_state: Mapping[str, Any] = moved(scenario.start, days)
    return scenario.model_copy(update={"start": moved_state, "now": scenario.now + dt.timedelta(days)})
