"""A run on disk: appended row by row, never rewritten, so that nothing is lost to a crash."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import secrets
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import zstandard

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import canonical, digest_bytes, dumps, loads
from envscaler_mcp.spec import (
    RolloutRow,
    RunCard,
    RunStatus,
    State,
    Trajectory,
    append_line,
    read_lines,
    write_bytes,
    write_text,
    writing,
)

from .rollout import Finished

RUNS = Path("runs")
RESCORED = "rescored.jsonl"
SPENT = "spent.json"
MOST_UNPACKED = 256 * 1024 * 1024
MOST_ROWS = 4 * 1024 * 1024 * 1024
"""Bytes of all rows: a file of our own grows with the run, unlike one that a person hands in."""


@dataclass
class Run:
    """One `RUN/` folder."""

    path: Path
    card: RunCard
    fresh: bool = False
    """Whether it was not begun before."""
    _release: Callable[[], object] | None = None

    @classmethod
    def create(cls, card: RunCard, path: Path | None) -> Run:
        """A run in a folder of its own; without a path it is named by the time and a random mark.

        Raises:
            BadInput: the folder holds a run already.
        """
        stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
        place = path or RUNS / f"{stamp}-{secrets.token_hex(2)}"
        run = cls(place, card, fresh=True)
        run._refuse_another()
        return run

    @classmethod
    def open(cls, path: Path) -> Run:
        """A run that exists, to go on with.

        Raises:
            BadInput: there is no run in that folder.
        """
        return cls(path, RunCard.load(path / "run.json"))

    def begin(self) -> None:
        """Write `run.json`: from now on there is something to resume, by one at a time.

        Raises:
            BadInput: somebody else is at work on it.
        """
        with writing(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            held = os.open(self.path, os.O_RDONLY)
            self._release = weakref.finalize(self, os.close, held)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                remedy = "wait for it, or name another --out"
                raise BadInput(str(self.path), "another eval is at work on this run", remedy) from error
        if self.fresh:
            self._refuse_another()
        write_text(self.path / "run.json", self.card.to_text())

    def add(self, finished: Finished) -> None:
        """State and trajectory first, the row last: a row promises that both are there."""
        if finished.state:
            self._pack(self._state_path(_state_digest(finished)), lambda: canonical(finished.state))
        path = self.path / "trajectories" / f"{finished.row.id}.json.zst"
        self._pack(path, lambda: finished.trajectory.to_text().encode())
        append_line(self.path / "rollouts.jsonl", dumps(finished.row.model_dump(mode="json")))

    def rows(self) -> list[RolloutRow]:
        """Every finished rollout."""
        path = self.path / "rollouts.jsonl"
        if not path.exists():
            return []
        return list(read_lines(path, RolloutRow.parse, max_bytes=MOST_ROWS))

    def rescored(self) -> list[RolloutRow]:
        """The rollouts as `score` judged them last; none where nobody has scored it again.

        Raises:
            BadInput: the file is damaged.
        """
        path = self.path / RESCORED
        if not path.exists():
            return []
        try:
            return list(read_lines(path, RolloutRow.parse, max_bytes=MOST_ROWS, at_once=True))
        except BadInput as error:
            remedy = f"write it anew with: envscaler-mcp score {self.path}"
            raise BadInput(error.where, error.message, remedy) from error

    def trajectory(self, rollout: str) -> Trajectory:
        """The record of one finished rollout.

        Raises:
            BadInput: it is missing or damaged.
        """
        path = self.path / "trajectories" / f"{rollout}.json.zst"
        return Trajectory.parse(self._unpack(path), str(path))

    def state(self, digest: str) -> State | None:
        """A final state by its digest; None if it was not kept.

        Raises:
            BadInput: it is damaged.
        """
        path = self._state_path(digest)
        return cast("State", loads(self._unpack(path))) if path.exists() else None

    def _state_path(self, digest: str) -> Path:
        return self.path / "states" / f"{digest.removeprefix('sha256:')}.json.zst"

    def keep_rescored(self, rows: Sequence[RolloutRow]) -> None:
        """Today's scores of the same rollouts, beside those of the day."""
        text = "".join(f"{dumps(row.model_dump(mode='json'))}\n" for row in rows)
        write_text(self.path / RESCORED, text)

    def keep_spent(self, dollars: float) -> None:
        """What is spent at the most, in this run and all that it was resumed from."""
        write_text(self.path / SPENT, dumps({"cost_usd": dollars}))

    def spent(self) -> float:
        """Dollars that went: what was kept of them, or what the rows say if that is more.

        Raises:
            BadInput: what was kept is damaged.
        """
        path = self.path / SPENT
        kept = _dollars_in(path) if path.exists() else 0.0
        return max(kept, sum(row.cost_usd + (row.user_cost_usd or 0.0) for row in self.rows()))

    def finish(self, status: RunStatus) -> None:
        """Say how it ended; others may go on with it."""
        self.card = self.card.model_copy(update={"status": status})
        write_text(self.path / "run.json", self.card.to_text())
        if self._release:
            self._release()

    def _refuse_another(self) -> None:
        if (self.path / "run.json").exists():
            raise BadInput(
                str(self.path), "there is a run in it already", f"say --resume {self.path}, or another --out"
            )

    def _unpack(self, path: Path) -> bytes:
        try:
            return zstandard.decompress(path.read_bytes(), max_output_size=MOST_UNPACKED)
        except (OSError, zstandard.ZstdError) as error:
            raise BadInput(str(path), f"cannot be read ({error})", "play this rollout again") from error

    def _pack(self, path: Path, content: Callable[[], bytes]) -> None:
        if not path.exists():
            write_bytes(path, zstandard.compress(content()))


def _dollars_in(path: Path) -> float:
    """A sum that is none would let a budget hold nothing."""
    try:
        dollars = float(loads(path.read_bytes())["cost_usd"])
    except (ValueError, KeyError, TypeError):
        dollars = -1.0
    if dollars < 0:
        raise BadInput(str(path), "it holds no sum of dollars", "remove it; then what the rows say counts")
    return dollars


def _state_digest(finished: Finished) -> str:
    """The last step's: whoever looks for a final state knows no other, and it passes over volatile fields."""
    steps = finished.trajectory.steps
    return steps[-1].state_digest if steps else digest_bytes(canonical(finished.state))
