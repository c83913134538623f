"""What a person may ask a generated server for: prompts, resources, faults, a token, a world of today."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client, MCPError

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.episode import Outcome
from envscaler_mcp.runtime.standalone.faults import Faults, Faulty, kinds_of
from envscaler_mcp.runtime.standalone.today import days_to, moved

from .folders import counter
from .test_command import ERAS, Era, http, started, stdio


@pytest.fixture
def folder(tmp_path: Path) -> ServerFolder:
    return counter(tmp_path)


def moving(folder: Path) -> ServerFolder:
    """A counter whose one count is the day on which its world stands."""
    server = counter(folder)
    file = server.package / "scenarios" / "001.json"
    scenario = json.loads(file.read_bytes())
    scenario["start"] = {"counts": {"a": scenario["now"][:10]}}
    file.write_text(json.dumps(scenario), encoding="utf-8")
    return server


def refused(folder: ServerFolder, *arguments: str) -> str:
    done = subprocess.run(
        started(folder, *arguments),
        cwd=folder.path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    return done.stderr


@pytest.mark.parametrize("era", ERAS)
async def test_a_prompt_is_a_task_and_begins_its_scenario(folder: ServerFolder, era: Era):
    async with Client(stdio(folder, "--prompts"), mode=era) as client:
        listed = (await client.list_prompts()).prompts
        assert [prompt.name for prompt in listed] == folder.ids
        name = folder.ids[-1]
        said = (await client.get_prompt(name)).messages[0]
        assert said.content.type == "text"
        assert said.content.text == folder.scenario(name).instruction
        with pytest.raises(MCPError, match="Unknown prompt"):
            await client.get_prompt("nowhere")


async def test_picking_a_prompt_starts_over(folder: ServerFolder):
    async with Client(stdio(folder, "--prompts", "--save", "state.json")) as client:
        saved = folder.path / "state.json"
        begun = json.loads(saved.read_bytes())
        await client.call_tool("add", {"name": "a", "by": 2})
        assert json.loads(saved.read_bytes()) != begun
        await client.get_prompt(folder.ids[0])
        assert json.loads(saved.read_bytes()) == folder.scenario(folder.ids[0]).start


async def test_resources_tell_of_policy_and_card_and_nothing_of_the_grading(folder: ServerFolder):
    async with Client(stdio(folder, "--prompts")) as client:
        listed = (await client.list_resources()).resources
        texts = {one.name: (await client.read_resource(one.uri)).contents[0] for one in listed}
        with pytest.raises(MCPError, match="Unknown resource"):
            await client.read_resource("environment://counter/grading")
    assert set(texts) == {"card", "policy"}
    told = {name: getattr(text, "text", "") for name, text in texts.items()}
    assert told["policy"] == folder.bundle.policy
    assert json.loads(told["card"])["scenarios"] == folder.ids
    assert not any(word in told["card"] for word in ("check", "oracle", "canary"))


async def test_without_the_flag_there_are_only_tools(folder: ServerFolder):
    async with Client(stdio(folder)) as client:
        assert client.server_capabilities.prompts is None
        assert client.server_capabilities.resources is None


def test_prompts_do_not_go_with_one_beginning(folder: ServerFolder):
    (folder.path / "state.json").write_text("{}")
    assert "exclude each other" in refused(folder, "--prompts", "--state", "state.json")
    assert "exclude each other" in refused(folder, "--prompts", "--journal", "calls.jsonl")
    assert "say --http too" in refused(folder, "--token", "secret")
    assert "latency, timeout, lost_reply" in refused(folder, "--faults", "fire")


def test_a_token_guards_every_path(folder: ServerFolder):
    body: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    with (
        http(folder, started(folder, "--http", "--token", "sesame")) as url,
        httpx.Client(trust_env=False) as web,
    ):
        for path in ("/mcp", f"/e/{'0' * 32}/mcp", "/nowhere"):
            for header in ({}, {"Authorization": "Bearer sesam"}, {"Authorization": "Basic sesame"}):
                assert web.post(f"{url}{path}", json=body, headers=header).status_code == 401
        known = {"Authorization": "Bearer sesame", "Accept": "application/json, text/event-stream"}
        assert web.post(f"{url}/mcp", json=body, headers=known).status_code != 401


def test_a_world_moves_as_a_whole():
    state = {
        "2026-03-01": {"born": "1961-02-03", "at": "2026-03-01T10:00:00Z", "note": "on 2026-03-01", "n": 3},
        "rows": ["2026-03-01", "2026-13-01", "20260301", None, True],
    }
    assert moved(state, 31) == {
        "2026-03-01": {"born": "1961-03-06", "at": "2026-04-01T10:00:00Z", "note": "on 2026-03-01", "n": 3},
        "rows": ["2026-04-01", "2026-13-01", "20260301", None, True],
    }
    assert moved("9999-12-31", 1) == "9999-12-31"
    assert days_to(dt.datetime(2026, 2, 27, 23), dt.date(2026, 3, 1)) == 2


async def test_a_server_of_today_saves_a_state_of_today(tmp_path: Path):
    server = moving(tmp_path)
    async with Client(stdio(server, "--clock", "now", "--save", "state.json")) as client:
        await client.list_tools()
    (day,) = json.loads((server.path / "state.json").read_bytes())["counts"].values()
    assert abs(dt.date.fromisoformat(day) - dt.date.today()) <= dt.timedelta(1)


async def test_a_prompt_begins_at_the_days_that_its_task_names(tmp_path: Path):
    server = moving(tmp_path)
    async with Client(stdio(server, "--clock", "now", "--prompts", "--save", "state.json")) as client:
        await client.get_prompt("001")
    assert json.loads((server.path / "state.json").read_bytes()) == server.scenario("001").start


class Played:
    """Counts what reaches it."""

    def __init__(self) -> None:
        self.calls = 0

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        del tool, arguments, request_id
        self.calls += 1
        return Outcome({"calls": self.calls})


async def test_faults_come_back_with_their_seed_and_act_as_they_say():
    def kinds(seed: int) -> list[str]:
        faults = Faults(kinds_of("latency, timeout,lost_reply"), seed)
        return [faults.next()[0] for _ in range(200)]

    assert kinds(1) == kinds(1)
    assert kinds(1) != kinds(2)
    assert set(kinds(1)) == {"", "latency", "timeout", "lost_reply"}
    for kind, acts, fails in (("latency", 100, False), ("timeout", None, True), ("lost_reply", 100, True)):
        played = Played()
        faulty = Faulty(played, Faults([kind], 1, silent_seconds=0, late_seconds=(0, 0)))
        outcomes = [await faulty.call("tool", {}) for _ in range(100)]
        errors = sum(outcome.is_error for outcome in outcomes)
        assert (errors > 0) == fails
        assert played.calls == (acts if acts is not None else 100 - errors)
