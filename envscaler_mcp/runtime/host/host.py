"""Many episodes of many environments: begun, played, forked, looked at and forgotten."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Coroutine, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import dumps, loads
from envscaler_mcp.runtime.standalone.episode import Outcome, UnknownTool
from envscaler_mcp.sandbox.editions import Edition
from envscaler_mcp.spec import EpisodeRequest, EpisodeStatus

from .episode import HostedEpisode
from .idle import IdleEpisodes
from .journal import Journal, line_of
from .limits import HostLimits
from .metrics import Metrics
from .once import Named, Once
from .openings import Openings
from .playing import Asked, Play
from .pools import Pools
from .refusals import Busy, Conflict, Draining, NotFound
from .state_folder import EpisodeLine, StateFolder

Done = TypeVar("Done")


class Host:
    """All episodes of one process. Its methods are safe to call from many tasks at once.

    Args:
        folders: the servers to offer.
        limits: how much is taken on.
        state_dir: where episodes outlive the host; without it they end with it.
        trusted: a person vouches for all sources; the AST policy is not asked.

    Raises:
        BadInput: the state folder cannot be used.
    """

    def __init__(
        self,
        folders: Iterable[ServerFolder],
        *,
        limits: HostLimits | None = None,
        state_dir: Path | None = None,
        trusted: bool = False,
    ) -> None:
        self.limits = limits or HostLimits()
        self.folders = {folder.card.name: folder for folder in folders}
        self.metrics = Metrics()
        self.draining = False
        self._pools = Pools(self.limits, self.metrics, trusted=trusted)
        self._files = StateFolder(state_dir) if state_dir else None
        idle = state_dir / "idle" if state_dir else None
        self._idle = IdleEpisodes(self.limits.memory, self.metrics, idle)
        self._play = Play(self._pools, self.limits, self._record)
        self._episodes: dict[str, HostedEpisode] = {}
        self._tokens: dict[str, HostedEpisode] = {}
        self._once = Once()
        self._openings = Openings(self.folders, self.limits.state_bytes)
        self._running: set[asyncio.Task[Any]] = set()
        self.left_aside: list[str] = []
        """Episodes of the state folder that cannot be offered, and why. Nothing of them is deleted."""
        if self._files:
            self._resume(self._files)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # Episodes

    def __len__(self) -> int:
        return len(self._episodes)

    def episode(self, identifier: str) -> HostedEpisode:
        """The episode of an id.

        Raises:
            NotFound: there is none.
        """
        if identifier not in self._episodes:
            raise NotFound("unknown_episode", f"there is no episode {identifier[:60]!r}")
        return self._episodes[identifier]

    def of_token(self, token: str) -> HostedEpisode | None:
        """The episode of a token."""
        return self._tokens.get(token)

    async def begin(self, request: EpisodeRequest) -> HostedEpisode:
        """A new episode of a scenario, or of a start state of one's own; one for each request id.

        Raises:
            Conflict: the request id was given to another request.
            NotFound: there is no such server or scenario.
            Unusable: the environment does not take the start state.
            TooBig: the start state is too large.
            Busy: there are too many episodes, or no worker is free.
        """
        asked = request.model_dump(mode="json", exclude={"request_id"}, exclude_unset=True)
        named = Named.of(request.request_id, asked)
        return await self._to_its_end(self._once.episode(named, lambda: self._begin(request, named)))

    async def fork(
        self, episode: HostedEpisode, at: int | None = None, request_id: str | None = None
    ) -> HostedEpisode:
        """A new episode with the same past: all of it, or the first `at` calls; one for each request id.

        Raises:
            Conflict: the episode has not come that far; or the request id was given to another request.
            Busy: there are too many episodes.
        """
        named = Named.of(request_id, {"episode": episode.id, "at": at})
        return await self._to_its_end(self._once.episode(named, lambda: self._fork(episode, at, named)))

    async def reset(self, episode: HostedEpisode) -> None:
        """Back to the start; the token stays, the calls are forgotten."""
        await self._to_its_end(self._reset(episode))

    async def delete(self, episode: HostedEpisode) -> None:
        """Forget an episode once its running call is done."""
        await self._to_its_end(self._delete(episode))

    # What an agent may do

    async def call(
        self,
        episode: HostedEpisode,
        tool: str,
        arguments: dict[str, Any],
        request_id: str | None = None,
    ) -> Outcome:
        """Play one call; a request id seen before gets its stored outcome. Goes on if the asker leaves.

        Raises:
            UnknownTool: there is no such tool.
            HostRefusal: nothing was done; the message says why.
        """
        if tool not in episode.folder.tool_names:
            raise UnknownTool(f"Unknown tool: {tool}")
        began = time.perf_counter()
        asked = Asked(tool, loads(dumps(arguments)), request_id)
        try:
            outcome = await self._to_its_end(self._call(episode, asked))
        except Busy as error:
            self.metrics.count("refused", code=error.code)
            raise
        self.metrics.took(time.perf_counter() - began)
        said = "error" if outcome.is_error else "ok"
        self.metrics.count("calls", server=episode.folder.card.name, outcome=said)
        return outcome

    # What its owner may see

    async def state(self, episode: HostedEpisode) -> dict[str, Any]:
        """The state as it stands."""
        (state,) = await self._asked(episode, state={})
        return state

    async def news(self, episode: HostedEpisode, seen: Edition) -> tuple[Edition, list[str]]:
        """The state as it stands, told as what is new since one that was seen; and ids of broken rules."""
        (news,) = await self._asked(episode, news={"base": seen.mark})
        return seen.after(news), news["broken"]

    async def outcome(self, episode: HostedEpisode) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
        """What a score is made of: the state at the start, the state as it stands, and broken rules."""
        final, broken = await self._asked(episode, state={}, rules={})
        return episode.opening.initial_state(), final, broken

    async def journal(self, episode: HostedEpisode) -> bytes:
        """Header and calls, as JSON lines."""
        async with self._turn(episode):
            return b"".join(line + b"\n" for line in [line_of(episode.header), *episode.calls.lines])

    async def status(self, episode: HostedEpisode) -> EpisodeStatus:
        """How it stands. One that nobody has looked at yet is opened for its digest."""
        self._present(episode)
        if not (episode.in_use or episode.digest or episode.failed or self.draining):
            await self._asked(episode, digest={})
        there = self._present(episode)
        return EpisodeStatus(id=there.id, status=there.status, calls=len(there.calls), digest=there.digest)

    def gauges(self) -> dict[str, int]:
        """What stands at some level now."""
        return {
            "episodes": len(self._episodes),
            "episodes_in_workers": sum(one.status == "live" for one in self._episodes.values()),
            "workers": len(self._pools.processes),
            "running": len(self._running),
            "idle_bytes": self._idle.bytes,
            "draining": int(self.draining),
        }

    @property
    def workers(self) -> list[int]:
        """Process ids of the workers."""
        return self._pools.processes

    # The end

    async def drain(self, seconds: float | None = None) -> bool:
        """Take on nothing more and let running calls finish; whether all did in time."""
        self.draining = True
        if self._running:
            limit = self.limits.drain_seconds if seconds is None else seconds
            await asyncio.wait(self._running, timeout=limit)
        return not self._running

    async def close(self) -> None:
        """End all workers. With a state folder, episodes go on where they stand in the next host."""
        self.draining = True
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._pools.close()
        self._idle.close()
        if self._files:
            self._files.close()

    # Inside

    async def _begin(self, request: EpisodeRequest, named: Named | None) -> HostedEpisode:
        self._require_room()
        folder, opening = self._openings.of(request)
        episode = HostedEpisode(secrets.token_hex(8), secrets.token_hex(16), folder, opening, Journal())
        if not opening.start.proven:
            async with episode.turn(0):
                await self._play.ask(episode, digest={})
        return self._add(episode, named)

    async def _call(self, episode: HostedEpisode, asked: Asked) -> Outcome:
        async with self._turn(episode):
            return await self._play.call(episode, asked)

    async def _asked(self, episode: HostedEpisode, **questions: dict[str, Any]) -> list[Any]:
        async def ask() -> list[Any]:
            async with self._turn(episode):
                return await self._play.ask(episode, **questions)

        return await self._to_its_end(ask())

    async def _fork(self, episode: HostedEpisode, at: int | None, named: Named | None) -> HostedEpisode:
        self._require_room()
        async with self._turn(episode):
            calls = len(episode.calls)
            if at is not None and at > calls:
                raise Conflict("not_so_far", f"the episode has {calls} calls, not {at}", {"calls": calls})
            if at is None or at == calls:
                await self._play.freeze(episode)
            fork = HostedEpisode(
                secrets.token_hex(8),
                secrets.token_hex(16),
                episode.folder,
                episode.opening,
                episode.calls.first(calls if at is None else at),
            )
            packed = episode.checkpoint
            fork.checkpoint = packed if packed and packed.calls <= len(fork.calls) else None
            return self._add(fork, named)

    async def _reset(self, episode: HostedEpisode) -> None:
        async with self._turn(episode):
            if self._files:
                self._files.rewrite(episode.id, [line_of(episode.header)])
            episode.journal, episode.checkpoint, episode.failed = Journal(), None, ""
            episode.changed()

    async def _delete(self, episode: HostedEpisode) -> None:
        async with self._turn(episode):
            if self._files:
                self._files.delete(episode.id)
            episode.gone = True
            episode.changed()
            del self._episodes[episode.id], self._tokens[episode.token]
        self._idle.forget(episode)
        self._once.forget(episode)
        self.metrics.count("episodes_deleted")

    def _add(self, episode: HostedEpisode, named: Named | None) -> HostedEpisode:
        start, seed = episode.opening.start, episode.opening.seed
        if self._files:
            line = EpisodeLine(episode.id, episode.token, start.server, start.digest, seed).led_to_by(named)
            self._files.begin(line, start, [line_of(episode.header), *episode.calls.lines])
        self._hold(episode)
        self._once.note(named, episode)
        self._idle.note(episode)
        self.metrics.count("episodes_created")
        return episode

    def _hold(self, episode: HostedEpisode) -> None:
        self._episodes[episode.id] = self._tokens[episode.token] = episode

    def _require_room(self) -> None:
        if len(self._episodes) >= self.limits.episodes:
            raise Busy(
                f"the host holds {len(self._episodes)} episodes, as many as it may", "too_many_episodes"
            )

    def _resume(self, files: StateFolder) -> None:
        """Take up what another host has left; journals are read when they are needed."""
        for line in files.episodes():
            folder = self.folders.get(line.server)
            try:
                opening = self._openings.known(line.start, line.seed, files.start)
            except BadInput as error:
                self.left_aside.append(f"episode {line.id}: {error}")
                continue
            if folder is None:
                self.left_aside.append(f"episode {line.id}: there is no server {line.server!r}")
                continue
            episode = HostedEpisode(line.id, line.token, folder, opening, None)
            self._hold(episode)
            self._once.note(line.named, episode)

    @asynccontextmanager
    async def _turn(self, episode: HostedEpisode) -> AsyncGenerator[None]:
        """The episode for oneself, in memory."""
        async with episode.turn(self.limits.waiting_for_one):
            if episode.gone:
                raise NotFound("unknown_episode", f"there is no episode {episode.id!r} any more")
            self._present(episode)
            try:
                yield
            finally:
                if not episode.gone:
                    self._idle.note(episode)

    def _present(self, episode: HostedEpisode) -> HostedEpisode:
        """The episode, with its journal in memory."""
        if episode.journal is not None:
            return episode
        if self._idle.is_away(episode):
            self._idle.bring_back(episode)
        elif self._files:
            try:
                episode.journal = Journal(self._files.lines(episode.id))
            except (BadInput, ValueError, LookupError, TypeError) as error:
                episode.journal, episode.failed = Journal(), f"its journal is damaged: {error}"
        return episode

    def _record(self, episode: HostedEpisode, line: bytes) -> None:
        if self._files:
            self._files.append(episode.id, line)

    async def _to_its_end(self, work: Coroutine[Any, Any, Done]) -> Done:
        """Whoever asked may leave; what was begun is finished and written down.

        Raises:
            Draining: the host takes on nothing more.
        """
        if self.draining:
            work.close()
            raise Draining
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody asks any more
            raise
        if task.cancelled():  # the host was closed over it: it is not written down, so it was not
            raise Draining
        return task.result()
