"""Episodes held by a sandboxed worker process, with their truth kept on this side.

The worker runs the environment; this side keeps each episode's start state and journal. When a
call outlasts its limit, or the worker dies, a new worker is started and every episode that is
used again is rebuilt from its journal, proven by the state digests.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

from envscaler_mcp.errors import (
    BadInput,
    EnvscalerError,
    RebuildDiverged,
    WorkerDied,
    WorkerGone,
    WorkerTimeout,
)
from envscaler_mcp.sandbox.worker import Worker, WorkerRefused
from envscaler_mcp.spec import JournalHeader, Scenario, State

from .folder import ServerFolder
from .standalone.canonical import dumps, loads
from .standalone.episode import TIMED_OUT, Entry, Outcome, UnknownTool, answer_again, outcome_of

CALL_SECONDS = 10.0
DEATHS_OVER_ONE_QUESTION = 3
NOWHERE = 0
"""The generation of no worker."""
Answered = TypeVar("Answered")


class EnvironmentProcess:
    """One worker process that plays episodes of one environment.

    Args:
        folder: the generated server.
        call_seconds: wall-clock limit of one request.
        trusted: a person vouches for the source; the AST policy is not asked.
        hash_seed: decides the order of sets; certify plays with two of them to find out whether it shows.
        patience: see `Worker`; with it, a call that is cancelled has not been, else it goes on to its end.
    """

    def __init__(
        self,
        folder: ServerFolder,
        *,
        call_seconds: float = CALL_SECONDS,
        trusted: bool = False,
        hash_seed: int = 0,
        patience: float = 0,
    ) -> None:
        self.folder = folder
        self.call_seconds = call_seconds
        self.trusted = trusted
        self.hash_seed = hash_seed
        self.patience = patience
        self.generation = 0
        self._worker: Worker | None = None
        self._names = itertools.count(1)
        self._starting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._worker:
            await self._worker.close()
            self._worker = None

    async def begin(
        self, scenario: Scenario, *, seed: int | None = None, keep_refused: bool = False
    ) -> RemoteEpisode:
        """A fresh episode of a scenario.

        Raises:
            BadInput: the environment does not take the start state.
        """
        header = JournalHeader(
            server=self.folder.digest,
            scenario=scenario.id,
            seed=scenario.seed if seed is None else seed,
            now=scenario.now,
        )
        episode = RemoteEpisode(self, scenario.start, header, keep_refused=keep_refused)
        await episode.open()
        return episode

    async def broken_in(self, scenario: Scenario, state: State) -> list[str] | None:
        """Ids of the rules that a state breaks; None where the environment cannot hold it at all."""
        try:
            episode = await self.begin(scenario.model_copy(update={"start": state}))
        except BadInput:
            return None
        try:
            return await episode.broken_rules()
        finally:
            await episode.close()

    async def request(self, method: str, *, generation: int | None = None, **params: Any) -> Any:
        """One request to the worker; after a kill or a death the next one meets a new worker.

        Raises:
            WorkerGone: the worker of that `generation` is in use no more; nothing was asked.
        """
        return await _to_its_end(self.ask(method, generation=generation, **params))

    async def ask(self, method: str, *, generation: int | None = None, **params: Any) -> Any:
        """As `request`, for whoever sees to it that nobody cancels this half way.

        Raises:
            WorkerGone: the worker of that `generation` is in use no more; nothing was asked.
        """
        worker = await self._start()
        if generation is not None and not self.holds(generation):
            raise WorkerGone(f"worker {generation} is gone")
        try:
            return await worker.request(method, **params)
        except (WorkerTimeout, WorkerDied):
            await worker.close()
            if self._worker is worker:
                self._worker = None
            raise

    @property
    def pid(self) -> int | None:
        """The worker's process id while it lives."""
        return self._worker.pid if self._worker else None

    def holds(self, generation: int) -> bool:
        """Whether the worker of that generation is still the one in use."""
        return self.pid is not None and generation == self.generation

    async def current(self) -> int:
        """The generation of the worker in use; one is started where there is none."""
        await self._start()
        return self.generation

    def new_name(self) -> str:
        """A name for an episode within the worker."""
        return f"e{next(self._names)}"

    async def _start(self) -> Worker:
        async with self._starting:
            if self._worker is None or self._worker.pid is None:
                self._worker = await self._spawn()
                self.generation += 1
            return self._worker

    async def _spawn(self) -> Worker:
        card, bundle = self.folder.card, self.folder.bundle
        worker = Worker(seconds=self.call_seconds, hash_seed=self.hash_seed, patience=self.patience)
        try:
            await worker.start(
                bundle.text("environment.py"),
                name=card.name,
                form=card.form,
                class_name=card.class_name,
                tools=bundle.tools,
                load_method=card.load_method,
                methods=bundle.methods,
                path=str(bundle.folder / "environment.py"),
                trust=self.trusted,
            )
        except WorkerRefused as error:
            where = str(bundle.folder / "environment.py")
            raise BadInput(where, str(error), "correct the class, or import it again") from error
        return worker


