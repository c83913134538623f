"""One call, from the request to its line in the journal. A worker that ends in between costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from envscaler_mcp.errors import Infrastructure, WorkerDied, WorkerGone, WorkerTimeout
from envscaler_mcp.runtime.standalone.episode import (
    REQUEST_ID_REUSED,
    TIMED_OUT,
    Entry,
    Outcome,
    is_same_call,
    outcome_of,
    reused,
)
from envscaler_mcp.sandbox.worker import WorkerRefused

from .episode import HostedEpisode
from .journal import line_of
from .limits import HostLimits
from .pools import Pools
from .refusals import Busy, Conflict
from .seat import Diverges, Seat

MOST_DEATHS = 3
"""Workers that may end under one call before the call is held to be the reason."""
MOST_TRIES = 10
"""Workers that may end before a call even reached its episode."""


@dataclass(frozen=True)
class Asked:
    """A call as it arrived."""

    tool: str
    arguments: dict[str, Any]
    request_id: str | None = None


class Play:
    """Plays calls and asks questions; whoever uses it has the episode's turn.

    Args:
        pools: the workers.
        limits: what an episode may use up.
        record: puts a line into the episode's file, before anybody is answered.
    """

    def __init__(
        self, pools: Pools, limits: HostLimits, record: Callable[[HostedEpisode, bytes], None]
    ) -> None:
        self._pools = pools
        self._limits = limits
        self._record = record

    async def call(self, episode: HostedEpisode, asked: Asked) -> Outcome:
        """Play one call.

        Raises:
            Busy: no worker was free, or none stayed alive; nothing was done.
            Conflict: the episode has failed, or has used up what it may; or the request id stands
                for another call.
        """
        if stored := episode.calls.answered(asked.request_id):
            if is_same_call(stored, asked.tool, asked.arguments):
                return outcome_of(stored)
            raise Conflict(REQUEST_ID_REUSED, reused(stored), {"call": stored["n"]})
        episode.require_sound()
        self._require_room(episode)
        pool = await self._pools.of(episode.folder)
        deaths = 0
        for _ in range(MOST_TRIES):
            async with pool.seat(episode) as seat:
                if not await self._brought(seat, episode):
                    continue
                try:
                    return outcome_of(await self._play(seat, episode, asked))
                except WorkerGone:
                    continue
                except WorkerTimeout as error:
                    return self._stopped(seat, episode, asked, error)
                except WorkerDied as error:
                    deaths += 1
                    if deaths == MOST_DEATHS:
                        return self._stopped(seat, episode, asked, error)
        raise Busy("the workers of this environment keep ending; nothing was done")

    async def ask(self, episode: HostedEpisode, **questions: dict[str, Any]) -> list[Any]:
        """Ask a worker about the episode as it stands: method → what it takes.

        Raises:
            Busy: no worker was free, or none stayed alive.
            Conflict: the episode has failed.
        """
        episode.require_sound()
        pool = await self._pools.of(episode.folder)
        for _ in range(MOST_TRIES):
            async with pool.seat(episode) as seat:
                try:
                    if await self._brought(seat, episode):
                        return [
                            await seat.ask(episode, method, **takes) for method, takes in questions.items()
                        ]
                except Infrastructure:
                    continue
        raise Busy("the workers of this environment keep ending")

    async def freeze(self, episode: HostedEpisode) -> None:
        """Pack it, if a worker holds it; a worker that ends over it is no loss."""
        if episode.seat is None or not episode.seat.holds(episode):
            return
        pool = await self._pools.of(episode.folder)
        async with pool.seat(episode) as seat:
            if seat.holds(episode):
                try:
                    await seat.freeze(episode)
                except (Infrastructure, WorkerRefused):
                    seat.forget(episode)

    async def _brought(self, seat: Seat, episode: HostedEpisode) -> bool:
        """Let it live in this seat; False when the worker ended on the way."""
        try:
            await seat.bring(episode)
        except (WorkerDied, WorkerTimeout):
            return False
        except Diverges as error:
            episode.failed = str(error)
            episode.require_sound()
        return True

    async def _play(self, seat: Seat, episode: HostedEpisode, asked: Asked) -> Entry:
        try:
            reply = await seat.ask(episode, "call", tool=asked.tool, arguments=asked.arguments)
        except WorkerRefused as error:
            # It was played, and its result cannot be written down: as if it had never been.
            seat.forget(episode)
            return self._note(episode, self._stop_entry(episode, asked, error))
        entry = _entry(episode, asked, reply["result"], reply["state_digest"], is_error=reply["is_error"])
        try:
            self._note(episode, entry)
        except BaseException:
            seat.forget(episode)
            raise
        seat.keep(episode)
        if self._is_long(episode):
            await self._packed(seat, episode)
        return entry

    async def _packed(self, seat: Seat, episode: HostedEpisode) -> None:
        """Only a short cut: the call is done, whatever comes of it."""
        try:
            await seat.freeze(episode)
        except (Infrastructure, WorkerRefused):
            seat.forget(episode)

    def _stopped(self, seat: Seat, episode: HostedEpisode, asked: Asked, error: Exception) -> Outcome:
        seat.forget(episode)
        return outcome_of(self._note(episode, self._stop_entry(episode, asked, error)))

    def _stop_entry(self, episode: HostedEpisode, asked: Asked, error: Exception) -> Entry:
        result = {"code": TIMED_OUT, "message": f"The tool was stopped ({error}); nothing changed."}
        return _entry(episode, asked, result, episode.digest, is_error=True)

    def _note(self, episode: HostedEpisode, entry: Entry) -> Entry:
        """Write it down; only then has it happened."""
        line = line_of(entry)
        if episode.calls.size + len(line) > self._limits.journal_bytes:
            raise Conflict("journal_limit", f"the journal would exceed {self._limits.journal_bytes} bytes")
        self._record(episode, line)
        episode.calls.append(line, entry)
        episode.changed()
        return entry

    def _require_room(self, episode: HostedEpisode) -> None:
        if len(episode.calls) >= self._limits.calls:
            raise Conflict("call_limit", f"the {self._limits.calls} calls of this episode are used up")

    def _is_long(self, episode: HostedEpisode) -> bool:
        nearest = episode.nearest()
        return nearest is not None and len(episode.calls) - nearest.calls >= self._limits.freeze_every


def _entry(
    episode: HostedEpisode, asked: Asked, result: dict[str, Any], digest: str, *, is_error: bool
) -> Entry:
    named = {"request_id": asked.request_id} if asked.request_id is not None else {}
    return {
        "n": len(episode.calls) + 1,
        **named,
        "tool": asked.tool,
        "arguments": asked.arguments,
        "result": result,
        "is_error": is_error,
        "state_digest": digest,
    }
