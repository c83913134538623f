"""Rollouts share a client, and nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError

from envscaler_mcp.harness.clients import Clients
from envscaler_mcp.runtime.standalone.episode import Outcome
from tests.runtime.folders import counter
from tests.waiting import until


@dataclass
class Noted:
    """An episode that takes down who was asked, and answers when it is let."""

    name: str
    go: asyncio.Event = field(default_factory=asyncio.Event)
    heard: list[tuple[str, dict[str, Any], str | None]] = field(default_factory=list[Any])

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        self.heard.append((tool, arguments, request_id))
        await self.go.wait()
        return Outcome({"code": "refused", "message": self.name}, is_error=True, code="refused")


async def test_calls_under_way_at_once_reach_their_own_episodes(tmp_path: Path) -> None:
    folder, one, two = counter(tmp_path), Noted("one"), Noted("two")
    async with (
        Clients() as clients,
        clients.connected(folder, one) as first,
        clients.connected(folder, two) as second,
    ):
        asked = [asyncio.ensure_future(desk.call("get", {"name": "a"})) for desk in (first, second)]
        two.go.set()
        assert (await asked[1]).result["message"] == "two"
        one.go.set()
        assert (await asked[0]).result["message"] == "one"
    assert one.heard == two.heard == [("get", {"name": "a"}, None)]


async def test_a_call_that_is_broken_off_spoils_nothing(tmp_path: Path) -> None:
    folder, one, two = counter(tmp_path), Noted("one"), Noted("two")
    two.go.set()
    async with Clients() as clients:
        async with clients.connected(folder, one) as desk:
            asked = asyncio.ensure_future(desk.call("get", {"name": "a"}))
            await until(lambda: one.heard)
            asked.cancel()
            await asyncio.wait([asked])
        with pytest.raises(MCPError):
            await desk.call("get", {"name": "a"})  # its rollout is over
        async with clients.connected(folder, two) as desk:
            assert (await desk.call("get", {"name": "a"})).result["message"] == "two"
    assert len(one.heard) == 1


async def test_a_client_that_does_not_open_fails_whoever_waits_and_nobody_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, one = counter(tmp_path), Noted("one")
    one.go.set()

    def no_server(*_: object) -> None:
        raise ZeroDivisionError

    async with Clients() as clients:
        with monkeypatch.context() as broken:
            broken.setattr("envscaler_mcp.harness.clients.server_of", no_server)
            for _ in range(2):
                with pytest.raises(ZeroDivisionError):
                    async with clients.connected(folder, one):
                        pass
        async with clients.connected(folder, one) as desk:
            assert (await desk.call("get", {"name": "a"})).result["message"] == "one"
