"""Whether clients can take what a composition compiles to: not too many tools, no list that is too long.

Compiling to find out takes a third of a second, and there are hundreds of compositions; so the length of
the list is estimated from that of the domain's core, and compiled only where the estimate is too close.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from envscaler_mcp.blueprint.compiling.compile import compile_design
from envscaler_mcp.blueprint.design import Action, Design
from envscaler_mcp.blueprint.reading import Domain
from envscaler_mcp.errors import BadInput
from envscaler_mcp.render import lint, wire_tools
from envscaler_mcp.render.lint.names import QUALIFIED_LIMIT
from envscaler_mcp.render.lint.texts import MAX_LIST_BYTES, MAX_TOOLS
from envscaler_mcp.runtime.standalone.canonical import dumps

MAX_NAME = 48
QUALIFIED = len("mcp____")
"""Clients call a tool `mcp__<server>__<tool>`."""
GROWTH = (1.04, 1.12)
"""By so much the list is longer for each part in a composition near the limit, at least and at most."""


@dataclass(frozen=True)
class Fitting:
    """Of one domain, which compositions can be served."""

    domain: Domain

    def room(self, options: tuple[str, ...]) -> int:
        """Characters that a server's name may have with this composition; 0 where it cannot be served."""
        try:
            design = self.domain.design(options)
            if _tools(design) > MAX_TOOLS or not self._fits(design):
                return 0
        except BadInput:
            return 0
        return min(MAX_NAME, QUALIFIED_LIMIT - QUALIFIED - max(map(len, _names(design))))

    def _fits(self, design: Design) -> bool:
        estimate = _weight(design) * self._bytes_each
        least, most = (estimate * growth for growth in GROWTH)
        return most < MAX_LIST_BYTES or (least < MAX_LIST_BYTES and _compiles(design))

    @cached_property
    def _bytes_each(self) -> float:
        """Bytes of the core's list for each part that counts."""
        core = self.domain.design(())
        return _list_bytes(core) / _weight(core)


def _tools(design: Design) -> int:
    return len(_names(design))


def _names(design: Design) -> list[str]:
    """Of all tools; the rows that only record an answer are not looked up."""
    answers = {action.creates for action in design.actions if action.answer}
    looked_up = [one for one in design.entities if one.name not in answers]
    found = [name for one in looked_up for name in (f"get_{one.name}", f"search_{one.collection}")]
    return [*found, *(action.name for action in design.actions)]


def _weight(design: Design) -> int:
    """Parts of the list of tools: what tools take and, most of it, the fields of what they give."""
    reads = sum(3 * (len(one.fields) + 2) for one in design.entities)
    return reads + sum(_given(design, action) + len(action.parameters) for action in design.actions)


def _given(design: Design, action: Action) -> int:
    entity = design.by_entity.get(action.subject or action.creates)
    return len(entity.fields) + 2 if entity else 4


def _list_bytes(design: Design) -> int:
    return len(dumps(wire_tools(compile_design(design).card)).encode())


def _compiles(design: Design) -> bool:
    """Whether what it compiles to has no fault but perhaps its name."""
    environment = compile_design(design)
    short = environment.card.model_copy(update={"name": "x"})
    return not any(problem.severity == "error" for problem in lint(short, environment.policy))
