"""Ids that people can read: what history made under generated ids is numbered through."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from envscaler_mcp.blueprint.design import Design, Entity

State = dict[str, Any]


def renamed(design: Design, state: Mapping[str, Any]) -> State:
    """The state with every row under a number, in the order in which the rows came into being."""
    names = {
        key: name for one in design.entities for key, name in _numbers(one, state[one.collection]).items()
    }
    return {
        collection: {names[key]: _row(row, names) for key, row in rows.items()}
        for collection, rows in cast("Mapping[str, Mapping[str, Mapping[str, Any]]]", state).items()
    }


def _numbers(entity: Entity, rows: Mapping[str, Any]) -> dict[str, str]:
    """Rows that have a number keep it; the others come after them."""
    plain = re.compile(rf"{re.escape(entity.prefix)}-(\d{{2,4}})")
    kept = {key: int(found[1]) for key in rows if (found := plain.fullmatch(key))}
    fresh = [key for key in rows if key not in kept]
    first = max(kept.values(), default=0) + 1
    numbered = {key: f"{entity.prefix}-{number:02}" for number, key in enumerate(fresh, first)}
    return {key: numbered.get(key, key) for key in rows}


def _row(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {field: _value(value, names) for field, value in row.items()}


def _value(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        return [_value(part, names) for part in cast("list[Any]", value)]
    return value
