"""Frames, replies, and the filter as bytes."""

from __future__ import annotations

import os
from typing import Any

import pytest

from envscaler_mcp.sandbox.framing import (
    MAX_FRAME,
    BadFrame,
    Refused,
    frame,
    length_of,
    read_frame,
    read_reply,
    write_frame,
)
from envscaler_mcp.sandbox.replies import is_outcome
from envscaler_mcp.sandbox.seccomp import program

DIGEST = "sha256:" + "0" * 64


def test_a_frame_comes_through_a_pipe():
    reading, writing = os.pipe()
    write_frame(writing, {"a": "ä"})
    os.close(writing)
    assert read_frame(reading) == '{"a":"ä"}'.encode()
    assert read_frame(reading) is None
    os.close(reading)


def test_half_a_frame_is_an_end():
    reading, writing = os.pipe()
    os.write(writing, frame([1, 2, 3])[:-1])
    os.close(writing)
    assert read_frame(reading) is None
    os.close(reading)


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, "\ud800", object()])
def test_what_is_no_json_makes_no_frame(value: Any):
    with pytest.raises(BadFrame):
        frame(value)


def test_a_length_beyond_the_cap_is_refused():
    assert length_of(MAX_FRAME.to_bytes(4, "big")) == MAX_FRAME
    with pytest.raises(BadFrame, match="announced"):
        length_of((MAX_FRAME + 1).to_bytes(4, "big"))


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"[]", b"nonsense", b"\xff", b'{"id":2,"result":1}', b'{"id":1}', b'{"id":1,"result":NaN}',
        b'{"id":1,"result":1,"error":{}}', b'{"id":1,"error":"x"}', b'{"id":1,"error":{"kind":"x"}}',
        b'{"id":1,"error":{"kind":"x","message":"y","more":1}}', b'{"id":1,"result":1,"id":1}',
        b'{"id":1,"result":' + b"[" * 100 + b"]" * 100 + b"}", b'{"id":true,"result":1,"more":2}',
    ],
)  # fmt: skip
def test_what_is_no_reply_is_refused(payload: bytes):
    with pytest.raises(BadFrame):
        read_reply(payload, 1)


def test_a_reply_is_a_result_or_a_refusal():
    assert read_reply(b'{"id":1,"result":null}', 1) is None
    with pytest.raises(Refused, match="why") as caught:
        read_reply(b'{"id":1,"error":{"kind":"k","message":"why"}}', 1)
    assert caught.value.kind == "k"


@pytest.mark.parametrize(
    ("change", "ok"),
    [
        ({}, True), ({"code": "c"}, True), ({"result": []}, False), ({"is_error": 1}, False),
        ({"code": 1}, False), ({"state_digest": "x"}, False), ({"more": 1}, False),
    ],
)  # fmt: skip
def test_an_outcome_has_one_shape(change: dict[str, Any], ok: bool):
    outcome = {"result": {}, "is_error": False, "code": None, "state_digest": DIGEST}
    assert is_outcome({**outcome, **change}) is ok


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_is_whole(machine: str):
    code = program(machine)
    assert code
    assert len(code) % 8 == 0
    assert int.from_bytes(code[-4:], "little") == 0x00050001


def test_an_unknown_machine_has_no_filter():
    assert program("vax") is None
