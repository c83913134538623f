"""A site on this machine: pages, assets, errors as pages, and headers that keep foreign text harmless."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.host.guard import LOOPBACK, Guard

from .pages import asset, page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ASSETS = {
    "style.css": "text/css",
    "keys.js": "text/javascript",
    "watch.css": "text/css",
    "watch.js": "text/javascript",
}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def site(routes: Sequence[BaseRoute]) -> ASGIApp:
    """Pages behind a guard: only browsers on this machine, only by its own names."""
    app = Starlette(
        routes=[Route("/assets/{name}", _asset), *routes],
        exception_handlers={HTTPException: _refused, BadInput: _bad_input, Exception: _broken},
    )
    return Guard(_Headers(app), LOOPBACK)


def shown(template: str, /, *, status: int = 200, **values: object) -> HTMLResponse:
    """A page as an answer."""
    return HTMLResponse(page(template, **values), status_code=status)


class _Headers:
    """Puts the headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, sent)


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in ASSETS:
        raise HTTPException(404)
    return Response(asset(name), media_type=ASSETS[name])


async def _refused(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    what = "There is no such page." if status == 404 else str(error)
    return shown("error", status=status, title=str(status), message=what, remedy="Go back to the overview.")


async def _broken(_request: Request, error: Exception) -> Response:
    what = f"{type(error).__name__}: {error}"
    return shown("error", status=500, title="This page broke", message=what, remedy="Others may stand.")


async def _bad_input(_request: Request, error: Exception) -> Response:
    remedy = f"To get on: {error.remedy}." if isinstance(error, BadInput) else ""
    return shown("error", status=404, title="Not to be shown", message=str(error), remedy=remedy)
