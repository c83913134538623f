"""Who may talk to a port: by Host and Origin header, and on the admin port by bearer token."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Guard:
    """Refuses requests that a web page on somebody's machine could have been tricked into.

    Args:
        app: what is guarded.
        hosts: names under which the port may be addressed.
        token: a bearer token that every request must carry.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], token: str | None = None) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._token = token.encode() if token is not None else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = _single(scope)
        if headers is None or _name_of(f"//{headers.get(b'host', '')}") not in self._hosts:
            return refused(421, "bad_host", "this port does not go by the name in the Host header")
        origin = headers.get(b"origin")
        if origin is not None and _name_of(origin) not in self._hosts:
            return refused(403, "bad_origin", "requests from this origin are not answered")
        if self._token is not None and not self._is_known(headers.get(b"authorization", "")):
            answer = refused(401, "unauthorized", "the admin port needs its bearer token")
            answer.headers["www-authenticate"] = "Bearer"
            return answer
        return None

    def _is_known(self, authorization: str) -> bool:
        kind, _, given = authorization.partition(" ")
        # Compared in a time that says nothing of how much was right.
        right = hmac.compare_digest(given.strip().encode("utf-8", "replace"), self._token or b"")
        return kind.lower() == "bearer" and right


def refused(status: int, code: str, message: str) -> JSONResponse:
    """An error in the form of the admin port."""
    return JSONResponse({"error": message, "code": code}, status_code=status)


def hosts_of(address: str, more: Iterable[str] = ()) -> frozenset[str]:
    """Names under which a port on this address may be addressed."""
    own = LOOPBACK if is_loopback(address) else frozenset({address})
    return own | frozenset(name.lower() for name in more)


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach the address."""
    if address in LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _single(scope: Scope) -> dict[bytes, str] | None:
    """Headers by name; None where one that decides stands twice."""
    found: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in (b"host", b"origin", b"authorization"):
            if name in found:
                return None
            found[name] = value.decode("latin-1")
    return found


def _name_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
