"""`index.sqlite` of a run: finds rollouts without reading all rows; made of the rows, kept up with them."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import BinaryIO

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec import RolloutRow

VERSION = 1
BUSY_SECONDS = 10.0
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS rollouts (
    n INTEGER PRIMARY KEY, id TEXT, agent TEXT, server TEXT, scenario TEXT, repeat INTEGER, outcome TEXT,
    reward REAL, progress REAL, collateral INTEGER, turns INTEGER, calls INTEGER, refusals INTEGER,
    tool_errors INTEGER, tokens INTEGER, cost_usd REAL, seconds REAL, failed TEXT, error TEXT,
    place INTEGER, length INTEGER
);
CREATE INDEX IF NOT EXISTS by_id ON rollouts (id);
CREATE INDEX IF NOT EXISTS by_scenario ON rollouts (server, scenario, agent);
CREATE INDEX IF NOT EXISTS by_outcome ON rollouts (outcome, agent);
CREATE INDEX IF NOT EXISTS by_agent ON rollouts (agent);
CREATE TABLE IF NOT EXISTS read_so_far (place INTEGER, opening BLOB);
INSERT INTO read_so_far SELECT 0, x'' WHERE NOT EXISTS (SELECT 1 FROM read_so_far);
PRAGMA user_version = {VERSION};
"""
SHOWN = (
    "id", "agent", "server", "scenario", "repeat", "outcome", "reward", "progress", "collateral", "turns",
    "calls", "refusals", "tool_errors", "tokens", "cost_usd", "seconds", "failed", "error",
)  # fmt: skip
SORTED_BY = (
    "n",
    "scenario",
    "reward",
    "progress",
    "calls",
    "refusals",
    "tool_errors",
    "tokens",
    "cost_usd",
    "seconds",
)
OPENING = 200
"""Bytes by which a file is known again: another file under the same name is read from its start."""


@dataclass(frozen=True)
class Wanted:
    """Which rollouts; what is empty does not restrict."""

    agent: str = ""
    server: str = ""
    scenario: str = ""
    outcome: str = ""
    check: str = ""
    """One that did not hold."""
    text: str = ""
    """Part of an id or of an error."""
    places: frozenset[tuple[str, str]] | None = None
    """Servers and scenarios."""
    sort: str = "n"
    """A column of `SORTED_BY`; `-` before it turns the order around."""


@dataclass(frozen=True)
class Line:
    """One rollout as a list shows it."""

    id: str
    agent: str
    server: str
    scenario: str
    repeat: int
    outcome: str
    reward: float | None
    progress: float | None
    collateral: int
    turns: int
    calls: int
    refusals: int
    tool_errors: int
    tokens: int
    cost_usd: float
    seconds: float
    failed: str
    """Ids of what did not hold."""
    error: str | None


