"""A generated server as its user starts it: by its own command line, over real transports."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import httpx
import pytest
from mcp import Client, MCPError, StdioServerParameters

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.command import TOKEN
from tests.half_request import half_a_request

from .folders import counter

Era = Literal["auto", "legacy"]
ERAS: list[Era] = ["auto", "legacy"]


@pytest.fixture
def folder(tmp_path: Path) -> ServerFolder:
    return counter(tmp_path)


def started(folder: ServerFolder, *arguments: str) -> list[str]:
    return [sys.executable, "-m", folder.card.name, *arguments]


def stdio(folder: ServerFolder, *arguments: str) -> StdioServerParameters:
    command, *rest = started(folder, *arguments)
    return StdioServerParameters(command=command, args=rest, cwd=str(folder.path))


@contextmanager
def http(folder: ServerFolder, command: list[str] | None = None) -> Generator[str]:
    """A server on a free port, once it says that it listens."""
    begun = command or started(folder, "--http")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    process = subprocess.Popen(
        [*begun, "--port", "0"], cwd=folder.path, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stderr is not None
        said = re.search(r"listens on (http://\S+)/mcp", process.stderr.readline())
        assert said is not None
        yield said[1]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


@pytest.mark.parametrize("library", [False, True], ids=["its own script", "the library"])
async def test_an_open_stream_ends_with_the_server_and_nothing_is_said(
    folder: ServerFolder, *, library: bool
) -> None:
    command = [sys.executable, "-m", "envscaler_mcp.cli.app", "serve", str(folder.path), "--http"]
    process = subprocess.Popen(
        [*(command if library else started(folder, "--http")), "--port", "0"],
        cwd=folder.path, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    said = re.search(r"listens on (http://\S+/mcp)", process.stderr.readline())
    assert said is not None
    accepted = {"accept": "application/json, text/event-stream"}
    async with (
        httpx.AsyncClient(timeout=60) as client,
        client.stream("GET", said[1], headers=accepted) as answer,
    ):
        assert answer.headers["content-type"] == "text/event-stream"
        process.send_signal(signal.SIGINT)
        await answer.aread()  # to its end: a stream that is cut off raises
    complaints = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "ASGI" not in complaints


@pytest.mark.parametrize(
    ("library", "number", "status"), [(False, signal.SIGINT, 130), (True, signal.SIGTERM, 0)]
)
async def test_a_client_that_says_half_and_waits_does_not_hold_up_the_end(
    folder: ServerFolder, number: int, status: int, *, library: bool
) -> None:
    command = [sys.executable, "-m", "envscaler_mcp.cli.app", "serve", str(folder.path), "--http"]
    process = subprocess.Popen(
        [*(command if library else started(folder, "--http")), "--port", "0"],
        cwd=folder.path, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    said = re.search(r"listens on (http://\S+/mcp)", process.stderr.readline())
    assert said is not None
    async with half_a_request(said[1]) as answer:
        process.send_signal(number)
        assert (await answer.read()).startswith(b"HTTP/1.1 503")
    complaints = process.communicate(timeout=60)[1]
    assert process.returncode == status
    assert "Traceback" not in complaints


async def test_a_client_that_hangs_up_in_the_middle_is_no_error(folder: ServerFolder) -> None:
    command = started(folder, "--http", "--port", "0")
    process = subprocess.Popen(command, cwd=folder.path, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    said = re.search(r"listens on (http://\S+/mcp)", process.stderr.readline())
    assert said is not None
    async with half_a_request(said[1]):
        pass
    async with Client(said[1]) as client:
        assert (await client.list_tools()).tools
    process.send_signal(signal.SIGINT)
    complaints = process.communicate(timeout=60)[1]
    assert "Traceback" not in complaints


@pytest.mark.parametrize("era", ERAS)
async def test_stdio_serves_clients_of_both_eras(folder: ServerFolder, era: Era) -> None:
    async with Client(stdio(folder), mode=era) as client:
        assert (await client.call_tool("add", {"name": "a", "by": 2})).structured_content == {
            "success": True,
            "count": 3,
        }
        with pytest.raises(MCPError, match="Unknown tool"):
            await client.call_tool("nothing", {})


async def test_a_stray_print_does_not_reach_the_wire(folder: ServerFolder) -> None:
    async with Client(stdio(folder)) as client:
        assert not (await client.call_tool("speak", {})).is_error
        assert (await client.call_tool("get", {"name": "a"})).structured_content == {
            "success": True,
            "count": 1,
        }


async def test_state_save_and_journal(folder: ServerFolder, tmp_path: Path) -> None:
    state, save, journal = tmp_path / "state.json", tmp_path / "save.json", tmp_path / "journal.jsonl"
    state.write_text('{"counts": {"a": 40}}')
    arguments = ("--state", str(state), "--save", str(save), "--journal", str(journal))
    async with Client(stdio(folder, *arguments)) as client:
        await client.call_tool("add", {"name": "a", "by": 2})
        assert json.loads(save.read_text())["counts"] == {"a": 42}
    header, entry = [json.loads(line) for line in journal.read_text().splitlines()]
    assert header["format"] == "envscaler-mcp/journal/1"
    assert entry["result"] == {"success": True, "count": 42}
    assert entry["state_digest"].startswith("sha256:")


@pytest.mark.parametrize("era", ERAS)
async def test_http_gives_every_token_an_episode_of_its_own(folder: ServerFolder, era: Era) -> None:
    with http(folder) as url:
        async with (
            Client(f"{url}/mcp", mode=era) as default,
            Client(f"{url}/e/{'0f' * 16}/mcp", mode=era) as own,
        ):
            await default.call_tool("add", {"name": "a", "by": 1})
            assert (await own.call_tool("add", {"name": "a", "by": 5})).structured_content == {
                "success": True,
                "count": 6,
            }
            assert (await default.call_tool("get", {"name": "a"})).structured_content == {
                "success": True,
                "count": 2,
            }


def test_a_token_is_digits_alone() -> None:
    assert TOKEN.match("0" * 32)
    assert not any(TOKEN.match(text) for text in ("0" * 32 + "\n", "0" * 31, "0" * 33, "F" * 32))


async def test_http_refuses_a_token_that_is_none(folder: ServerFolder) -> None:
    with http(folder) as url, pytest.raises(BaseExceptionGroup):
        async with Client(f"{url}/e/short/mcp"):
            pass


async def test_the_library_serves_the_same_from_a_worker(folder: ServerFolder) -> None:
    serve = [sys.executable, "-m", "envscaler_mcp.cli.app", "serve", str(folder.path), "--http"]
    with http(folder, serve) as url:
        async with Client(f"{url}/mcp") as default, Client(f"{url}/e/{'0f' * 16}/mcp") as own:
            await default.call_tool("add", {"name": "a", "by": 1})
            answer = await own.call_tool("get", {"name": "a"})
            assert answer.structured_content == {"success": True, "count": 1}


def test_a_port_that_is_taken_is_bad_input(folder: ServerFolder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        arguments = ("--http", "--port", str(taken.getsockname()[1]))
        done = subprocess.run(
            started(folder, *arguments), cwd=folder.path, capture_output=True, text=True, check=False
        )
    assert done.returncode == 2
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--scenario", "009"), "it has: 001, 002"),
        (("--state", "missing.json"), "missing.json"),
        (("--state", "counter/__init__.py"), "not strict JSON"),
        (("--save", "no/where/state.json"), "No such file or directory; name a file"),
        (("--save", "grading"), "Is a directory; name a file"),
        (("--journal", "grading"), "grading: Is a directory; name a file"),
        (("--http", "--port", "99999"), "99999 is no port"),
        (("--nonsense",), "unrecognized arguments"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(
    folder: ServerFolder, arguments: tuple[str, ...], words: str
) -> None:
    done = subprocess.run(
        started(folder, *arguments), cwd=folder.path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not list(folder.path.glob("**/*.part"))


@pytest.mark.parametrize("ending", ["interrupt", "end of file"])
def test_over_stdio_it_ends_at_once(folder: ServerFolder, ending: str):
    server = subprocess.Popen(
        started(folder),
        cwd=folder.path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write('{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
    server.stdin.flush()
    assert json.loads(server.stdout.readline())["id"] == 1
    if ending == "interrupt":
        server.send_signal(signal.SIGINT)  # its standard input stays open
        server.wait(timeout=20)
    said, complaints = server.communicate(timeout=20)
    assert (server.returncode, said, complaints) == (130 if ending == "interrupt" else 0, "", "")


def test_a_client_that_dies_before_its_answer_is_no_error(folder: ServerFolder):
    with subprocess.Popen(
        started(folder),
        cwd=folder.path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        server.stdout.close()
        server.stdin.write(b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
        server.stdin.close()
        assert server.stderr.read() == b""
        assert server.wait(timeout=20) == 0
