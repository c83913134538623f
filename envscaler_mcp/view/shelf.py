"""What there is to look at: runs and servers on disk, read when asked for, kept while they stay the same."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from envscaler_mcp.certify import proven_tier
from envscaler_mcp.errors import BadInput
from envscaler_mcp.harness.index import RowIndex
from envscaler_mcp.harness.run import RESCORED, RUNS, Run
from envscaler_mcp.runtime.folder import GENERATED_SERVERS, ServerFolder
from envscaler_mcp.spec import OUTCOMES, RolloutRow, RunCard, Scenario, Tier

from .overview import BANDS, Overview, Place, overview


@dataclass(frozen=True)
class Rescored:
    """The rollouts of a run as `score` judged them last, by id; why they cannot be read, if they cannot."""

    rows: dict[str, RolloutRow]
    fault: str = ""

    @classmethod
    def of(cls, run: Run) -> Rescored:
        """What stands in a run's folder."""
        try:
            return cls({row.id: row for row in run.rescored()})
        except BadInput as error:
            return cls({}, str(error))


@dataclass
class Shown:
    """One run under the name that its pages have."""

    name: str
    run: Run
    _read: tuple[tuple[int, float], list[RolloutRow]] | None = None
    _again: tuple[tuple[int, float], Rescored] | None = None
    _summed: tuple[list[RolloutRow], Overview] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(cls, name: str, path: Path) -> Shown:
        """A run by its folder.

        Raises:
            BadInput: there is none in it.
        """
        return cls(name, Run.open(path))

    @property
    def card(self) -> RunCard:
        """What stands in `run.json` now."""
        self.run.card = RunCard.load(self.run.path / "run.json")
        return self.run.card

    @cached_property
    def index(self) -> RowIndex:
        """Finds its rollouts."""
        return RowIndex(self.run.path)

    @property
    def outcomes(self) -> dict[str, int] | None:
        """How many rollouts ended how, in the order that tables have; None where its rows are damaged."""
        try:
            counted = self.index.counts("outcome")
        except BadInput:
            return None
        return {outcome: counted[outcome] for outcome in OUTCOMES if outcome in counted}

    def passed(self, server: str, scenario: str) -> list[tuple[str, int, int]]:
        """As `RowIndex.passed`; nothing where its rows are damaged."""
        try:
            return self.index.passed(server, scenario)
        except BadInput:
            return []

    @cached_property
    def folders(self) -> dict[str, ServerFolder]:
        """Its servers, as far as they are here."""
        found: dict[str, ServerFolder] = {}
        for name in self.run.card.suite.servers:
            try:
                found |= {folder.card.name: folder for folder in ServerFolder.find_all([name])}
            except BadInput:
                continue  # a run may be looked at far from its servers
        return found

    @cached_property
    def scenarios(self) -> dict[Place, Scenario]:
        """The scenarios that it played and that are here."""
        locked = self.run.card.lock.servers if self.run.card.lock else {}
        return {
            (name, identifier): folder.scenario(identifier)
            for name, folder in self.folders.items()
            for identifier in folder.ids
            if name not in locked or identifier in locked[name].scenarios
        }

    def rows(self) -> list[RolloutRow]:
        """Every finished rollout, read anew when more have come."""
        with self._lock:
            stamp = self._stamp()
            if self._read is None or self._read[0] != stamp:
                self._read = stamp, self.run.rows()
            return self._read[1]

    def rescored(self) -> Rescored:
        """What `score` said last, read anew when it has said more."""
        with self._lock:
            stamp = self._stamp(RESCORED)
            if self._again is None or self._again[0] != stamp:
                self._again = stamp, Rescored.of(self.run)
            return self._again[1]

    def overview(self) -> Overview:
        """What it came to so far; summed up anew when rows have come or the card has changed."""
        card, rows = self.card, self.rows()
        with self._lock:
            if self._summed is None or self._summed[0] is not rows or self._summed[1].card != card:
                self._summed = rows, overview(card, rows, self.scenarios)
            return self._summed[1]

    def _stamp(self, name: str = "rollouts.jsonl") -> tuple[int, float]:
        try:
            told = (self.run.path / name).stat()
        except OSError:
            return 0, 0.0
        return told.st_size, told.st_mtime


