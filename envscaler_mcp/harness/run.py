"""A run on disk: appended row by row, never rewritten, so that nothing is lost to a crash."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from pathlib import Path

import zstandard

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
        """A new folder; without a path it is named by the time and a random mark."""
        stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
        run = cls(path or RUNS / f"{stamp}-{secrets.token_hex(2)}", card)
        write_text(run.path / "run.json", card.to_text())
        return run

    @classmethod
    def open(cls, path: Path) -> Run:
        """A run that exists, to go on with.

        Raises:
            BadInput: there is no run in that folder.
        """
        return cls(path, RunCard.load(path / "run.json"))

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
