"""Many episodes: the host, through its ports, against one process for each episode."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from envscaler_mcp.runtime.host import HostLimits

from .callers import ThinHttp, http_server, thin_http, thin_stdio
from .calls import MS, memory
from .contestants import Contestant, write_call
from .table import Row

WARM_UP = 10
HELD_BY_WORKERS = 2 * HostLimits().live
LIMITS = {"fresh episode": 3.0, "fork": 1.5, "idle": 150.0}
"""What the host is to stay below at 50 KB of state: milliseconds, and KiB of an idle episode."""


class Owner:
    """A client of the admin port."""

    def __init__(self, http: ThinHttp, token: str) -> None:
        self._http = http
        self._headers = f"Authorization: Bearer {token}\r\n"

    async def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One POST."""
        sent = json.dumps(body or {}).encode()
        return json.loads(await self._http.send("POST", path, sent, self._headers))


async def episode_rows(bare: Contestant, kilobytes: int, rounds: int, held: int) -> list[Row]:
    """Fresh, fork and reset; then the memory of so many idle episodes that have been played."""
    process_ms, process_kib = await _process_per_episode(bare, max(3, rounds // 20))
    secret = bare.folder.parent / "host-token"
    command = (
        sys.executable, "-m", "envscaler_mcp", "host", str(bare.folder), "--port", "0", "--admin-port", "0",
        "--token-file", str(secret),
    )  # fmt: skip
    says = r"create episodes at (\S+) with"
    begin = {"server": bare.folder.name, "scenario": f"{kilobytes}kb"}
    async with (
        http_server(_on_stderr(command), bare.folder.parent, says) as (url, pid),
        thin_http(url) as http,
    ):
        owner = Owner(http, secret.read_text(encoding="utf-8").strip())
        played = await owner.ask("/episodes", begin)
        await _play(played)
        one = f"/episodes/{played['id']}"
        took = {
            "fresh episode": await _median(rounds, lambda: owner.ask("/episodes", begin)),
            "fork": await _median(rounds, lambda: owner.ask(f"{one}/fork")),
            "reset": await _median(rounds, lambda: owner.ask(f"{one}/reset")),
        }
        kib = await _memory_of_each(owner, begin, pid, held)
    most = LIMITS if kilobytes == 50 else {}
    rows = [
        Row(f"{name}: host against a new process", "ms", ms, process_ms, most=most.get(name))
        for name, ms in took.items()
    ]
    idle = f"memory of an idle episode, {held} held: host against a process each"
    rows.append(Row(idle, "KiB", kib, process_kib, most=most.get("idle")))
    return [replace(row, state=f"{kilobytes} KB") for row in rows]


async def _process_per_episode(bare: Contestant, rounds: int) -> tuple[float, float]:
    """Milliseconds until a bare server of its own answers, and its memory."""
    took: list[float] = []
    held: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        async with thin_stdio(bare.command, bare.folder) as caller:
            await caller.call(*write_call(1))
            took.append((time.perf_counter() - began) * MS)
            held.append(memory(caller.server.pid))
    return statistics.median(took), statistics.median(held)


async def _memory_of_each(owner: Owner, begin: dict[str, Any], pid: int, held: int) -> float:
    """Beyond those that workers hold at the time: those are not idle."""
    for _ in range(HELD_BY_WORKERS):
        await _play(await owner.ask("/episodes", begin))
    before = memory(pid)
    for _ in range(held):
        await _play(await owner.ask("/episodes", begin))
    return (memory(pid) - before) / held


async def _play(episode: dict[str, Any]) -> None:
    async with thin_http(episode["mcp_url"]) as agent:
        await agent.call(*write_call(1))


async def _median(rounds: int, work: Callable[[], Awaitable[Any]]) -> float:
    took: list[float] = []
    for number in range(WARM_UP + rounds):
        began = time.perf_counter()
        await work()
        if number >= WARM_UP:
            took.append((time.perf_counter() - began) * MS)
    return statistics.median(took)


def _on_stderr(command: tuple[str, ...]) -> tuple[str, ...]:
    """The host says its addresses on stdout, as results go; the reader here looks at stderr."""
    return ("/bin/sh", "-c", 'exec "$@" 1>&2', "sh", *command)
