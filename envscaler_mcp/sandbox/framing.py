"""Frames on the private descriptor between a worker and its parent.

A frame is four bytes of length, big-endian, and that much JSON. The child uses bare `read` and
`write`: after lockdown they are all that is left to it. The parent trusts nothing in a reply.
"""

from __future__ import annotations

import os
import secrets
from typing import Any, cast

from envscaler_mcp.runtime.standalone.canonical import MAX_BYTES, StrictJsonError, dumps, loads

HEADER = 4
MAX_FRAME = MAX_BYTES
_CHUNK = 1 << 20
_BITS_OF_A_NUMBER = 62
_MAX_KIND, _MAX_MESSAGE = 40, 600


TAMPERED = "tampered"
"""The kind of a refusal after which a worker cannot be used: foreign code changed what all share."""


class BadFrame(ValueError):
    """Bytes that are no frame, or a reply that is no reply."""


def frame(value: object) -> bytes:
    """A JSON value as a frame.

    Raises:
        BadFrame: it is too large or no JSON.
    """
    try:
        payload = dumps(value).encode("utf-8")
    except (ValueError, TypeError, RecursionError) as error:
        raise BadFrame(f"no JSON: {error}") from error
    if len(payload) > MAX_FRAME:
        raise BadFrame(f"{len(payload)} bytes are more than the {MAX_FRAME} of a frame")
    return len(payload).to_bytes(HEADER, "big") + payload


def length_of(header: bytes) -> int:
    """The payload's length.

    Raises:
        BadFrame: longer than a frame may be.
    """
    length = int.from_bytes(header, "big")
    if length > MAX_FRAME:
        raise BadFrame(f"a frame of {length} bytes is announced; {MAX_FRAME} are allowed")
    return length


def read_frame(descriptor: int) -> bytes | None:
    """One payload from a blocking descriptor; None at its end."""
    header = _read_exactly(descriptor, HEADER)
    return None if header is None else _read_exactly(descriptor, length_of(header))


def write_frame(descriptor: int, value: object) -> None:
    """One frame to a blocking descriptor."""
    rest = memoryview(frame(value))
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _read_exactly(descriptor: int, length: int) -> bytes | None:
    parts: list[bytes] = []
    while length:
        part = os.read(descriptor, min(length, _CHUNK))
        if not part:
            return None
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def new_number() -> int:
    """A number for a request. Nobody can write its answer before it is asked."""
    return secrets.randbits(_BITS_OF_A_NUMBER)


class Refused(Exception):
    """A well-formed reply that says no: `kind` for scripts, the message for people."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def read_reply(payload: bytes, number: int) -> Any:
    """The result in a reply, or its refusal.

    Raises:
        BadFrame: not strict JSON, another request's reply, or not of a reply's shape.
        Refused: the worker did not do it.
    """
    try:
        reply = loads(payload)
    except StrictJsonError as error:
        raise BadFrame(f"the reply is no strict JSON: {error}") from error
    if not isinstance(reply, dict):
        raise BadFrame("the reply is no object")
    reply = cast("dict[str, Any]", reply)
    if type(reply.get("id")) is not int or reply["id"] != number:
        raise BadFrame("the reply belongs to no request")
    if set(reply) == {"id", "result"}:
        return reply["result"]
    match reply.get("error"):
        case {"kind": str(kind), "message": str(message), **rest} if not rest and len(reply) == 2:
            raise Refused(kind[:_MAX_KIND], message[:_MAX_MESSAGE])
        case _:
            raise BadFrame("the reply has neither a result nor an error")
