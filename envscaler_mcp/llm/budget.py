"""A sum that is not exceeded: a call is made only if it fits at its dearest."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

from envscaler_mcp.errors import BudgetReached
from envscaler_mcp.runtime.standalone.canonical import dumps

from .attempt import AnswerLost
from .llm import Answer, Model, Usage
from .prices import Price
from .request import Request

_FRAMING = 1_024
"""Tokens that a provider may add of its own: roles, and how it words a schema."""


class Budget:
    """Dollars: spent, held by calls that are under way, and the limit of both."""

    def __init__(self, limit: float, spent: float = 0.0) -> None:
        self.limit = limit
        self.spent = spent
        self._held = 0.0
        self._changed = anyio.Condition()

    @asynccontextmanager
    async def hold(self, dearest: float, what: str) -> AsyncGenerator[Hold]:
        """Set aside what a call may cost; wait for calls under way if only they stand in its way.

        Raises:
            BudgetReached: it would not fit even then.
        """
        hold = await self._hold(dearest, what)
        try:
            yield hold
        finally:
            with anyio.CancelScope(shield=True):
                async with self._changed:
                    self._held -= dearest
                    self.spent += hold.cost
                    self._changed.notify_all()

    async def _hold(self, dearest: float, what: str) -> Hold:
        async with self._changed:
            while self.spent + self._held + dearest > self.limit:
                if self.spent + dearest > self.limit:
                    raise BudgetReached(self._told(dearest, what))
                await self._changed.wait()
            self._held += dearest
        return Hold(dearest)

    def _told(self, dearest: float, what: str) -> str:
        return (
            f"The budget of ${self.limit:.2f} would be exceeded: ${self.spent:.4f} is spent, and {what}"
            f" may cost up to ${dearest:.4f}; go on with a larger --budget, nothing that was paid is lost."
        )


class Hold:
    """What one call may cost, until it is known what it did cost."""

    def __init__(self, dearest: float) -> None:
        self.cost = dearest


class Budgeted:
    """A model that is asked only within a budget."""

    def __init__(self, model: Model, budget: Budget, price: Price) -> None:
        self._model = model
        self._budget = budget
        self._price = price
        self.name = model.name

    async def answer(self, request: Request) -> Answer:
        """What the model says, if it fits.

        Raises:
            BudgetReached: it would not.
        """
        dearest = self._price(most_tokens(request))
        async with self._budget.hold(dearest, f"the next call of {request.stage}") as hold:
            try:
                answer = await self._model.answer(request)
            except AnswerLost:
                raise  # it may have been paid for: the hold stays spent, as it does when we are interrupted
            except Exception:
                hold.cost = 0.0
                raise
            hold.cost = answer.cost_usd if answer.cost_usd is not None else dearest
            return answer


def most_tokens(request: Request) -> Usage:
    """More tokens than a call can take: no token is shorter than a byte."""
    text = "".join((request.system, *(message.text for message in request.messages)))
    schema = dumps(request.answer_schema) if request.answer_schema is not None else ""
    size = len(text.encode()) + len(schema.encode())
    return Usage(input=size + _FRAMING + 16 * len(request.messages), output=request.max_tokens)


def likely_tokens(request: Request) -> int:
    """About how many tokens a request is, for estimates: four signs make one."""
    most = most_tokens(request)
    return math.ceil((most.input - _FRAMING) / 4)
