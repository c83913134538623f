"""Rung 10: an independent solver reads the instruction, and its end state meets the scenario's own checks."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.english import NotUnderstood, hear
from envscaler_mcp.blueprint.world.live import Live, LiveEpisode
from envscaler_mcp.runtime.standalone.episode import Outcome
from envscaler_mcp.scoring import Asks, ask_and_score
from envscaler_mcp.spec import Environment, Grading, Json, Scenario, Solver

from .goals import Goal, goals_of
from .looking import Looking, Lost
from .search import NODES, TooFar, search

WHO = "breadth-first"
Answer = TypeVar("Answer")


def independent_solver(
    design: Design,
    environment: Environment,
    live: Live,
    scenario: Scenario,
    grading: Grading,
    *,
    asks: Asks,
    roles: Mapping[str, str],
    nodes: int = NODES,
) -> Solver | None:
    """Whether a solver that saw only instruction, policy and tools came to an accepted state.

    Args:
        design: what policy and tools say, as trees.
        environment: whose tools it has.
        live: the environment, alive.
        scenario: the task.
        grading: judges where the solver ends; the solver itself sees nothing of it.
        asks: runs the checks.
        roles: of the environment's fields.
        nodes: how far it looks.

    Returns:
        The verdict for the certificate; None where the solver did not finish.
    """
    start = live.start(dict(scenario.start), scenario.now, scenario.seed)
    try:
        end = _solved(design, environment, start, scenario.instruction, nodes)
    except TooFar:
        return None
    except (NotUnderstood, Lost):
        return Solver(who=WHO, agreed=False)
    if end is None:
        return Solver(who=WHO, agreed=False)
    scored = ask_and_score(
        asks,
        grading,
        start.state(),
        end.state(),
        now=scenario.now,
        broken_rules=end.broken_rules(),
        roles=roles,
    )
    return Solver(who=WHO, agreed=scored.success)


def _solved(
    design: Design, environment: Environment, start: LiveEpisode, instruction: str, nodes: int
) -> LiveEpisode | None:
    """Where the search ends; None where no way leads on."""
    looked_at = start.fork()

    async def call(tool: str, arguments: dict[str, Json]) -> Outcome:
        return looked_at.call(tool, arguments)

    schemas = {tool.name: tool.input for tool in environment.card.tools}
    looking = Looking(design, schemas, call)
    goals: tuple[Goal, ...] = _at_once(goals_of(design, looking, hear(design, instruction)))
    found = search(design, start, goals, nodes)
    return found.end and found.end.episode


def _at_once(coroutine: Coroutine[Any, Any, Answer]) -> Answer:
    """The result of a coroutine that never waits: a live episode answers at once."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    coroutine.close()
    raise RuntimeError("a live episode does not wait")
