"""The line to one provider: its SDK's client, and how calls over it are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from envscaler_mcp.llm.attempt import AnswerLost
from envscaler_mcp.llm.budget import Budget, most_tokens_of
from envscaler_mcp.llm.hearing import Body, Hearing
from envscaler_mcp.llm.patient import Asking, in_time
from envscaler_mcp.llm.prices import Price
from envscaler_mcp.llm.wire import Wire

from .dialogue import MAX_TOKENS, Turn


@dataclass(frozen=True)
class Line:
    """Shared by all conversations with one model."""

    name: str
    model: str
    hearing: Hearing
    wire: Wire
    asking: Asking
    attempt_seconds: float
    price: Price | None
    budget: Budget | None

    async def ask(self, body: Body, call: Callable[[Body], Awaitable[Turn]], *, first: bool) -> Turn:
        """What a call with this body gives: timed, paid for, tried again where that is merited.

        Nothing at all, as the `first` turn of a conversation, is an answer that got lost; later it may be
        a model's last word.
        """

        async def heard() -> Turn:
            turn = await in_time(self.name, self.attempt_seconds, lambda: self.wire(lambda: call(body)))
            if first and turn.finish == "done" and not (turn.text or turn.uses):
                raise AnswerLost(f"{self.name}: the answer is empty")
            return turn

        return await self.asking(lambda: self._paid(body, heard))

    async def _paid(self, body: Body, call: Callable[[], Awaitable[Turn]]) -> Turn:
        """Each attempt is one more call to pay for."""
        if self.budget is None or self.price is None:
            return await call()
        turns = body.get("messages") or body.get("input") or ()
        dearest = self.price(most_tokens_of(body, len(turns), MAX_TOKENS))
        return await self.budget.pay(dearest, f"the next turn of {self.name}", call)
