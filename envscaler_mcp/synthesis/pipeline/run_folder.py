"""A run's folder: every call, every event, what became of each environment, and a summary to read.

RUN/calls/             one file a call, by digest: going on is reading them
RUN/NAME/events.jsonl  what happened, as it happened: calls, Problems, repairs, drops
RUN/NAME/made.json     what became of it
RUN/run.json           what was asked for, how it stands, the ledger
RUN/summary.md         the same for people
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from envscaler_mcp.errors import BadInput
from envscaler_mcp.llm import Ledger
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec import Json, Record, append_line, read_bytes, versions, write_text
from envscaler_mcp.synthesis.author import Event

from .made import Made
from .summary import summary_of

Status = Literal["running", "complete", "stopped"]


class SynthRun(Record):
    """`run.json` of a run of synthesis."""

    kind_of_file: ClassVar[str] = "synthesis-run"

    status: Status
    asked: Json
    ledger: Json
    versions: Json
    environments: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunFolder:
    """Where a run keeps what it knows."""

    path: Path

    @property
    def calls(self) -> Path:
        """The calls."""
        return self.path / "calls"

    def draft(self, name: str) -> Path:
        """Where a server is tried before it stands."""
        return self.path / name / "draft"

    def events(self, name: str) -> Callable[[Event], None]:
        """A listener that writes an environment's events, from an empty file on."""
        path = self.path / name / "events.jsonl"
        write_text(path, "")

        def write(event: Event) -> None:
            append_line(path, dumps(event.model_dump(mode="json", exclude_none=True)))

        return write

    def known(self, name: str, order: str) -> Made | None:
        """What became of an environment when the same was asked for, if it still stands."""
        path = self.path / name / "made.json"
        if not path.is_file():
            return None
        made = Made.model_validate_json(read_bytes(path))
        return made if made.order == order and made.card == card_digest(Path(made.path)) else None

    def keep(self, made: Made) -> None:
        """Keep what became of an environment; its draft goes."""
        write_text(self.path / made.name / "made.json", made.model_dump_json(indent=1) + "\n")
        shutil.rmtree(self.draft(made.name), ignore_errors=True)

    def write(self, status: Status, asked: Json, ledger: Ledger, made: Sequence[Made]) -> None:
        """Say how the run stands."""
        run = SynthRun(
            status=status,
            asked=asked,
            ledger=ledger.to_json(),
            versions=versions(),
            environments=tuple(one.name for one in made),
        )
        write_text(self.path / "run.json", run.to_text())
        write_text(self.path / "summary.md", summary_of(status, ledger, made))


def card_digest(folder: Path) -> str:
    """Digest of a server's card; empty where there is none."""
    try:
        return ServerFolder.load(folder).digest
    except BadInput:
        return ""
