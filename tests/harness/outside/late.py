"""A server that takes its time: a relay that takes connections at once and passes nothing on until it may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit


@dataclass
class Late:
    """Stands before a server; `knocked` is set when somebody came, `open` lets everybody in."""

    port: int = 0
    beyond: int = 0
    knocked: asyncio.Event = field(default_factory=asyncio.Event)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    def before(self, url: str) -> str:
        """The same address, through this relay."""
        parts = urlsplit(url)
        assert parts.port is not None
        self.beyond = parts.port
        return urlunsplit(parts._replace(netloc=f"127.0.0.1:{self.port}"))

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.knocked.set()
        await self.open.wait()
        there, back = await asyncio.open_connection("127.0.0.1", self.beyond)
        with suppress(ConnectionError):
            await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))


@asynccontextmanager
async def late_server() -> AsyncGenerator[Late]:
    """A relay on a free port."""
    late, under_way = Late(), set[asyncio.Task[None]]()

    async def taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        under_way.add(task)
        try:
            with suppress(asyncio.CancelledError):
                await late.relay(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(taken, "127.0.0.1", 0)
    late.port = server.sockets[0].getsockname()[1]
    try:
        yield late
    finally:
        server.close()
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _pass_on(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    while content := await source.read(65_536):
        to.write(content)
        await to.drain()
    to.close()
