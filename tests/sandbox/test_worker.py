"""A worker: episodes behind a pipe, limits, and no orphan ever."""

from __future__ import annotations

import asyncio
import copy
import datetime as dt
import json
import os
import random
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.errors import IsolationMissing, PolicyViolation, WorkerDied, WorkerTimeout
from envscaler_mcp.runtime.standalone.episode import Episode
from envscaler_mcp.runtime.standalone.loading import load_form
from envscaler_mcp.sandbox import process
from envscaler_mcp.sandbox import worker as parent_side
from envscaler_mcp.sandbox.framing import Refused
from envscaler_mcp.sandbox.isolation import available
from envscaler_mcp.sandbox.process import require_parts
from envscaler_mcp.sandbox.worker import Worker, WorkerRefused

from .worlds import COUNTER, COUNTER_IS, NATIVE, NATIVE_IS, NOW, plain

OPEN: dict[str, Any] = {"episode": "a", "start": {"counts": {"x": 1}}, "now": NOW, "seed": 1}


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    async with Worker() as made:
        await made.start(COUNTER, **COUNTER_IS)
        await made.request("open", **OPEN)
        yield made


async def add(worker: Worker, name: str = "x", episode: str = "a", **more: Any) -> Any:
    return await worker.request("call", episode=episode, tool="add", arguments={"name": name, **more})


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_it_plays_episodes(worker: Worker):
    outcome = await add(worker)
    assert outcome["result"] == {"success": True, "data": 2}
    assert (outcome["is_error"], outcome["code"]) == (False, None)
    assert outcome["state_digest"] == await worker.request("digest", episode="a")
    assert (await worker.request("state", episode="a"))["counts"] == {"x": 2}
    assert (await worker.request("initial", episode="a"))["counts"] == {"x": 1}
    assert await worker.request("rules", episode="a") == []
    assert await worker.request("describe") is None
    assert [entry["tool"] for entry in await worker.request("journal", episode="a")] == ["add"]


async def test_start_says_what_there_is():
    async with Worker() as worker:
        loaded = await worker.start(COUNTER, **COUNTER_IS)
        assert loaded["tools"]["add"] == "write"
        assert set(loaded) == {"tools", "roles"}


async def test_a_refusal_and_a_crash_are_outcomes(worker: Worker):
    refused = await add(worker, by=-1)
    crashed = await worker.request("call", episode="a", tool="crash", arguments={})
    assert (refused["is_error"], refused["code"]) == (True, "refused")
    assert (crashed["is_error"], crashed["code"]) == (True, "tool_crashed")
    assert refused["state_digest"] == crashed["state_digest"]


async def test_snapshots_forks_and_journals_bring_an_episode_back(worker: Worker):
    await add(worker)
    snapshot = await worker.request("snapshot", episode="a")
    journal = await worker.request("journal", episode="a")
    digest = await worker.request("digest", episode="a")
    await worker.request("fork", episode="a", new="b")
    await add(worker, episode="b")
    assert await worker.request("digest", episode="a") == digest
    assert (await worker.request("restore", episode="b", snapshot=snapshot))["state_digest"] == digest
    header = {"server": "", "scenario": "", "seed": 1, "now": NOW}
    rebuilt = await worker.request(
        "rebuild", episode="c", start=OPEN["start"], header=header, entries=journal
    )
    assert rebuilt["state_digest"] == digest
    await worker.request("drop", episode="a")
    with pytest.raises(WorkerRefused, match="no episode 'a'") as caught:
        await worker.request("state", episode="a")
    assert caught.value.kind == "unknown_episode"


async def test_a_repeated_request_id_does_nothing(worker: Worker):
    call: dict[str, Any] = {"episode": "a", "tool": "add", "arguments": {"name": "x"}, "request_id": "r"}
    assert await worker.request("call", **call) == await worker.request("call", **call)


HEADER = {"server": "", "scenario": "", "seed": 1, "now": NOW}
OTHER = {
    "n": 1, "tool": "add", "arguments": {"name": "x"}, "result": {}, "is_error": False,
    "state_digest": "other",
}  # fmt: skip
EMPTY = {"name": "x", "form": "plain", "class_name": "A", "tools": []}


@pytest.mark.parametrize(
    ("method", "params", "kind"),
    [
        ("call", {"episode": "a", "tool": "nope", "arguments": {}}, "unknown_tool"),
        ("rebuild", {"episode": "z", "start": {}, "header": HEADER, "entries": [OTHER]}, "diverged"),
        ("load", {"source": "", **EMPTY}, "bad_environment"),
        ("load", {"source": "1 / 0", **EMPTY}, "bad_environment"),
        ("fly", {}, "failed"),
        ("restore", {"episode": "a", "snapshot": "!"}, "failed"),
    ],
)
async def test_a_refusal_has_a_kind_and_leaves_the_worker_well(
    worker: Worker, method: str, params: dict[str, Any], kind: str
):
    with pytest.raises(WorkerRefused) as caught:
        await worker.request(method, **params)
    assert caught.value.kind == kind
    assert await worker.request("ping") == "pong"


