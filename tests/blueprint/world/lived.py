"""Start states of the domains that come with the package, made once for all tests."""

from __future__ import annotations

from functools import lru_cache

from envscaler_mcp.blueprint.compiling import compile_design
from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.reading.domain import domain_named
from envscaler_mcp.blueprint.world.live import Live
from envscaler_mcp.blueprint.world.start import Start, start_state


@lru_cache
def world(domain: str = "hotel_bookings", options: tuple[str, ...] = ()) -> tuple[Design, Live]:
    design = domain_named(domain).design(options)
    return design, Live.of(compile_design(design))


@lru_cache
def start(domain: str = "hotel_bookings", options: tuple[str, ...] = (), seed: int = 1) -> Start:
    design, live = world(domain, options)
    return start_state(design, live, seed)
