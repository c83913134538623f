"""Ask about several things at the same time; what comes back stands in their order."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

import anyio

Part = TypeVar("Part")
Result = TypeVar("Result")


async def each(
    parts: Sequence[Part], ask: Callable[[Part], Coroutine[Any, Any, Result]], at_once: int = 8
) -> list[Result]:
    """The results for all parts, so many of them asked about at once."""
    found: dict[int, Result] = {}
    limit = anyio.CapacityLimiter(at_once)

    async def one(number: int, part: Part) -> None:
        async with limit:
            found[number] = await ask(part)

    async with anyio.create_task_group() as group:
        for number, part in enumerate(parts):
            group.start_soon(one, number, part)
    return [found[number] for number in range(len(parts))]
