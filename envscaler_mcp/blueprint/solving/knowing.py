"""Which design a server was made from, told by what every client sees of it: policy and tools."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import mcp_types as types

from envscaler_mcp.blueprint.design import Design, Entity
from envscaler_mcp.blueprint.reading import Domain, domain_named, domain_names
from envscaler_mcp.errors import BadInput

Listed = frozenset[tuple[str, frozenset[str]]]
"""The tools of a server, each with the fields of the row that it shows."""


def design_behind(policy: str, tools: Iterable[types.Tool]) -> Design | None:
    """The design whose title the policy has and whose tools these are; None where there is none."""
    heading = policy.partition("\n")[0].removeprefix("# ").strip()
    titles = {domain.title: domain.name for domain in _domains()}
    meant = [title for title in titles if heading == title or heading.startswith(f"{title}:")]
    listed = frozenset((tool.name, _row_fields(tool)) for tool in tools)
    return _composed(titles[max(meant, key=len)], listed) if meant else None


@cache
def _composed(name: str, listed: Listed) -> Design | None:
    domain, rows = domain_named(name), dict(listed)
    for options in domain.compositions():
        design = domain.design(options)
        if tool_names(design) == frozenset(rows) and all(
            _stored(one) == rows[f"get_{one.name}"] for one in _shown(design)
        ):
            return design
    return None


def tool_names(design: Design) -> frozenset[str]:
    """The names of the tools that a design compiles to."""
    looking_up = [name for one in _shown(design) for name in (f"get_{one.name}", f"search_{one.collection}")]
    return frozenset([*design.by_action, *looking_up])


def _shown(design: Design) -> list[Entity]:
    """The entities that can be looked up: all but recorded answers."""
    answers = {one.creates for one in design.actions if one.answer}
    return [one for one in design.entities if one.name not in answers]


def _stored(entity: Entity) -> frozenset[str]:
    return frozenset(["id", *(one.stored for one in entity.fields)])


def _row_fields(tool: types.Tool) -> frozenset[str]:
    """The fields of the row that a get tool shows, be it alone or with what follows from it."""
    shown = (tool.output_schema or {}).get("properties", {})
    inner = shown.get(tool.name.removeprefix("get_"), {})
    return frozenset(inner.get("properties", shown))


@cache
def _domains() -> tuple[Domain, ...]:
    """The domains that ship with the package; one that cannot be read is none."""
    found: list[Domain] = []
    for name in domain_names():
        try:
            found.append(domain_named(name))
        except BadInput:
            continue
    return tuple(found)