async def test_a_native_environment_lives_here_too():
    async with Worker() as worker:
        await worker.start(NATIVE, **NATIVE_IS)
        start = {"books": {"B-1": {"id": "B-1"}}}
        await worker.request("open", episode="a", start=start, now=NOW, seed=1)
        call: dict[str, Any] = {
            "episode": "a",
            "tool": "lend",
            "arguments": {"book_id": "B-1", "due": "2026-04-01"},
        }
        assert (await worker.request("call", **call))["result"] == {"id": "B-1", "due": "2026-04-01"}
        assert (await worker.request("call", **call))["code"] == "lent"
        call["arguments"]["due"] = 5
        assert (await worker.request("call", **call))["code"] == "invalid_arguments"
        description = await worker.request("describe")
        assert [tool["name"] for tool in description["tools"]] == ["get_book", "lend"]
        bad = {"books": {"B-1": {"id": 1}}}
        with pytest.raises(WorkerRefused) as caught:
            await worker.request("open", episode="b", start=bad, now=NOW, seed=1)
        assert caught.value.kind == "bad_start"


async def test_requests_wait_for_each_other(worker: Worker):
    outcomes = await asyncio.gather(*(add(worker) for _ in range(20)))
    assert sorted(outcome["result"]["data"] for outcome in outcomes) == list(range(2, 22))


async def test_two_workers_give_the_same_bytes():
    seen = []
    for hash_seed in (1, 2):
        async with Worker(hash_seed=hash_seed) as worker:
            await worker.start(COUNTER, **COUNTER_IS)
            await worker.request("open", **OPEN)
            seen.append(await worker.request("call", episode="a", tool="stamp", arguments={}))
    assert seen[0] == seen[1]
    assert seen[0]["result"]["data"][1].startswith("2026-03-01T09:00:00")


@pytest.mark.parametrize("tool", ["spin", "backtrack"])
async def test_what_outlasts_its_limit_is_killed(tool: str):
    worker = Worker(seconds=1.0)
    await worker.start(COUNTER, **COUNTER_IS)
    await worker.request("open", **OPEN)
    pid = worker.pid
    assert pid
    with pytest.raises(WorkerTimeout, match=r"call took longer than 1 s; the worker was killed"):
        await worker.request("call", episode="a", tool=tool, arguments={})
    assert gone(pid)
    assert worker.pid is None
    with pytest.raises(WorkerDied, match="not running"):
        await worker.request("ping")


async def test_a_memory_bomb_is_an_error_of_the_tool(worker: Worker):
    grown = await worker.request("call", episode="a", tool="grow", arguments={})
    assert (grown["is_error"], grown["code"]) == (True, "tool_crashed")
    assert (await add(worker))["result"]["data"] == 2


async def test_a_flood_of_prints_disturbs_nothing(worker: Worker, capfd: pytest.CaptureFixture[str]):
    assert (await worker.request("call", episode="a", tool="flood", arguments={}))["result"][
        "data"
    ] == "quiet"
    assert capfd.readouterr() == ("", "")


async def test_a_result_that_is_too_large_is_refused(worker: Worker):
    refused = await worker.request("call", episode="a", tool="huge", arguments={})
    assert (refused["is_error"], refused["code"]) == (True, "result_too_large")
    assert await worker.request("ping") == "pong"


async def test_a_request_that_is_no_json_leaves_the_worker_well(worker: Worker):
    for bad in (float("nan"), {1, 2}, "\ud800"):
        with pytest.raises(ValueError, match="no JSON"):
            await add(worker, by=bad)
    assert await worker.request("ping") == "pong"


async def test_cancelling_a_request_ends_the_worker(worker: Worker):
    pid = worker.pid
    assert pid
    spinning = asyncio.create_task(worker.request("call", episode="a", tool="spin", arguments={}))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    spinning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await spinning
    assert gone(pid)


async def test_foreign_source_is_asked_by_the_policy_first():
    worker = Worker()
    with pytest.raises(
        PolicyViolation, match=r"environment\.py, line 1: the source imports os \(and 1 more\); only "
    ):
        await worker.start("import os, sys", **COUNTER_IS)
    assert worker.pid is None


async def test_trusted_source_may_import_what_is_installed():
    source = "import os.path\nclass A:\n    def sep(self):\n        return {'success': os.path.sep == '/'}\n"
    async with Worker() as worker:
        await worker.start(source, trust=True, **plain("A", "sep"))
        await worker.request("open", episode="a", start={}, now=NOW, seed=1)
        assert (await worker.request("call", episode="a", tool="sep", arguments={}))["result"] == {
            "success": True
        }


