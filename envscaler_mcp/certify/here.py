"""A stage in this very process, for environments that nobody but our own compiler has written.

A fresh episode is played for real. Its forks are *recalled*: they differ in few calls, so that what a
call came to in a state is asked once and remembered. That the same call in the same state comes to the
same is what the rungs on fresh episodes, in workers with other hash seeds, have to prove.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import canonical, digest_bytes, dumps
from envscaler_mcp.runtime.standalone.difference import without_volatile
from envscaler_mcp.runtime.standalone.environment import Clock
from envscaler_mcp.runtime.standalone.episode import Entry, Episode, Outcome
from envscaler_mcp.runtime.standalone.loading import load_form
from envscaler_mcp.runtime.standalone.world import BadStart, Form
from envscaler_mcp.spec import Scenario, State

KEPT_PLACES = 1500
"""So many states are remembered; a state takes some ten kilobytes."""


class Here:
    """Plays episodes of one native environment in this process: its source is executed without a sandbox."""

    def __init__(self, folder: ServerFolder) -> None:
        bundle = folder.bundle
        self._folder = folder
        self._form = load_form(
            bundle.text("environment.py"),
            name=bundle.name,
            form=bundle.form,
            class_name=folder.card.class_name,
            tools=bundle.tools,
            path=str(bundle.folder / "environment.py"),
        )
        self._memory = Memory(self._form)

    async def begin(self, scenario: Scenario, *, seed: int | None = None) -> EpisodeHere:
        """A fresh episode of a scenario.

        Raises:
            BadInput: the environment does not take the start state.
        """
        chosen = scenario.seed if seed is None else seed
        try:
            episode = Episode.start(self._form, scenario.start, scenario.now, chosen)
        except BadStart as error:
            where = f"scenario {scenario.id} of {self._folder.card.name}"
            raise BadInput(where, str(error), "correct its start state") from error
        return EpisodeHere(episode, self._memory, self._memory.start(episode.snapshot()))

    async def broken_in(self, scenario: Scenario, state: State) -> list[str] | None:
        """Ids of the rules that a state breaks; None where the environment cannot hold it at all."""
        try:
            return self._form.start(state, Clock(scenario.now, scenario.seed)).broken_rules()
        except BadStart:
            return None


@dataclass
class EpisodeHere:
    """An episode in this process, in the shape of one in a worker."""

    episode: Episode
    memory: Memory
    start: Place

    @property
    def journal(self) -> list[Entry]:
        """The calls so far."""
        return self.episode.journal

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        """Play one call. Raises UnknownTool."""
        return self.episode.call(tool, arguments, request_id)

    async def state(self) -> State:
        """The state as it stands."""
        return self.episode.state()

    async def initial(self) -> State:
        """The state as it stood at the start."""
        return self.start.state

    async def broken_rules(self) -> list[str]:
        """Ids of executable rules that the state breaks or broke after any call."""
        return self.episode.broken_rules()

    async def digest(self) -> str:
        """Digest of the state as it stands."""
        return self.episode.digest()

    async def fork(self) -> Recalled:
        """An independent episode with the same past, which recalls what is known of calls from here on."""
        broken = dict.fromkeys(self.episode.broken_rules())
        return Recalled(self.memory, self.memory.place(self.episode.snapshot()), self.start.state, broken)

    async def close(self) -> None:
        """There is nothing to forget: whoever holds it drops it."""


@dataclass
class Recalled:
    """An episode that is a place in the memory, and nothing more."""

    memory: Memory
    place: Place
    began: State
    broken: dict[str, None]

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        """Play one call, or recall it. Raises UnknownTool."""
        del request_id
        outcome, place = self.memory.step(self.place, tool, arguments)
        if place is not self.place:
            self.place = place
            self.broken.update(dict.fromkeys(self.memory.broken_rules(place)))
        return outcome

    async def state(self) -> State:
        """The state as it stands; not to be changed, others see it too."""
        return self.place.state

    async def initial(self) -> State:
        """The state as it stood at the start."""
        return self.began

    async def broken_rules(self) -> list[str]:
        """Ids of executable rules that the state breaks or broke after any call."""
        return list(self.broken)

    async def digest(self) -> str:
        """Digest of the state as it stands."""
        return self.place.digest

    async def fork(self) -> Recalled:
        """An independent episode with the same past."""
        return Recalled(self.memory, self.place, self.began, dict(self.broken))

    async def close(self) -> None:
        """There is nothing to forget."""


@dataclass
class Place:
    """A state that some calls led to, and where each further call led."""

    snapshot: bytes
    form: Form
    beside: Place | None = None
    ways: dict[str, tuple[Outcome, Place]] = field(default_factory=dict[str, Any])
    broken: list[str] | None = None

    @cached_property
    def state(self) -> State:
        """The state as JSON; rows that are the same `beside` are the same objects, and quick to compare."""
        state: State = json.loads(self.snapshot.partition(b"\n")[2])
        if self.beside:
            for name, rows in self.beside.state.items():
                _share(rows, state[name])
            self.beside = None
        return state

    @cached_property
    def digest(self) -> str:
        """Its digest."""
        return digest_bytes(canonical(without_volatile(self.state, self.form.roles)))


class Memory:
    """What is known of an environment: from which state which call leads where."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._places: dict[bytes, Place] = {}
        self._player: Episode | None = None
        self._start: Place | None = None

    def start(self, snapshot: bytes) -> Place:
        """The place where an episode begins; those it comes to will share their rows with it."""
        self._start = self.place(snapshot)
        return self._start

    def place(self, snapshot: bytes) -> Place:
        """The place of a snapshot."""
        if len(self._places) > KEPT_PLACES:
            self._places.clear()
        if snapshot not in self._places:
            self._places[snapshot] = Place(snapshot, self._form, self._start)
        return self._places[snapshot]

    def step(self, place: Place, tool: str, arguments: dict[str, Any]) -> tuple[Outcome, Place]:
        """Where a call leads. Raises UnknownTool."""
        way = f"{tool} {dumps(arguments)}"
        if way not in place.ways:
            player = self._at(place)
            outcome = player.call(tool, arguments)
            player.journal.clear()
            after = player.snapshot()
            place.ways[way] = (outcome, place if after is place.snapshot else self.place(after))
        return place.ways[way]

    def broken_rules(self, place: Place) -> list[str]:
        """Ids of the rules that the state of a place breaks."""
        if place.broken is None:
            place.broken = self._at(place).world.broken_rules()
        return place.broken

    def _at(self, place: Place) -> Episode:
        """The one episode that plays what is not known yet, brought to a place."""
        if self._player is None:
            self._player = Episode.resume(self._form, place.snapshot, {})
            self._player.audited = False  # nobody reads its journal
        elif self._player.snapshot() is not place.snapshot:
            self._player.restore(place.snapshot)
        return self._player


def _share(known: Any, rows: Any) -> None:
    if isinstance(known, dict) and isinstance(rows, dict):
        held, given = cast("dict[str, Any]", known), cast("dict[str, Any]", rows)
        given.update({key: row for key, row in held.items() if key in given and given[key] == row})
