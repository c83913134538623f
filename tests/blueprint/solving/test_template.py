from __future__ import annotations

import asyncio
from itertools import islice
from types import SimpleNamespace
from typing import Any

import mcp_types as types
import pytest

from envscaler_mcp.agents import agent_of
from envscaler_mcp.blueprint.compiling import compile_design
from envscaler_mcp.blueprint.english import say
from envscaler_mcp.blueprint.reading import domain_named
from envscaler_mcp.blueprint.solving.template import Template
from envscaler_mcp.blueprint.tasks.proposing import propose
from envscaler_mcp.blueprint.world.live import Live, LiveEpisode
from envscaler_mcp.blueprint.world.start import start_state

DOMAIN = domain_named("hotel_bookings")
DESIGN = DOMAIN.design(DOMAIN.compositions()[-1])
ENVIRONMENT = compile_design(DESIGN, 0)
LIVE = Live.of(ENVIRONMENT)
START = start_state(DESIGN, LIVE, 1)
TOOLS = tuple(
    types.Tool.model_validate(
        {
            "name": one.name,
            "description": one.description,
            "inputSchema": one.input,
            "outputSchema": one.output,
        }
    )
    for one in ENVIRONMENT.card.tools
)


def acted(instruction: str, policy: str = ENVIRONMENT.policy) -> tuple[LiveEpisode, list[str]]:
    episode, calls = LIVE.start(START.state, START.now, 1), list[str]()

    async def call(tool: str, arguments: dict[str, Any]) -> Any:
        calls.append(tool)
        return episode.call(tool, arguments)

    given = SimpleNamespace(policy=policy, instruction=instruction, tools=TOOLS, call=call, seed=0)
    asyncio.run(Template().act(given))  # pyright: ignore[reportArgumentType]
    return episode, calls


def test_it_does_what_an_easy_instruction_says():
    for number, proposal in enumerate(islice(propose(DESIGN, LIVE, START, 1, "easy"), 8)):
        text = say(DESIGN, proposal.requests, number, "mail", day=START.now.date())
        episode, calls = acted(text)
        oracle = LIVE.start(START.state, START.now, 1)
        for step in proposal.oracle:
            oracle.call(step.tool, step.arguments)
        assert episode.mark() == oracle.mark()
        assert len(calls) <= 30


def test_it_does_nothing_about_consequences():
    for number, proposal in enumerate(islice(propose(DESIGN, LIVE, START, 1, "hard"), 4)):
        _, calls = acted(say(DESIGN, proposal.requests, number, "note", day=START.now.date()))
        assert "record_decision" not in calls


@pytest.mark.parametrize(
    ("instruction", "policy"),
    [("Paint every room blue.", ENVIRONMENT.policy), ("Close room 101.", "# Something else\n")],
)
def test_what_it_cannot_read_it_leaves_alone(instruction: str, policy: str):
    assert acted(instruction, policy)[1] == []


def test_it_is_an_agent_like_others():
    assert agent_of("template", None, {"template": Template}) == Template()
