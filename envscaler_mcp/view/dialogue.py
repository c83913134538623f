"""What user and agent said to each other, between the calls where they said it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from envscaler_mcp.spec import Json

from .wording import whole

MOST = 500
KNOWN = ("role", "content", "step", "told", "ends", "calls", "type")


@dataclass(frozen=True)
class Said:
    """One message."""

    role: str
    text: str
    told: tuple[str, ...]
    """Slots that the user gave away in it."""
    ends: bool
    """Whether the user ended the conversation with it."""


def dialogue(messages: Sequence[Mapping[str, Json]] | None, calls: int) -> dict[int, list[Said]]:
    """Number of calls before it → messages, in order; one that does not say where it stood comes last."""
    found: dict[int, list[Said]] = defaultdict(list)
    for message in (messages or ())[:MOST]:
        said = _said(message)
        step = message.get("step")
        if said.text:
            found[step if isinstance(step, int) and 0 <= step <= calls else calls].append(said)
    return dict(found)


def _said(message: Mapping[str, Json]) -> Said:
    content, told = message.get("content"), message.get("told")
    rest = {key: value for key, value in message.items() if key not in KNOWN and value}
    parts = [content if isinstance(content, str) else whole(content)] if content else []
    return Said(
        role=str(message.get("role", message.get("type", ""))),
        text="\n".join([*parts, *([whole(rest)] if rest else [])]),
        told=tuple(map(str, cast("list[Json]", told))) if isinstance(told, list) else (),
        ends=message.get("ends") is True,
    )
