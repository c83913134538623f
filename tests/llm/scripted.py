"""Models without a server, for what stands around a provider."""

from __future__ import annotations

from collections.abc import Callable

import anyio

from envscaler_mcp.llm import Answer, Request, Usage


class Scripted:
    """Answers by a function; counts how many ask at once, each for one turn of the loop or until `open`."""

    def __init__(self, reply: Callable[[Request], str] = lambda _: "x", cost: float | None = 0.25) -> None:
        self.name = "scripted"
        self.reply = reply
        self.cost = cost
        self.asked: list[Request] = []
        self.at_once = 0
        self.most_at_once = 0
        self.open = anyio.Event()
        self.open.set()

    async def answer(self, request: Request) -> Answer:
        self.asked.append(request)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await anyio.lowlevel.checkpoint()
            await self.open.wait()
            usage = Usage(input=10, output=2)
            return Answer(
                text=self.reply(request), finish="done", usage=usage, model=self.name, cost_usd=self.cost
            )
        finally:
            self.at_once -= 1
