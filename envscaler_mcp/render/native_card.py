"""The card of a native class: what stands on it is read off the class and its source."""

from __future__ import annotations

from typing import Any

from envscaler_mcp.runtime.standalone.canonical import digest_bytes
from envscaler_mcp.runtime.standalone.description import describe
from envscaler_mcp.runtime.standalone.environment import Environment as World
from envscaler_mcp.spec.environment import (
    EntityCard,
    EnvironmentCard,
    Provenance,
    RefusalCard,
    RuleCard,
    ToolCard,
)

from .refusals import refusals_of

HAND_WRITTEN = "hand-written"


def native_card(
    world: type[World],
    source: str,
    policy: str,
    *,
    name: str,
    title: str,
    introduction: str,
    provenance: Provenance | None = None,
) -> EnvironmentCard:
    """The card of a native class: what `describe` reads off it, and the refusals in its source."""
    described = describe(world)
    refusals = refusals_of(source, world.__name__)
    return EnvironmentCard(
        name=name,
        title=title,
        introduction=introduction,
        form="native",
        class_name=world.__name__,
        entities=tuple(EntityCard.model_validate(entity) for entity in described.entities),
        rules=tuple(RuleCard(id=rule["id"], text=rule["text"], executable=True) for rule in described.rules),
        tools=tuple(tool_card(tool, refusals.get(tool["name"], ())) for tool in described.tools),
        policy=digest_bytes(policy.encode("utf-8")),
        provenance=provenance or Provenance(engine=HAND_WRITTEN, sources=(world.__module__,)),
    )


def tool_card(tool: dict[str, Any], refusals: tuple[RefusalCard, ...] = ()) -> ToolCard:
    """The card of a tool as it goes over the wire."""
    return ToolCard(
        name=tool["name"],
        kind="read" if tool["annotations"]["readOnlyHint"] else "write",
        description=tool["description"],
        input=tool["inputSchema"],
        output=tool["outputSchema"],
        refusals=refusals,
    )
