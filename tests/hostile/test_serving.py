"""Who may talk to a served environment: bad Host, Origin and token, and other addresses than loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from envscaler_mcp.runtime.connect import server_of
from envscaler_mcp.runtime.standalone.command import TOKEN
from envscaler_mcp.runtime.standalone.episode import Outcome
from envscaler_mcp.runtime.standalone.server import http_app

from .stage import staged

OWN, UNKNOWN = "0f" * 16, "0e" * 16
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ACCEPT = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}


class Quiet:
    """An episode that nobody gets to."""

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        return Outcome({"tool": tool})


async def episode_of(_: str | None) -> Quiet:
    return Quiet()


@contextmanager
def served(folder: Path, address: str) -> Iterator[TestClient]:
    server = server_of(staged(folder, "class Hostile:\n    pass\n"), episode_of)
    app = http_app(server, host=address, accepts=lambda token: token == OWN)
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        yield client


def status(client: TestClient, path: str = "/mcp", **headers: str) -> int:
    return client.post(path, json=LIST, headers={**ACCEPT, **headers}).status_code


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 200),
        ({"origin": "http://localhost:6274"}, 200),
        ({"host": "evil.example:8000"}, 421),
        ({"host": "127.0.0.1.evil.example:8000"}, 421),
        ({"host": ""}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://127.0.0.1.evil.example:8000"}, 403),
        ({"origin": "null"}, 403),
    ],
)
@pytest.mark.parametrize("path", ["/mcp", f"/e/{OWN}/mcp"])
def test_on_a_loopback_address(tmp_path: Path, path: str, headers: dict[str, str], expected: int):
    with served(tmp_path, "127.0.0.1") as client:
        assert status(client, path, **headers) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"host": "server.example:8000"}, 200),
        ({"origin": "http://localhost:6274"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://server.example:8000", "host": "server.example:8000"}, 403),
        ({"origin": "http://localhost.evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://["}, 403),
    ],
)
@pytest.mark.parametrize("path", ["/mcp", f"/e/{OWN}/mcp"])
def test_on_any_other_address_pages_from_elsewhere_are_refused(
    tmp_path: Path, path: str, headers: dict[str, str], expected: int
):
    with served(tmp_path, "0.0.0.0") as client:
        assert status(client, path, **headers) == expected


@pytest.mark.parametrize(
    "path",
    [
        f"/e/{UNKNOWN}/mcp", "/e/short/mcp", "/e//mcp", f"/e/{OWN}/../mcp/x", "/e/%2e%2e/mcp",
        f"/e/{OWN}%00/mcp", f"/e/{OWN.upper()}/mcp", f"/e/{OWN}/admin", "/episodes", "/state",
    ],
)  # fmt: skip
def test_a_token_that_is_none_opens_nothing(tmp_path: Path, path: str):
    with served(tmp_path, "127.0.0.1") as client:
        assert status(client, path) == 404


@pytest.mark.parametrize(
    "token", ["", "0f", OWN.upper(), OWN + "0", OWN + "\n", "../" * 10 + "0f", "0" * 31 + "g"]
)
def test_tokens_are_128_bits(token: str):
    assert not TOKEN.match(token)
