"""Who reaches what: agents their own episode and nothing else, the owner everything with the token."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from mcp import Client

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.host.guard import Guard, hosts_of
from envscaler_mcp.runtime.host.ports import Addresses, Urls, open_ports

from .desks import REQUEST_ID, TOKEN, Served, host_of, play


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_clients_of_both_eras_play(on_ports: Served, mode: str):
    made = await on_ports.begin()
    assert made["instruction"] == "Make a 3."
    async with Client(made["mcp_url"], mode=mode) as client:
        assert client.instructions == made["policy"] == "Count well.\n"
        assert [tool.name for tool in (await client.list_tools()).tools][:2] == ["add", "get"]
        added = await client.call_tool("add", {"name": "a", "by": 1})
        assert (added.is_error, added.structured_content) == (False, {"success": True, "count": 2})
        refused = await client.call_tool("get", {"name": "nobody"})
        assert refused.is_error


async def test_tokens_are_worlds_apart(on_ports: Served):
    one, other = await on_ports.begin(), await on_ports.begin()
    assert one["mcp_url"] != other["mcp_url"]
    await asyncio.gather(*(play(one["mcp_url"], "add", name="a", by=1) for _ in range(5)))
    await play(other["mcp_url"], "add", name="a", by=10)
    states = [(await on_ports.owner.get(f"/episodes/{made['id']}/state")).json() for made in (one, other)]
    assert [state["counts"]["a"] for state in states] == [6, 11]


async def test_a_repeated_request_id_acts_once(on_ports: Served):
    made = await on_ports.begin()
    async with Client(made["mcp_url"]) as client:
        for _ in range(3):
            again = await client.call_tool("add", {"name": "a", "by": 1}, meta={REQUEST_ID: "r-1"})
            assert again.structured_content == {"success": True, "count": 2}
    assert (await on_ports.owner.get(f"/episodes/{made['id']}")).json()["calls"] == 1


async def test_an_agent_reaches_its_episode_and_nothing_else(on_ports: Served):
    made = await on_ports.begin()
    base = on_ports.urls.base
    unknown = base + "/e/" + "0" * 32 + "/mcp"
    paths = ["/", "/mcp", "/e/", f"/episodes/{made['id']}/state", "/servers", "/metrics", "/health"]
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {TOKEN}"}, timeout=60) as client:
        for url in [
            unknown,
            f"{made['mcp_url']}/",
            f"{made['mcp_url']}/../state",
            *(base + p for p in paths),
        ]:
            for verb in ("GET", "POST"):
                reply = await client.request(verb, url)
                assert (url, reply.status_code) == (url, 404)
                assert set(reply.json()) == {"error", "code"}


async def test_the_owner_s_port_knows_no_agents(on_ports: Served):
    made = await on_ports.begin()
    token = made["mcp_url"].split("/e/")[1]
    reply = await on_ports.owner.post(f"/e/{token}")
    assert (reply.status_code, reply.json()["code"]) == (404, "unknown_route")


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Basic {TOKEN}",
        TOKEN,
        "Bearer ä",
    ],
)
async def test_without_the_token_nothing_is_told(on_ports: Served, authorization: str | None):
    made = await on_ports.begin()
    headers = {} if authorization is None else {"authorization": authorization.encode("latin-1")}
    async with httpx.AsyncClient(base_url=on_ports.urls.admin_url, headers=headers, timeout=60) as client:
        for path in ("/health", "/servers", f"/episodes/{made['id']}", "/nothing"):
            reply = await client.get(path)
            assert (reply.status_code, reply.json()["code"]) == (401, "unauthorized")
            assert reply.headers["www-authenticate"] == "Bearer"
            assert made["id"] not in reply.text


async def test_an_episode_s_token_is_no_owner_s(on_ports: Served):
    token = (await on_ports.begin())["mcp_url"].split("/")[-2]
    assert len(token) == 32
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {token}"}, timeout=60) as client:
        assert (await client.get(on_ports.urls.admin_url + "/health")).status_code == 401


@pytest.mark.parametrize("which", ["agent", "owner"])
async def test_other_names_and_origins_are_refused(on_ports: Served, which: str):
    url = (await on_ports.begin())["mcp_url"] if which == "agent" else on_ports.urls.admin_url + "/health"
    bearer = {"authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(headers=bearer, timeout=60) as client:
        for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil:80", "[", ""):
            assert (await client.get(url, headers={"host": host})).status_code == 421
        for origin in ("http://evil.example", "null", "http://localhost.evil.example"):
            assert (await client.get(url, headers={"origin": origin})).status_code == 403
        good = await client.get(url, headers={"origin": "http://localhost:3000", "host": "localhost:1"})
        assert good.status_code not in (403, 421)


async def test_a_header_that_stands_twice_is_refused():
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def never(*_: Any) -> None:
        raise AssertionError("it was let in")

    headers = [(b"host", b"localhost"), (b"host", b"evil.example")]
    guard = Guard(never, {"localhost"})
    await guard({"type": "http", "method": "GET", "path": "/", "headers": headers}, never, send)
    assert sent[0]["status"] == 421


async def test_an_address_for_everybody_needs_names(folder: ServerFolder):
    async with host_of(folder) as host:
        with pytest.raises(BadInput, match="--allow-host"):
            async with open_ports(host, Addresses(host="0.0.0.0"), TOKEN):
                pass


async def test_a_port_in_use_is_named(folder: ServerFolder, on_ports: Served):
    taken = int(on_ports.urls.base.rpartition(":")[2])
    async with host_of(folder) as host:
        with pytest.raises(BadInput, match=f"127.0.0.1:{taken}"):
            async with open_ports(host, Addresses(port=taken), TOKEN):
                pass


def test_names_of_an_address():
    assert "localhost" in hosts_of("127.0.0.1")
    assert hosts_of("10.0.0.7", ["Trainer.example"]) == {"10.0.0.7", "trainer.example"}
    assert Urls("http://h:1", "").mcp_url == "http://h:1/e/{token}/mcp"
