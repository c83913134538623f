"""The index of a run: the same rollouts as its rows, found without reading them all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from envscaler_mcp.errors import BadInput
from envscaler_mcp.harness.index import RowIndex, Wanted
from envscaler_mcp.spec import RolloutRow, append_line
from tests.harness.rows import row


def written(folder: Path, *rows: RolloutRow) -> Path:
    for one in rows:
        append_line(folder / "rollouts.jsonl", one.to_line())
    return folder


def many(count: int, first: int = 0) -> list[RolloutRow]:
    """Every third one failed; agents take turns."""
    return [
        row("passed", 1.0, id=f"r{n}", agent="ab"[n % 2], scenario=str(n % 5), tokens=n)
        if n % 3
        else row("failed", 0.0, id=f"r{n}", agent="ab"[n % 2], scenario=str(n % 5), tokens=n, error="Broke")
        for n in range(first, first + count)
    ]


def ids(index: RowIndex, wanted: Wanted, **more: int) -> list[str]:
    return [line.id for line in index.page(wanted, **more)[1]]


def test_a_page_is_a_part_of_what_fits(tmp_path: Path):
    index = RowIndex(written(tmp_path, *many(30)))
    total, lines = index.page(Wanted(), offset=25, limit=10)
    assert (total, [line.id for line in lines]) == (30, [f"r{n}" for n in range(25, 30)])
    assert index.page(Wanted(agent="a", outcome="failed"))[0] == 5
    assert ids(index, Wanted(text="BROKE", sort="-tokens"), limit=2) == ["r27", "r24"]
    assert ids(index, Wanted(places=frozenset({("s", "4")})), limit=3) == ["r4", "r9", "r14"]
    assert ids(index, Wanted(agent="' OR 1=1 --")) == []
    assert ids(index, Wanted(sort="n; DROP TABLE rollouts"), limit=1) == ["r0"]
    assert index.counts("agent") == {"a": 15, "b": 15}
    assert index.beside("r6", Wanted(outcome="failed")) == ("r3", "r9")
    assert index.passed("s", "0") == [("a", 2, 3), ("b", 2, 3)]


def test_a_check_that_failed_is_found_by_its_whole_name(tmp_path: Path):
    failed = [{"id": "paid", "kind": "goal", "ok": False}, {"id": "held", "kind": "goal", "ok": True}]
    index = RowIndex(written(tmp_path, row("failed", 0.0, verdicts=failed)))
    assert [index.page(Wanted(check=name))[0] for name in ("paid", "held", "pai")] == [1, 0, 0]


def test_rows_that_come_later_are_taken_in_and_torn_ones_wait(tmp_path: Path):
    index = RowIndex(written(tmp_path, *many(3)))
    assert index.page(Wanted())[0] == 3
    written(tmp_path, *many(2, first=3))
    with (tmp_path / "rollouts.jsonl").open("ab") as stream:
        stream.write(b'{"id":"half')
    assert ids(RowIndex(tmp_path), Wanted()) == ids(index, Wanted()) == ["r0", "r1", "r2", "r3", "r4"]
    assert index.row("r4") == many(5)[4]


def test_a_lost_a_damaged_and_a_stale_index_are_made_anew(tmp_path: Path):
    index, file = RowIndex(written(tmp_path, *many(4))), tmp_path / "index.sqlite"
    assert index.page(Wanted())[0] == 4
    file.unlink()
    assert index.page(Wanted())[0] == 4
    file.write_bytes(b"this is no database, and long enough to be seen as none" * 40)
    assert index.page(Wanted())[0] == 4
    (tmp_path / "rollouts.jsonl").unlink()
    written(tmp_path, *many(2, first=70))
    assert ids(index, Wanted()) == ["r70", "r71"]


def test_where_nothing_can_be_written_the_index_lives_in_memory(tmp_path: Path):
    (tmp_path / "index.sqlite").mkdir()
    index = RowIndex(written(tmp_path, *many(4)))
    assert index.page(Wanted())[0] == 4
    written(tmp_path, *many(1, first=4))
    assert index.page(Wanted())[0] == 5


def test_no_connection_stays_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *said, **more: opened.append(connect(*said, **more)) or opened[-1]
    )
    sound, damaged, in_memory = (tmp_path / name for name in ("sound", "damaged", "in_memory"))
    assert RowIndex(written(sound, *many(4))).page(Wanted())[0] == 4
    append_line(written(damaged, *many(4)) / "rollouts.jsonl", "{}")
    with pytest.raises(BadInput):
        RowIndex(damaged).page(Wanted())
    (in_memory / "index.sqlite").mkdir(parents=True)
    assert RowIndex(written(in_memory, *many(4))).page(Wanted())[0] == 4
    assert len(opened) == 3
    for base in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            base.execute("SELECT 1")


def test_without_rows_there_is_nothing(tmp_path: Path):
    index = RowIndex(tmp_path)
    assert index.page(Wanted()) == (0, [])
    with pytest.raises(BadInput, match="there is no rollout 'x'"):
        index.row("x")
