"""Where the time of a write goes: its parts in this process, and the way to a worker and back."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.runtime.standalone.canonical import digest_bytes, dumps
from envscaler_mcp.runtime.standalone.environment import Clock
from envscaler_mcp.runtime.standalone.loading import load_form
from envscaler_mcp.runtime.standalone.world import World

from .contestants import NAME, NOW, start_state, write_call
from .table import Row

ROUNDS = 300


async def write_part_rows(folder: ServerFolder, kilobytes: int) -> list[Row]:
    """What a write consists of, each part's median."""
    parts = _in_this_process(_world(folder, kilobytes))
    parts["the way to a worker and back"] = await _exchange(folder)
    state = f"{kilobytes} KB"
    return [Row(f"of a write: {part}", "ms", seconds * 1000, state=state) for part, seconds in parts.items()]


def _world(folder: ServerFolder, kilobytes: int) -> World:
    source = folder.bundle.text("environment.py")
    form = load_form(source, name=NAME, form="native", class_name="Parcels", tools=[])
    return form.start(json.loads(dumps(start_state(kilobytes))), Clock(NOW, 0))


def _in_this_process(world: World) -> dict[str, float]:
    taken: dict[str, list[float]] = {}

    def timed(part: str, act: Callable[[], Any]) -> None:
        began = time.perf_counter()
        act()
        taken.setdefault(part, []).append(time.perf_counter() - began)

    for number in range(ROUNDS):
        call = write_call(number)
        timed("arguments, tool and result", lambda call=call: world.call(*call))
        timed("dump, validation and snapshot", lambda tool=call[0]: world.settle(tool))
        timed("digest of the state", lambda: digest_bytes(world.canonical()))
        timed("rules", world.broken_rules)
    return {part: statistics.median(seconds) for part, seconds in taken.items()}


async def _exchange(folder: ServerFolder) -> float:
    async with EnvironmentProcess(folder) as process:
        return statistics.median([await _seconds(lambda: process.request("ping")) for _ in range(ROUNDS)])


async def _seconds(act: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    await act()
    return time.perf_counter() - began