@dataclass
class RemoteEpisode:
    """An episode in a worker. Calls of one episode are played one after the other."""

    process: EnvironmentProcess
    start: dict[str, Any]
    header: JournalHeader
    journal: list[Entry] = field(default_factory=list[Entry])
    on_entry: Callable[[Entry], None] | None = None
    keep_refused: bool = False

    def __post_init__(self) -> None:
        self.name = self.process.new_name()
        self._lock = asyncio.Lock()
        self._generation = NOWHERE
        self._digest = ""

    async def open(self) -> None:
        """Begin in the worker, and play the journal again where there is one.

        Raises:
            BadInput: the environment does not take the start state.
            RebuildDiverged: a call came to another state than the journal says.
        """
        while True:
            generation = await self.process.current()
            try:
                reply = await self._rebuilt(generation)
            except WorkerGone:
                continue
            except WorkerRefused as error:
                raise self._no_begin(error) from error
            self._generation, self._digest = generation, reply["state_digest"]
            return

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        """Play one call; a `request_id` seen before returns its stored outcome.

        Raises:
            UnknownTool: there is no such tool.
        """
        if tool not in self.process.folder.tool_names:
            raise UnknownTool(f"Unknown tool: {tool}")
        asking = self._call(tool, loads(dumps(arguments)), request_id)
        if self.process.patience:  # it serves one client; a task would cost as much as a short call
            return await asking
        return await _to_its_end(asking)

    async def _call(self, tool: str, arguments: dict[str, Any], request_id: str | None) -> Outcome:
        async with self._lock:
            if request_id and (stored := self._answered(request_id)):
                return answer_again(stored, tool, arguments)
            entry = await self._play(tool, arguments, request_id)
            self.journal.append(entry)
            if self.on_entry:
                self.on_entry(entry)
            return outcome_of(entry)

    def _answered(self, request_id: str) -> Entry | None:
        return next((entry for entry in self.journal if entry.get("request_id") == request_id), None)

    async def state(self) -> dict[str, Any]:
        """The state as it stands."""
        return await self._ask("state")

    async def initial(self) -> dict[str, Any]:
        """The state as it stood at the start."""
        return await self._ask("initial")

    async def broken_rules(self) -> list[str]:
        """Ids of executable rules that the state breaks or broke after any call."""
        return await self._ask("rules")

    async def digest(self) -> str:
        """Digest of the state as it stands."""
        async with self._lock:
            await self._alive()
            return self._digest

    async def fork(self) -> RemoteEpisode:
        """An independent episode with the same past."""
        copy = RemoteEpisode(
            self.process, self.start, self.header, list(self.journal), keep_refused=self.keep_refused
        )
        async with self._lock:
            await self._request("fork", new=copy.name)
            copy._generation, copy._digest = self._generation, self._digest
            copy.journal = list(self.journal)
        return copy

    async def close(self) -> None:
        """Forget it in the worker."""
        if self.process.holds(self._generation):
            with suppress(WorkerGone):
                await self.process.request("drop", generation=self._generation, episode=self.name)

    async def _ask(self, method: str) -> Any:
        async with self._lock:
            return await self._request(method)

    async def _request(self, method: str, **params: Any) -> Any:
        """Ask the worker that holds this episode, and where it ends meanwhile, the one after it.

        These requests change nothing, so asking again is safe; a worker that each time ends over this
        one is the environment's fault.
        """
        deaths = 0
        while True:
            await self._alive()
            try:
                return await self._request_once(method, **params)
            except WorkerGone:
                continue
            except WorkerDied:
                deaths += 1
                if deaths == DEATHS_OVER_ONE_QUESTION:
                    raise

    async def _request_once(self, method: str, **params: Any) -> Any:
        return await self.process.request(method, generation=self._generation, episode=self.name, **params)

    async def _rebuilt(self, generation: int) -> Any:
        return await self.process.request(
            "rebuild",
            generation=generation,
            seconds=self.process.call_seconds + len(self.journal),
            episode=self.name,
            start=self.start,
            header=self.header.to_json(),
            entries=self.journal,
            keep_refused=self.keep_refused,
        )

    async def _alive(self) -> None:
        """Rebuild when the worker that held this episode is gone."""
        if not self.process.holds(self._generation):
            await self.open()

    async def _play(self, tool: str, arguments: dict[str, Any], request_id: str | None) -> Entry:
        while True:
            await self._alive()
            try:
                reply = await self.process.ask(
                    "call", generation=self._generation, episode=self.name, tool=tool, arguments=arguments
                )
                break
            except WorkerGone:
                continue
            except (WorkerTimeout, WorkerDied) as error:
                return self._entry(tool, arguments, request_id, _stopped(error), is_error=True)
            except WorkerRefused as error:
                # What the worker holds may be half of a call: as if it had never been, and at once.
                self._generation = NOWHERE
                await self.open()
                return self._entry(tool, arguments, request_id, _stopped(error), is_error=True)
        self._digest = reply["state_digest"]
        return self._entry(tool, arguments, request_id, reply["result"], is_error=reply["is_error"])

    def _entry(
        self, tool: str, arguments: dict[str, Any], request_id: str | None, result: Any, *, is_error: bool
    ) -> Entry:
        named = {"request_id": request_id} if request_id is not None else {}
        return {
            "n": len(self.journal) + 1,
            **named,
            "tool": tool,
            "arguments": arguments,
            "result": result,
            "is_error": is_error,
            "state_digest": self._digest,
        }

    def _no_begin(self, error: WorkerRefused) -> EnvscalerError:
        if error.kind == "diverged":
            return RebuildDiverged(str(error))
        where = f"scenario {self.header.scenario} of {self.process.folder.card.name}"
        return BadInput(where, str(error), "correct its start state")


async def _to_its_end(asking: Coroutine[Any, Any, Answered]) -> Answered:
    """Whoever asked may leave (a client that goes, a budget used up); what was asked goes on to its end.

    An exchange stopped in the middle costs the worker its life, and the episodes of others with it.
    """
    task = asyncio.ensure_future(asking)
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody asks any more
        raise
    return task.result()


def _stopped(error: Exception) -> dict[str, str]:
    return {"code": TIMED_OUT, "message": f"The tool was stopped ({error}); nothing changed."}
