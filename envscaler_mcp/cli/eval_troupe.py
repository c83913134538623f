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
    from envscaler_mcp.llm import Access, Budget, Price


@dataclass(frozen=True)
class Troupe:
    """Small, and without a key: each process finds the keys in its own environment."""

    contest: Contest
    suite: Suite
    prices: Mapping[str, Price]
    streams: bool

    @asynccontextmanager
    async def __call__(self) -> AsyncGenerator[tuple[Mapping[str, Agent], Users | None]]:
        """Agents by their specs, and users where there are any."""
        async with access_of(self.suite, self.prices, streams=self.streams) as access:
            yield self.contest.agents(access), users_in(self.suite, access)


def access_of(
    suite: Suite, prices: Mapping[str, Price], budget: Budget | None = None, *, streams: bool
) -> Access:
    """What the models of a run are asked with."""
    from envscaler_mcp.llm import Access, Patience

    # A provider that is silent for half of a rollout's time is asked again: else its silence would be a zero.
    patience = Patience(attempt_seconds=suite.limits.seconds / 2)
    keys = find_keys(Path())
    return Access(
        option="--agent", keys=keys, budget=budget, prices=prices, streams=streams, patience=patience
    )


def users_in(suite: Suite, access: Access) -> Users | None:
    """Whom the agents talk with; None in tasks.

    Raises:
        BadInput: no model is named so, or something it needs is missing.
    """
    from envscaler_mcp.harness.users import users_of

    return users_of(suite.user, access.under("--user-llm")) if suite.mode == "conversation" else None
