"""An agent in processes of its own, as one of the agents of a run."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from envscaler_mcp.agents import Assignment
from envscaler_mcp.agents.hosted import prompt_of
from envscaler_mcp.errors import Infrastructure, ProviderFailed
from envscaler_mcp.llm.secrets import Secrets

from .program import Errand, Heard, Place, Program
from .running import Running, running

PREFIX = "envscaler-agents-"
NEVER = "its model never answered"


class AgentCrashed(Exception):
    """The agent's process ended with an error of its own."""


@dataclass(frozen=True)
class Outside:
    """One program, started anew for every rollout.

    Args:
        spec: as written after `--agent`.
        program: how it is started and understood.
        own: those variables of ours that are its own.
        closed: files and folders that it must not see.
    """

    spec: str
    program: Program
    own: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    closed: tuple[Path, ...] = ()

    async def act(self, assignment: Assignment) -> None:
        """Start the program, and wait for its end. Whether it acted, the episode knows.

        Raises:
            Stopped: tokens or dollars are used up.
            Infrastructure: it could not be started, or the provider of its model failed.
            AgentCrashed: it ended with an error.
        """
        if assignment.url is None:
            raise Infrastructure(f"{self.spec} needs a URL to come in by")
        prompt = prompt_of(assignment.policy, "asking" if assignment.say else "task")
        text = f"{prompt}\n\n{assignment.instruction}"
        errand = Errand(text, assignment.url, "environment")
        ear = _Ear("" if not self.program.tells_answers else NEVER)
        async with _place() as place:
            launch = self.program.launch(errand, place, self.own)
            async with running(launch, place, (*self.closed, place.home.parent.parent)) as process:
                try:
                    await self._hear(process, assignment, ear)
                except asyncio.CancelledError:
                    if ear.failure:  # its time is up, and it was the provider that took it
                        raise self._provider_failed(ear) from None
                    raise
                status = await process.status()
                said = Secrets(self.own.values()).blot(process.last_words())
        if ear.failure not in {"", NEVER}:
            raise self._provider_failed(ear)
        if status:
            raise AgentCrashed(f"exit status {status}: {said[-500:] or 'it said nothing'}")

    async def _hear(self, process: Running, assignment: Assignment, ear: _Ear) -> None:
        """Count what it uses up, and note who is to blame if it ends now."""
        async for line in process.lines():
            heard = self.program.hear(line) or Heard()
            assignment.meter.spend(heard.tokens, heard.cost_usd)
            assignment.meter.require_means()
            if heard.failure or heard.answered or heard.tokens:
                ear.failure = heard.failure

    def _provider_failed(self, ear: _Ear) -> ProviderFailed:
        return ProviderFailed(Secrets(self.own.values()).blot(ear.failure))


@dataclass
class _Ear:
    """What is known of the agent's provider: empty, where it does its part."""

    failure: str


@asynccontextmanager
async def _place() -> AsyncGenerator[Place]:
    """Folders for one rollout, gone afterwards. All lie in one folder, so that one rule hides them."""
    shared = Path(tempfile.gettempdir()) / f"{PREFIX}{os.getpid()}"
    shared.mkdir(mode=0o700, exist_ok=True)
    root = Path(tempfile.mkdtemp(dir=shared))
    place = Place(root / "work", root / "home")
    try:
        place.work.mkdir()
        place.home.mkdir()
        yield place
    finally:
        await asyncio.to_thread(shutil.rmtree, root, ignore_errors=True)
        if not any(shared.iterdir()):
            shared.rmdir()
