"""Agents that are a hosted model with our loop around it: one prompt, whichever provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from envscaler_mcp.llm.dialogue import Brief, Opener, ToolResult, ToolUse, Turn
from envscaler_mcp.render.templating import fill_of
from envscaler_mcp.runtime.standalone.canonical import digest_bytes, dumps

from .agent import Assignment, Stopped

PROMPT = "agent.md"


@dataclass(frozen=True)
class Hosted:
    """Hears a turn of the model, plays its calls one after the other, tells it what they came to."""

    spec: str
    begin: Opener

    async def act(self, assignment: Assignment) -> None:
        """Talk until the model makes no more calls.

        Raises:
            Stopped: the budget is used up, or the model broke off.
            ProviderFailed: the provider has no answer.
        """
        dialogue = self.begin(brief_of(assignment))
        results: Sequence[ToolResult] = ()
        while True:
            assignment.meter.begin_turn()
            turn = await dialogue.next(results)
            assignment.meter.spend(turn.usage.input + turn.usage.output, turn.cost_usd)
            if not turn.uses:
                _refuse_half(turn)
                return
            results = [await _play(assignment, use) for use in turn.uses]


def brief_of(assignment: Assignment) -> Brief:
    """What the model is told before it begins."""
    tools = tuple(
        {"name": tool.name, "description": tool.description or "", "inputSchema": tool.input_schema}
        for tool in assignment.tools
    )
    return Brief(prompt_of(assignment.policy), assignment.instruction, tools)


def prompt_of(policy: str) -> str:
    """The one prompt of all hosted agents."""
    return fill_of("prompts", PROMPT, policy=policy.strip())


def prompt_digest() -> str:
    """Digest of the prompt's text, without any policy: it stands in every run."""
    return digest_bytes(prompt_of("").encode())


async def _play(assignment: Assignment, use: ToolUse) -> ToolResult:
    if use.arguments is None:
        return ToolResult(use, f"The arguments are not a JSON object: {use.raw[:200]}", is_error=True)
    if use.name not in {tool.name for tool in assignment.tools}:
        return ToolResult(use, f"There is no tool {use.name[:100]!r}.", is_error=True)
    outcome = await assignment.call(use.name, use.arguments)
    return ToolResult(use, dumps(outcome.result), outcome.is_error)


def _refuse_half(turn: Turn) -> None:
    """A model that broke off has not said that it is done."""
    if turn.finish == "refused":
        raise Stopped(f"the model would not go on: {turn.text[:200]}")
    if turn.finish == "length":
        raise Stopped("the model's answer was cut at its longest length")
