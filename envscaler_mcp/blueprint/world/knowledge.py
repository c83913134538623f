"""What can be read off a design once and for all: it serves every start state and every call."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from envscaler_mcp.blueprint.design import Action, Design
from envscaler_mcp.blueprint.expression.tree import Aggregate, Expression
from envscaler_mcp.blueprint.expression.walk import nodes_of

from .limits import Limits, rules_after
from .parts import Pair, Part, grounds
from .trees import free_names

REMEMBERED = 8
"""Designs."""

Need = tuple[frozenset[str], Expression]
"""The names that have to be bound, and what has to hold then."""


class Knowledge:
    """Of one design; each part is found when first asked for."""

    def __init__(self, design: Design) -> None:
        self._design = design
        self.limits = Limits(design)

    @cached_property
    def needs(self) -> Mapping[str, tuple[Need, ...]]:
        """Action → what has to hold: requirements, and rules of its row; the cheapest first."""
        return {
            action.name: tuple(sorted(self._needs(action), key=_effort)) for action in self._design.actions
        }

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """What the actions do, but for those that only record an answer."""
        return tuple(Part.of(one) for one in self._design.actions if not one.answer)

    @cached_property
    def grounds(self) -> Mapping[tuple[str, str], frozenset[Pair]]:
        """(action, refusal code) → what the refusal depends on."""
        return grounds(self._design)

    def _needs(self, action: Action) -> list[Need]:
        said = (*(one.must for one in action.requires), *rules_after(self._design, action))
        return [(free_names(one), one) for one in said]


def known(design: Design) -> Knowledge:
    """What is known of a design; the last few designs are remembered."""
    for place, (other, knowledge) in enumerate(_known):
        if other is design:
            _known.insert(0, _known.pop(place))
            return knowledge
    knowledge = Knowledge(design)
    _known.insert(0, (design, knowledge))
    del _known[REMEMBERED:]
    return knowledge


_known: list[tuple[Design, Knowledge]] = []


def _effort(need: Need) -> int:
    return sum(isinstance(one, Aggregate) for one in nodes_of(need[1]))
