"""The process of a `python:` agent: read from stdin what to call, and call it."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import sys
from typing import Any


def main() -> None:
    """Call one function; an exception of its own ends the process as exceptions do."""
    asked = json.loads(sys.stdin.read())
    sys.path.insert(0, asked["folder"])
    function: Any = importlib.import_module(asked["module"])
    for name in asked["function"].split("."):
        function = getattr(function, name)
    came: object = function(**asked["arguments"])
    if inspect.isawaitable(came):
        asyncio.run(_awaited(came))


async def _awaited(came: object) -> None:
    await came  # pyright: ignore[reportGeneralTypeIssues]


if __name__ == "__main__":
    main()
