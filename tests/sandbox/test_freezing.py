"""Episodes that leave a worker as a few bytes and go on in another one."""

from __future__ import annotations

from typing import Any

import pytest

from envscaler_mcp.sandbox.worker import Worker, WorkerRefused

from .worlds import COUNTER, COUNTER_IS, NOW

START = {"counts": {"x": 1}}
HEADER = {"server": "s", "scenario": "001", "seed": 1, "now": NOW}


async def started() -> Worker:
    worker = Worker()
    await worker.start(COUNTER, **COUNTER_IS)
    return worker


async def rebuild(worker: Worker, **more: Any) -> Any:
    return await worker.request("rebuild", episode="a", start=START, header=HEADER, entries=[], **more)


async def add(worker: Worker, name: str = "x") -> Any:
    return await worker.request("call", episode="a", tool="add", arguments={"name": name})


def entry(number: int, reply: Any) -> dict[str, Any]:
    return {"n": number, "tool": "add", "arguments": {"name": "x"}, **reply}


async def test_an_episode_goes_on_in_another_worker():
    async with await started() as one, await started() as other:
        await rebuild(one)
        await add(one)
        frozen = await one.request("freeze", episode="a")
        late = entry(2, await add(one))
        thawed = await other.request(
            "thaw", episode="a", snapshot=frozen["snapshot"], header=HEADER, entries=[late], broken=["r"]
        )
        assert frozen["broken"] == []
        assert await other.request("rules", episode="a") == ["r"]
        assert thawed == {"began_with": frozen["state_digest"], "state_digest": late["state_digest"]}
        assert (await add(other))["result"]["data"] == 4
        assert await other.request("state", episode="a") != await one.request("state", episode="a")


async def test_a_tail_that_tells_something_else_is_refused():
    async with await started() as worker:
        await rebuild(worker)
        frozen = await worker.request("freeze", episode="a")
        forged = {**entry(1, await add(worker)), "state_digest": "sha256:" + "0" * 64}
        with pytest.raises(WorkerRefused, match="another state") as refused:
            await worker.request(
                "thaw", episode="a", snapshot=frozen["snapshot"], header=HEADER, entries=[forged], broken=[]
            )
        assert refused.value.kind == "diverged"


async def test_a_state_may_grow_only_so_far():
    async with await started() as worker:
        await rebuild(worker, max_state=400)
        before = await worker.request("state", episode="a")
        refused = await add(worker, "y" * 400)
        assert (refused["is_error"], refused["code"]) == (True, "state_too_large")
        assert await worker.request("state", episode="a") == before
        told = [entry(1, refused)]
        again = await worker.request("rebuild", episode="b", start=START, header=HEADER, entries=told)
        assert again["state_digest"] == refused["state_digest"]
        await worker.request("drop_all", episodes=["a", "b", "nobody"])
