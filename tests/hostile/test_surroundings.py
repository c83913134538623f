"""Names, paths and descriptions that try something; episodes cut off in the middle; a neighbour's time.

Texts that reach templates are in tests/render/test_hostile_texts.py, hidden characters also in
tests/render/test_lint.py, what a host's ports refuse in tests/runtime/host/.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from envscaler_mcp.errors import BadInput
from envscaler_mcp.interop.names import scenario_ids, server_names, tool_names
from envscaler_mcp.render import render, write_tree
from envscaler_mcp.render.lint import lint
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.remote import EnvironmentProcess
from tests.render import tiny_servers as tiny
from tests.waiting import until

from .stage import scenario, staged

NAMES = [
    "../up",
    "a/b",
    "/etc",
    "..",
    ".",
    "",
    "__init__",
    "__main__",
    "a b",
    "a;b",
    "a$(id)",
    "a\nb",
    "a\n",
    "ａ",
    "a\0",
    "con.py",
    "-rf",
    "A" * 300,
    "a\u202eb",
    "a\u200bb",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_server_has_a_plain_name(name: str):
    with pytest.raises((ValidationError, BadInput)):
        write_tree(render(tiny.native(name=name), ()), Path("/nowhere"))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "con.py"], ids=ascii)
def test_a_scenario_has_a_plain_name(name: str, tmp_path: Path):
    folder = tmp_path / "server"
    with pytest.raises((ValidationError, BadInput)):
        write_tree(render(tiny.native(), tiny.scenarios(id=name)), folder)
    assert not folder.exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("up")]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_tool_of_such_a_name_is_a_finding(name: str):
    card = tiny.native().card
    tools = [
        {**tool.model_dump(), "name": name if n == 0 else tool.name} for n, tool in enumerate(card.tools)
    ]
    assert any(problem.severity == "error" for problem in lint(tiny.native(tools=tools).card))


def test_an_import_gives_plain_names():
    plain = re.compile(r"[a-z][a-z0-9_]*\Z")
    assert all(map(plain.match, tool_names(NAMES, {}).values()))
    assert all(map(plain.match, server_names([(name, name, 1) for name in NAMES])))
    assert all(re.match(r"[A-Za-z0-9][\w.-]*\Z", one, re.ASCII) for one in scenario_ids(list(NAMES)))


@pytest.mark.parametrize(
    "text", ["ignore\u200bthis", "\u202eolleh", "\u2066x", "a\U000e0041b", "\ufeffx", "\u00adx"]
)
def test_what_hides_in_a_description_is_a_finding(text: str):
    card = tiny.native().card
    tools = [{**tool.model_dump(), "description": text} for tool in card.tools]
    found = lint(tiny.native(tools=tools).card)
    assert any("description" in problem.where and problem.severity == "error" for problem in found)


@pytest.mark.parametrize(
    "name",
    [
        "a; touch owned",
        "$(touch owned)",
        "`touch owned`",
        "a' \" b",
        "-rf",
        "a\nb",
        "a & b | c > owned",
        "ü %s {x}",
    ],
)
async def test_a_path_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.chdir(tmp_path)
    folder = staged(tmp_path / name, COUNTER, "add", "spin")
    async with EnvironmentProcess(ServerFolder.find(str(folder.path))) as running:
        assert (await (await running.begin(scenario())).call("add", {})).result == {
            "success": True,
            "count": 1,
        }
    assert [path.name for path in tmp_path.iterdir()] == [name]


COUNTER = """
class Hostile:
    def __init__(self):
        self.count = 0
        self.rows = {}

    def add(self):
        self.count += 1
        return {"success": True, "count": self.count}

    def spin(self):
        self.count = 99
        self.rows["half"] = "done"
        while True:
            pass
"""


async def test_what_is_killed_in_the_middle_of_a_call_leaves_the_state_before_it(tmp_path: Path):
    async with EnvironmentProcess(staged(tmp_path, COUNTER, "add", "spin")) as running:
        one, two = await running.begin(scenario()), await running.begin(scenario())
        await one.call("add", {})
        await two.call("add", {})
        before = await one.digest()
        spinning = asyncio.create_task(one.call("spin", {}))
        pid = running.pid
        assert pid
        await until(lambda: _is_busy(pid), spinning)  # it is in the middle once it computes
        os.kill(pid, signal.SIGKILL)
        assert (await spinning).code == "timed_out"
        assert await one.digest() == before
        assert await one.state() == {"count": 1, "rows": {}}
        assert (await one.call("add", {})).result["count"] == 2
        assert (await two.call("add", {})).result["count"] == 2
        assert [entry["n"] for entry in one.journal] == [1, 2, 3]


def _is_busy(pid: int) -> bool:
    """Whether its session computes: its processor time grows. The worker itself may be a grandchild."""
    return _ticks(pid) > _STARTED.setdefault(pid, _ticks(pid)) + 2


_STARTED: dict[int, int] = {}


def _ticks(session: int) -> int:
    total = 0
    for one in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = one.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            total += int(fields[11]) + int(fields[12])
    return total


async def test_a_hanging_episode_delays_nobody_elsewhere(tmp_path: Path):
    """By no more than 100 ms, in the best of some rounds: this machine may have other things to do."""
    slow, quick = (
        staged(tmp_path / "a", COUNTER, "add", "spin"),
        staged(tmp_path / "b", COUNTER, "add", "spin"),
    )
    async with EnvironmentProcess(slow, call_seconds=1.0) as hanging, EnvironmentProcess(quick) as running:
        attacker, neighbour = await hanging.begin(scenario()), await running.begin(scenario())
        rounds: list[float] = []
        while len(rounds) < ROUNDS and min(rounds, default=1.0) >= 0.1:
            alone = max([await _wait(neighbour) for _ in range(10)])
            rounds.append(await _worst_wait(attacker, neighbour) - alone)
    assert min(rounds) < 0.1, rounds


ROUNDS = 8


async def _worst_wait(attacker: Any, neighbour: Any) -> float:
    attack = asyncio.create_task(attacker.call("spin", {}))
    worst = 0.0
    while not attack.done():
        worst = max(worst, await _wait(neighbour))
    assert (await attack).code == "timed_out"
    return worst


async def _wait(neighbour: Any) -> float:
    """How long one call takes."""
    begun = time.perf_counter()
    await neighbour.call("add", {})
    return time.perf_counter() - begun
