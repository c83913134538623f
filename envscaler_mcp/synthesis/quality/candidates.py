"""Calls worth trying in a state: every way to fill the parameters, as far as that is not too many.

`certify.probes` knows a tool by its JSON Schema alone; here the outline says which collection an id is of and
where the bounds are, so that small states can be tried from end to end.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from envscaler_mcp.certify.probes import UNKNOWN_ID
from envscaler_mcp.spec import Call, Json, State
from envscaler_mcp.synthesis.outline.outline import FieldOutline, Outline, ToolOutline

MOST_VALUES = 10
"""So many values are tried of one parameter."""


@dataclass(frozen=True)
class Candidates:
    """Makes calls for the tools of an outline in one state; the same seed gives the same calls."""

    outline: Outline
    state: State
    today: dt.date
    seed: str

    def of(self, tool: ToolOutline, most: int) -> list[Call]:
        """At most so many calls, all different, in no order; all there are where these are fewer."""
        chance = random.Random(f"{self.seed} {tool.name}")
        choices = [(one.name, self._values(one, chance)) for one in tool.parameters]
        whole = math.prod(len(values) for _, values in choices)
        numbers = chance.sample(range(whole), min(whole, most))
        return [Call(tool=tool.name, arguments=_arguments(number, choices)) for number in numbers]

    def _values(self, field: FieldOutline, chance: random.Random) -> list[Json]:
        """Different values, among them what a bound or an unknown id asks for; absence where it may be."""
        values = list(dict.fromkeys(self._made(field)))
        if len(values) > MOST_VALUES:
            kept = values[:2]
            values = kept + chance.sample(values[2:], MOST_VALUES - len(kept))
        listed: list[Json] = [[], *([one] for one in values), values[:2]] if field.many else list(values)
        return [_ABSENT, *listed] if field.optional else listed

    def _made(self, field: FieldOutline) -> Iterator[Any]:
        match field.kind:
            case "reference":
                entity = self.outline.entity(field.refers_to or "")
                yield UNKNOWN_ID
                yield from self._rows(entity.collection if entity else "")
            case "choice":
                yield from field.choices
            case "boolean":
                yield from (True, False)
            case "date":
                yield from (str(self.today + dt.timedelta(days=days)) for days in (0, 1, -1, 7, 30))
                yield from self._seen(field, str)
            case "datetime":
                yield from (f"{self.today + dt.timedelta(days=days)}T10:00:00" for days in (0, 1, -1, 7))
                yield from self._seen(field, str)
            case "integer" | "number":
                yield from self._numbers(field)
            case "text":
                yield from ("something", "", *self._seen(field, str))

    def _rows(self, collection: str) -> list[str]:
        return list(cast("dict[str, Json]", self.state.get(collection, {})))

    def _numbers(self, field: FieldOutline) -> Iterator[int]:
        """Bounds, what stands in the state under this name, and one step beside each."""
        low, high = field.minimum, field.maximum
        seen = [value for value in self._seen(field, int) if type(value) is int]
        wanted = [low, high, 1, *(value + step for value in seen for step in (0, 1, -1)), 0, 2, 10, 1000]
        for value in wanted:
            if value is not None and (low is None or value >= low) and (high is None or value <= high):
                yield value

    def _seen(self, field: FieldOutline, kind: type[object]) -> list[Any]:
        """What stands in the state under the parameter's name; else under a name that ends like it."""
        last = field.name.rsplit("_", 1)[-1]
        named = [(name, value) for name, value in self._held() if type(value) is kind]
        same = {value for name, value in named if name == field.name}
        return sorted(same or {value for name, value in named if name.rsplit("_", 1)[-1] == last})

    def _held(self) -> Iterator[tuple[str, Any]]:
        """The fields of all rows; rows of imported classes may be anything."""
        for rows in self.state.values():
            for row in cast("dict[str, Json]", rows).values() if isinstance(rows, dict) else ():
                yield from cast("dict[str, Json]", row).items() if isinstance(row, dict) else ()


_ABSENT = object()


def _arguments(number: int, choices: Sequence[tuple[str, list[Json]]]) -> dict[str, Json]:
    """The number-th combination of all choices."""
    arguments: dict[str, Json] = {}
    for name, values in choices:
        number, place = divmod(number, len(values))
        if values[place] is not _ABSENT:
            arguments[name] = values[place]
    return arguments
