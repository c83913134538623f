"""Files of rows, one for each split: whole, or not there."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec import Json, writing


class Sheets:
    """JSON lines by split; they get their names when everything is written.

    Args:
        folder: where they go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, IO[str]] = {}
        self._stack = ExitStack()
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        for name in self._open:
            with writing(self._folder):
                if kind is None:
                    self._draft(name).replace(self.path(name))
                else:
                    self._draft(name).unlink(missing_ok=True)

    def add(self, split: str, row: dict[str, Json]) -> None:
        """One more row.

        Raises:
            BadInput: it cannot be written.
        """
        with writing(self._folder):
            if split not in self._open:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._open[split] = self._stack.enter_context(self._draft(split).open("w", encoding="utf-8"))
            self._open[split].write(f"{dumps(row)}\n")
        self.rows += 1

    @property
    def files(self) -> list[Path]:
        """The files that were written."""
        return [self.path(name) for name in sorted(self._open)]

    def path(self, split: str) -> Path:
        """Where the rows of a split stand."""
        return self._folder / f"{split}.jsonl"

    def _draft(self, split: str) -> Path:
        return self._folder / f".{split}.jsonl.new"
