"""An environment under way: its outline, and what a model wrote for it so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from envscaler_mcp.spec import State

from .outline import Outline


@dataclass(frozen=True)
class Contract:
    """What the outline of a tool promises, as code over plain states, written without seeing its body.

    Attributes:
        refuses: body of `refuses(before, arguments, now)`: the codes with which it may be refused; none: it
            has to succeed.
        ensures: body of `ensures(before, arguments, after, result, now)`: whether a success left what it
            should.
    """

    refuses: str
    ensures: str


@dataclass(frozen=True)
class Draft:
    """Texts as a model wrote them: none is source before it went through assembly.

    Attributes:
        outline: what everything else is held against.
        bodies: of tools, by name.
        invariants: bodies of executable rules, by id.
        contracts: by tool.
        start: a state for trials.
    """

    outline: Outline
    bodies: Mapping[str, str] = field(default_factory=dict[str, str])
    invariants: Mapping[str, str] = field(default_factory=dict[str, str])
    contracts: Mapping[str, Contract] = field(default_factory=dict[str, Contract])
    start: State = field(default_factory=dict[str, object])

    def with_body(self, tool: str, body: str) -> Draft:
        """The draft with another body for a tool."""
        return replace(self, bodies={**self.bodies, tool: body})

    def with_invariant(self, rule: str, body: str) -> Draft:
        """The draft with another invariant for a rule."""
        return replace(self, invariants={**self.invariants, rule: body})

    def with_contract(self, tool: str, contract: Contract) -> Draft:
        """The draft with another contract for a tool."""
        return replace(self, contracts={**self.contracts, tool: contract})

    def without(self, names: frozenset[str]) -> Draft:
        """The draft without some of its tools."""
        return replace(
            self,
            outline=self.outline.without(names),
            bodies={name: body for name, body in self.bodies.items() if name not in names},
            contracts={name: one for name, one in self.contracts.items() if name not in names},
        )
