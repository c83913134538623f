"""Calls, starts and memory: ours against a bare server, in turns, so that a busy machine is busy for both."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from mcp import StdioServerParameters

from .callers import Caller, http_server, official, thin_http, thin_stdio
from .contestants import BARE, OWN, READ, Contestant, write_call
from .table import Row

Transport = Literal["stdio", "HTTP"]
WARM_UP = 3
BLOCK = 10
CALL_TARGETS = {OWN: 1.25, "worker": 1.6}
MS = 1000.0
MIB = 1024.0


async def latencies(
    contestants: Sequence[Contestant], kilobytes: int, transport: Transport, client: str, blocks: int
) -> list[Row]:
    """All contestants run; each in turn gets a few reads, then a few writes."""
    targets = CALL_TARGETS if (kilobytes, client) == (5, "official") else {}
    took: dict[tuple[str, str], list[float]] = {}
    async with AsyncExitStack() as stack:
        callers = [
            (one.name, await stack.enter_async_context(_caller(one, transport, client)))
            for one in contestants
        ]
        for block in range(WARM_UP + blocks):
            for name, caller in callers:
                for kind in ("read", "write"):
                    times = [await _timed(caller, kind, block * BLOCK + number) for number in range(BLOCK)]
                    if block >= WARM_UP:
                        took.setdefault((name, kind), []).extend(times)
    return [
        Row.of_samples(
            f"{kind}, {transport}, {client} client: {name}", "ms", took[name, kind], took[BARE, kind],
            state=f"{kilobytes} KB", target=targets.get(name),
        )
        for kind in ("read", "write") for name, _ in callers if name != BARE
    ]  # fmt: skip


async def _timed(caller: Caller, kind: str, number: int) -> float:
    call = READ if kind == "read" else write_call(number)
    began = time.perf_counter()
    await caller.call(*call)
    return (time.perf_counter() - began) * MS


async def throughputs(contestants: Sequence[Contestant], clients: int, calls: int, rounds: int) -> list[Row]:
    """Calls per second of several thin clients over HTTP, each on an episode of its own where it can be."""
    rates: dict[str, list[float]] = {}
    async with AsyncExitStack() as stack:
        parties: list[tuple[str, list[Caller]]] = []
        for one in contestants:
            url, _ = await stack.enter_async_context(http_server(one.over_http, one.folder))
            urls = [_episode_url(url, one, number) for number in range(clients)]
            parties.append((one.name, [await stack.enter_async_context(thin_http(url)) for url in urls]))
        for turn in range(1 + rounds):
            for name, callers in parties:
                rate = await _rate(callers, calls)
                if turn:
                    rates.setdefault(name, []).append(rate)
    return [
        replace(
            Row.of_samples(f"calls/s, {clients} clients: {name}", "1/s", rates[name], rates[BARE]),
            state="5 KB", target=0.8 if name == OWN else None, more_is_better=True, ours_p95=None,
            against_p95=None,
        )
        for name in rates if name != BARE
    ]  # fmt: skip


async def starts(contestants: Sequence[Contestant], rounds: int) -> list[Row]:
    """From starting a process to its list of tools, over stdio; and the memory it then has."""
    took: dict[str, list[float]] = {}
    held: dict[str, list[float]] = {}
    for _ in range(rounds):
        for contestant in contestants:
            began = time.perf_counter()
            async with thin_stdio(contestant.command, contestant.folder) as caller:
                await caller.ask("tools/list", {})
                took.setdefault(contestant.name, []).append((time.perf_counter() - began) * MS)
                await caller.call(*write_call(1))
                held.setdefault(contestant.name, []).append(memory(caller.server.pid) / MIB)
    ours = [contestant.name for contestant in contestants if contestant.name != BARE]
    return [
        Row.of_samples(
            f"spawn to tools/list: {name}", "ms", took[name], took[BARE], state="5 KB",
            target=1.15 if name == OWN else None,
        )
        for name in ours
    ] + [
        Row(
            f"memory: {name}", "MiB", statistics.median(held[name]), statistics.median(held[BARE]),
            state="5 KB",
        )
        for name in ours
    ]  # fmt: skip


def memory(pid: int) -> float:
    """KiB that a process and its children have to themselves: what they share counts once."""
    own = sum(int(line.split()[1]) for line in _lines(pid, "smaps_rollup") if line.startswith("Pss:"))
    return own + sum(memory(child) for child in _children(pid))


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


def _lines(pid: int, name: str) -> list[str]:
    return Path(f"/proc/{pid}/{name}").read_text(encoding="ascii").splitlines()


@asynccontextmanager
async def _caller(contestant: Contestant, transport: Transport, client: str) -> AsyncGenerator[Caller]:
    async with AsyncExitStack() as stack:
        if transport == "HTTP":
            server = http_server(contestant.over_http, contestant.folder)
            url, _ = await stack.enter_async_context(server)
            yield await stack.enter_async_context(thin_http(url) if client == "thin" else official(url))
        elif client == "thin":
            yield await stack.enter_async_context(thin_stdio(contestant.command, contestant.folder))
        else:
            command, *arguments = contestant.command
            how: dict[str, Any] = {"cwd": str(contestant.folder), "env": dict(os.environ)}
            yield await stack.enter_async_context(
                official(StdioServerParameters(command=command, args=arguments, **how))
            )


def _episode_url(url: str, contestant: Contestant, number: int) -> str:
    return url if contestant.name == BARE else url.replace("/mcp", f"/e/{number:032x}/mcp")


async def _rate(callers: Sequence[Caller], calls: int) -> float:
    began = time.perf_counter()
    await asyncio.gather(*(_several(caller, calls) for caller in callers))
    return len(callers) * calls / (time.perf_counter() - began)


async def _several(caller: Caller, calls: int) -> None:
    for number in range(calls // 2):
        await caller.call(*READ)
        await caller.call(*write_call(number))
