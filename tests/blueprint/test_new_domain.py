"""What `new domain` writes is more than readable: it compiles, and has a start state."""

from __future__ import annotations

import subprocess
import sys

import pytest

from envscaler_mcp.blueprint.compiling.compile import compile_design
from envscaler_mcp.blueprint.new_domain import starter
from envscaler_mcp.blueprint.reading import parse_domain
from envscaler_mcp.blueprint.world.live import Live
from envscaler_mcp.blueprint.world.start import start_state

DOMAIN = parse_domain(starter("tool_desk"))


@pytest.mark.parametrize("options", [(), DOMAIN.compositions()[-1]])
def test_a_new_domain_compiles_and_starts(options: tuple[str, ...]):
    design = DOMAIN.design(options)
    environment = compile_design(design)
    assert environment.card.name == design.name
    state = start_state(design, Live.of(environment), 1).state
    assert all(
        state[entity.collection] for entity in design.entities if entity.rows[1] or entity.name == "loan"
    )


def test_a_design_does_not_depend_on_the_process():
    program = (
        "from envscaler_mcp.blueprint.reading import domain_named\n"
        "domain = domain_named('hotel_bookings')\n"
        "print(repr([domain.design(chosen) for chosen in domain.compositions()]))\n"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1]
