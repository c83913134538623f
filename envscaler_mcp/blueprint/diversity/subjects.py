"""What is compared: servers as their folders say, whoever made them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import Call, EnvironmentCard, Grading, State, ToolCard
from envscaler_mcp.spec.environment import FieldCard

from .coded import Coded, coded_in

_ID = re.compile(r"_ids?\Z")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Task:
    """A scenario with its solution."""

    start: State
    oracle: tuple[Call, ...]


@dataclass(frozen=True)
class Subject:
    """One environment."""

    card: EnvironmentCard
    tasks: tuple[Task, ...]
    source: str = ""
    vacuous: int = 0
    """Checks of its scenarios that are no goal and no guard, or are not proven to be one."""

    @property
    def name(self) -> str:
        """Of the server."""
        return self.card.name

    @cached_property
    def entity_names(self) -> Mapping[str, str]:
        """How fields and parameters name an entity (`room`, `billing_item`) → its name."""
        found: dict[str, str] = {}
        for entity in self.card.entities:
            found[_CAPITAL.sub("_", entity.name).lower()] = entity.name
            if _ID.search(entity.key):
                found[_ID.sub("", entity.key)] = entity.name
        return found

    def entity_of(self, name: str) -> str | None:
        """The entity that a field or parameter refers to, by its name: `room_id`, `new_room_id`."""
        if not _ID.search(name):
            return None
        steps = _ID.sub("", name).split("_")
        stems = ("_".join(steps[at:]) for at in range(len(steps)))
        return next((self.entity_names[stem] for stem in stems if stem in self.entity_names), None)

    @cached_property
    def codes(self) -> frozenset[str]:
        """Codes with which its tools refuse."""
        return frozenset(refusal.code for tool in self.card.tools for refusal in tool.refusals)

    def refuses(self, tool: ToolCard) -> int:
        """In how many ways a tool declines: as its card declares, or as its code says."""
        return len(tool.refusals) or self._coded.declines.get(_method(tool), 0)

    def choices(self, tool: ToolCard) -> dict[str, int]:
        """Parameters of a tool that take one of a few values, with how many these are."""
        properties = cast("dict[str, dict[str, Any]]", tool.input.get("properties") or {})
        declared = {name: len(part["enum"]) for name, part in properties.items() if part.get("enum")}
        return {**self._coded.choices.get(_method(tool), {}), **declared}

    def values(self, field: FieldCard) -> int:
        """How many values a field may have, where these are few; else 0."""
        return len(field.enum or ()) or self._coded.values.get(field.name, 0)

    def touches(self, tool: ToolCard) -> list[str]:
        """The entities whose rows a tool looks at or changes, whatever it takes."""
        touched = self._coded.touched.get(_method(tool), frozenset())
        return [one.name for one in self.card.entities if one.collection in touched]

    @cached_property
    def _coded(self) -> Coded:
        return coded_in(self.source, self.card.class_name)

    @cached_property
    def signatures(self) -> frozenset[str]:
        """Its tools as name and parameters."""
        return frozenset(
            f"{tool.name}({', '.join(sorted(_properties(tool.input)))})" for tool in self.card.tools
        )


def subjects_in(folder: Path) -> list[Subject]:
    """The servers in a folder, by name. Raises BadInput for one that cannot be read."""
    return [_read(card.parent) for card in sorted(folder.glob("*/environment.json"))]


def _read(path: Path) -> Subject:
    folder = ServerFolder.load(path)
    graded = [(folder.scenario(one), folder.grading(one)) for one in folder.ids]
    tasks = [
        Task(scenario.start, grading.oracle) for scenario, grading in graded if grading and grading.oracle
    ]
    vacuous = sum(_vacuous(grading) for _, grading in graded if grading)
    return Subject(folder.card, tuple(tasks), folder.environment().source, vacuous)


def _vacuous(grading: Grading) -> int:
    rungs = grading.certificate.rungs if grading.certificate else ()
    proven = any(rung.name == "checks_at_start" and rung.ok for rung in rungs)
    return sum(check.kind == "unclassified" or not proven for check in grading.checks)


def _method(tool: ToolCard) -> str:
    """The name of a tool in the code."""
    return tool.released_name or tool.name


def _properties(schema: Mapping[str, object]) -> list[str]:
    properties = schema.get("properties")
    return [str(name) for name in properties] if isinstance(properties, dict) else []  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
