"""A run on disk: appended row by row, never rewritten, so that nothing is lost to a crash."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from pathlib import Path

import zstandard

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import canonical, digest_bytes, dumps
from envscaler_mcp.spec import (
    RolloutRow,
    RunCard,
    RunStatus,
    append_line,
    read_lines,
    write_bytes,
    write_text,
)

from .rollout import Finished

RUNS = Path("runs")


@dataclass
class Run:
    """One `RUN/` folder."""

    path: Path
    card: RunCard

    @classmethod
    def create(cls, card: RunCard, path: Path | None) -> Run:
        """A run in a folder of its own; without a path it is named by the time and a random mark.

        Raises:
            BadInput: the folder holds a run already.
        """
        stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
        place = path or RUNS / f"{stamp}-{secrets.token_hex(2)}"
        if (place / "run.json").exists():
            raise BadInput(
                str(place), "there is a run in it already", f"say --resume {place}, or another --out"
            )
        return cls(place, card)

    @classmethod
    def open(cls, path: Path) -> Run:
        """A run that exists, to go on with.

        Raises:
            BadInput: there is no run in that folder.
        """
        return cls(path, RunCard.load(path / "run.json"))

    def begin(self) -> None:
        """Write `run.json`: from now on there is something to resume."""
        write_text(self.path / "run.json", self.card.to_text())

    def add(self, finished: Finished) -> None:
        """State and trajectory first, the row last: a row promises that both are there."""
        state = canonical(finished.state)
        self._pack(self.path / "states" / f"{digest_bytes(state).removeprefix('sha256:')}.json.zst", state)
        text = finished.trajectory.to_text().encode()
        self._pack(self.path / "trajectories" / f"{finished.row.id}.json.zst", text)
        append_line(self.path / "rollouts.jsonl", dumps(finished.row.model_dump(mode="json")))

    def rows(self) -> list[RolloutRow]:
        """Every finished rollout."""
        path = self.path / "rollouts.jsonl"
        if not path.exists():
            return []
        return list(read_lines(path, lambda line, _: RolloutRow.model_validate_json(line)))

    def finish(self, status: RunStatus) -> None:
        """Say how it ended."""
        self.card = self.card.model_copy(update={"status": status})
        write_text(self.path / "run.json", self.card.to_text())

    def _pack(self, path: Path, content: bytes) -> None:
        if not path.exists():
            write_bytes(path, zstandard.compress(content))
