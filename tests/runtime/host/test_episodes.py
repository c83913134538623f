"""Episodes in a host: limits, coming and going, and what is shared."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.host import Host, HostLimits, HostRefusal
from envscaler_mcp.runtime.standalone.episode import UnknownTool
from envscaler_mcp.spec import EpisodeRequest
from tests.waiting import until

from .desks import FIRST, add, counts, host_of


async def test_the_second_episode_of_a_scenario_needs_no_worker(host: Host):
    first = await host.begin(FIRST)
    thawed = host.metrics.value("thawed")
    others = [await host.begin(FIRST) for _ in range(20)]
    assert host.metrics.value("thawed") == thawed
    assert all(episode.opening is first.opening for episode in others)
    assert len({episode.token for episode in others}) == 20
    assert await add(host, others[7]) == 2


async def test_a_repeated_request_id_gets_what_was_stored(host: Host):
    episode = await host.begin(FIRST)
    found = await asyncio.gather(*(add(host, episode, request_id="r-1") for _ in range(8)))
    assert (found, len(episode.calls)) == ([2] * 8, 1)
    fork = await host.fork(episode)
    assert await add(host, fork, request_id="r-1") == 2
    await host.reset(episode)
    assert await add(host, episode, request_id="r-1") == 2
    assert len(episode.calls) == 1


@pytest.mark.parametrize(("tool", "arguments"), [("add", {"name": "a", "by": 2}), ("get", {"name": "a"})])
async def test_a_request_id_stands_for_one_call_only(host: Host, tool: str, arguments: dict[str, Any]):
    episode = await host.begin(FIRST)
    await add(host, episode, request_id="r-1")
    fork = await host.fork(episode)
    for asked in (episode, fork):
        with pytest.raises(HostRefusal, match="'r-1' was given to call 1 ") as refused:
            await host.call(asked, tool, arguments, "r-1")
        assert (refused.value.status, refused.value.code) == (409, "request_id_reused")
        assert await add(host, asked, request_id="r-1") == 2
    assert len(episode.calls) == 1


async def test_a_refused_call_is_stored_as_well(host: Host):
    episode = await host.begin(FIRST)
    first = await host.call(episode, "get", {"name": "nobody"}, "r-1")
    await add(host, episode, "nobody")
    assert await host.call(episode, "get", {"name": "nobody"}, "r-1") == first


async def test_an_unknown_tool_is_no_call(host: Host):
    episode = await host.begin(FIRST)
    with pytest.raises(UnknownTool):
        await host.call(episode, "explode", {})
    assert len(episode.calls) == 0


async def test_more_episodes_than_a_worker_holds(folder: ServerFolder):
    async with host_of(folder, live=2, workers=1) as host:
        episodes = [await host.begin(FIRST) for _ in range(6)]
        for turn in range(3):
            for number, episode in enumerate(episodes):
                assert await add(host, episode, f"n{number}") == turn + 1
        assert host.gauges()["episodes_in_workers"] == 2
        assert host.metrics.value("evicted_from_worker") > 10
        assert host.metrics.value("rebuilt") == host.metrics.value("thaws_failed") == 0
        for number, episode in enumerate(episodes):
            assert await counts(host, episode) == {"a": 1, f"n{number}": 3}


async def test_idle_episodes_go_to_disk_and_come_back(folder: ServerFolder):
    async with host_of(folder, memory=1, live=2) as host:
        episodes = [await host.begin(FIRST) for _ in range(8)]
        for number, episode in enumerate(episodes):
            await add(host, episode, f"n{number}", request_id="r")
        assert sum(episode.journal is None for episode in episodes) >= 7
        assert host.gauges()["idle_bytes"] <= max(episode.weight() for episode in episodes)
        status = await host.status(episodes[0])
        assert (status.calls, status.digest[:7]) == (1, "sha256:")
        for number, episode in enumerate(episodes):
            assert await add(host, episode, f"n{number}", request_id="r") == 1
            assert await counts(host, episode) == {"a": 1, f"n{number}": 1}
        fork = await host.fork(episodes[3])
        assert await add(host, fork, "n3") == 2
        await host.delete(episodes[0])
        assert host.metrics.value("brought_from_disk") >= 8


async def test_a_long_episode_is_packed_on_the_way(folder: ServerFolder):
    async with host_of(folder, freeze_every=4) as host:
        episode = await host.begin(FIRST)
        for _ in range(10):
            await add(host, episode)
        assert episode.checkpoint is not None
        assert episode.checkpoint.calls == 8
        fork = await host.fork(episode, 9)
        assert fork.checkpoint is episode.checkpoint
        early = await host.fork(episode, 3)
        assert early.checkpoint is None
        assert [await add(host, one) for one in (fork, early)] == [11, 5]


async def test_a_packed_state_that_lies_is_overruled_by_the_journal(host: Host):
    episode = await host.begin(FIRST)
    await add(host, episode)
    other = await host.begin(FIRST)
    await add(host, other, "b")
    fork, wrong = await host.fork(episode), await host.fork(other)
    fork.checkpoint = wrong.checkpoint
    assert await counts(host, fork) == {"a": 2}
    assert host.metrics.value("thaws_failed") == 1


async def test_a_journal_that_lies_fails_its_episode_until_it_is_reset(host: Host):
    episode = await host.begin(FIRST)
    await add(host, episode)
    fork = await host.fork(episode, 1)
    fork.checkpoint = None
    fork.calls.lines[0] = fork.calls.lines[0].replace(b'"by":1', b'"by":2')
    with pytest.raises(HostRefusal, match="cannot be played again") as refused:
        await host.call(fork, "get", {"name": "a"})
    assert (refused.value.status, refused.value.code) == (409, "failed")
    assert (await host.status(fork)).status == "failed"
    assert await add(host, episode) == 3
    await host.reset(fork)
    assert await add(host, fork) == 2


@pytest.mark.parametrize(
    ("limits", "arguments", "code"),
    [({"calls": 3}, "x", "call_limit"), ({"journal_bytes": 1500}, "x" * 400, "journal_limit")],
)
async def test_what_one_episode_may_use_up(
    folder: ServerFolder, limits: dict[str, Any], arguments: str, code: str
):
    async with host_of(folder, **limits) as host:
        episode, other = await host.begin(FIRST), await host.begin(FIRST)
        notes = [host.call(episode, "note", {"text": arguments}) for _ in range(4)]
        *_, last = await asyncio.gather(*notes, return_exceptions=True)
        assert isinstance(last, HostRefusal)
        assert (last.status, last.code) == (409, code)
        assert len((await host.state(episode))["log"]) == len(episode.calls)
        assert await add(host, other) == 2


async def test_a_state_grows_only_so_far(folder: ServerFolder):
    async with host_of(folder, state_bytes=2000, workers=1) as host:
        episode = await host.begin(FIRST)
        outcomes = [await host.call(episode, "note", {"text": "x" * 500}) for _ in range(5)]
        assert [outcome.code for outcome in outcomes] == [None] * 3 + ["state_too_large"] * 2
        assert len((await host.state(episode))["log"]) == 3
        fork = await host.fork(episode, 5)
        fork.checkpoint = None
        assert len((await host.state(fork))["log"]) == 3


async def test_only_so_many_wait_for_one_episode(folder: ServerFolder):
    async with host_of(folder, waiting_for_one=2, call_seconds=1.5) as host:
        episode = await host.begin(FIRST)
        calls = [
            host.call(episode, "hang", {}),
            *(host.call(episode, "get", {"name": "a"}) for _ in range(8)),
        ]
        found = await asyncio.gather(*calls, return_exceptions=True)
        refused = [one for one in found if isinstance(one, HostRefusal)]
        assert {(one.status, one.code) for one in refused} == {(429, "busy")}
        assert len(found) - len(refused) == 3


async def test_whoever_leaves_does_not_stop_the_call(folder: ServerFolder):
    """Neither the one that is played nor the one that waits for its turn."""
    async with host_of(folder, call_seconds=1.5) as host:
        episode = await host.begin(FIRST)
        played = asyncio.ensure_future(host.call(episode, "hang", {}))  # it cannot be over before we look
        waits = asyncio.ensure_future(add(host, episode))
        await until(lambda: episode.in_use, played)
        played.cancel()
        waits.cancel()
        assert await add(host, episode) == 3
        assert [entry["tool"] for entry in episode.calls.since(0)] == ["hang", "add", "add"]


async def test_what_was_deleted_answers_nobody(host: Host):
    episode = await host.begin(FIRST)
    await host.delete(episode)
    with pytest.raises(HostRefusal, match="any more"):
        await host.call(episode, "get", {"name": "a"})
    assert host.of_token(episode.token) is None


async def test_scenarios_keep_their_seed_unless_another_is_asked_for(host: Host):
    own = await host.begin(FIRST)
    zero = await host.begin(EpisodeRequest(server="desk", scenario="001", seed=0))
    assert (own.opening.seed, zero.opening.seed) == (7, 0)


async def test_a_line_that_cannot_be_written_has_not_happened(host: Host, monkeypatch: pytest.MonkeyPatch):
    episode = await host.begin(FIRST)
    await add(host, episode)

    def full(*_: Any) -> None:
        raise BadInput("disk", "no space left", "free some")

    with monkeypatch.context() as patched:
        patched.setattr(host._play, "_record", full)
        with pytest.raises(BadInput):
            await add(host, episode)
    assert await add(host, episode) == 3
    assert await counts(host, episode) == {"a": 3}


async def test_environments_make_room_for_each_other(root: Any, folder: ServerFolder):
    ledger = ServerFolder.load(root / "generated_servers" / "account_ledger")
    limits = HostLimits(workers=1, processes=1)
    async with Host([folder, ledger], limits=limits, trusted=True) as host:
        one = await host.begin(FIRST)
        assert await add(host, one) == 2
        other = await host.begin(EpisodeRequest(server="account_ledger", scenario=ledger.ids[0]))
        assert len(host.workers) == 1
        assert await host.state(other)
        assert await add(host, one) == 3
        assert len(host.workers) == 1
