"""Another attempt where one is merited: backoff with jitter, the provider's own word obeyed, a deadline."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import anyio

from envscaler_mcp.errors import ProviderFailed

from .attempt import AnswerLost, Busy, GaveUp, InterruptedFault
from .clock import Clock
from .llm import Answer, Model
from .pace import Pace
from .request import Request

Result = TypeVar("Result")


@dataclass(frozen=True)
class Patience:
    """How long we go on trying. No attempt begins after the deadline; each has its own limit."""

    attempts: int = 6
    attempt_seconds: float = 1200.0
    deadline_seconds: float = 3600.0
    first_wait: float = 0.5
    longest_wait: float = 60.0


@dataclass(frozen=True)
class Asking:
    """How calls to one provider are made: so many at once, and again where that is merited."""

    pace: Pace
    patience: Patience
    clock: Clock
    chance: random.Random = field(default_factory=random.Random)

    async def __call__(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """What the call gives, at the last.

        Raises:
            GaveUp: attempts or time are used up.
            ProviderFailed: another attempt is no use.
            InterruptedFault: we were cancelled after an attempt that had gone wrong.
        """
        faults: list[Busy | AnswerLost] = []
        try:
            return await self._until_it_does(call, faults)
        except asyncio.CancelledError:
            if faults:
                raise InterruptedFault(faults[-1]) from None
            raise

    async def _until_it_does(
        self, call: Callable[[], Awaitable[Result]], faults: list[Busy | AnswerLost]
    ) -> Result:
        end = self.clock.now() + self.patience.deadline_seconds
        while True:
            attempt = len(faults) + 1
            try:
                async with self.pace.place():
                    return await call()
            except (Busy, AnswerLost) as error:
                faults.append(error)
                wait = self._wait(error, attempt)
                if attempt >= self.patience.attempts or self.clock.now() + wait > end:
                    raise GaveUp(_gave_up(error, attempt, wait)) from error
            await self.clock.sleep(wait)

    def _wait(self, error: Busy | AnswerLost, attempt: int) -> float:
        backoff = min(self.patience.longest_wait, self.patience.first_wait * 2 ** (attempt - 1))
        jittered = backoff * self.chance.uniform(0.5, 1.0)
        if isinstance(error, Busy) and error.wait is not None:
            self.pace.hold_off(error.wait)
            return max(error.wait, jittered)
        return jittered


async def in_time(name: str, seconds: float, call: Callable[[], Awaitable[Result]]) -> Result:
    """What the call gives within a time; else its answer counts as lost."""
    try:
        with anyio.fail_after(seconds):
            return await call()
    except TimeoutError as error:
        raise AnswerLost(f"{name}: no answer within {seconds:g} s") from error


class Timed:
    """A model that answers within a time."""

    def __init__(self, model: Model, seconds: float) -> None:
        self._model = model
        self._seconds = seconds
        self.name = model.name

    async def answer(self, request: Request) -> Answer:
        """What the model says in time."""
        return await in_time(self.name, self._seconds, lambda: self._model.answer(request))


class Patient:
    """A model that is asked again when it was busy or its answer got lost, and only then."""

    def __init__(self, model: Model, asking: Asking) -> None:
        self._model = model
        self._asking = asking
        self.name = model.name

    async def answer(self, request: Request) -> Answer:
        """What the model says, at the last.

        Raises:
            GaveUp: attempts or time are used up.
            ProviderFailed: another attempt is no use.
        """
        return await self._asking(lambda: self._model.answer(request))


def _gave_up(error: ProviderFailed, attempts: int, wait: float) -> str:
    times = "once" if attempts == 1 else f"{attempts} times"
    return f"{str(error).rstrip('.')}; tried {times}, the next wait would be {wait:.0f} s."
