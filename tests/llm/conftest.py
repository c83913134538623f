"""A run's access to a scripted model, with a clock that needs no time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import pytest

from envscaler_mcp.llm import Access, Patience
from tests.llm.model_script import Script
from tests.llm.model_server import ModelServer

CANARY = "sk-canary-0123456789abcdef"
SPECS = ("openai:gpt-5.2", "anthropic:claude-opus-5", "chat:local-model@{address}")


class FakeClock:
    """Sleeping only moves the hands; `slept` says how long."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.seconds

    def wall(self) -> float:
        return 1_700_000_000.0 + self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await anyio.lowlevel.checkpoint()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(autouse=True)
def no_keys_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("OPENAI_", "ANTHROPIC_", "CHAT_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def serve() -> Iterator[Callable[[Script], ModelServer]]:
    """Start a scripted model."""
    running: list[ModelServer] = []

    def start(script: Script) -> ModelServer:
        server = ModelServer(script).__enter__()
        running.append(server)
        return server

    yield start
    for server in running:
        server.__exit__()


@pytest.fixture
def access(clock: FakeClock) -> Callable[..., Access]:
    """What a run has, pointed at a scripted model."""

    def make(server: ModelServer, **more: Any) -> Access:
        keys = {
            "OPENAI_API_KEY": CANARY,
            "ANTHROPIC_API_KEY": f"{CANARY}-a",
            "CHAT_API_KEY": f"{CANARY}-c",
            "OPENAI_BASE_URL": server.openai,
            "ANTHROPIC_BASE_URL": server.anthropic,
        }
        settings = {"keys": keys, "clock": clock, "patience": Patience(attempt_seconds=30.0), **more}
        return Access(**settings)

    return make


@pytest.fixture(params=SPECS, ids=lambda spec: spec.partition(":")[0])
def spec(request: pytest.FixtureRequest) -> Callable[[ModelServer], str]:
    """`--llm` for each of the three protocols."""
    return lambda server: request.param.format(address=f"{server.anthropic}/compatible/v1")
