"""Files are written whole or not at all, and torn lines hurt nobody."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import RolloutRow, append_line, read_lines, write_bytes, write_text


def test_a_file_is_written_with_its_folders(tmp_path: Path):
    path = tmp_path / "a" / "b" / "run.json"
    write_text(path, "Größe\r\n")
    assert path.read_bytes() == "Größe\r\n".encode()
    assert [found.name for found in path.parent.iterdir()] == ["run.json"]


def test_a_new_file_has_the_mode_of_the_umask_and_an_old_one_keeps_its_own(tmp_path: Path):
    plain, private = tmp_path / "plain", tmp_path / "private"
    (tmp_path / "reference").touch()
    private.touch(0o600)
    for path in (plain, private):
        write_text(path, "x")
    assert plain.stat().st_mode == (tmp_path / "reference").stat().st_mode
    assert private.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
):
    path = tmp_path / "run.json"
    write_text(path, "old")

    def full(_descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(BadInput) as caught:
        write_bytes(path, b"new")
    assert os.strerror(code) in str(caught.value)
    assert str(path) == caught.value.where
    assert {found.name: found.read_text() for found in tmp_path.iterdir()} == {"run.json": "old"}


def test_a_folder_in_the_way_is_named_with_a_remedy(tmp_path: Path):
    with pytest.raises(BadInput, match="name a file, not a folder"):
        write_text(tmp_path, "x")
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="file"):
        append_line(tmp_path / "file" / "rows.jsonl", "{}")


def test_lines_are_appended_and_read(tmp_path: Path):
    path = tmp_path / "rows.jsonl"
    for line in ('{"a":1}', "[]", '"é"'):
        append_line(path, line)
    assert list(read_lines(path)) == [{"a": 1}, [], "é"]


def test_a_line_with_a_line_end_is_refused(tmp_path: Path):
    with pytest.raises(BadInput, match="compact"):
        append_line(tmp_path / "rows.jsonl", "{\n}")
    assert not (tmp_path / "rows.jsonl").exists()


@given(cut=st.integers(min_value=0, max_value=40))
def test_wherever_a_writer_was_killed_the_next_one_carries_on(
    tmp_path_factory: pytest.TempPathFactory, cut: int
):
    path = tmp_path_factory.mktemp("torn") / "rows.jsonl"
    whole = b'{"n":1}\n{"n":2}\n{"n":3,"text":"Gr\xc3\xb6\xc3\x9fe"}\n'
    path.write_bytes(whole[:cut])
    kept = [row["n"] for row in read_lines(path)]
    assert kept == [1, 2, 3][: whole[:cut].count(b"\n")]
    append_line(path, '{"n":9}')
    assert [row["n"] for row in read_lines(path)] == [*kept, 9]


def test_a_long_torn_line_is_cut_whole(tmp_path: Path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"n":1}\n' + b"x" * 200_000)
    append_line(path, '{"n":2}')
    assert path.read_bytes() == b'{"n":1}\n{"n":2}\n'


def test_a_bad_line_in_the_middle_is_named(tmp_path: Path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"n":1}\n{"n":\n{"n":3}\n')
    with pytest.raises(BadInput, match=r"rows\.jsonl:2: not strict JSON"):
        list(read_lines(path))
    path.write_text('{"n":1}\n')
    with pytest.raises(BadInput, match=r"rows\.jsonl:1: at /"):
        list(read_lines(path, RolloutRow.parse))
