"""An idea in words."""

from __future__ import annotations

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.english import REGISTERS, Unsayable, say

from .jobs import number_of
from .sources import Idea


def words_of(design: Design, idea: Idea) -> str | None:
    """The requests in English; None where nothing can be said that is heard as just that."""
    seed = f"{idea.seed}/{idea.proposal.plan}"
    register = list(REGISTERS)[number_of(seed) % len(REGISTERS)]
    try:
        return say(design, idea.proposal.requests, seed, register, day=idea.proposal.now.date())
    except Unsayable:
        return None
