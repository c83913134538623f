"""What a native class offers, read off the class: tools as MCP lists them, rules, entities."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast, get_args

from .environment import Entity, Environment, rules_of, tools_of
from .schemas import input_schema, output_schema


@dataclass(frozen=True)
class Description:
    """`tools` as in tools.json, `rules` and `entities` as in environment.json."""

    tools: list[dict[str, Any]]
    rules: list[dict[str, str]]
    entities: list[dict[str, Any]]

    @property
    def roles(self) -> dict[str, str]:
        """Path pattern → role, for every field that has one."""
        return roles_of(self.entities)


def describe(cls: type[Environment]) -> Description:
    """Everything that can be read off a native class."""
    return Description(
        tools=[tool(name, kind, getattr(cls, name)) for name, kind in tools_of(cls).items()],
        rules=[{"id": name, "text": text} for name, text in rules_of(cls).items()],
        entities=[_entity(name, row) for name, row in _rows(cls).items()],
    )


def tool(name: str, kind: str, method: Callable[..., Any]) -> dict[str, Any]:
    """One tool as it goes over the wire (MCP 2026-07-28, `Tool`)."""
    return {
        "name": name,
        "description": inspect.cleandoc(method.__doc__ or ""),
        "inputSchema": input_schema(method),
        "outputSchema": output_schema(method),
        "annotations": hints(kind),
    }


def hints(kind: str) -> dict[str, bool]:
    """All four hints: an absent one reads as destructive to some clients."""
    return {
        "readOnlyHint": kind == "read",
        "destructiveHint": False,
        "idempotentHint": kind == "read",
        "openWorldHint": False,
    }


def roles_of(entities: list[dict[str, Any]]) -> dict[str, str]:
    """Path pattern → role, of entity cards with a collection."""
    return {
        f"/{entity['collection']}/*/{one['name']}": one["role"]
        for entity in entities
        if entity.get("collection")
        for one in entity["fields"]
        if one.get("role")
    }


def roles_in(cls: type[Environment]) -> dict[str, str]:
    """Path pattern → role, read off the fields; `describe(cls).roles` says the same and costs more."""
    return {
        f"/{collection}/*/{name}": role
        for collection, row in _rows(cls).items()
        for name, info in row.model_fields.items()
        if (role := _role(info.json_schema_extra))
    }


def _role(extra: object) -> str:
    return str(cast("dict[str, object]", extra).get("role", "")) if isinstance(extra, dict) else ""


def _rows(cls: type[Environment]) -> dict[str, type[Entity]]:
    """State field → the entity that its rows are."""
    found: dict[str, type[Entity]] = {}
    for name, info in cls.model_fields.items():
        for part in get_args(info.annotation):
            if isinstance(part, type) and issubclass(part, Entity):
                found[name] = part
    return found


def _entity(collection: str, row: type[Entity]) -> dict[str, Any]:
    properties = cast("dict[str, dict[str, Any]]", row.model_json_schema()["properties"])
    return {
        "name": row.__name__,
        "key": row.key_field(),
        "collection": collection,
        "fields": [_field(row, name, raw) for name, raw in properties.items()],
    }


def _field(row: type[Entity], name: str, raw: dict[str, Any]) -> dict[str, Any]:
    info = row.model_fields[name]
    card: dict[str, Any] = {
        "name": name,
        "type": _type_name(info.annotation),
        "description": raw.get("description", ""),
    }
    card.update({key: raw[key] for key in ("enum", "ref", "role") if key in raw})
    if "minimum" in raw or "maximum" in raw:
        card["range"] = [raw.get("minimum"), raw.get("maximum")]
    return card


def _type_name(annotation: Any) -> str:
    return (
        annotation.__name__
        if isinstance(annotation, type) and not get_args(annotation)
        else str(annotation).replace("typing.", "")
    )
