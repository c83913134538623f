"""A small server to host, and what tests do with a host."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from mcp import Client

from envscaler_mcp.harness.hosting import hosted
from envscaler_mcp.render import render, write_tree
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.host import Host, HostedEpisode, HostLimits
from envscaler_mcp.runtime.host.ports import Addresses, Urls
from envscaler_mcp.spec import Environment, EnvironmentCard, EpisodeRequest, Grading, Provenance, Scenario
from tests.runtime.folders import NOW, check, tool

TOKEN = "owner-token-of-a-test"
REQUEST_ID = "envscaler-mcp/request-id"
FIRST = EpisodeRequest(server="desk", scenario="001")

DESK = """
class Desk:
    def __init__(self, config):
        self.counts = {}
        self.log = []

    def add(self, name, by):
        self.counts[name] = self.counts.get(name, 0) + by
        return {"success": True, "count": self.counts[name]}

    def note(self, text):
        self.log.append(text)
        return {"success": True, "notes": len(self.log)}

    def get(self, name):
        if name not in self.counts:
            return {"success": False, "error": "no such counter"}
        return {"success": True, "count": self.counts[name]}

    def hang(self):
        while True:
            pass

    def slow(self, rounds):
        for number in range(rounds):
            self.counts["slow"] = number
        return {"success": True}

    def quit(self):
        self.counts["quit"] = 1
        raise SystemExit
"""


def desk(folder: Path, name: str = "desk") -> ServerFolder:
    """A server with tools that hang and that end their process; its class is trusted, not admitted."""
    tools = [
        tool("add", "write", name="string", by="integer"),
        tool("get", "read", name="string"),
        tool("hang", "read"),
        tool("note", "write", text="string"),
        tool("quit", "write"),
        tool("slow", "write", rounds="integer"),
    ]
    card = EnvironmentCard.model_validate(
        {
            "name": name, "title": "Desk", "introduction": "Counts.", "form": "plain", "class_name": "Desk",
            "tools": tools, "policy": "", "provenance": Provenance(engine="hand"),
        }
    )  # fmt: skip
    pairs = [
        (
            Scenario(id=number, instruction="Make a 3.", start={"counts": {"a": 1}}, now=NOW, seed=7),
            Grading(id=number, checks=(check("a is 3", "final['counts']['a'] == 3"),)),
        )
        for number in ("001", "002")
    ]
    write_tree(render(Environment(card, DESK, "Count well.\n"), pairs), folder / name)
    (folder / name / "grading" / "002.json").unlink()
    return ServerFolder.load(folder / name)


def host_of(folder: ServerFolder, state_dir: Path | None = None, **limits: Any) -> Host:
    return Host([folder], limits=HostLimits(**limits), state_dir=state_dir, trusted=True)


async def add(host: Host, episode: HostedEpisode, name: str = "a", request_id: str | None = None) -> int:
    """One more, and how many that makes."""
    outcome = await host.call(episode, "add", {"name": name, "by": 1}, request_id)
    assert not outcome.is_error, outcome
    return outcome.result["count"]


async def counts(host: Host, episode: HostedEpisode) -> dict[str, int]:
    return (await host.state(episode))["counts"]


@dataclass
class Served:
    """A host on two ports, and an owner who knows the token."""

    host: Host
    urls: Urls
    owner: httpx.AsyncClient

    async def begin(self, **asked: Any) -> dict[str, Any]:
        reply = await self.owner.post("/episodes", json={"server": "desk", "scenario": "001", **asked})
        assert reply.status_code == 201, reply.text
        return reply.json()


def owner_of(urls: Urls) -> httpx.AsyncClient:
    bearer = {"authorization": f"Bearer {TOKEN}"}
    return httpx.AsyncClient(base_url=urls.admin_url, headers=bearer, timeout=60)


@asynccontextmanager
async def served(host: Host) -> AsyncGenerator[Served]:
    async with host, hosted(host, Addresses(), TOKEN) as urls, owner_of(urls) as owner:
        yield Served(host, urls, owner)


async def play(url: str, tool_name: str, mode: str = "auto", **arguments: Any) -> Any:
    """One call of a real client over real HTTP."""
    async with Client(url, mode=mode) as client:
        return await client.call_tool(tool_name, arguments)