@dataclass(frozen=True)
class Offered:
    """One server in the list."""

    folder: ServerFolder
    tiers: dict[str, Tier]
    """Scenario → how far it is proven."""

    @cached_property
    def scenarios(self) -> list[Scenario]:
        """Its scenarios, sorted by id."""
        return [self.folder.scenario(identifier) for identifier in self.folder.ids]

    @property
    def bands(self) -> dict[str, int]:
        """How many scenarios are how difficult, the easy ones first."""
        counted = Counter(one.difficulty.band or "unrated" for one in self.scenarios)
        return {band: counted[band] for band in (*BANDS, "unrated") if counted[band]}

    @property
    def proven(self) -> Counter[str]:
        """How many scenarios are how far proven."""
        return Counter(self.tiers.values())


class Shelf:
    """Runs and servers.

    Args:
        runs: folders of runs; without any, every run in `runs/` is shown, also those that come later.
        servers: where generated servers lie.
    """

    def __init__(self, runs: Sequence[Path] = (), servers: Path = GENERATED_SERVERS) -> None:
        self._named = tuple(runs)
        self._servers = servers
        self._open: dict[Path, Shown] = {}
        self._offered: dict[Path, tuple[float, Offered]] = {}
        self.unread: dict[str, str] = {}
        """What could not be read when it was last looked for, and why."""
        for path in self._named:
            Run.open(path)  # so that a wrong name is told before a page is opened

    def runs(self) -> list[Shown]:
        """Every run that can be read, the latest first."""
        found: list[Shown] = []
        for name, path in self._places().items():
            try:
                if path not in self._open:
                    self._open[path] = Shown.open(name, path)
                if self._open[path].card:  # it may have gone since
                    found.append(self._open[path])
                    self.unread.pop(str(path), None)
            except BadInput as error:
                self.unread[str(path)] = str(error)
        return sorted(found, key=lambda one: (str(one.run.card.started), one.name), reverse=True)

    def run(self, name: str) -> Shown:
        """A run by the name that its pages have.

        Raises:
            BadInput: there is none.
        """
        found = next((one for one in self.runs() if one.name == name), None)
        if found is None:
            known = ", ".join(one.name for one in self.runs()[:5]) or "none yet"
            raise BadInput(name, "there is no such run", f"choose one of: {known}")
        return found

    def cards(self) -> list[Path]:
        """The cards of all servers, unread."""
        return sorted(self._servers.glob("*/environment.json"))

    def servers(self, cards: Sequence[Path]) -> list[Offered]:
        """Those of these servers that can be read; it takes a while to see how far each is proven."""
        return [one for card in cards if (one := self._offer(card)) is not None]

    def server(self, name: str) -> Offered:
        """A server by its name, also one that only a run knows.

        Raises:
            BadInput: there is none.
        """
        card = self._servers / name / "environment.json"
        if card.parent.parent == self._servers and card.is_file() and (found := self._offer(card)):
            return found
        for shown in self.runs():
            if folder := shown.folders.get(name):
                return _offered(folder)
        raise BadInput(name, "there is no such server", "choose one from the list")

    def _places(self) -> dict[str, Path]:
        """Name → folder; two of one name are told apart by a number."""
        paths = self._named or sorted(card.parent for card in RUNS.glob("*/run.json"))
        found: dict[str, Path] = {}
        for path in paths:
            name, number = path.resolve().name, 1
            while name in found:
                number += 1
                name = f"{path.resolve().name}-{number}"
            found[name] = path
        return found

    def _offer(self, card: Path) -> Offered | None:
        """A server as it was read last, unless its card has changed since."""
        try:
            changed = card.stat().st_mtime
            if self._offered.get(card, (0.0, None))[0] != changed:
                self._offered[card] = changed, _offered(ServerFolder.load(card.parent))
            self.unread.pop(str(card.parent), None)
            return self._offered[card][1]
        except (BadInput, OSError) as error:
            self.unread[str(card.parent)] = str(error)
            return None


def _offered(folder: ServerFolder) -> Offered:
    tiers: dict[str, Tier] = {}
    for identifier in folder.ids:
        grading = folder.grading(identifier)
        tiers[identifier] = (
            proven_tier(folder, folder.scenario(identifier), grading) if grading else "rejected"
        )
    return Offered(folder, tiers)
