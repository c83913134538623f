"""Designs that the tests of compiling share."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from envscaler_mcp.blueprint.compiling import compile_design
from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.reading import domain_named, domain_names, read_domain
from envscaler_mcp.spec.environment import Environment

WORKSHOP = Path(__file__).parent / "workshop.yaml"


@cache
def design(name: str, *options: str) -> Design:
    if name == "workshop":
        return read_domain(WORKSHOP).design(options)
    return domain_named(name).design(options)


@cache
def compiled(name: str, *options: str) -> Environment:
    return compile_design(design(name, *options))


NAMES = ("workshop", *domain_names())


def single_options(name: str) -> list[tuple[str, ...]]:
    """A domain without options, and with each one of them that goes alone."""
    if name == "workshop":
        return [(name,)]
    return [(name, *one) for one in domain_named(name).compositions() if len(one) < 2]
