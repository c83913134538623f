"""Episodes in a worker: killed, hung and rebuilt, with nothing lost and nothing doubled."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from mcp import MCPError

from envscaler_mcp.certify.play import result_of
from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.connect import connected
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.remote import EnvironmentProcess, RemoteEpisode
from envscaler_mcp.sandbox.worker import WorkerRefused

from .folders import counter

ADD = {"name": "a", "by": 1}


@pytest.fixture
def folder(tmp_path: Path) -> ServerFolder:
    return counter(tmp_path)


@pytest.fixture
async def process(folder: ServerFolder) -> AsyncGenerator[EnvironmentProcess]:
    async with EnvironmentProcess(folder, call_seconds=2.0) as running:
        yield running


@pytest.fixture
async def episode(folder: ServerFolder, process: EnvironmentProcess) -> RemoteEpisode:
    return await process.begin(folder.scenario("001"))


def kill(process: EnvironmentProcess) -> None:
    pid = process.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


async def test_calls_are_played_and_journalled(episode: RemoteEpisode) -> None:
    outcome = await episode.call("add", ADD)
    assert outcome.result == {"success": True, "count": 2}
    assert [entry["tool"] for entry in episode.journal] == ["add"]
    assert (await episode.initial())["counts"] == {"a": 1}
    assert (await episode.state())["counts"] == {"a": 2}


async def test_a_hanging_tool_is_stopped_and_the_episode_goes_on(episode: RemoteEpisode) -> None:
    await episode.call("add", ADD)
    outcome = await episode.call("hang", {})
    assert (outcome.is_error, outcome.code) == (True, "timed_out")
    assert (await episode.call("add", ADD)).result["count"] == 3
    assert [entry["n"] for entry in episode.journal] == [1, 2, 3]


async def test_a_killed_worker_costs_nothing(
    folder: ServerFolder, process: EnvironmentProcess, episode: RemoteEpisode
) -> None:
    other = await process.begin(folder.scenario("002"))
    await episode.call("add", ADD)
    await other.call("add", {"name": "b", "by": 5})
    kill(process)
    await episode.call("get", {"name": "a"})
    assert (await episode.state())["counts"] == {"a": 2}
    assert (await other.state())["counts"] == {"a": 1, "b": 5}


async def test_a_repeated_request_id_does_not_act_twice(episode: RemoteEpisode) -> None:
    first = await episode.call("add", ADD, "r1")
    assert await episode.call("add", ADD, "r1") == first
    assert (await episode.state())["counts"] == {"a": 2}


async def test_a_request_id_stands_for_one_call_only(
    process: EnvironmentProcess, episode: RemoteEpisode
) -> None:
    first = await episode.call("add", ADD, "r1")
    kill(process)
    for tool, arguments in (("add", {"name": "a", "by": 2}), ("get", {"name": "a"})):
        refused = await episode.call(tool, arguments, "r1")
        assert (refused.is_error, refused.code) == (True, "request_id_reused")
    assert await episode.call("add", ADD, "r1") == first
    assert ((await episode.state())["counts"], len(episode.journal)) == ({"a": 2}, 1)


async def test_a_call_whose_outcome_cannot_be_told_is_taken_back_at_once(
    process: EnvironmentProcess, episode: RemoteEpisode, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, asked = process.ask, list[str]()

    async def refused_once(method: str, **params: Any) -> Any:
        asked.append(method)
        reply = await ask(method, **params)
        if asked == ["call"]:
            raise WorkerRefused("no_reply", "the reply is too large")
        return reply

    monkeypatch.setattr(process, "ask", refused_once)
    worker = process.pid
    stopped = await episode.call("add", ADD, "r1")
    assert (stopped.is_error, stopped.code) == (True, "timed_out")
    assert asked == ["call", "rebuild"]
    assert await episode.call("add", ADD, "r1") == stopped
    assert (await episode.call("add", ADD)).result["count"] == 2
    assert process.pid == worker


async def test_a_hanging_tool_costs_the_episodes_beside_it_nothing(
    folder: ServerFolder, process: EnvironmentProcess, episode: RemoteEpisode
) -> None:
    others = [await process.begin(folder.scenario("001")) for _ in range(3)]
    hung, *answers = await asyncio.gather(
        episode.call("hang", {}), *(other.call("add", ADD) for other in others)
    )
    assert hung.code == "timed_out"
    assert [answer.result for answer in answers] == [{"success": True, "count": 2}] * 3
    assert [(await other.state())["counts"] for other in others] == [{"a": 2}] * 3


async def test_a_caller_who_leaves_in_the_middle_costs_nobody_anything(
    folder: ServerFolder, process: EnvironmentProcess, episode: RemoteEpisode
) -> None:
    other = await process.begin(folder.scenario("001"))
    worker = process.pid
    leaving, staying = (
        asyncio.create_task(episode.call("add", ADD)),
        asyncio.create_task(other.call("add", ADD)),
    )
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).result == {"success": True, "count": 2}
    assert process.pid == worker
    assert [(await episode.state())["counts"], len(episode.journal)] == [{"a": 2}, 1]


async def test_what_the_only_client_leaves_in_the_middle_has_not_been(folder: ServerFolder) -> None:
    async with EnvironmentProcess(folder, patience=0.001) as process:
        episode = await process.begin(folder.scenario("001"))
        await episode.call("add", ADD)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await episode.call("hang", {})
        assert (await episode.call("add", ADD)).result == {"success": True, "count": 3}
        assert [entry["tool"] for entry in episode.journal] == ["add", "add"]


async def test_a_fork_shares_the_past_only(episode: RemoteEpisode) -> None:
    await episode.call("add", ADD)
    fork = await episode.fork()
    await fork.call("add", ADD)
    assert (await episode.state())["counts"] == {"a": 2}
    assert (await fork.state())["counts"] == {"a": 3}


async def test_a_client_plays_on_it_over_mcp(folder: ServerFolder, episode: RemoteEpisode) -> None:
    async with connected(folder, episode) as client:
        assert client.instructions == "Count well.\n"
        assert [tool.name for tool in (await client.list_tools()).tools] == ["add", "get", "hang", "speak"]
        refused = await client.call_tool("get", {"name": "nobody"})
        assert refused.is_error
        assert result_of(refused) == {"success": False, "error": "no such counter"}


async def test_arguments_that_are_no_strict_json_are_refused(
    folder: ServerFolder, episode: RemoteEpisode
) -> None:
    deep: Any = 1
    for _ in range(150):
        deep = [deep]
    async with connected(folder, episode) as client:
        with pytest.raises(MCPError, match="no strict JSON"):
            await client.call_tool("add", {"name": "a", "by": deep})
    assert episode.journal == []


async def test_a_scenario_that_does_not_exist_is_named(folder: ServerFolder) -> None:
    with pytest.raises(BadInput, match="its scenarios are: 001, 002"):
        folder.scenario("003")


async def test_a_folder_that_is_no_server_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"environment\.json"):
        ServerFolder.find(str(tmp_path))
    with pytest.raises(BadInput, match="there is no such server"):
        ServerFolder.find("nowhere/at/all")
