"""Waiting in a test: never for ever, and never without a reason when it was in vain."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

LONG = 60.0
"""Seconds after which a test gives up; whoever needs half as many has a busy machine."""

A_MOMENT = 0.001


async def until(
    holds: Callable[[], object], meanwhile: asyncio.Future[Any] | None = None, seconds: float = LONG
) -> None:
    """Return once `holds` says so.

    Args:
        holds: asked again and again.
        meanwhile: what is to bring it about. When it ends first, nothing will: its own error is
            raised, or an AssertionError with what it came to.
        seconds: AssertionError after so long.
    """
    clock = asyncio.get_running_loop().time
    given_up = clock() + seconds
    while not holds():
        if meanwhile is not None and meanwhile.done():
            raise AssertionError(f"it was over before that came true: {meanwhile.result()!r}")
        if clock() > given_up:
            raise AssertionError(f"it did not come true in {seconds:g} s; meanwhile: {meanwhile!r}")
        await asyncio.sleep(A_MOMENT)
