"""A client that says half of its request, and then nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from tests.waiting import LONG

HEAD = """\
POST {path} HTTP/1.1\r
Host: {host}\r
Content-Type: application/json\r
Accept: application/json, text/event-stream\r
Content-Length: 1000\r
Expect: 100-continue\r
\r
"""


@asynccontextmanager
async def half_a_request(url: str) -> AsyncGenerator[asyncio.StreamReader]:
    """Within: the server waits for the rest of a request; what it says to that can be read."""
    to = urlsplit(url)
    async with asyncio.timeout(LONG):
        answer, asked = await asyncio.open_connection(to.hostname, to.port)
        asked.write(HEAD.format(path=to.path, host=to.netloc).encode())
        # Said once the application waits for the body.
        assert (await answer.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
        asked.write(b'{"jsonrpc"')
        try:
            yield answer
        finally:
            asked.close()
