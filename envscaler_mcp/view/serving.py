"""A site on a port of this machine, for as long as somebody looks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import uvicorn

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.host.ports import Quiet
from envscaler_mcp.runtime.standalone.listening import KEEP_ALIVE, listen

if TYPE_CHECKING:
    import socket

    from starlette.types import ASGIApp

ADDRESS = "127.0.0.1"
"""Never another: pages show gradings, and nobody is asked for a name."""


@asynccontextmanager
async def serving(app: ASGIApp, port: int = 0) -> AsyncGenerator[str]:
    """Serve on a port of this machine (0 takes a free one); yields the URL.

    Raises:
        BadInput: the port cannot be listened on.
    """
    with _listening(port) as listening:
        config = uvicorn.Config(
            app, lifespan="off", log_level="critical", access_log=False, timeout_graceful_shutdown=1,
            timeout_keep_alive=KEEP_ALIVE, server_header=False,
        )  # fmt: skip
        server = Quiet(config)
        task = asyncio.ensure_future(server.serve([listening]))
        try:
            yield f"http://{ADDRESS}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


def is_free(port: int) -> bool:
    """Whether a port can be listened on."""
    try:
        listen(ADDRESS, port).close()
    except OSError:
        return False
    return True


def _listening(port: int) -> socket.socket:
    try:
        return listen(ADDRESS, port)
    except OSError as error:
        remedy = "choose another --port (0 takes a free one)"
        raise BadInput(f"{ADDRESS}:{port}", error.strerror or str(error), remedy) from error
