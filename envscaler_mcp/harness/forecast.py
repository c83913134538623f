"""What a run would take of a hosted model: calls, tokens and dollars, before the first one is spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from envscaler_mcp.agents.hosted import prompt_of
from envscaler_mcp.llm import Usage, ask, likely_tokens
from envscaler_mcp.llm.prices import Price
from envscaler_mcp.runtime.standalone.canonical import dumps

from .task import Task

RESULT_TOKENS = 250
"""What a turn adds to the conversation: the call, and what it came to."""
OUTPUT_TOKENS = 150
"""What a model writes in a turn."""
SPARE_TURNS = 2
"""Beside lookups and writes: one that goes astray, and the last word."""


@dataclass(frozen=True)
class Forecast:
    """An estimate, not a promise: a model that looks around more than need be takes more."""

    agent: str
    rollouts: int
    calls: int
    tokens: int
    cost_usd: float | None
    """None where no price is known."""


def forecast(agent: str, tasks: Sequence[Task], repeats: int, price: Price | None) -> Forecast:
    """What one agent would take for all repeats of all tasks."""
    calls, usages = 0, list[Usage]()
    for task in tasks:
        turns = _turns(task)
        calls += turns
        usages += [_usage(task, turn) for turn in range(turns)]
    cost = None if price is None else repeats * sum(map(price, usages))
    tokens = sum(usage.input + usage.output for usage in usages)
    return Forecast(agent, repeats * len(tasks), repeats * calls, repeats * tokens, cost)


def _turns(task: Task) -> int:
    difficulty = task.scenario.difficulty
    steps = difficulty.plan_length or len(task.grading.oracle or ())
    return steps + difficulty.lookups + SPARE_TURNS


def _usage(task: Task, turn: int) -> Usage:
    """A turn sends all that was said before it."""
    bundle = task.folder.bundle
    opening = prompt_of(bundle.policy) + task.scenario.instruction + dumps(bundle.tools)
    told = likely_tokens(ask("agent", opening))
    return Usage(input=told + turn * RESULT_TOKENS, output=OUTPUT_TOKENS)
