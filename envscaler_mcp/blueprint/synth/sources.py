"""Where proposals come from: start states and recipes, each split with its own, the bands in turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.tasks.proposals import Proposal
from envscaler_mcp.blueprint.tasks.proposing import propose
from envscaler_mcp.blueprint.tasks.spread import Spread
from envscaler_mcp.blueprint.world.live import Live
from envscaler_mcp.blueprint.world.start import Start, start_state
from envscaler_mcp.spec.scenario import Band, Split

from .splitting import in_turn, kinds_of, seed_for

PER_START = 9
"""So many scenarios are taken of one start state before the next one is made."""
BARREN = 3
"""So many start states in a row without a proposal, and there is no more of that kind."""


@dataclass(frozen=True)
class Idea:
    """A proposal, the seed of its start, and where it belongs."""

    proposal: Proposal
    seed: int
    split: Split


@dataclass
class Source:
    """Ideas for one environment; the same design, live class and seed give the same ones, in order.

    Args:
        design: of the environment.
        live: the compiled environment.
        seed: of the environment.
        bands: taken in turn.
    """

    design: Design
    live: Live
    seed: int
    bands: Sequence[Band]
    _spread: Spread = field(default_factory=Spread)
    _starts: dict[tuple[Split, int], Start] = field(default_factory=dict[tuple[Split, int], Start])

    def ideas(self) -> Iterator[Idea]:
        """One after the other, until no band has any more."""
        streams = {band: self._band(band) for band in self.bands}
        while streams:
            for band in list(streams):
                idea = next(streams[band], None)
                if idea is None:
                    del streams[band]
                else:
                    yield idea

    def first(self) -> tuple[Start, int]:
        """The first start state, and its seed."""
        return self._start("train", 0), seed_for("train", f"{self.seed}/0")

    def _band(self, band: Band) -> Iterator[Idea]:
        """The ideas of a band, its splits in turn."""
        kinds = kinds_of(self.design, band)
        streams: dict[Split, Iterator[Idea]] = {
            split: self._split(band, split, names) for split, names in kinds.items()
        }
        while streams:
            for split in in_turn({split: kinds[split] for split in streams}):
                idea = next(streams[split], None) if split in streams else None
                if idea is None:
                    streams.pop(split, None)
                else:
                    yield idea

    def _split(self, band: Band, split: Split, kinds: Sequence[str]) -> Iterator[Idea]:
        """The ideas of a band in a split: from one start state after the other."""
        number = barren = 0
        while barren < BARREN:
            seed = seed_for(split, f"{self.seed}/{number}")
            start = self._start(split, number)
            taken = 0
            for proposal in self._proposals(start, seed, band, kinds):
                taken += 1
                yield Idea(proposal, seed, split)
                if taken == self._share(band, split):
                    break
            barren = 0 if taken else barren + 1
            number += 1

    def _proposals(self, start: Start, seed: int, band: Band, kinds: Sequence[str]) -> Iterator[Proposal]:
        return propose(self.design, self.live, start, seed, band, kinds=kinds, spread=self._spread)

    def _share(self, band: Band, split: Split) -> int:
        """How many ideas of a band one start state of a split gives."""
        del band, split
        return max(1, PER_START // len(self.bands))

    def _start(self, split: Split, number: int) -> Start:
        if (split, number) not in self._starts:
            seed = seed_for(split, f"{self.seed}/{number}")
            self._starts[split, number] = start_state(self.design, self.live, seed)
        return self._starts[split, number]


def counted(names: Sequence[str]) -> dict[str, int]:
    """How often each name occurs, sorted by name."""
    return dict(sorted(Counter(names).items()))
