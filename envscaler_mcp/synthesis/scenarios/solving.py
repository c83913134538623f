"""Solving a task as an agent would: policy, instruction, the real tools over MCP, no checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from envscaler_mcp.agents import Assignment, Stopped
from envscaler_mcp.agents.hosted import Hosted
from envscaler_mcp.certify import Caller, Plan, oracle_of, through, writes_of
from envscaler_mcp.llm import Answer, Llm, Request
from envscaler_mcp.llm.dialogue.prompted import Prompted
from envscaler_mcp.runtime.connect import connected
from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.runtime.standalone.difference import diff
from envscaler_mcp.runtime.standalone.episode import Outcome
from envscaler_mcp.spec import Json, Scenario, State
from envscaler_mcp.synthesis.author import Author, Event, prompt_digest

from .subject import Subject

MOST_TURNS = 24
MOST_CALLS = 60


@dataclass(frozen=True)
class Solution:
    """What a model did: its plan with generated ids as references, and what it came to."""

    plan: Plan
    initial: State
    final: State
    journal: tuple[dict[str, Any], ...]
    broken_rules: tuple[str, ...]
    model: str = ""
    """Who it was, as the answers say."""
    stopped: str = ""
    """Why it did not end by itself."""

    @property
    def lookups(self) -> int:
        """Calls that were answered and are not part of the plan."""
        return sum(not entry["is_error"] for entry in self.journal) - len(self.plan)

    def calls(self, most: int = 40) -> list[str]:
        """What it called and what came of it, a line each."""
        return [_line(entry) for entry in self.journal[:most]]

    def changes(self, roles: dict[str, str], most: int = 60) -> list[str]:
        """What it changed, by state path."""
        return [dumps(change.to_json()) for change in diff(self.initial, self.final, roles)[:most]]


async def solve(
    subject: Subject, author: Author, process: EnvironmentProcess, scenario: Scenario, attempt: int
) -> Solution:
    """Let the author's model act on a fresh episode of a scenario.

    Args:
        subject: the server.
        author: who acts.
        process: a worker of the server.
        scenario: what is asked, and the start.
        attempt: another one is another conversation.
    """
    episode = await process.begin(scenario)
    stopped = ""
    async with connected(subject.folder, episode) as client:
        meter = _Meter(through(client))
        assignment = Assignment(
            policy=subject.folder.bundle.policy,
            instruction=scenario.instruction,
            tools=tuple((await client.list_tools()).tools),
            call=meter.call,
            meter=meter,
            seed=scenario.seed,
        )
        author.prompts["agent"] = prompt_digest("agent")
        speaker = _Speaker(author, attempt)
        try:
            await Hosted(author.llm.name, lambda brief: Prompted(speaker, brief)).act(assignment)
        except Stopped as stop:
            stopped = stop.reason
    journal = tuple(dict(entry) for entry in episode.journal)
    initial, final = await episode.initial(), await episode.state()
    broken = tuple(await episode.broken_rules())
    await episode.close()
    plan = _plan(subject, scenario, journal)
    return Solution(plan, initial, final, journal, broken, speaker.model or author.llm.name, stopped)


def _plan(subject: Subject, scenario: Scenario, journal: Sequence[dict[str, Any]]) -> Plan:
    known = dumps([scenario.start, scenario.instruction])
    writes = {tool.name for tool in subject.folder.card.tools if tool.kind == "write"}
    return writes_of(oracle_of(journal, known), writes)


def _line(entry: dict[str, Any]) -> str:
    said = "refused: " if entry["is_error"] else ""
    return f"{entry['tool']} {dumps(entry['arguments'])} -> {said}{dumps(entry['result'])[:400]}"


class _Meter:
    """Bounds a conversation: a model that goes round in circles is stopped."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._turns = 0
        self._calls = 0

    def begin_turn(self) -> None:
        self._turns += 1
        if self._turns > MOST_TURNS:
            raise Stopped(f"the {MOST_TURNS} turns are used up")

    def require_means(self) -> None:
        """The budget of the run stops what would be too dear."""

    def spend(self, tokens: int, cost_usd: float | None) -> None:
        """The ledger counts."""

    async def call(self, tool: str, arguments: dict[str, Json]) -> Outcome:
        self._calls += 1
        if self._calls > MOST_CALLS:
            raise Stopped(f"the {MOST_CALLS} calls are used up")
        return await self._caller(tool, arguments)


@dataclass
class _Speaker:
    """An `Llm` as the model of a conversation: its turns are stored, counted and replayed like any call."""

    author: Author
    attempt: int
    model: str = ""

    @property
    def name(self) -> str:
        return self.author.llm.name

    async def answer(self, request: Request) -> Answer:
        llm: Llm = self.author.llm
        asked = request.model_copy(update={"stage": self.author.stage, "attempt": self.attempt})
        reply = await llm.complete(asked)
        self.model = reply.model
        self.author.log.add(
            Event(
                stage=self.author.stage,
                kind="asked",
                where="turn",
                request=asked.digest(),
                known=reply.known,
                tokens=reply.usage.input + reply.usage.output,
                cost_usd=reply.cost_usd,
            )
        )
        return Answer(
            text=reply.text,
            finish=reply.finish,
            usage=reply.usage,
            model=reply.model,
            cost_usd=reply.cost_usd,
            known=reply.known,
        )
