"""Agents and users of a run, made in whatever process plays them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from envscaler_mcp.spec import Suite

from .contest import Contest
from .keys import find_keys

if TYPE_CHECKING:
    from envscaler_mcp.agents import Agent
    from envscaler_mcp.harness.users import Users


@dataclass(frozen=True)
class Troupe:
    """Small, and without a key: each process finds the keys in its own environment."""

    contest: Contest
    suite: Suite

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[tuple[Mapping[str, Agent], Users | None]]:
        """Agents by their specs, and users where there are any."""
        from envscaler_mcp.harness.users import users_of
        from envscaler_mcp.llm import Access

        keys = find_keys(Path())
        async with (
            Access(option="--agent", keys=keys) as ours,
            Access(option="--user-llm", keys=keys) as theirs,
        ):
            users = users_of(self.suite.user, theirs) if self.suite.mode == "conversation" else None
            yield self.contest.agents(ours), users
