"""The hand-written environments of `samples` as values. Their code is ours, so it is imported."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from envscaler_mcp.runtime.standalone.canonical import digest_bytes
from envscaler_mcp.runtime.standalone.description import describe
from envscaler_mcp.runtime.standalone.environment import Environment as World
from envscaler_mcp.spec.environment import (
    EntityCard,
    Environment,
    EnvironmentCard,
    Provenance,
    RefusalCard,
    RuleCard,
    ToolCard,
)
from envscaler_mcp.spec.scenario import Grading, Scenario

from .refusals import refusals_of

ENGINE = "hand-written"
_RUNTIME = re.compile(r"^from envscaler_mcp\.runtime\.standalone(?:\.\w+)? import ", re.MULTILINE)


def read_native(package: ModuleType) -> tuple[Environment, list[tuple[Scenario, Grading]]]:
    """A package of `samples` → its environment, and its scenarios with their gradings.

    Args:
        package: it names NAME, TITLE, INTRODUCTION, CLASS and `scenarios()`, and its folder holds
            `environment.py` and `policy.md`.
    """
    world = cast("type[World]", package.CLASS)
    source = _source(world)
    policy = (Path(inspect.getfile(package)).parent / "policy.md").read_text(encoding="utf-8")
    card = native_card(
        world, source, policy, name=package.NAME, title=package.TITLE, introduction=package.INTRODUCTION
    )
    scenarios = cast("Callable[[], Iterable[tuple[Scenario, Grading]]]", package.scenarios)
    return Environment(card, source, policy), list(scenarios())


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
        provenance=provenance or Provenance(engine=ENGINE, sources=(world.__module__,)),
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


def _source(world: type[World]) -> str:
    """The text of the class's module, with the runtime where a rendered server has it."""
    module = sys.modules[world.__module__]
    text = Path(inspect.getfile(module)).read_text(encoding="utf-8")
    return _RUNTIME.sub("from ._runtime import ", text)
