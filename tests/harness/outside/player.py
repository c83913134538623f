"""An agent as a stranger would write it: `player.py KIND URL`. It knows nothing but what it is given."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from mcp import Client

ENDLESS = "86399.25"
"""Seconds that the child of `hang` would sleep; a test finds it by them."""


async def solve(client: Client) -> None:
    await client.call_tool("get", {"name": "a"})
    await client.call_tool("add", {"name": "a", "by": 2})


async def alone(client: Client) -> None:
    """Solves it only where nothing of anybody else's is in sight."""
    assert not [name for name, value in os.environ.items() if "canary" in value], "a key of somebody else"
    assert not list(Path.cwd().iterdir()), "not an empty folder"
    await solve(client)


async def own(client: Client) -> None:
    assert os.environ["MINE"] == "canary-of-mine"
    await solve(client)


async def crash(client: Client) -> None:
    await solve(client)
    sys.exit(f"I give up {os.environ['MINE']}")


async def hang(client: Client) -> None:
    await solve(client)
    subprocess.Popen(["sleep", ENDLESS], start_new_session=True)
    await asyncio.Event().wait()


async def loop(client: Client) -> None:
    while True:
        await client.call_tool("get", {"name": "a"})


async def at_once(client: Client) -> None:
    """Twenty calls in parallel; each must count."""
    await asyncio.gather(*(client.call_tool("add", {"name": "a", "by": 1}) for _ in range(20)))


async def main() -> None:
    kind, url = sys.argv[1:3]
    async with Client(url) as client:
        await client.list_tools()
        await {act.__name__: act for act in (solve, alone, own, crash, hang, loop, at_once)}[kind](client)


def act(instruction: str, mcp_url: str) -> None:
    """As a `python:` agent."""
    assert "Count well." in instruction, "the policy is missing"
    assert "Count." in instruction, "the instruction is missing"
    asyncio.run(_act(mcp_url))


async def _act(url: str) -> None:
    async with Client(url) as client:
        await solve(client)


if __name__ == "__main__":
    asyncio.run(main())
