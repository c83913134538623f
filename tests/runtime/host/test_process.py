"""The verb `host` as a process: killed and started again, stopped, interrupted; never an orphan."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client

from envscaler_mcp.runtime.folder import ServerFolder
from tests.half_request import half_a_request
from tests.waiting import until

from .desks import REQUEST_ID

SECONDS = 60.0


@dataclass
class Running:
    """A host in a process of its own."""

    child: subprocess.Popen[str]
    said: dict[str, Any]

    def url(self, token: str) -> str:
        return self.said["mcp_url"].replace("{token}", token)

    def owner(self) -> httpx.AsyncClient:
        token = Path(self.said["token_file"]).read_text().strip()
        bearer = {"authorization": f"Bearer {token}"}
        return httpx.AsyncClient(base_url=self.said["admin_url"], headers=bearer, timeout=SECONDS)

    def descendants(self) -> list[int]:
        found, ask = [], [self.child.pid]
        while ask:
            for task in Path(f"/proc/{ask.pop()}/task").glob("*/children"):
                children = [int(pid) for pid in task.read_text().split()]
                found += children
                ask += children
        return found

    def kill(self) -> None:
        self.child.kill()
        self.child.wait(SECONDS)


@contextmanager
def hosting(folder: ServerFolder, *more: str) -> Generator[Running]:
    """A host on free ports; it is gone afterwards, however that came."""
    line = [sys.executable, "-m", "envscaler_mcp", "host", str(folder.path), "--json", "--trust"]
    child = subprocess.Popen(
        [*line, "--port", "0", "--admin-port", "0", *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    with child:
        try:
            assert child.stdout is not None
            text = child.stdout.readline()
            assert text, child.communicate()[1]
            yield Running(child, json.loads(text))
        finally:
            child.kill()


def wait_for_ends(pids: list[int]) -> None:
    """Return when all these processes are gone; a test that waits too long fails."""
    for pid in pids:
        with suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            try:
                ready, _, _ = select.select([descriptor], [], [], SECONDS)
                assert ready, f"{pid} is still running"
            finally:
                os.close(descriptor)


async def begin(owner: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    reply = await owner.post("/episodes", json={"server": "desk", "scenario": "001", **asked})
    assert reply.status_code == 201, reply.text
    made = reply.json()
    return {**made, "token": made["mcp_url"].split("/")[-2]}


async def call(url: str, tool: str, **arguments: Any) -> Any:
    async with Client(url) as client:
        return await client.call_tool(tool, arguments)


async def test_it_says_where_it_listens(folder: ServerFolder, tmp_path: Path):
    secret = tmp_path / "secret"
    with hosting(folder, "--token-file", str(secret)) as running:
        assert set(running.said) >= {"servers", "mcp_url", "admin_url"}
        assert running.said["servers"] == ["desk"]
        assert secret.stat().st_mode & 0o777 == 0o600
        async with running.owner() as owner:
            made = await begin(owner)
            assert made["mcp_url"] == running.url(made["token"])
            assert (await call(made["mcp_url"], "add", name="a", by=1)).structured_content["count"] == 2
            assert (await owner.post(f"/episodes/{made['id']}/score")).json()["reward"] == 0.0
        pids = running.descendants()
        running.child.send_signal(signal.SIGTERM)
        out, err = running.child.communicate(timeout=SECONDS)
        assert (running.child.returncode, out) == (0, "")
        assert "Traceback" not in err
    assert pids
    wait_for_ends(pids)


async def test_a_token_that_was_given_is_kept(folder: ServerFolder, tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("a-token-of-one-s-own\n")
    with hosting(folder, "--token-file", str(secret)) as running:
        async with running.owner() as owner:
            assert (await owner.get("/health")).status_code == 200
    assert secret.read_text() == "a-token-of-one-s-own\n"


async def test_an_interrupt_ends_it_in_time(folder: ServerFolder, tmp_path: Path):
    with hosting(folder, "--state-dir", str(tmp_path / "kept")) as running:
        async with running.owner() as owner:
            made = await begin(owner)
        hanging = asyncio.ensure_future(call(made["mcp_url"], "hang"))
        await until_running(running, hanging)
        pids = running.descendants()
        running.child.send_signal(signal.SIGINT)
        _, err = await asyncio.to_thread(running.child.communicate, None, SECONDS)
        assert running.child.returncode == 130
        assert "its episodes go on where they stand" in err
        assert "Traceback" not in err
        with suppress(Exception, BaseExceptionGroup):
            await hanging
    wait_for_ends(pids)


async def test_a_client_that_says_half_and_waits_does_not_hold_up_the_end(
    folder: ServerFolder, tmp_path: Path
):
    with hosting(folder, "--token-file", str(tmp_path / "secret")) as running:
        async with running.owner() as owner:
            made = await begin(owner)
        async with half_a_request(made["mcp_url"]) as answer:
            running.child.send_signal(signal.SIGTERM)
            assert (await answer.read()).startswith(b"HTTP/1.1 503")
        _, err = await asyncio.to_thread(running.child.communicate, None, SECONDS)
    assert running.child.returncode == 0
    assert "Traceback" not in err


async def until_running(running: Running, call: asyncio.Future[Any]) -> None:
    """Return once the host says that it plays the call; its own error is raised if it does not."""
    async with running.owner() as owner, asyncio.timeout(SECONDS):
        while (await owner.get("/health")).json()["running"] == 0:
            assert not call.done(), call.result()


async def test_a_stop_lets_running_calls_finish(folder: ServerFolder, tmp_path: Path):
    with hosting(folder, "--state-dir", str(tmp_path / "kept")) as running:
        async with running.owner() as owner:
            made = await begin(owner)
        slow = asyncio.ensure_future(call(made["mcp_url"], "slow", rounds=5_000_000))
        await until_running(running, slow)
        running.child.send_signal(signal.SIGTERM)
        assert (await slow).structured_content == {"success": True}
        await asyncio.to_thread(running.child.wait, SECONDS)
        assert running.child.returncode == 0
    with hosting(folder, "--state-dir", str(tmp_path / "kept")) as again:
        async with again.owner() as owner:
            assert (await owner.get(f"/episodes/{made['id']}")).json()["calls"] == 1


async def test_killed_at_any_moment_nothing_is_lost_or_doubled(folder: ServerFolder, tmp_path: Path):
    """Agents go on with the request that they had no answer to, whoever was killed meanwhile."""
    kept, rounds, per_round = ("--state-dir", str(tmp_path / "kept")), 3, 40
    agents: list[Agent] = []
    for number in range(rounds):
        with hosting(folder, *kept) as running:
            if not agents:
                async with running.owner() as owner:
                    agents = [Agent((await begin(owner))["token"]) for _ in range(6)]
            enough = asyncio.Event()
            goal = sum(len(agent.answers) for agent in agents) + per_round
            acting = [asyncio.ensure_future(agent.act(running, agents, goal, enough)) for agent in agents]
            together = asyncio.gather(*acting)
            await until(enough.is_set, together)
            pids = running.descendants()
            os.kill(pids[number % len(pids)], signal.SIGKILL)
            running.kill()
            wait_for_ends(pids)
            await asyncio.gather(together, *acting, return_exceptions=True)
    with hosting(folder, *kept) as running:
        async with running.owner() as owner:
            assert (await owner.get("/health")).json()["episodes"] == len(agents)
            for agent in agents:
                await agent.ask(running)
                assert agent.answers == list(range(2, len(agent.answers) + 2))
    assert sum(len(agent.answers) for agent in agents) >= rounds * per_round


class Agent:
    """Adds one again and again, each time under a new request id."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.answers: list[int] = []

    async def act(self, running: Running, agents: list[Agent], goal: int, enough: asyncio.Event) -> None:
        async with Client(running.url(self.token)) as client:
            while True:
                await self._add(client)
                if sum(len(agent.answers) for agent in agents) >= goal:
                    enough.set()

    async def ask(self, running: Running) -> None:
        """The request that had no answer once more."""
        async with Client(running.url(self.token)) as client:
            await self._add(client)

    async def _add(self, client: Client) -> None:
        meta: Any = {REQUEST_ID: f"r{len(self.answers)}"}
        result = await client.call_tool("add", {"name": "a", "by": 1}, meta=meta)
        assert not result.is_error, result
        assert result.structured_content is not None
        self.answers.append(result.structured_content["count"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["nowhere"], "there is no generated server in it"), ([".", "--port", "x"], "port")],
)
def test_bad_input_is_one_sentence(tmp_path: Path, arguments: list[str], message: str):
    line = [sys.executable, "-m", "envscaler_mcp", "host", *arguments, "--json"]
    done = subprocess.run(line, capture_output=True, text=True, cwd=tmp_path, timeout=SECONDS, check=False)
    assert done.returncode == 2
    assert message in json.loads(done.stdout)["error"]["message"]


def test_a_token_file_without_a_token_is_refused(folder: ServerFolder, tmp_path: Path):
    (tmp_path / "empty").write_text("short\n")
    line = [sys.executable, "-m", "envscaler_mcp", "host", str(folder.path), "--token-file", "empty"]
    done = subprocess.run(line, capture_output=True, text=True, cwd=tmp_path, timeout=SECONDS, check=False)
    assert done.returncode == 2
    assert "holds no token" in done.stderr
