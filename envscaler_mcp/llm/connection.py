"""What a provider of models is reached with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from .clock import Clock
from .secrets import Secrets


@dataclass(frozen=True, kw_only=True)
class Connection:
    """Where, with which key, for how long, and whether as a stream.

    `said` is how people named it; `close_later` takes what must be closed in the end.
    """

    said: str
    address: str
    key: str = field(repr=False)
    key_name: str
    secrets: Secrets
    attempt_seconds: float
    streams: bool
    clock: Clock
    close_later: Callable[[Callable[[], Awaitable[None]]], None]
