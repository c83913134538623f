"""One environment in a worker that is started anew after it had to be killed."""

from __future__ import annotations

import datetime as dt
from types import TracebackType
from typing import Any, Self

from envscaler_mcp.errors import WorkerDied, WorkerTimeout
from envscaler_mcp.render import wire_tools
from envscaler_mcp.sandbox.worker import Worker
from envscaler_mcp.spec import Environment, Scenario, spell_moment

SECONDS = 10.0
KILLED = (WorkerTimeout, WorkerDied)


class Stage:
    """Where the episodes of one environment are played.

    Args:
        environment: the import.
        trusted: a person vouches for the source; the policy is not asked.
        hash_seed: decides the order of sets.
        seconds: wall-clock limit of one request.
    """

    def __init__(
        self, environment: Environment, *, trusted: bool, hash_seed: int = 0, seconds: float = SECONDS
    ) -> None:
        self._source = environment.source
        self.card = environment.card
        self._trusted = trusted
        self._hash_seed = hash_seed
        self._seconds = seconds
        self._worker: Worker | None = None
        self.tools = wire_tools(environment.card)
        self.generation = 0
        """Counts the workers."""

    async def __aenter__(self) -> Self:
        await self._started()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._worker is not None:
            await self._worker.close()

    async def open(
        self,
        episode: str,
        scenario: Scenario,
        *,
        seed: int | None = None,
        now: dt.datetime | None = None,
        keep_refused: bool = False,
    ) -> str:
        """Begin an episode; its state's digest.

        Raises:
            WorkerRefused: the environment does not take the start state.
            WorkerTimeout, WorkerDied: it had to be killed over it.
        """
        opened = await self.request(
            "open",
            episode=episode,
            start=scenario.start,
            now=spell_moment(now or scenario.now),
            seed=scenario.seed if seed is None else seed,
            keep_refused=keep_refused,
        )
        return opened["state_digest"]

    def holds(self, generation: int) -> bool:
        """Whether the worker of that generation still lives, and so what it held."""
        alive = self._worker is not None and self._worker.pid is not None
        return alive and generation == self.generation

    async def request(self, method: str, **params: Any) -> Any:
        """One request; after a kill the next one meets a new worker without episodes."""
        return await (await self._started()).request(method, **params)

    async def _started(self) -> Worker:
        if self._worker is None or self._worker.pid is None:
            self._worker = Worker(seconds=self._seconds, hash_seed=self._hash_seed)
            card = self.card
            await self._worker.start(
                self._source,
                name=card.name,
                form=card.form,
                class_name=card.class_name,
                tools=self.tools,
                load_method=card.load_method,
                methods={tool.name: tool.released_name for tool in card.tools if tool.released_name},
                trust=self._trusted,
            )
            self.generation += 1
        return self._worker
