"""Faults on purpose, for people who test their clients: the same seed gives the same faults.

`latency`: the answer comes late. `timeout`: nothing happens and no answer comes for a minute. `lost_reply`:
the call acts, and no answer comes for a minute; a client that sends it again under the same request id gets
the answer of the first one.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio

from .episode import TIMED_OUT, Outcome

if TYPE_CHECKING:
    from .server import EpisodeOf, Playable

log = logging.getLogger("environment.faults")

KINDS = ("latency", "timeout", "lost_reply")
SHARE = 0.25
"""Of the calls; each kind that is asked for is as likely as the others."""
LATE_SECONDS = (0.5, 3.0)
SILENT_SECONDS = 60.0


@dataclass
class Faults:
    """Decides for one call after the other whether something goes wrong with it.

    Args:
        kinds: which faults there are.
        seed: decides when.
        silent_seconds: how long no answer comes.
        late_seconds: how late an answer comes, at least and at most.
    """

    kinds: Sequence[str]
    seed: int = 0
    silent_seconds: float = SILENT_SECONDS
    late_seconds: tuple[float, float] = LATE_SECONDS
    calls: int = 0

    def next(self) -> tuple[str, float]:
        """The fault of the next call and its seconds; an empty text for none."""
        self.calls += 1
        chance = random.Random(f"{self.seed}/{self.calls}")
        if chance.random() >= SHARE:
            return "", 0.0
        kind = chance.choice(list(self.kinds))
        seconds = chance.uniform(*self.late_seconds) if kind == "latency" else self.silent_seconds
        log.warning("fault on purpose: %s for call %d (%.1f s)", kind, self.calls, seconds)
        return kind, seconds


@dataclass(frozen=True)
class Faulty:
    """An episode whose calls meet faults."""

    played: Playable
    faults: Faults

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        """Play one call, or let it go wrong. Raises UnknownTool."""
        kind, seconds = self.faults.next()
        played = await self.played.call(tool, arguments, request_id) if kind != "timeout" else None
        await anyio.sleep(seconds)
        if played is not None and kind != "lost_reply":
            return played
        said = {"code": TIMED_OUT, "message": f"No answer in time ({kind}, a fault on purpose)."}
        return Outcome(said, is_error=True, code=TIMED_OUT)


def with_faults(episode_of: EpisodeOf, faults: Faults) -> EpisodeOf:
    """The same episodes, with faults."""

    async def faulty(token: str | None) -> Playable:
        return Faulty(await episode_of(token), faults)

    return faulty


def kinds_of(text: str) -> list[str]:
    """`latency,timeout` as a list. Raises ValueError."""
    kinds = [kind.strip() for kind in text.split(",") if kind.strip()]
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        raise ValueError(f"{text!r}: the faults are {', '.join(KINDS)}, separated by commas")
    return kinds
