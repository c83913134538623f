"""The card of a native class: what stands on it is read off the class and its source."""

from __future__ import annotations

from typing import Any

from envscaler_mcp.runtime.standalone.canonical import digest_bytes
from envscaler_mcp.runtime.standalone.description import Description, describe
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
    return described_card(
        describe(world),
        source,
        policy,
        class_name=world.__name__,
        name=name,
        title=title,
        introduction=introduction,
        provenance=provenance or Provenance(engine=HAND_WRITTEN, sources=(world.__module__,)),
    )


def described_card(
    described: Description,
    source: str,
    policy: str,
    *,
    class_name: str,
    name: str,
    title: str,
    introduction: str,
    provenance: Provenance,
) -> EnvironmentCard:
    """The card of a native class that a worker has described: nothing of it was run here."""
    refusals = refusals_of(source, class_name)
    return EnvironmentCard(
        name=name,
        title=title,
        introduction=introduction,
        form="native",
        class_name=class_name,
        entities=tuple(EntityCard.model_validate(entity) for entity in described.entities),
        rules=tuple(RuleCard(id=rule["id"], text=rule["text"], executable=True) for rule in described.rules),
        tools=tuple(tool_card(tool, refusals.get(tool["name"], ())) for tool in described.tools),
        policy=digest_bytes(policy.encode("utf-8")),
        provenance=provenance,
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
