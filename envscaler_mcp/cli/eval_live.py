"""How a run stands while it is played: done of all, rates, cost, what broke, and how long it will take."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from envscaler_mcp.spec import NO_EVIDENCE, RolloutRow

from .output import Output, table

SHOWN_ERRORS = 5
SECONDS_BETWEEN_LINES = 5.0
COLUMNS = ("agent", "done", "passed", "failed", "agent error", "no evidence", "calls", "tokens", "cost")


@dataclass
class Board:
    """Counts a run up; shown as a table on a terminal, as a line now and then elsewhere.

    Args:
        agents: in the order of the table.
        total: rollouts of the whole run.
        earlier: rollouts that a run that is resumed holds already.
        clock: seconds, from anywhere.
    """

    agents: Sequence[str]
    total: int
    earlier: Sequence[RolloutRow] = ()
    clock: Callable[[], float] = time.monotonic
    done: int = 0
    cost_usd: float = 0.0
    _outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter[str]))
    _sums: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter[str]))
    _errors: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

    def __post_init__(self) -> None:
        """Begin with what was there."""
        for row in self.earlier:
            self.add(row)
        self._began, self._before = self.clock(), self.done

    def add(self, row: RolloutRow) -> None:
        """One more rollout is finished."""
        self.done += 1
        self.cost_usd += row.cost_usd
        self._outcomes[row.agent][row.outcome] += 1
        self._sums[row.agent].update(calls=row.calls, tokens=row.tokens)
        self._sums[row.agent]["micro_usd"] += round(row.cost_usd * 1e6)
        if row.outcome not in ("passed", "failed"):
            self._errors[row.outcome, (row.error or "").split("\n")[0][:100]] += 1

    def picture(self) -> RenderableType:
        """For a terminal."""
        head = Table.grid(padding=(0, 2))
        head.add_row(
            "eval", ProgressBar(total=max(self.total, 1), completed=self.done, width=30), self._pace()
        )
        parts: list[RenderableType] = [head, table(COLUMNS, [self._counts(agent) for agent in self.agents])]
        for (outcome, error), number in self._errors.most_common(SHOWN_ERRORS):
            parts.append(Text(f"{number} × {_words(outcome)}{f': {error}' if error else ''}", style="yellow"))
        return Group(*parts)

    def line(self) -> str:
        """For a log."""
        counted = sum(self._outcomes.values(), Counter[str]())
        said = ", ".join(f"{number} {_words(name)}" for name, number in counted.most_common())
        return f"eval {self._pace()}{f' · {said}' if said else ''}"

    @property
    def seconds_left(self) -> float | None:
        """By the pace since the beginning; None before anything is finished."""
        fresh = self.done - self._before
        if not fresh:
            return None
        return (self.clock() - self._began) / fresh * (self.total - self.done)

    def _pace(self) -> str:
        passed = sum(counts["passed"] for counts in self._outcomes.values())
        told = sum(
            number
            for counts in self._outcomes.values()
            for name, number in counts.items()
            if name not in NO_EVIDENCE
        )
        spent, left = self.clock() - self._began, self.seconds_left
        fresh = self.done - self._before
        parts = [f"{self.done}/{self.total}"]
        parts += [f"{100 * passed / told:.0f} % passed"] if told else []
        parts += [f"{fresh / spent:.1f}/s"] if fresh and spent > 0 else []
        parts += [f"${self.cost_usd:.2f}"] if self.cost_usd else []
        parts += [f"{_clock(spent)} gone"]
        parts += [f"about {_clock(left)} left"] if left is not None and self.done < self.total else []
        return " · ".join(parts)

    def _counts(self, agent: str) -> tuple[object, ...]:
        counts, sums = self._outcomes[agent], self._sums[agent]
        cost = sums["micro_usd"] / 1e6
        return (
            agent,
            counts.total(),
            counts["passed"],
            counts["failed"],
            counts["agent_error"],
            sum(counts[name] for name in NO_EVIDENCE),
            sums["calls"],
            sums["tokens"],
            f"${cost:.2f}" if cost else "–",
        )


@contextmanager
def watched(output: Output, board: Board) -> Generator[Callable[[RolloutRow], None]]:
    """Show the board while rollouts come in; call what is yielded with each of them."""
    with output.live(board.picture) as is_live:
        lines = _Lines(output, board)

        def told(row: RolloutRow) -> None:
            board.add(row)
            if not is_live:
                lines.add(row)

        yield told


@dataclass
class _Lines:
    """What a log gets: whatever broke at once, how far it is now and then, and the end."""

    output: Output
    board: Board

    def __post_init__(self) -> None:
        self._last = self.board.clock()

    def add(self, row: RolloutRow) -> None:
        if row.outcome not in ("passed", "failed"):
            self.output.note(f"{row.id}: {_words(row.outcome)}{f' ({row.error})' if row.error else ''}")
        now = self.board.clock()
        if self.board.done == self.board.total or now - self._last >= SECONDS_BETWEEN_LINES:
            self._last = now
            self.output.note(self.board.line())


def _words(name: str) -> str:
    return name.replace("_", " ")


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
