"""Seeded calls that look as if somebody meant them: arguments from a tool's schema and the state.

An id is taken from the rows that the parameter's name or description points at, a date from the
dates of the state, a choice from the enum. `invalid` ones break the schema in one way each.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from math import ceil, floor
from typing import Any, cast

from envscaler_mcp.spec.record import Json, State
from envscaler_mcp.spec.scenario import Call

Schema = dict[str, Any]
_EXAMPLE = re.compile(r"such as [\"'`]?([A-Za-z]+)[-_]?\w*")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}")
UNKNOWN_ID = "NO-SUCH-ID"


class Prober:
    """Makes calls for the tools of one server in one state.

    Args:
        tools: content of tools.json.
        state: where ids, dates and numbers are taken from.
        seed: the same seed gives the same calls.
    """

    def __init__(self, tools: Sequence[Mapping[str, Any]], state: State, seed: int | str) -> None:
        self.tools = {str(tool["name"]): tool for tool in tools}
        self.state = state
        self.random = random.Random(f"probe {seed}")

    def valid(self, tool: str, fixed: Mapping[str, Json] | None = None) -> Call:
        """A call that fits the tool's input schema; `fixed` arguments are kept."""
        schema = cast("Schema", self.tools[tool]["inputSchema"])
        required = set(cast("list[str]", schema.get("required", [])))
        properties = cast("dict[str, Schema]", schema.get("properties", {}))
        arguments = {
            name: (fixed or {}).get(name, None) if name in (fixed or {}) else self._value(name, part)
            for name, part in properties.items()
            if name in required or name in (fixed or {}) or self.random.random() < 0.4
        }
        return Call(tool=tool, arguments=arguments)

    def invalid(self, tool: str) -> Iterator[Call]:
        """Calls that break the input schema: an unknown argument, each wrong type, a missing argument."""
        good = self.valid(tool).arguments
        yield Call(tool=tool, arguments={**good, "no_such_argument": 1})
        schema = cast("Schema", self.tools[tool]["inputSchema"])
        required = cast("list[str]", schema.get("required", []))
        for name in required[:2]:
            yield Call(tool=tool, arguments={key: value for key, value in good.items() if key != name})
        for name, part in list(cast("dict[str, Schema]", schema.get("properties", {})).items())[:2]:
            if (wrong := _of_another_type(part)) is not None:
                yield Call(tool=tool, arguments={**good, name: wrong})

    def pick(self, values: Sequence[Any]) -> Any:
        """One of the values."""
        return values[self.random.randrange(len(values))]

    def _value(self, name: str, schema: Schema) -> Json:
        if "enum" in schema:
            return self.pick([value for value in schema["enum"] if value is not None] or [None])
        if "anyOf" in schema:
            return self._value(name, self.pick(schema["anyOf"]))
        made = self._makers.get(_type_of(schema))
        return made(name, schema) if made else None

    @cached_property
    def _makers(self) -> dict[str, Callable[[str, Schema], Json]]:
        return {
            "string": self._text,
            "integer": self._integer,
            "number": self._integer,
            "boolean": lambda _, __: self.random.random() < 0.5,
            "array": lambda name, schema: [
                self._value(_singular(name), schema.get("items", {}))
                for _ in range(self.random.randint(1, 2))
            ],
            "object": lambda _, schema: {
                name: self._value(name, part) for name, part in schema.get("properties", {}).items()
            },
        }

    def _text(self, name: str, schema: Schema) -> str:
        pattern = str(schema.get("pattern", ""))
        if "\\d{4}-\\d{2}-\\d{2}" in pattern:
            return self._day(with_time="T" in pattern)
        if "\\d{2}:\\d{2}" in pattern:
            return f"{self.random.randint(0, 23):02}:{self.pick(['00', '30'])}"
        ids = self._ids(name, str(schema.get("description", "")))
        if not ids and self.random.random() < 0.5:
            ids = self._keys  # nothing says what it means; it may be a key of its own
        return self.pick(ids) if ids else f"text {self.random.randint(1, 99)}"

    def _ids(self, name: str, description: str) -> list[str]:
        """Keys that the description's example looks like, or values of fields of this name."""
        if example := _EXAMPLE.search(description):
            prefix = re.escape(example[1])
            keys = [key for key in self._keys if re.match(rf"{prefix}[-_]?\w", key)]
            if keys:
                return keys
        return self._by_field.get(name, []) or self._by_field.get(name.removesuffix("_id") + "_ids", [])

    def _day(self, *, with_time: bool) -> str:
        days = [text for text in self._texts if _DAY.match(text)] or ["2026-01-05"]
        try:
            day = dt.date.fromisoformat(self.pick(days)[:10]) + dt.timedelta(days=self.pick([0, 0, 1, -1, 7]))
        except (ValueError, OverflowError):
            day = dt.date(2026, 1, 5)
        return f"{day}T09:00:00" if with_time else str(day)

    def _integer(self, name: str, schema: Schema) -> int:
        low, high = schema.get("minimum"), schema.get("maximum")
        known = [value for value in self._numbers.get(name, []) if _within(value, low, high)]
        if known and self.random.random() < 0.7:
            return self.pick(known)
        least = ceil(low) if low is not None else min(1, floor(high)) if high is not None else 1
        return self.random.randint(least, max(least, floor(high)) if high is not None else least + 20)

    @cached_property
    def _keys(self) -> list[str]:
        held = [cast("State", rows) for rows in self.state.values() if isinstance(rows, dict)]
        return sorted({key for rows in held for key in rows})

    @cached_property
    def _fields(self) -> list[tuple[str, Json]]:
        return list(_fields("", self.state))

    @cached_property
    def _by_field(self) -> dict[str, list[str]]:
        found: dict[str, set[str]] = {}
        for name, value in self._fields:
            if isinstance(value, str):
                found.setdefault(name, set()).add(value)
        return {name: sorted(values) for name, values in found.items()}

    @cached_property
    def _numbers(self) -> dict[str, list[int]]:
        found: dict[str, set[int]] = {}
        for name, value in self._fields:
            if type(value) is int:
                found.setdefault(name, set()).add(value)
        return {name: sorted(values) for name, values in found.items()}

    @cached_property
    def _texts(self) -> list[str]:
        return sorted({value for _, value in self._fields if isinstance(value, str)})


def _fields(name: str, value: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        for key, part in cast("dict[str, Json]", value).items():
            yield from _fields(key, part)
    elif isinstance(value, list):
        for part in cast("list[Json]", value):
            yield from _fields(name, part)
    else:
        yield name, value


def _type_of(schema: Schema) -> str:
    kind = schema.get("type", "string")
    return (
        next((one for one in cast("list[str]", kind) if one != "null"), "null")
        if isinstance(kind, list)
        else kind
    )


def _of_another_type(schema: Schema) -> Json:
    """A value that the schema does not take; None where it takes about everything."""
    if "anyOf" in schema or "type" not in schema:
        return None
    return {"a": 1} if _type_of(schema) != "object" else [1]


def _singular(name: str) -> str:
    return name.removesuffix("s")


def _within(value: int, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)
