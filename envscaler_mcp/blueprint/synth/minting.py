"""Scenarios of the same distribution as those of a server, that only who knows a secret can make again."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from envscaler_mcp.errors import BadInput
from envscaler_mcp.render import render, write_tree
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import digest
from envscaler_mcp.spec import versions, write_text
from envscaler_mcp.spec.scenario import Band

from .growing import origin_of, pairs_of
from .jobs import Order, number_of
from .making import NOTES, Pair, Takes, Told, fill


@dataclass(frozen=True)
class Minting:
    """What is minted of one server.

    Attributes:
        folder: the public server.
        wanted: band → so many scenarios.
        secret: decides which; the same secret mints the same bytes.
        takes: which of them the suite would take.
        selection: the same in words, so that another selection mints anew.
        file: the domain file, where it is none of the package's.
    """

    folder: ServerFolder
    wanted: Mapping[Band, int]
    secret: str
    takes: Takes
    selection: str = ""
    file: str = ""

    def mint(self, out: Path, told: Told | None = None) -> ServerFolder:
        """The server in `out`, with none but new scenarios; what stands there already is kept.

        Raises:
            BadInput: it is no server of the blueprint engine, its domain has changed, or there are too few.
        """
        place, note = out / self.folder.card.name, out / NOTES / f"{self.folder.card.name}.digest"
        if note.is_file() and note.read_text(encoding="utf-8") == self._digest():
            return ServerFolder.load(place)
        fresh = self._fresh(out / NOTES / f"mint-{self.folder.card.name}", told)
        write_tree(render(self.folder.environment(), fresh), place)
        write_text(note, self._digest())
        return ServerFolder.load(place)

    def _fresh(self, draft: Path, told: Told | None) -> list[Pair]:
        pairs = list(pairs_of(self.folder))
        known = len(pairs)
        try:
            for band, count in sorted(self.wanted.items()):
                order = Order(count, band, number_of(f"private/{self.secret}"))
                job, design, environment = origin_of(self.folder, order, self.file)
                made = fill(job, design, environment, draft, told=told, taken=tuple(pairs), takes=self.takes)
                if made.scenarios < count:
                    message = f"only {made.scenarios} of {count} {band} scenarios that fit could be had"
                    raise BadInput(str(self.folder.path), message, "select less narrowly, or add a limit")
                pairs = list(pairs_of(ServerFolder.load(draft)))
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return pairs[known:]

    def _digest(self) -> str:
        """Of all that the minted server depends on; the secret cannot be read out of it."""
        wanted = dict(sorted(self.wanted.items()))
        return digest([self.secret, self.folder.digest, wanted, self.selection, versions()])
