"""Checks per second, and scenarios climbed per second."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from envscaler_mcp.certify import certify
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.spec import TIERS

from .contestants import start_state
from .table import Row

ROOT = Path(__file__).resolve().parents[2]
CHECKS = 6
CHECK = """
def check(initial, final):
    moved = [key for key, row in final["parcels"].items() if row["shelf"] != initial["parcels"][key]["shelf"]]
    return len(moved) == {number}
"""


def check_row(kilobytes: int, rounds: int) -> Row:
    """Six checks on one pair of states: a fresh sandbox, both states parsed once."""
    state = start_state(kilobytes)
    sources = [CHECK.replace("{number}", str(number)) for number in range(CHECKS)]
    rates: list[float] = []
    with CheckRunner() as runner:
        runner.run(sources, state, state)
        for _ in range(rounds):
            began = time.perf_counter()
            results = runner.run(sources, state, state)
            rates.append(CHECKS / (time.perf_counter() - began))
            assert [result.ok for result in results] == [True, *[False] * (CHECKS - 1)]
    return Row("checks per second", "1/s", statistics.median(rates), state=f"{kilobytes} KB")


async def certified_row(name: str) -> Row:
    """The whole ladder, on a server of this repository."""
    folder = ServerFolder.load(ROOT / "generated_servers" / name)
    began = time.perf_counter()
    report = await certify(folder)
    seconds = time.perf_counter() - began
    sound = [one for one in report.scenarios if TIERS.index(one.tier) >= TIERS.index("certified")]
    return Row(f"certified scenarios per second: {name}", "1/s", len(sound) / seconds)
