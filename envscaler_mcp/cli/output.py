"""The only place that prints: results on stdout, progress and complaints on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from envscaler_mcp.errors import BadInput, BadInputs
from envscaler_mcp.runtime.standalone.canonical import dumps


class Output:
    """Where one run of the command line writes.

    With `as_json`, stdout gets exactly one JSON object: the result, or `{"error": …}`.
    """

    def __init__(self, *, as_json: bool = False, quiet: bool = False, debug: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.debug = debug
        self.resume = "say the same command again"
        """How to go on after Ctrl-C; a verb that can resume says so here."""
        self._people = _console(terminal=sys.stdout.isatty(), stderr=False)
        self._progress = _console(terminal=sys.stderr.isatty(), stderr=True)
        self._answered = False
        self._said_stopped = False

    def result(self, value: Mapping[str, Any], *shown: RenderableType) -> None:
        """Print a verb's result: `value` as one line of JSON, or `shown` for people. Once only."""
        if self.as_json:
            self._answer(value)
        else:
            self.say(*shown)

    def say(self, *shown: RenderableType) -> None:
        """Print prose and tables on stdout; nothing with `--json`."""
        if not self.as_json:
            for part in shown:
                self._people.print(part)

    def note(self, text: str) -> None:
        """Print one line about the work on stderr; nothing with `--quiet`."""
        if not self.quiet:
            self._progress.print(escape(text))

    def fail(self, error: Exception, sentence: str) -> None:
        """Print what went wrong: the sentence on stderr, and with `--json` the error on stdout."""
        self._progress.print(escape(sentence))
        if self.as_json and not self._answered:
            self._answer({"error": _error(error, sentence)})

    def stopped(self) -> None:
        """Print, once, what Ctrl-C did and how to go on."""
        if self._said_stopped:
            return
        self._said_stopped = True
        self._progress.show_cursor()  # whatever was live may be cut off
        self._progress.print(escape(f"Stopped. Nothing is half-written; to go on, {self.resume}."))
        if self.as_json and not self._answered:
            self._answer({"error": {"message": "stopped", "where": "", "remedy": self.resume}})

    @contextmanager
    def progress(self, title: str, total: int | None = None) -> Generator[Steps]:
        """Count steps on stderr: a live bar on a terminal, plain lines otherwise."""
        if self.quiet or not self._progress.is_terminal:
            yield PlainSteps(self, title, total)
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._progress, transient=True) as bar:
            yield BarSteps(bar, escape(title), total)

    @contextmanager
    def live(self, picture: Callable[[], RenderableType]) -> Generator[bool]:
        """Keep a picture on stderr up to date while it is a terminal; yields whether it is."""
        if self.quiet or not self._progress.is_terminal:
            yield False
            return
        with Live(get_renderable=picture, console=self._progress, transient=True, refresh_per_second=5):
            yield True

    def _answer(self, value: Mapping[str, Any]) -> None:
        if self._answered:
            raise RuntimeError("a verb has one result")
        self._answered = True
        sys.stdout.write(dumps(dict(value)) + "\n")
        sys.stdout.flush()


class Steps:
    """Something that counts steps of long work."""

    def advance(self, what: str = "") -> None:
        """One step is done; `what` names it."""
        raise NotImplementedError


class PlainSteps(Steps):
    """A line for each step."""

    def __init__(self, output: Output, title: str, total: int | None) -> None:
        self._output = output
        self._title = title
        self._of = f"/{total}" if total else ""
        self._done = 0

    def advance(self, what: str = "") -> None:
        """Print one line."""
        self._done += 1
        self._output.note(f"{self._title} {self._done}{self._of}{' ' if what else ''}{what}")


class BarSteps(Steps):
    """A live bar."""

    def __init__(self, bar: Progress, title: str, total: int | None) -> None:
        self._bar = bar
        self._title = title
        self._task = bar.add_task(title, total=total)

    def advance(self, what: str = "") -> None:
        """Move the bar on."""
        self._bar.update(self._task, advance=1, description=f"{self._title} {escape(what)}".rstrip())


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> Table:
    """A table of plain values; numbers stand to the right, and no value is read as markup."""
    lines = [list(row) for row in rows]
    made = Table(title=title, title_justify="left", header_style="bold")
    for place, name in enumerate(columns):
        numeric = bool(lines) and all(isinstance(row[place], (int, float)) for row in lines)
        made.add_column(escape(name), justify="right" if numeric else "left", overflow="fold")
    for row in lines:
        made.add_row(*(escape(_spelt(value)) for value in row))
    return made


def _console(*, terminal: bool, stderr: bool) -> Console:
    """Text as it is; what goes to a file or a pipe is wide, so that no line is broken for a screen."""
    return Console(
        stderr=stderr, highlight=False, emoji=False, soft_wrap=not terminal, width=None if terminal else 200
    )


def _spelt(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _error(error: Exception, sentence: str) -> dict[str, Any]:
    if isinstance(error, BadInputs):
        return {
            **_error(error.problems[0], sentence),
            "problems": [_error(one, "") for one in error.problems],
        }
    if isinstance(error, BadInput):
        return {"message": error.message, "where": error.where, "remedy": error.remedy}
    return {"message": sentence, "where": "", "remedy": ""}
