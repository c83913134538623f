"""A folder in which episodes outlive their host, whatever ends it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.host import Host, HostRefusal
from envscaler_mcp.runtime.host.state_folder import StateFolder
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec import EpisodeRequest
from envscaler_mcp.spec.files import read_lines

from .desks import FIRST, add, counts, desk, host_of

OWN = EpisodeRequest(server="desk", start={"counts": {"z": 40}}, seed=3)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def journal(kept: Path, identifier: str) -> Path:
    return kept / "journals" / f"{identifier}.jsonl"


def begun(host: Host, token: str) -> Any:
    episode = host.of_token(token)
    assert episode is not None
    return episode


async def test_a_request_leads_to_its_episode_in_the_next_host(folder: ServerFolder, kept: Path):
    named = FIRST.model_copy(update={"request_id": "r"})
    async with host_of(folder, kept) as host:
        one, other = await host.begin(named), await host.begin(FIRST)
        fork = await host.fork(other, request_id="f")
        await host.delete(await host.begin(FIRST.model_copy(update={"request_id": "gone"})))
    async with host_of(folder, kept) as again:
        assert (await again.begin(named)).id == one.id
        assert (await again.fork(again.episode(other.id), request_id="f")).id == fork.id
        with pytest.raises(HostRefusal, match="given to another request"):
            await again.begin(OWN.model_copy(update={"request_id": "r"}))
        assert len(again) == 3


async def test_an_index_of_before_request_ids_is_read(folder: ServerFolder, kept: Path):
    async with host_of(folder, kept) as host:
        one = await host.begin(FIRST)
    (line,) = read_lines(kept / "index.jsonl")
    del line["request_id"], line["asked"]
    (kept / "index.jsonl").write_text(dumps(line) + "\n")
    async with host_of(folder, kept) as again:
        assert await add(again, begun(again, one.token)) == 2


async def test_episodes_go_on_under_their_tokens(folder: ServerFolder, kept: Path):
    async with host_of(folder, kept) as host:
        one, own = await host.begin(FIRST), await host.begin(OWN)
        for number in range(3):
            await add(host, one, request_id=f"r{number}")
        await add(host, own, "z")
        fork = await host.fork(one, 1)
        gone = await host.begin(FIRST)
        await host.delete(gone)
        await host.reset(begun(host, own.token))
        statuses = [await host.status(episode) for episode in (one, own, fork)]
    async with host_of(folder, kept) as again:
        assert (len(again), again.left_aside) == (3, [])
        assert again.of_token(gone.token) is None
        found = [begun(again, token) for token in (one.token, own.token, fork.token)]
        for episode, status in zip(found, statuses, strict=True):
            now = await again.status(episode)
            assert (now.id, now.calls, now.digest) == (status.id, status.calls, status.digest)
        assert await add(again, found[0], request_id="r1") == 3
        assert [await add(again, episode, name) for episode, name in zip(found, "aza", strict=True)] == [
            5,
            41,
            3,
        ]


async def test_a_line_is_in_the_file_before_the_answer(folder: ServerFolder, kept: Path):
    async with host_of(folder, kept) as host:
        episode = await host.begin(FIRST)
        for number in range(4):
            await add(host, episode)
            header, *calls = read_lines(journal(kept, episode.id))
            assert header["format"] == "envscaler-mcp/journal/1"
            assert [call["n"] for call in calls] == list(range(1, number + 2))
        raw = journal(kept, episode.id).read_bytes()
        assert await host.journal(episode) == raw


@pytest.mark.parametrize("torn", [b'{"n": 3, "tool": "add", "argum', b"{", b"\xff\xfe"])
async def test_a_torn_line_was_never_told(folder: ServerFolder, kept: Path, torn: bytes):
    async with host_of(folder, kept) as host:
        episode = await host.begin(FIRST)
        await add(host, episode)
        await add(host, episode)
    for path in (journal(kept, episode.id), kept / "index.jsonl"):
        with path.open("ab") as stream:
            stream.write(torn)
    async with host_of(folder, kept) as again:
        same = begun(again, episode.token)
        assert await add(again, same) == 4
        assert len((await again.journal(same)).splitlines()) == 4
        await again.begin(FIRST)
    async with host_of(folder, kept) as third:
        assert len(third) == 2
        assert await add(third, begun(third, episode.token)) == 5


async def test_a_host_that_died_between_two_files_has_told_nobody(folder: ServerFolder, kept: Path):
    async with host_of(folder, kept) as host:
        episode = await host.begin(FIRST)
    journal(kept, "feedfeedfeedfeed").write_bytes(journal(kept, episode.id).read_bytes())
    journal(kept, episode.id).with_suffix(".part").write_bytes(b"half")
    async with host_of(folder, kept) as again:
        assert len(again) == 1
    assert [path.name for path in (kept / "journals").iterdir()] == [f"{episode.id}.jsonl"]


async def test_damage_costs_one_episode(folder: ServerFolder, kept: Path):
    async with host_of(folder, kept) as host:
        one, other, third = [await host.begin(FIRST) for _ in range(3)]
        for episode in (one, other, third):
            await add(host, episode)
    journal(kept, one.id).write_bytes(b"no header\nno call\n")
    text = journal(kept, other.id).read_bytes().replace(b'"by":1', b'"by":7')
    journal(kept, other.id).write_bytes(text)
    async with host_of(folder, kept) as again:
        for episode in (one, other):
            same = begun(again, episode.token)
            with pytest.raises(HostRefusal) as refused:
                await add(again, same)
            assert refused.value.code == "failed"
            assert (await again.status(same)).status == "failed"
        assert await add(again, begun(again, third.token)) == 3
        await again.reset(begun(again, other.token))
        assert await add(again, begun(again, other.token)) == 2


async def test_what_cannot_be_offered_is_left_aside_and_kept(
    folder: ServerFolder, kept: Path, tmp_path: Path
):
    async with host_of(folder, kept) as host:
        episode, own = await host.begin(FIRST), await host.begin(OWN)
        await add(host, episode)
    async with host_of(desk(tmp_path, "other"), kept) as elsewhere:
        assert len(elsewhere) == 0
        assert len(elsewhere.left_aside) == 2
        assert "there is no server 'desk'" in elsewhere.left_aside[0]
    (start,) = [one for one in (kept / "starts").iterdir() if own.opening.start.digest.endswith(one.stem)]
    start.write_bytes(b"damaged")
    async with host_of(folder, kept) as again:
        assert len(again) == 1
        assert "damaged" in again.left_aside[0]
        assert await add(again, begun(again, episode.token)) == 3


async def test_one_host_at_a_time(folder: ServerFolder, kept: Path):
    async with host_of(folder, kept):
        with pytest.raises(BadInput, match="another host uses this folder"):
            host_of(folder, kept)
    async with host_of(folder, kept) as host:
        assert len(host) == 0


async def test_a_folder_that_cannot_be_used_is_named(folder: ServerFolder, tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BadInput, match="file"):
        host_of(folder, tmp_path / "file")


async def test_the_folder_is_its_owner_s_alone(kept: Path):
    kept.mkdir(mode=0o755)
    files = StateFolder(kept)
    assert kept.stat().st_mode & 0o077 == 0
    files.close()


async def test_idle_episodes_come_back_from_disk_after_a_restart(folder: ServerFolder, kept: Path):
    for expected in range(2, 5):
        async with host_of(folder, kept, memory=1) as host:
            episodes = list(host._episodes.values()) or [await host.begin(FIRST) for _ in range(4)]
            for episode in episodes:
                assert await add(host, episode) == expected
            for episode in episodes:
                assert await counts(host, episode) == {"a": expected}
