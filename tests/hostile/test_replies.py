"""What a worker sends is believed only as far as it goes: forged, malformed, early and odd replies."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from envscaler_mcp.errors import WorkerDied, WorkerGone
from envscaler_mcp.sandbox.framing import HEADER, MAX_FRAME, BadFrame, new_number
from envscaler_mcp.sandbox.process import WorkerProcess
from envscaler_mcp.sandbox.replies import SHAPES, require_shape
from envscaler_mcp.sandbox.worker import Worker, WorkerRefused
from envscaler_mcp.sandbox.worker_child import Room

DIGEST = "sha256:" + "0" * 64
OUTCOME = {"result": {}, "is_error": False, "code": None, "state_digest": DIGEST}


class Puppet:
    """The far end of a worker's channel, with a program of our own behind it."""

    def __init__(self) -> None:
        ours, self.theirs = socket.socketpair()
        child = subprocess.Popen(["sleep", "60"], start_new_session=True, stdout=subprocess.DEVNULL)
        self.process = WorkerProcess(child, ours)
        ours.setblocking(False)
        self.worker = Worker(seconds=2)
        self.worker._process = self.process

    def say(self, payload: bytes, length: int | None = None) -> None:
        self.theirs.sendall((len(payload) if length is None else length).to_bytes(HEADER, "big") + payload)

    def foresee(self, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
        """Let the next question have this number."""
        monkeypatch.setattr("envscaler_mcp.sandbox.worker.new_number", lambda: number)


@pytest.fixture
def puppet() -> Iterator[Puppet]:
    made = Puppet()
    yield made
    made.process.kill()
    made.theirs.close()


def reply(**parts: Any) -> bytes:
    return json.dumps({"id": 7, **parts}).encode()


def answering(puppet: Puppet, payload: bytes, length: int | None = None) -> Callable[..., Any]:
    """The real exchange, with this answer lying ready only after the question has left."""
    exchange = puppet.worker._exchange

    async def exchanged(*arguments: Any) -> bytes:
        puppet.say(payload, length)
        return await exchange(*arguments)

    return exchanged


FORGED = {
    "another's number": (json.dumps({"id": 8, "result": OUTCOME}).encode(), None),
    "a number in quotes": (json.dumps({"id": "7", "result": OUTCOME}).encode(), None),
    "true for one": (json.dumps({"id": True, "result": OUTCOME}).encode(), None),
    "no object": (b"[]", None),
    "no JSON": (b"\x80hello", None),
    "nothing": (b"", None),
    "NaN": (b'{"id":7,"result":{"result":{"x":NaN},"is_error":false}}', None),
    "infinity by a number": (b'{"id":7,"result":{"result":{"x":1e999},"is_error":false}}', None),
    "a key twice": (b'{"id":8,"id":7,"result":{}}', None),
    "half of a surrogate": (b'{"id":7,"result":{"result":{"x":"\\ud800"}}}', None),
    "a huge number": (b'{"id":7,"result":{"result":{"x":' + b"9" * 9999 + b"}}}", None),
    "too deep": (b'{"id":7,"result":' + b"[" * 5000 + b"]" * 5000 + b"}", None),
    "too long": (b"", MAX_FRAME + 1),
    "a result and an error": (reply(result=OUTCOME, error={"kind": "k", "message": "m"}), None),
    "an error of another shape": (reply(error={"kind": 1, "message": "m"}), None),
    "a bare result": (reply(result=True), None),
    "a result that is no object": (reply(result={**OUTCOME, "result": [1]}), None),
    "an error flag that is no bool": (reply(result={**OUTCOME, "is_error": 0}), None),
    "a digest that is none": (reply(result={**OUTCOME, "state_digest": "sha256:x"}), None),
    "one field more": (reply(result={**OUTCOME, "state": {}}), None),
}


@pytest.mark.parametrize("name", FORGED)
async def test_a_forged_reply_ends_the_worker(puppet: Puppet, monkeypatch: pytest.MonkeyPatch, name: str):
    puppet.foresee(monkeypatch, 7)
    monkeypatch.setattr(puppet.worker, "_exchange", answering(puppet, *FORGED[name]))
    with pytest.raises(WorkerDied, match="no answer"):
        await puppet.worker.request("call", episode="a", tool="x", arguments={})
    assert puppet.worker.pid is None
    assert puppet.process.child.poll() is not None


async def test_what_is_said_before_it_is_asked_is_no_answer(puppet: Puppet, monkeypatch: pytest.MonkeyPatch):
    puppet.foresee(monkeypatch, 7)
    puppet.say(reply(result=OUTCOME))
    with pytest.raises(WorkerDied, match="spoke without being asked"):
        await puppet.worker.request("call", episode="a", tool="x", arguments={})
    assert puppet.worker.pid is None


async def test_a_worker_that_has_ended_is_asked_nothing(puppet: Puppet):
    puppet.theirs.close()
    with pytest.raises(WorkerGone):
        await puppet.worker.request("ping")


async def test_a_refusal_is_cut_to_size(puppet: Puppet, monkeypatch: pytest.MonkeyPatch):
    puppet.foresee(monkeypatch, 7)
    told = reply(error={"kind": "k" * 999, "message": "m" * 10**5})
    monkeypatch.setattr(puppet.worker, "_exchange", answering(puppet, told))
    with pytest.raises(WorkerRefused) as caught:
        await puppet.worker.request("call", episode="a", tool="x", arguments={})
    assert len(str(caught.value)) < 1000
    assert len(caught.value.kind) < 100
    assert puppet.worker.pid is not None


def test_numbers_cannot_be_guessed():
    numbers = [new_number() for _ in range(100)]
    assert len(set(numbers)) == 100
    assert max(numbers) > 2**50
    assert max(numbers) < 2**63


def test_every_method_has_a_shape():
    assert set(SHAPES) == {name.removeprefix("do_") for name in dir(Room) if name.startswith("do_")}


@pytest.mark.parametrize("method", sorted(set(SHAPES) - {"state", "initial"}))
def test_a_shape_refuses_what_is_none(method: str):
    for odd in (1, "x" * 9, [1], {"x": 1}, [{}, 1]):
        if method == "snapshot" and isinstance(odd, str):
            continue
        with pytest.raises(BadFrame, match=f"the result of {method} has another shape"):
            require_shape(method, odd)
