"""Agents that are a hosted model with our loop around it: one prompt, whichever provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from envscaler_mcp.llm import InterruptedFault
from envscaler_mcp.llm.dialogue import Brief, Opener, ToolResult, ToolUse, Turn
from envscaler_mcp.render.templating import fill_of
from envscaler_mcp.runtime.standalone.canonical import digest_bytes, dumps
from envscaler_mcp.spec.suite import Mode

from .agent import Assignment, Stopped

Hearing: TypeAlias = Mode | Literal["asking"]
"""How an agent hears its user: not at all, after each of its messages, or through a tool."""
PROMPTS: dict[Hearing, str] = {
    "task": "agent.md",
    "conversation": "agent_with_user.md",
    "asking": "agent_asking.md",
}


@dataclass(frozen=True)
class Hosted:
    """Hears a turn of the model, plays its calls one after the other, tells it what they came to."""

    spec: str
    begin: Opener

    async def act(self, assignment: Assignment) -> None:
        """Talk until the model makes no more calls, or its user closes the conversation.

        Raises:
            Stopped: the budget is used up, or the model broke off.
            ProviderFailed: the provider has no answer.
        """
        dialogue = self.begin(brief_of(assignment))
        results: Sequence[ToolResult] = ()
        said: str | None = ""
        while said is not None:
            assignment.meter.begin_turn()
            try:
                turn = await dialogue.next(results, said)
            except InterruptedFault as interrupted:  # its time is up, and it was the provider that took it
                raise interrupted.fault from None
            assignment.meter.spend(turn.usage.input + turn.usage.output, turn.cost_usd)
            if turn.uses and turn.text:
                assignment.remark(turn.text, len(turn.uses))
            results = [await _play(assignment, use) for use in turn.uses]
            said = "" if turn.uses else await _answered(assignment, turn)


async def _answered(assignment: Assignment, turn: Turn) -> str | None:
    """What the user says to a turn without calls; None where it was the last word."""
    _refuse_half(turn)
    if assignment.say is None:
        if turn.text:
            assignment.remark(turn.text, 0)
        return None
    if not turn.text:
        return None
    reply = await assignment.say(turn.text)
    return None if reply.ends else reply.text


def brief_of(assignment: Assignment) -> Brief:
    """What the model is told before it begins."""
    mode: Mode = "conversation" if assignment.say else "task"
    tools = tuple(
        {"name": tool.name, "description": tool.description or "", "inputSchema": tool.input_schema}
        for tool in assignment.tools
    )
    return Brief(prompt_of(assignment.policy, mode), assignment.instruction, tools)


def prompt_of(policy: str, hearing: Hearing = "task") -> str:
    """The one prompt of all agents with a model; where they have a user to talk to, it says so."""
    return fill_of("prompts", PROMPTS[hearing], policy=policy.strip())


def prompt_digest(hearing: Hearing = "task") -> str:
    """Digest of the prompt's text, without any policy: it stands in every run."""
    return digest_bytes(prompt_of("", hearing).encode())


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
