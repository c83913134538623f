"""Every domain that comes with the package reads, with every choice of its options."""

from __future__ import annotations

import pytest

from envscaler_mcp.blueprint.expression.tree import Expression, Type
from envscaler_mcp.blueprint.expression.walk import nodes_of
from envscaler_mcp.blueprint.reading import domain_named, domain_names, read_domain
from envscaler_mcp.blueprint.reading.patterns import Patterns

MOST_COMPOSITIONS = 40


@pytest.mark.parametrize("name", domain_names())
def test_a_domain_reads_and_each_composition_yields_a_design(name: str):
    domain = read_domain(domain_named(name).path)
    assert domain.name == name
    compositions = domain.compositions()
    assert compositions[0] == ()
    assert len(set(compositions)) == len(compositions) <= MOST_COMPOSITIONS
    names: set[str] = set()
    for chosen in compositions:
        design = domain.design(chosen)
        names.add(design.name)
        assert len(design.entities) >= 4
        assert len(design.rules) >= 3
        assert len(design.actions) >= 8
        assert all(
            isinstance(node.type, Type) for one in expressions(design.derived) for node in nodes_of(one)
        )
    assert len(names) == len(compositions)


def expressions(derived: object) -> list[Expression]:
    assert isinstance(derived, dict)
    return list(derived.values())


def test_every_pattern_is_used_by_a_domain():
    designs = (domain_named(name).design(chosen) for name in domain_names() for chosen in alone(name))
    used = {pattern for design in designs for pattern in design.patterns}
    assert not set(Patterns().names()) - used


def alone(name: str) -> list[tuple[str, ...]]:
    """Compositions that together have every option."""
    every = domain_named(name).compositions()
    return [every[-1], *(chosen for chosen in every if len(chosen) == 1)]