class RowIndex:
    """Finds rollouts of a run; every question first takes in what was appended since.

    Args:
        run: folder of the run. Where it cannot be written to, the index lives in memory.
    """

    def __init__(self, run: Path) -> None:
        self._rows = run / "rollouts.jsonl"
        self._path = run / "index.sqlite"
        self._memory: sqlite3.Connection | None = None
        self._alone = threading.Lock()  # one connection, many threads

    def page(self, wanted: Wanted, offset: int = 0, limit: int = 100) -> tuple[int, list[Line]]:
        """How many rollouts there are, and some of them."""
        where, values = _where(wanted)
        with self._open() as base:
            total: int = base.execute(f"SELECT count(*) FROM rollouts {where}", values).fetchone()[0]
            query = f"SELECT {', '.join(SHOWN)} FROM rollouts {where} {_order(wanted)} LIMIT ? OFFSET ?"
            found = base.execute(query, [*values, limit, offset]).fetchall()
        return total, [Line(*one) for one in found]

    def row(self, rollout: str) -> RolloutRow:
        """One rollout with all that its row says.

        Raises:
            BadInput: there is none of this id.
        """
        with self._open() as base:
            query = "SELECT place, length FROM rollouts WHERE id = ? ORDER BY n DESC"
            found = base.execute(query, [rollout]).fetchone()
        if found is None:
            raise BadInput(str(self._rows), f"there is no rollout {rollout!r}", "choose one from the list")
        with self._rows.open("rb") as stream:
            stream.seek(found[0])
            return RolloutRow.parse(stream.read(found[1]), f"{self._rows}: {rollout}")

    def beside(self, rollout: str, wanted: Wanted) -> tuple[str | None, str | None]:
        """The rollouts before and after one, in the order wanted."""
        where, values = _where(wanted)
        order = _order(wanted)
        query = (
            f"SELECT before, after FROM (SELECT id, lag(id) OVER ({order}) AS before, "
            f"lead(id) OVER ({order}) AS after FROM rollouts {where}) WHERE id = ?"
        )
        with self._open() as base:
            return base.execute(query, [*values, rollout]).fetchone() or (None, None)

    def counts(self, column: str) -> dict[str, int]:
        """The values of `agent`, `server`, `scenario` or `outcome`, and how many rollouts have each."""
        with self._open() as base:
            query = f"SELECT {column}, count(*) FROM rollouts GROUP BY 1 ORDER BY min(n)"
            return dict(base.execute(query).fetchall())

    def passed(self, server: str, scenario: str) -> list[tuple[str, int, int]]:
        """How one scenario went: each agent, how often it passed, and how many rollouts it has."""
        query = (
            "SELECT agent, sum(outcome = 'passed'), count(*) FROM rollouts "
            "WHERE server = ? AND scenario = ? GROUP BY agent ORDER BY min(n)"
        )
        with self._open() as base:
            return base.execute(query, [server, scenario]).fetchall()

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        """The index, up to date; made anew where it is missing, damaged or of another version."""
        base = None
        if self._memory is None:
            try:
                base = self._connected()
            except sqlite3.Error:
                self._memory = _made(sqlite3.connect(":memory:", check_same_thread=False))
                weakref.finalize(self, self._memory.close)
        if base is not None:
            with closing(base):
                yield base
        elif self._memory is not None:
            with self._alone:
                self._read_on(self._memory)
                yield self._memory

    def _connected(self) -> sqlite3.Connection:
        for _ in range(2):
            with ExitStack() as unless_it_is_sound:
                base = sqlite3.connect(self._path, timeout=BUSY_SECONDS)
                unless_it_is_sound.callback(base.close)
                try:
                    if base.execute("PRAGMA user_version").fetchone()[0] not in (0, VERSION):
                        raise sqlite3.DatabaseError("it is of another version")
                    self._read_on(_made(base))
                except sqlite3.OperationalError:
                    raise  # locked or read-only: nothing is wrong with the file
                except sqlite3.DatabaseError:
                    self._path.unlink(missing_ok=True)
                    continue
                unless_it_is_sound.pop_all()
                return base
        raise sqlite3.OperationalError("it cannot be made")

    def _read_on(self, base: sqlite3.Connection) -> None:
        """Take in the whole lines that were appended."""
        if not self._rows.is_file():
            return
        with self._rows.open("rb") as stream:
            opening = stream.read(OPENING)
            known: tuple[int, bytes] = base.execute("SELECT place, opening FROM read_so_far").fetchone()
            if self._rows.stat().st_size == known[0] and opening == known[1]:
                return
            base.execute("BEGIN IMMEDIATE")  # another may have read meanwhile
            with base:
                place, before = base.execute("SELECT place, opening FROM read_so_far").fetchone()
                if not opening.startswith(before) or self._rows.stat().st_size < place:
                    base.execute("DELETE FROM rollouts")
                    place = 0
                stream.seek(place)
                end = _insert(base, _lines(stream, place), str(self._rows), place)
                base.execute("UPDATE read_so_far SET place = ?, opening = ?", [end, opening[:end]])


def _made(base: sqlite3.Connection) -> sqlite3.Connection:
    if not base.execute("PRAGMA user_version").fetchone()[0]:
        base.executescript(f"BEGIN IMMEDIATE; {SCHEMA} COMMIT;")
    return base


def _lines(stream: BinaryIO, place: int) -> Iterator[tuple[int, bytes]]:
    """Whole lines with where they begin; one that is still being written is left for later."""
    for line in stream:
        if not line.endswith(b"\n"):
            return
        yield place, line
        place += len(line)


def _insert(base: sqlite3.Connection, lines: Iterable[tuple[int, bytes]], where: str, end: int) -> int:
    """Rows into the index; where the last one ends."""
    names = (*SHOWN, "place", "length")
    query = f"INSERT INTO rollouts ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    for place, line in lines:
        end = place + len(line)
        if line.strip():
            row = RolloutRow.parse(line, f"{where}, at byte {place}")
            base.execute(query, [*_values(row).values(), place, len(line)])
    return end


def _values(row: RolloutRow) -> Mapping[str, object]:
    failed = " ".join(verdict.id for verdict in row.verdicts if not verdict.ok)
    plain = {name: getattr(row, name) for name in SHOWN if name not in ("failed", "collateral")}
    found = {**plain, "failed": failed, "collateral": len(row.collateral)}
    return {name: found[name] for name in SHOWN}


def _where(wanted: Wanted) -> tuple[str, list[object]]:
    """The condition, and its values; only names of columns are spliced in."""
    terms: list[tuple[str, list[object]]] = [
        (f"{one.name} = ?", [getattr(wanted, one.name)])
        for one in fields(wanted)
        if one.name in ("agent", "server", "scenario", "outcome") and getattr(wanted, one.name)
    ]
    if wanted.check:
        terms.append(("instr(' ' || failed || ' ', ?)", [f" {wanted.check} "]))
    if wanted.text:
        terms.append(
            ("(instr(lower(id), ?) OR instr(lower(coalesce(error, '')), ?))", [wanted.text.lower()] * 2)
        )
    if wanted.places is not None:
        pairs = sorted(f"{server}/{scenario}" for server, scenario in wanted.places)
        terms.append(("server || '/' || scenario IN (SELECT value FROM json_each(?))", [dumps(pairs)]))
    where = " AND ".join(term for term, _ in terms)
    return f"WHERE {where}" if where else "", [value for _, values in terms for value in values]


def _order(wanted: Wanted) -> str:
    column = wanted.sort.removeprefix("-")
    if column not in SORTED_BY:
        column = "n"
    turned = " DESC" if wanted.sort.startswith("-") else ""
    server = f"server{turned}, " if column == "scenario" else ""
    return f"ORDER BY {server}{column}{turned}, n"
