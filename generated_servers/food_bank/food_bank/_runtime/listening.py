"""The socket that HTTP is served on: it listens before anybody is told its URL."""

from __future__ import annotations

import socket

KEEP_ALIVE = 75
"""Seconds that an idle connection stays open: longer than clients keep one (httpx: 5), so that it is they
who close it. Otherwise a call now and then meets a connection that is just being closed, and is lost."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=128)
    # Inherited by what is accepted: asyncio sets it only on sockets that name their protocol, and
    # without it an answer in two parts waits 40 ms for the first part's acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def url_of(listening: socket.socket) -> str:
    """Where the default episode is."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/mcp"
