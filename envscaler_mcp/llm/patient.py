"""Another attempt where one is merited: backoff with jitter, the provider's own word obeyed, a deadline."""

from __future__ import annotations

import random
from dataclasses import dataclass

import anyio

from envscaler_mcp.errors import ProviderFailed

from .attempt import AnswerLost, Busy
from .clock import Clock
from .llm import Answer, Model
from .pace import Pace
from .request import Request


@dataclass(frozen=True)
class Patience:
    """How long we go on trying. No attempt begins after the deadline; each has its own limit."""

    attempts: int = 6
    attempt_seconds: float = 1200.0
    deadline_seconds: float = 3600.0
    first_wait: float = 0.5
    longest_wait: float = 60.0


class Timed:
    """A model that answers within a time, or whose answer counts as lost."""

    def __init__(self, model: Model, seconds: float) -> None:
        self._model = model
        self._seconds = seconds
        self.name = model.name

    async def answer(self, request: Request) -> Answer:
        """What the model says in time."""
        try:
            with anyio.fail_after(self._seconds):
                return await self._model.answer(request)
        except TimeoutError as error:
            raise AnswerLost(f"{self.name}: no answer within {self._seconds:g} s") from error


class Patient:
    """A model that is asked again when it was busy or its answer got lost, and only then."""

    def __init__(
        self, model: Model, pace: Pace, patience: Patience, clock: Clock, chance: random.Random | None = None
    ) -> None:
        self._model = model
        self._pace = pace
        self._patience = patience
        self._clock = clock
        self._chance = chance or random.Random()
        self.name = model.name

    async def answer(self, request: Request) -> Answer:
        """What the model says, at the last.

        Raises:
            ProviderFailed: attempts or time are used up, or another attempt is no use.
        """
        end = self._clock.now() + self._patience.deadline_seconds
        attempt = 0
        while True:
            attempt += 1
            try:
                async with self._pace.place():
                    return await self._model.answer(request)
            except (Busy, AnswerLost) as error:
                wait = self._wait(error, attempt)
                if attempt >= self._patience.attempts or self._clock.now() + wait > end:
                    raise ProviderFailed(_gave_up(error, attempt, wait)) from error
            await self._clock.sleep(wait)

    def _wait(self, error: Busy | AnswerLost, attempt: int) -> float:
        backoff = min(self._patience.longest_wait, self._patience.first_wait * 2 ** (attempt - 1))
        jittered = backoff * self._chance.uniform(0.5, 1.0)
        if isinstance(error, Busy) and error.wait is not None:
            self._pace.hold_off(error.wait)
            return max(error.wait, jittered)
        return jittered


def _gave_up(error: ProviderFailed, attempts: int, wait: float) -> str:
    times = "once" if attempts == 1 else f"{attempts} times"
    return f"{str(error).rstrip('.')}; tried {times}, the next wait would be {wait:.0f} s."
