"""Ask about several things at the same time; what comes back stands in their order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")


async def each(
    parts: Iterable[Part], ask: Callable[[Part], Coroutine[Any, Any, Result]], at_once: int = 8
) -> list[Result]:
    """The results for all parts, so many of them asked about at once.

    The first error ends all of them, and is met as itself, in no group.
    """
    places = asyncio.Semaphore(at_once)

    async def one(part: Part) -> Result:
        async with places:
            return await ask(part)

    tasks = [asyncio.create_task(one(part)) for part in parts]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
