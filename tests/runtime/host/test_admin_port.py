"""Every route of the admin port, and every way that it says no."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from envscaler_mcp.certify.play import result_of
from envscaler_mcp.runtime.folder import ServerFolder

from .desks import TOKEN, Served, host_of, play, served


def refusal(reply: httpx.Response) -> tuple[int, str]:
    body = reply.json()
    assert set(body) <= {"error", "code", "detail"}
    assert body["error"]
    return reply.status_code, body["code"]


async def test_begin_look_and_delete(on_ports: Served):
    made = await on_ports.begin()
    assert set(made) == {"id", "mcp_url", "policy", "instruction"}
    where = f"/episodes/{made['id']}"
    fresh = (await on_ports.owner.get(where)).json()
    assert (set(fresh), fresh["calls"]) == ({"id", "status", "calls", "digest"}, 0)
    assert fresh["digest"].startswith("sha256:")
    await play(made["mcp_url"], "add", name="a", by=1)
    later = (await on_ports.owner.get(where)).json()
    assert (later["status"], later["calls"]) == ("live", 1)
    assert later["digest"] != fresh["digest"]
    state = (await on_ports.owner.get(f"{where}/state")).json()
    assert state == {"counts": {"a": 2}, "log": []}
    assert (await on_ports.owner.delete(where)).status_code == 204
    assert refusal(await on_ports.owner.get(where)) == (404, "unknown_episode")
    assert refusal(await on_ports.owner.delete(where)) == (404, "unknown_episode")
    async with httpx.AsyncClient(timeout=60) as agent:
        assert (await agent.post(made["mcp_url"])).status_code == 404


async def test_the_journal_is_that_of_the_contract(on_ports: Served):
    made = await on_ports.begin()
    await play(made["mcp_url"], "add", name="a", by=1)
    text = (await on_ports.owner.get(f"/episodes/{made['id']}/journal")).text
    header, call = map(json.loads, text.splitlines())
    assert (header["format"], header["scenario"], header["seed"]) == ("envscaler-mcp/journal/1", "001", 7)
    assert (call["n"], call["tool"], call["arguments"]) == (1, "add", {"name": "a", "by": 1})
    assert set(call) == {"n", "tool", "arguments", "result", "is_error", "state_digest"}


async def test_a_seed_or_a_start_of_one_s_own(on_ports: Served):
    seeded = await on_ports.begin(seed=3)
    header = (await on_ports.owner.get(f"/episodes/{seeded['id']}/journal")).text.splitlines()[0]
    assert json.loads(header)["seed"] == 3
    body = {"server": "desk", "start": {"counts": {"z": 5}}}
    own = (await on_ports.owner.post("/episodes", json=body)).json()
    assert own["instruction"] == ""
    assert (await on_ports.owner.get(f"/episodes/{own['id']}/state")).json()["counts"] == {"z": 5}
    scored = await on_ports.owner.post(f"/episodes/{own['id']}/score")
    assert refusal(scored) == (409, "no_grading")


async def test_score_before_and_after(on_ports: Served):
    made = await on_ports.begin()
    where = f"/episodes/{made['id']}/score"
    before = (await on_ports.owner.post(where)).json()
    assert (before["format"], before["reward"], before["success"]) == ("envscaler-mcp/score/1", 0.0, False)
    await play(made["mcp_url"], "add", name="a", by=2)
    after = (await on_ports.owner.post(where)).json()
    assert (after["reward"], [verdict["ok"] for verdict in after["verdicts"]]) == (1.0, [True])
    ungraded = await on_ports.begin(scenario="002")
    reply = await on_ports.owner.post(f"/episodes/{ungraded['id']}/score")
    assert refusal(reply) == (409, "no_grading")


async def test_reset_keeps_the_token_and_forgets_the_calls(on_ports: Served):
    made = await on_ports.begin()
    fresh = (await on_ports.owner.get(f"/episodes/{made['id']}")).json()
    await play(made["mcp_url"], "add", name="a", by=5)
    reset = (await on_ports.owner.post(f"/episodes/{made['id']}/reset")).json()
    assert (reset["calls"], reset["digest"]) == (0, fresh["digest"])
    assert (await play(made["mcp_url"], "add", name="a", by=1)).structured_content["count"] == 2


async def test_a_request_that_comes_again_makes_no_other_episode(on_ports: Served):
    asked = {"server": "desk", "scenario": "001", "seed": 3, "request_id": "begin-1"}
    replies = await asyncio.gather(*(on_ports.owner.post("/episodes", json=asked) for _ in range(6)))
    made = replies[0].json()
    assert [(reply.status_code, reply.json()) for reply in replies] == [(201, made)] * 6
    await play(made["mcp_url"], "add", name="a", by=1)
    where = f"/episodes/{made['id']}"
    forks = [await on_ports.owner.post(f"{where}/fork", json={"request_id": "fork-1"}) for _ in range(2)]
    assert forks[0].json() == forks[1].json() != made
    assert len(on_ports.host) == 2
    for path, other in (
        ("/episodes", {**asked, "seed": 4}),
        ("/episodes", {"server": "desk", "scenario": "001", "request_id": "begin-1"}),
        (f"{where}/fork", {"at": 0, "request_id": "fork-1"}),
        (f"{where}/fork", {"request_id": "begin-1"}),
    ):
        reply = await on_ports.owner.post(path, json=other)
        assert refusal(reply) == (409, "request_id_reused")
    assert (await on_ports.owner.delete(where)).status_code == 204
    again = (await on_ports.owner.post("/episodes", json=asked)).json()
    assert again["id"] != made["id"]
    assert len(on_ports.host) == 2


async def test_a_request_that_failed_may_come_again(on_ports: Served):
    bad = {"server": "desk", "scenario": "009", "request_id": "r"}
    for _ in range(2):
        assert refusal(await on_ports.owner.post("/episodes", json=bad)) == (404, "unknown_scenario")
    assert (await on_ports.begin(request_id="r"))["id"]


async def test_forks_share_the_past_only(on_ports: Served):
    made = await on_ports.begin()
    where = f"/episodes/{made['id']}/fork"
    for _ in range(3):
        await play(made["mcp_url"], "add", name="a", by=1)
    now = (await on_ports.owner.post(where)).json()
    early = (await on_ports.owner.post(where, json={"at": 1})).json()
    start = (await on_ports.owner.post(where, json={"at": 0})).json()
    assert len({made["mcp_url"], now["mcp_url"], early["mcp_url"], start["mcp_url"]}) == 4
    found = [
        (await play(fork["mcp_url"], "add", name="a", by=10)).structured_content["count"]
        for fork in (now, early, start, made)
    ]
    assert found == [14, 12, 11, 14]
    far = await on_ports.owner.post(where, json={"at": 9})
    assert refusal(far) == (409, "not_so_far")
    assert far.json()["detail"] == {"calls": 4}


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[]", "null", '{"server": "desk"}', '{"server": "desk", "scenario": "001", "start": {}}',
        '{"server": "desk", "scenario": "001", "more": 1}', '{"server": "desk", "scenario": 1}',
        '{"server": "desk", "scenario": "001", "seed": "1"}',
        '{"server": "desk", "scenario": "001", "seed": 1.5}',
        '{"server": "desk", "scenario": "001", "request_id": ""}',
        '{"server": "desk", "server": "desk", "scenario": "001"}', '{"server": "desk", "start": {"a": NaN}}',
        '{"server": "desk", "start": {"a": "\\ud800"}}',
        '{"server": "desk", "start": ' + "[" * 99 + "]" * 99 + "}",
    ],
)  # fmt: skip
async def test_what_is_no_request_is_refused(on_ports: Served, body: str):
    assert refusal(await on_ports.owner.post("/episodes", content=body)) == (400, "bad_request")
    assert len(on_ports.host) == 0


async def test_what_does_not_exist_is_named(on_ports: Served):
    made = await on_ports.begin()
    begin: list[tuple[dict[str, Any], str]] = [
        ({"server": "desk", "scenario": "../001"}, "unknown_scenario"),
        ({"server": "nowhere", "scenario": "001"}, "unknown_server"),
    ]
    for body, code in begin:
        assert refusal(await on_ports.owner.post("/episodes", json=body)) == (404, code)
    for verb, path in [
        ("GET", "/state"),
        ("GET", "/journal"),
        ("POST", "/reset"),
        ("POST", "/fork"),
        ("POST", "/score"),
    ]:
        reply = await on_ports.owner.request(verb, f"/episodes/nobody{path}")
        assert refusal(reply) == (404, "unknown_episode")
    assert refusal(await on_ports.owner.get("/nothing")) == (404, "unknown_route")
    assert refusal(await on_ports.owner.get("/episodes")) == (405, "method_not_allowed")
    assert refusal(await on_ports.owner.get(f"/episodes/{made['id']}/fork")) == (405, "method_not_allowed")
    bad = await on_ports.owner.post(f"/episodes/{made['id']}/fork", json={"at": -1})
    assert refusal(bad) == (400, "bad_request")


async def test_a_start_that_does_not_fit_is_refused_with_its_place(folder: ServerFolder, root: Any):
    ledger = ServerFolder.load(root / "generated_servers" / "account_ledger")
    async with served(host_of(ledger)) as on_ports:
        body = {"server": "account_ledger", "start": {"accounts": 3}}
        reply = await on_ports.owner.post("/episodes", json=body)
        assert refusal(reply) == (400, "bad_start")
        assert "/clerks" in reply.json()["error"]


async def test_too_much_is_refused(folder: ServerFolder):
    async with served(host_of(folder, state_bytes=2000, episodes=2)) as on_ports:
        big = {"server": "desk", "start": {"counts": {"x" * 3000: 1}}}
        assert refusal(await on_ports.owner.post("/episodes", json=big)) == (413, "start_too_big")
        huge = {"server": "desk", "start": {"counts": {"x" * 100_000: 1}}}
        assert refusal(await on_ports.owner.post("/episodes", json=huge)) == (413, "body_too_big")
        made = [await on_ports.begin() for _ in range(2)]
        full = await on_ports.owner.post("/episodes", json={"server": "desk", "scenario": "001"})
        assert refusal(full) == (429, "too_many_episodes")
        assert int(full.headers["retry-after"]) > 0
        forked = await on_ports.owner.post(f"/episodes/{made[0]['id']}/fork")
        assert refusal(forked) == (429, "too_many_episodes")
        await on_ports.owner.delete(f"/episodes/{made[0]['id']}")
        await on_ports.begin()


async def test_servers_health_and_metrics(on_ports: Served):
    made = await on_ports.begin()
    await play(made["mcp_url"], "add", name="a", by=1)
    await play(made["mcp_url"], "get", name="nobody")
    (server,) = (await on_ports.owner.get("/servers")).json()["servers"]
    assert (server["name"], server["tools"], server["scenarios"]) == ("desk", 6, ["001", "002"])
    health = (await on_ports.owner.get("/health")).json()
    assert (health["status"], health["episodes"]) == ("ok", 1)
    assert health["workers"] >= 1
    reply = await on_ports.owner.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = reply.text.splitlines()
    assert 'envscaler_host_calls_total{outcome="ok",server="desk"} 1' in lines
    assert 'envscaler_host_calls_total{outcome="error",server="desk"} 1' in lines
    assert "envscaler_host_episodes 1" in lines
    assert 'envscaler_host_call_seconds_bucket{le="+Inf"} 2' in lines
    assert all(line.startswith(("#", "envscaler_host_")) for line in lines)
    assert TOKEN not in reply.text


async def test_a_host_that_stops_says_so(on_ports: Served):
    made = await on_ports.begin()
    await on_ports.host.drain()
    reply = await on_ports.owner.post("/episodes", json={"server": "desk", "scenario": "001"})
    assert refusal(reply) == (503, "draining")
    assert "retry-after" in reply.headers
    assert (await on_ports.owner.get("/health")).json()["status"] == "draining"
    told = await play(made["mcp_url"], "add", name="a", by=1)
    said = result_of(told)
    assert (told.is_error, said["code"]) == (True, "draining")
    assert "try again" in said["message"]
