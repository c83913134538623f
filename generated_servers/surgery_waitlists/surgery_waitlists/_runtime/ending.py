"""The end of a server over HTTP: in time, with every answer whole, and with nothing to complain of."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LETTING_GO = 1
"""Seconds after which a server that is told to end waits no more for what it has begun."""


class _HungUp(Exception):
    """The client left in the middle of its request."""


def ending_what_it_begins(app: ASGIApp) -> ASGIApp:
    """End every response that the application leaves open, for uvicorn.

    Event streams just stop when the server is told to, and what does not come to an end in time is
    cancelled: a client would take that for a broken connection, and uvicorn and the SDK would log errors.
    """

    async def whole(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        exchange = _Exchange(receive, send)
        with suppress(_HungUp, asyncio.CancelledError):  # only uvicorn cancels a request, at its own end
            await app(scope, exchange.receive, exchange.send)
        await exchange.end()

    return whole


class _Exchange:
    """One request and its response, and how far both have come."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._is_asked = False
        self._is_begun = False
        self._is_open = True

    async def receive(self) -> Message:
        """The next part of the request."""
        message = await self._receive()
        if message["type"] == "http.disconnect" and not self._is_asked:
            raise _HungUp
        self._is_asked = self._is_asked or not message.get("more_body")
        return message

    async def send(self, message: Message) -> None:
        """The next part of the response."""
        self._is_begun = True
        self._is_open = message["type"] == "http.response.start" or bool(message.get("more_body"))
        await self._send(message)

    async def end(self) -> None:
        """What the application has left out: nothing, as a rule."""
        if not self._is_begun:
            await self._send({"type": "http.response.start", "status": 503, "headers": []})
        if self._is_open:
            await self._send({"type": "http.response.body"})


@contextmanager
def unwound_on_sigterm() -> Generator[None]:
    """Within: uvicorn, told to end by SIGTERM, returns to its caller instead of dying of the signal.

    It raises every signal again that it has caught; who serves still has workers and files to close.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