async def test_a_class_that_is_missing_ends_the_start():
    worker = Worker()
    with pytest.raises(WorkerRefused, match="defines no class Nope"):
        await worker.start(COUNTER, **{**COUNTER_IS, "class_name": "Nope"})
    assert worker.pid is None


def test_a_worker_that_is_not_shut_in_is_refused():
    with pytest.raises(IsolationMissing, match="no death_signal, resource_limits; run foreign code on Linux"):
        require_parts(["seccomp", "no_new_privileges"])


async def test_closing_twice_is_fine(worker: Worker):
    pid = worker.pid
    assert pid
    await worker.close()
    await worker.close()
    assert gone(pid)


async def test_a_worker_that_is_forgotten_ends():
    worker = Worker()
    await worker.start_empty()
    pid = worker.pid
    assert pid
    del worker
    assert gone(pid)


PARENT = """
import asyncio, os, sys
from envscaler_mcp.sandbox.worker import Worker
from tests.sandbox.worlds import COUNTER, COUNTER_IS, NOW

async def main():
    worker = Worker(seconds=60)
    await worker.start(COUNTER, **COUNTER_IS)
    await worker.request("open", episode="a", start={"counts": {}}, now=NOW, seed=1)
    busy = asyncio.create_task(worker.request("call", episode="a", tool="spin", arguments={}))
    await asyncio.sleep(0)
    print(worker.pid, flush=True)
    await busy

asyncio.run(main())
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs pidfd")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_busy_worker_does_not_outlive_its_parent(how: signal.Signals, root: Path):
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, cwd=root) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        watch = os.pidfd_open(pid)
        try:
            parent.send_signal(how)
            assert select.select([watch], [], [], 10)[0], "the worker lives on"
        finally:
            os.close(watch)


def test_the_tier_is_known():
    report = available()
    assert report.tier in ("hardened", "worker")
    assert report.parts["resource_limits"] is True
    assert available() is report


NEEDS_REPAIR = "env_176_rl"


async def test_real_environments_behave_as_without_a_worker(shared: Path):
    folder = shared / "data" / "envscaler"
    rows = json.loads((folder / "environments.json").read_text())
    starts = {
        row["env_id"]: row["init_config"] for row in json.loads((folder / "scenarios.json").read_text())
    }
    played = 0
    for name in sorted(rows)[::2]:
        if name in starts and name != NEEDS_REPAIR:
            played += await _compare(rows[name], starts[name])
    assert played > 50


async def _compare(row: dict[str, Any], start: Any) -> int:
    start = json.loads(start) if isinstance(start, str) else start
    released = json.loads(row["tools"]) if isinstance(row["tools"], str) else row["tools"]
    about: dict[str, Any] = {
        **plain(row["env_class_name"]),
        "tools": [_tool(one["function"]) for one in released],
    }
    rng = random.Random(1)
    here = Episode.start(load_form(row["env_class_code"], **about), start, dt.datetime.fromisoformat(NOW), 1)
    async with Worker(hash_seed=0) as worker:
        await worker.start(row["env_class_code"], **about)
        await worker.request("open", episode="a", start=start, now=NOW, seed=1)
        words = sorted(_words(start))
        for tool in about["tools"]:
            arguments = {name: rng.choice(words) for name in tool["inputSchema"].get("properties", {})}
            expected = here.call(tool["name"], copy.deepcopy(arguments))
            seen = await worker.request("call", episode="a", tool=tool["name"], arguments=arguments)
            assert (seen["is_error"], seen["code"]) == (expected.is_error, expected.code)
            assert seen["state_digest"] == here.digest()
    return len(about["tools"])


def _tool(function: dict[str, Any]) -> dict[str, Any]:
    read = {"readOnlyHint": False}
    return {"name": function["name"], "inputSchema": function["parameters"], "annotations": read}


def _words(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {word for part in value.values() for word in _words(part)}
    if isinstance(value, list):
        return {word for part in value for word in _words(part)}
    return {value} if isinstance(value, str) else {"x"}


def test_limits_are_what_they_say():
    assert (parent_side.SECONDS_PER_REQUEST, parent_side.MEMORY) == (10.0, 512 * 1024 * 1024)


def test_a_child_that_cannot_import_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(process, "_paths", lambda: [str(tmp_path)])
    child = process.start_process().result()
    with pytest.raises(Refused, match="the worker cannot start: ModuleNotFoundError"):
        child.ask("begin", {"memory": 1}, 10)
    child.kill()


def test_where_no_child_starts_there_is_no_isolation(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(process.sys, "executable", "/nowhere/python")
    report = available.__wrapped__()
    assert report.tier == "none"
    assert "does not start" in str(report.parts["worker"])
