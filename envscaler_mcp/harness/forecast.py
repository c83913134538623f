"""What a run would take of a hosted model: calls, tokens and dollars, before the first one is spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from envscaler_mcp.agents.hosted import prompt_of
from envscaler_mcp.llm import Usage, ask, likely_tokens
from envscaler_mcp.llm.prices import Price
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec import Suite
from envscaler_mcp.spec.suite import Mode

from .task import Task
from .users.model_user import user_prompt

RESULT_TOKENS = 250
"""What a turn adds to the conversation: the call, and what it came to."""
OUTPUT_TOKENS = 150
"""What a model writes in a turn."""
SPARE_TURNS = 2
"""Beside lookups and writes: one that goes astray, and the last word."""
TALK_TURNS = 3
"""Messages to a user: two questions, and the report."""


@dataclass(frozen=True)
class Forecast:
    """An estimate, not a promise: a model that looks around more than need be takes more."""

    agent: str
    rollouts: int
    calls: int
    tokens: int
    cost_usd: float | None
    """None where no price is known."""


def forecast(agent: str, tasks: Sequence[Task], suite: Suite, price: Price | None) -> Forecast:
    """What one agent would take for all repeats of all tasks."""
    talk = TALK_TURNS if suite.mode == "conversation" else 0
    usages = [_usage(task, turn, suite.mode) for task in tasks for turn in range(_turns(task) + talk)]
    return _sum(agent, len(tasks), usages, suite.repeats, price)


def forecast_user(model: str, tasks: Sequence[Task], times: int, price: Price | None) -> Forecast:
    """What the model that plays the user would take for the tasks, each played so many times."""
    usages = [
        Usage(input=_tokens(user_prompt(talk)) + turn * RESULT_TOKENS, output=OUTPUT_TOKENS)
        for task in tasks
        if (talk := task.scenario.conversation)
        for turn in range(TALK_TURNS)
    ]
    return _sum(f"the user: {model}", len(tasks), usages, times, price)


def _sum(agent: str, tasks: int, usages: Sequence[Usage], times: int, price: Price | None) -> Forecast:
    cost = None if price is None else times * sum(map(price, usages))
    tokens = sum(one.input + one.output for one in usages)
    return Forecast(agent, times * tasks, times * len(usages), times * tokens, cost)


def _turns(task: Task) -> int:
    difficulty = task.scenario.difficulty
    steps = difficulty.plan_length or len(task.grading.oracle or ())
    return steps + difficulty.lookups + SPARE_TURNS


def _usage(task: Task, turn: int, mode: Mode) -> Usage:
    """A turn sends all that was said before it."""
    bundle = task.folder.bundle
    opening = prompt_of(bundle.policy, mode) + task.scenario.instruction + dumps(bundle.tools)
    return Usage(input=_tokens(opening) + turn * RESULT_TOKENS, output=OUTPUT_TOKENS)


def _tokens(text: str) -> int:
    return likely_tokens(ask("agent", text))
