"""A minute of random kills, and thousands of episodes at once."""

from __future__ import annotations

import asyncio
import os
import random
import time
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from envscaler_mcp.certify.play import result_of
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.host import HostedEpisode
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec import EpisodeRequest
from tests.waiting import until

from .desks import FIRST, REQUEST_ID, Served, add, counts, host_of, served
from .test_workers import is_alive, kill

MINUTE = 60.0
MANY = 5_000
BYTES_PER_EPISODE = 150_000

pytestmark = pytest.mark.slow


async def test_a_minute_of_random_kills_loses_and_doubles_nothing(folder: ServerFolder, tmp_path: Path):
    """Real clients over HTTP; every effect is counted, in the answers, the journals and the states."""
    async with served(host_of(folder, tmp_path / "kept", live=8, freeze_every=8)) as on_ports:
        made = [await on_ports.begin() for _ in range(24)]
        killed: set[int] = set()
        over = asyncio.Event()
        together = asyncio.gather(*(_act(one["mcp_url"], over) for one in made))
        chance, began = random.Random(1), time.monotonic()
        while time.monotonic() - began < MINUTE:
            await _some_calls(on_ports, chance.randint(5, 60), began + MINUTE, together)
            if workers := on_ports.host.workers:
                killed.add(pid := chance.choice(workers))
                kill(pid)
        over.set()
        found = await together
        for one, answers in zip(made, found, strict=True):
            assert answers == list(range(2, len(answers) + 2))
            episode = on_ports.host.episode(one["id"])
            assert await counts(on_ports.host, episode) == {"a": len(answers) + 1}
            tools = [entry["request_id"] for entry in episode.calls.since(0)]
            assert tools == [f"r{number}" for number in range(len(answers))]
        assert len(killed) >= 5
        assert sum(map(len, found)) >= 100
    assert not any(map(is_alive, killed))


async def _act(url: str, over: asyncio.Event) -> list[int]:
    """Add one until it is over; a request that was refused is asked again, under its own id."""
    answers: list[int] = []
    async with Client(url) as client:
        while not over.is_set():
            meta = {REQUEST_ID: f"r{len(answers)}"}
            result = await client.call_tool("add", {"name": "a", "by": 1}, meta=meta)  # pyright: ignore[reportArgumentType]
            said = result_of(result)
            if not result.is_error:
                answers.append(said["count"])
            else:
                assert said["code"] == "busy"
    return answers


async def _some_calls(on_ports: Served, number: int, late: float, agents: asyncio.Future[Any]) -> None:
    """Return once so many calls more were answered, or it is late."""

    def answered() -> int:
        return on_ports.host.metrics.value("calls", server="desk", outcome="ok")

    goal = answered() + number
    await until(lambda: answered() >= goal or time.monotonic() > late, agents, seconds=2 * MINUTE)


async def test_thousands_of_episodes_with_a_state_of_their_own(folder: ServerFolder):
    start = {"counts": {f"{os.urandom(8).hex()}": number for number in range(2200)}, "log": []}
    assert len(dumps(start)) > 50_000
    request = EpisodeRequest(server="desk", start=start)
    async with host_of(folder) as host:
        await host.begin(request)
        before = _resident()
        episodes: list[HostedEpisode] = []
        for number in range(MANY):
            episodes.append(await host.begin(request))
            await add(host, episodes[-1], f"n{number}", request_id="r")
        each = (_resident() - before) / MANY
        assert len(host) == MANY + 1
        assert each < BYTES_PER_EPISODE, f"{each:.0f} bytes"
        for number in random.Random(2).sample(range(MANY), 200):
            assert await add(host, episodes[number], f"n{number}", request_id="r") == 1
            assert await add(host, episodes[number], f"n{number}") == 2
        assert host.metrics.value("thaws_failed") == host.metrics.value("rebuilt") == 0


async def test_a_fresh_episode_and_a_fork_are_quick(folder: ServerFolder):
    """By the host's own processor time: others may have the machine meanwhile. Alone it is a tenth of it."""
    async with host_of(folder) as host:
        first = await host.begin(FIRST)
        for most, make in ((0.003, lambda: host.begin(FIRST)), (0.0015, lambda: host.fork(first))):
            took: list[float] = []
            for _ in range(400):
                began = time.process_time()
                await make()
                took.append(time.process_time() - began)
            assert sorted(took)[len(took) // 2] < most


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
