"""An environment laid out for a trial: just the files that a worker reads, in a folder that goes again."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from envscaler_mcp.render import wire_tools
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.runtime.standalone.canonical import pretty
from envscaler_mcp.spec import Environment, Scenario, State

NOW = dt.datetime(2026, 3, 2, 9, 0)
"""A Monday morning; every trial begins then."""
CALL_SECONDS = 10.0


def scenario_of(start: State, seed: int = 0) -> Scenario:
    """A scenario to play trials in."""
    text = Scenario(id="trial", instruction="Try everything.", start=start, now=NOW, seed=seed).to_text()
    return Scenario.parse(text, "the trial's start")


def lay_out(environment: Environment, folder: Path, scenarios: tuple[Scenario, ...] = ()) -> ServerFolder:
    """Write what a worker reads."""
    card = environment.card
    files = {
        "environment.json": card.to_text(),
        f"{card.name}/environment.py": environment.source,
        f"{card.name}/policy.md": environment.policy,
        f"{card.name}/tools.json": pretty(wire_tools(card)),
        **{f"{card.name}/scenarios/{one.id}.json": one.to_text() for one in scenarios},
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return ServerFolder(folder, card)


@asynccontextmanager
async def laid_out(
    environment: Environment, scenarios: tuple[Scenario, ...] = ()
) -> AsyncGenerator[ServerFolder]:
    """The environment in a folder of its own, for a while."""
    with tempfile.TemporaryDirectory(prefix="trial-") as place:
        yield lay_out(environment, Path(place), scenarios)


@asynccontextmanager
async def worker_of(environment: Environment, *, hash_seed: int = 0) -> AsyncGenerator[EnvironmentProcess]:
    """A worker that plays the environment."""
    async with (
        laid_out(environment) as folder,
        EnvironmentProcess(folder, call_seconds=CALL_SECONDS, hash_seed=hash_seed) as process,
    ):
        yield process
