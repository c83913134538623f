"""The line to one provider: its SDK's client, and how calls over it are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from envscaler_mcp.llm.attempt import AnswerLost
from envscaler_mcp.llm.hearing import Hearing
from envscaler_mcp.llm.patient import Asking, in_time
from envscaler_mcp.llm.prices import Price
from envscaler_mcp.llm.wire import Wire

from .dialogue import Turn


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

    async def ask(self, call: Callable[[], Awaitable[Turn]], *, first: bool) -> Turn:
        """What the call gives: timed, tried again where that is merited, its errors in our words.

        Nothing at all, as the `first` turn of a conversation, is an answer that got lost; later it may be
        a model's last word.
        """

        async def heard() -> Turn:
            turn = await in_time(self.name, self.attempt_seconds, lambda: self.wire(call))
            if first and turn.finish == "done" and not (turn.text or turn.uses):
                raise AnswerLost(f"{self.name}: the answer is empty")
            return turn

        return await self.asking(heard)
