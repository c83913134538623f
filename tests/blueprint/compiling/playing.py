"""Random calls on a start state, valid and invalid ones, with a look at the rules after each."""

from __future__ import annotations

from collections import Counter

from envscaler_mcp.blueprint.world.live import Live
from envscaler_mcp.blueprint.world.start import start_state
from envscaler_mcp.certify.probes import Prober
from envscaler_mcp.render.wire import wire_tools

from .designs import compiled, design

FRESH = 50
"""After so many calls, ids and values for the arguments are taken from the state anew."""


def played(calls: int, *of: str, seed: int = 1) -> Counter[str]:
    """How often each refusal came, `` for a call that was done. Fails where a rule is left broken."""
    environment = compiled(*of)
    live = Live.of(environment)
    start = start_state(design(*of), live, seed)
    tools = wire_tools(environment.card)
    names = [str(tool["name"]) for tool in tools]
    episode = live.start(start.state, start.now, seed)
    codes: Counter[str] = Counter()
    prober = Prober(tools, start.state, seed)
    while codes.total() < calls:
        if codes.total() % FRESH == 0:
            prober = Prober(tools, episode.state(), f"{seed}/{codes.total()}")
        name = prober.pick(names)
        asked = list(prober.invalid(name)) if prober.random.random() < 0.1 else [prober.valid(name)]
        for call in asked:
            codes[episode.call(call.tool, call.arguments).code or ""] += 1
            assert episode.broken_rules() == [], (of, call)
    return codes
