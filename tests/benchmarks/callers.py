"""Two clients for every contestant: the official one, and a thin one that costs nearly nothing itself.

The official client shows what a user meets; most of the time that it measures is its own. The thin one
shows the server.
"""

from __future__ import annotations

import asyncio
import json
import re
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from mcp import Client, StdioServerParameters

VERSION = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": VERSION,
    "io.modelcontextprotocol/clientCapabilities": {},
}
LINE = 1 << 22


class Failed(RuntimeError):
    """A call that should have succeeded did not."""


class Caller(Protocol):
    """A client that is connected."""

    async def call(self, tool: str, arguments: dict[str, Any]) -> None:
        """One call. Raises Failed."""
        ...


class Official:
    """`mcp.Client`."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def call(self, tool: str, arguments: dict[str, Any]) -> None:
        answer = await self.client.call_tool(tool, arguments)
        if answer.is_error:
            raise Failed(str(answer))


class ThinStdio:
    """JSON lines through a pipe."""

    def __init__(self, server: Process) -> None:
        self.server = server
        self.number = 0

    async def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.number += 1
        self.server.stdin.write(_message(self.number, method, params) + b"\n")
        return _result(await self.server.stdout.readline())

    async def call(self, tool: str, arguments: dict[str, Any]) -> None:
        await self.ask("tools/call", {"name": tool, "arguments": arguments})


class ThinHttp:
    """HTTP on one connection that is kept open."""

    def __init__(self, url: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        parts = urlsplit(url)
        self.path, self.host = parts.path, parts.netloc
        self.reader, self.writer = reader, writer

    async def call(self, tool: str, arguments: dict[str, Any]) -> None:
        body = _message(1, "tools/call", {"name": tool, "arguments": arguments})
        names = (
            f"Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: {VERSION}\r\n"
            f"Mcp-Method: tools/call\r\nMcp-Name: {tool}\r\n"
        )
        _result(await self.send("POST", self.path, body, names))

    async def send(self, method: str, path: str, body: bytes, headers: str) -> bytes:
        """One request; the body of its answer."""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n{headers}\r\n"
        )
        self.writer.write(head.encode() + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", answer.lower())
        content = await self.reader.readexactly(int(length[1]) if length else 0)
        if not answer.startswith(b"HTTP/1.1 2"):
            raise Failed((answer + content).decode())
        return content


@asynccontextmanager
async def official(target: str | StdioServerParameters) -> AsyncGenerator[Official]:
    """The official client on a URL or a command."""
    async with Client(target) as client:
        yield Official(client)


@asynccontextmanager
async def thin_http(url: str) -> AsyncGenerator[ThinHttp]:
    """The thin client on a URL."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=LINE)
    try:
        yield ThinHttp(url, reader, writer)
    finally:
        writer.close()


@asynccontextmanager
async def thin_stdio(command: tuple[str, ...], folder: Path) -> AsyncGenerator[ThinStdio]:
    """A server of its own, and the thin client on its pipes."""
    server = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=LINE
    )
    try:
        yield ThinStdio(server)
    finally:
        await _end(server)


@asynccontextmanager
async def http_server(
    command: tuple[str, ...], folder: Path, says: str = r"listens on (\S+/mcp)"
) -> AsyncGenerator[tuple[str, int]]:
    """A server over HTTP: its URL, as its first line on stderr says it, and its process id."""
    server = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, limit=LINE
    )
    try:
        assert server.stderr is not None
        line = (await server.stderr.readline()).decode()
        said = re.search(says, line)
        if said is None:
            raise Failed(line + (await server.stderr.read()).decode())
        yield said[1], server.pid
    finally:
        await _end(server)


async def _end(server: Process) -> None:
    if server.stdin is not None:
        server.stdin.close()
    if server.returncode is None:
        server.terminate()
    await server.wait()


def _message(number: int, method: str, params: dict[str, Any]) -> bytes:
    request = {"jsonrpc": "2.0", "id": number, "method": method, "params": {**params, "_meta": META}}
    return json.dumps(request, separators=(",", ":")).encode()


def _result(line: bytes) -> dict[str, Any]:
    answer = json.loads(line)
    if "result" not in answer or answer["result"].get("isError"):
        raise Failed(str(answer)[:500])
    return answer["result"]
