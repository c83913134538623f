"""A sum that is not exceeded: a call is made only if it fits at its dearest."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

import anyio

from envscaler_mcp.errors import BudgetReached
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec import Json

from .attempt import AnswerLost
from .llm import Answer, Model, Usage
from .prices import Price
from .request import Request

_FRAMING = 1_024
"""Tokens that a provider may add of its own: roles, and how it words a schema."""


class Priced(Protocol):
    """What a call gave, with its cost in dollars; None where nobody told it."""

    @property
    def cost_usd(self) -> float | None:
        """Dollars."""
        ...


Paid = TypeVar("Paid", bound=Priced)


class Budget:
    """Dollars: spent, held by calls that are under way, and the limit of both.

    `note` is told the sum of spent and held before each call and after it: whoever keeps that in a file
    never believes that less was spent than was, even if we are killed.
    """

    def __init__(self, limit: float, spent: float = 0.0, note: Callable[[float], None] | None = None) -> None:
        self.limit = limit
        self.spent = spent
        self._note = note
        self._held = 0.0
        self._changed = anyio.Condition()

    async def pay(self, dearest: float, what: str, call: Callable[[], Awaitable[Paid]]) -> Paid:
        """What the call gives, if it fits at its dearest; then only its cost counts.

        Raises:
            BudgetReached: it would not fit.
        """
        async with self.hold(dearest, what) as hold:
            try:
                paid = await call()
            except AnswerLost:
                raise  # it may have been paid for: the hold stays spent, as it does when we are interrupted
            except Exception:
                hold.cost = 0.0
                raise
            hold.cost = paid.cost_usd if paid.cost_usd is not None else dearest
            return paid

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
                    self._tell()
                    self._changed.notify_all()

    async def _hold(self, dearest: float, what: str) -> Hold:
        async with self._changed:
            while self.spent + self._held + dearest > self.limit:
                if self.spent + dearest > self.limit:
                    raise BudgetReached(self._told(dearest, what))
                await self._changed.wait()
            self._held += dearest
            self._tell()
        return Hold(dearest)

    def _tell(self) -> None:
        if self._note:
            self._note(self.spent + self._held)

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
        what = f"the next call of {request.stage}"
        return await self._budget.pay(dearest, what, lambda: self._model.answer(request))


def most_tokens_of(body: Json, messages: int, output: int) -> Usage:
    """More tokens than a request can take that is sent as this JSON, with so many messages in it."""
    return _most(dumps(body), messages, output)


def most_tokens(request: Request) -> Usage:
    """More tokens than a call can take."""
    schema = dumps(request.answer_schema) if request.answer_schema is not None else ""
    text = "".join((request.system, *(message.text for message in request.messages), schema))
    return _most(text, len(request.messages), request.max_tokens)


def _most(text: str, messages: int, output: int) -> Usage:
    """No token is shorter than a byte."""
    return Usage(input=len(text.encode()) + _FRAMING + 16 * messages, output=output)


def likely_tokens(request: Request) -> int:
    """About how many tokens a request is, for estimates: four signs make one."""
    most = most_tokens(request)
    return math.ceil((most.input - _FRAMING) / 4)
