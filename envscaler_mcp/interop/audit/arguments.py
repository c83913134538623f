"""Plausible arguments: what the start state itself holds under a parameter's name, or under its end."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from envscaler_mcp.certify.probes import Prober
from envscaler_mcp.runtime.standalone.canonical import canonical
from envscaler_mcp.spec.record import Json, State
from envscaler_mcp.spec.scenario import Call

_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}


class Arguments:
    """Makes probe calls; every second one takes what it can from fields of the state.

    `new_condition` gets a `condition` that some row has, `profile_info` a whole one.
    """

    def __init__(self, tools: Sequence[Mapping[str, Any]], state: State) -> None:
        self._prober = Prober(tools, state, "audit")
        self._random = random.Random("audit")
        self._fields: dict[str, dict[bytes, Json]] = {}
        for name, value in _fields(state):
            self._fields.setdefault(name, {}).setdefault(canonical(value), value)

    def calls(self, tool: Mapping[str, Any], number: int) -> list[Call]:
        """So many calls of one tool, less those that would be the same."""
        name = tool["name"]
        made = [self._prober.valid(name, self._known(tool) if at % 2 else None) for at in range(number)]
        return list({canonical(dict(call.arguments)): call for call in made}.values())

    def _known(self, tool: Mapping[str, Any]) -> dict[str, Json]:
        """Values of the state for those parameters that are named like a field."""
        schema = cast("dict[str, Any]", tool["inputSchema"])
        properties = cast("dict[str, dict[str, Any]]", schema.get("properties", {}))
        required = set(cast("list[str]", schema.get("required", [])))
        wanted = [name for name in properties if name in required or self._random.random() < 0.5]
        found = {name: self._fitting(name, properties[name]) for name in wanted}
        return {name: self._random.choice(values) for name, values in found.items() if values}

    def _fitting(self, name: str, schema: Mapping[str, Any]) -> list[Json]:
        kind = _TYPES.get(str(schema.get("type")))
        if kind is None:
            return []
        words = name.split("_")
        ends = ["_".join(words[at:]) for at in range(len(words))]
        named = [end for end in ends if end in self._fields][:1]
        held = [value for end in named for value in self._fields[end].values()]
        return [value for value in held if isinstance(value, kind) and _is_kind(value, kind)]


def _is_kind(value: Json, kind: type | tuple[type, ...]) -> bool:
    """Python takes True for a number."""
    return not isinstance(value, bool) or kind is bool


def _fields(value: Json) -> Iterator[tuple[str, Json]]:
    """Every named value inside a state."""
    if isinstance(value, dict):
        for name, part in cast("State", value).items():
            yield name, part
            yield from _fields(part)
    elif isinstance(value, list):
        for part in cast("list[Json]", value):
            yield from _fields(part)
