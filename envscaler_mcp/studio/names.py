"""What the names of a draft's parts get in the way of: each other, Python, and the base classes."""

from __future__ import annotations

from collections.abc import Iterator

from envscaler_mcp.runtime.standalone.environment import RESERVED_TOOL_NAMES, Entity, Environment
from envscaler_mcp.spec import Problem
from envscaler_mcp.synthesis.outline.names import taken, twice

from .parts import Draft


def name_faults(draft: Draft) -> list[Problem]:
    """Everything that is wrong with the names of a draft."""
    return [*_in_the_module(draft), *_in_the_class(draft), *_within_parts(draft)]


def _in_the_module(draft: Draft) -> Iterator[Problem]:
    names = [*(one.name for one in (*draft.constants, *draft.entities)), draft.class_name]
    yield from twice(names, draft.name, "constant, entity or environment")
    yield from taken(names, draft.name, None)


def _in_the_class(draft: Draft) -> Iterator[Problem]:
    collections = [one.collection for one in draft.entities if one.collection]
    names = [*collections, *(one.name for one in draft.methods)]
    yield from twice(names, draft.name, "collection, tool, rule or method")
    yield from taken(names, draft.name, Environment)
    for one in draft.methods:
        if one.name in RESERVED_TOOL_NAMES and one.kind in ("read", "write"):
            message = f"{one.name} is taken; choose another name."
            yield Problem(code="name_taken", where=f"{one.kind} {one.name}", message=message)


def _within_parts(draft: Draft) -> Iterator[Problem]:
    for entity in draft.entities:
        fields, where = [one.name for one in entity.fields], f"entity {entity.name}"
        yield from (*twice(fields, where, "field"), *taken(fields, where, Entity))
    for method in draft.methods:
        given, where = [one.name for one in method.parameters], f"{method.kind} {method.name}"
        yield from (*twice(given, where, "parameter"), *taken(given, where, None))
