"""A journal's file: gone on with, refused with a reason, never half-written."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from envscaler_mcp.certify.play import result_of
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone import journal_file
from envscaler_mcp.runtime.standalone.bundle import Unusable
from envscaler_mcp.runtime.standalone.journal_file import JournalFile

from .folders import counter

HEADER = {"format": "envscaler-mcp/journal/1", "server": "s", "scenario": "001", "seed": 0, "now": "2026"}
CALL = {"n": 1, "tool": "add", "arguments": {"by": 1}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def text_of(*lines: dict[str, Any]) -> str:
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)


def test_a_new_file_begins_with_the_header(path: Path) -> None:
    journal = JournalFile(path)
    assert journal.calls_of(HEADER) == []
    journal.append(CALL)
    assert path.read_text() == text_of(HEADER, CALL)


@pytest.mark.parametrize("torn", ["", "{", '{"n":2,"to', text_of(CALL)[:-1]])
def test_a_torn_line_is_cut_off(path: Path, torn: str) -> None:
    path.write_text(text_of(HEADER, CALL) + torn)
    journal = JournalFile(path)
    assert journal.calls_of(HEADER) == [CALL]
    journal.append({**CALL, "n": 2})
    assert path.read_text() == text_of(HEADER, CALL, {**CALL, "n": 2})


@pytest.mark.parametrize("torn", ['{"form', text_of(HEADER)[:-1]])
def test_a_torn_header_is_written_anew(path: Path, torn: str) -> None:
    path.write_text(torn)
    assert JournalFile(path).calls_of(HEADER) == []
    assert path.read_text() == text_of(HEADER)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a diary\n", "it is no journal; name another file."),
        ('{"format":"x"}', "it is no journal; name another file."),
        (text_of(HEADER) + "{]\n" + text_of(CALL), ", line 2: not strict JSON"),
        (text_of(HEADER) + "3\n", ", line 2: it is no call"),
    ],
)
def test_what_is_no_journal_is_refused_and_left_alone(path: Path, text: str, why: str) -> None:
    path.write_text(text)
    with pytest.raises(Unusable, match=re.escape(why)):
        JournalFile(path)
    assert path.read_text() == text


def test_the_journal_of_another_episode_is_refused_and_left_alone(path: Path) -> None:
    path.write_text(text_of({**HEADER, "seed": 3, "scenario": "002"}, CALL))
    with pytest.raises(
        Unusable, match="another episode \\(scenario is '002', not '001', seed is 3, not 0\\)"
    ):
        JournalFile(path).calls_of(HEADER)
    assert path.read_text() == text_of({**HEADER, "seed": 3, "scenario": "002"}, CALL)


def test_one_writer_at_a_time(path: Path) -> None:
    journal = JournalFile(path)
    with pytest.raises(Unusable, match="another server writes to it; name another file"):
        JournalFile(path)
    journal.append(HEADER)


def test_a_line_is_written_whole_or_not_at_all(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = JournalFile(path)
    journal.append(HEADER)
    write = os.write

    def full(file: int, raw: bytes) -> int:
        if len(raw) < 10:
            raise OSError(errno.ENOSPC, "no space left")
        return write(file, raw[:10])

    with monkeypatch.context() as patched:
        patched.setattr(journal_file.os, "write", full)
        with pytest.raises(OSError, match="no space left"):
            journal.append(CALL)
    assert path.read_text() == text_of(HEADER)
    journal.append(CALL)
    assert path.read_text() == text_of(HEADER, CALL)


@pytest.fixture
def folder(tmp_path: Path) -> ServerFolder:
    return counter(tmp_path)


def started(folder: ServerFolder, *arguments: str) -> StdioServerParameters:
    line = ["-m", folder.card.name, *arguments]
    return StdioServerParameters(command=sys.executable, args=line, cwd=str(folder.path))


async def add(folder: ServerFolder, *arguments: str, request_id: str) -> int:
    """One more, by a server of its own; what that makes."""
    meta: Any = {"envscaler-mcp/request-id": request_id}
    async with Client(started(folder, *arguments)) as client:
        result = await client.call_tool("add", {"name": "a", "by": 1}, meta=meta)
        assert result.structured_content is not None
        return result.structured_content["count"]


async def test_a_server_goes_on_where_its_journal_ends(folder: ServerFolder, path: Path) -> None:
    save = path.with_name("save.json")
    arguments = ("--journal", str(path), "--save", str(save))
    assert await add(folder, *arguments, request_id="r1") == 2
    assert await add(folder, *arguments, request_id="r2") == 3
    with path.open("a") as torn:
        torn.write('{"n":3,"tool":"a')
    assert await add(folder, *arguments, request_id="r2") == 3  # it has been played
    assert await add(folder, *arguments, request_id="r3") == 4
    header, *calls = [json.loads(line) for line in path.read_text().splitlines()]
    assert header["format"] == "envscaler-mcp/journal/1"
    assert [(call["n"], call["request_id"]) for call in calls] == [(1, "r1"), (2, "r2"), (3, "r3")]
    assert json.loads(save.read_text())["counts"] == {"a": 4}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--scenario", "002"), "another episode (scenario is '001', not '002')"),
        (("--seed", "9"), "another episode (seed is 0, not 9)"),
        (("--state", "other.json"), "its calls do not fit this start (call 1 (add)"),
    ],
)
async def test_another_start_is_refused_in_one_sentence(
    folder: ServerFolder, path: Path, arguments: tuple[str, ...], words: str
) -> None:
    assert await add(folder, "--journal", str(path), request_id="r1") == 2
    before = path.read_text()
    (folder.path / "other.json").write_text('{"counts": {"a": 40}}')
    done = subprocess.run(
        [sys.executable, "-m", folder.card.name, "--journal", str(path), *arguments],
        cwd=folder.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert words in done.stderr
    assert "name another file, or begin as it says." in done.stderr
    assert "Traceback" not in done.stderr
    assert path.read_text() == before


async def test_a_call_that_cannot_be_saved_has_not_happened(folder: ServerFolder, path: Path) -> None:
    place = path.with_name("kept")
    place.mkdir()
    arguments = ("--journal", str(path), "--save", str(place / "save.json"))
    async with Client(started(folder, *arguments)) as client:
        call = ("add", {"name": "a", "by": 1})
        assert not (await client.call_tool(*call)).is_error
        place.rename(path.with_name("elsewhere"))
        refused = await client.call_tool(*call)
        assert refused.is_error
        assert result_of(refused)["code"] == "not_recorded"
        path.with_name("elsewhere").rename(place)
        again = await client.call_tool(*call)
        assert again.structured_content == {"success": True, "count": 3}
    assert [json.loads(line)["n"] for line in path.read_text().splitlines()[1:]] == [1, 2]
