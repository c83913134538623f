"""Values next to a right one: a sibling's id, one more or less, the day before or after."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, TypeVar, cast

from envscaler_mcp.spec import Json, State

Thing = TypeVar("Thing")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}\Z")
_MOMENT = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")


def off_by_one(value: Json) -> list[Json]:
    """One more and one less; a day later and a day earlier; nothing for other values."""
    if type(value) is int or type(value) is float:
        return [value + 1, value - 1]
    if isinstance(value, str) and (_DAY.match(value) or _MOMENT.match(value)):
        return [text for days in (1, -1) if (text := _moved(value, days)) is not None]
    return []


def siblings(state: State, value: Json) -> list[str]:
    """The other keys of the collection that has this key, those that follow it first."""
    if not isinstance(value, str):
        return []
    for rows in state.values():
        keys = sorted(key for key in _rows(rows))
        if value in keys:
            at = keys.index(value)
            return [*keys[at + 1 :], *keys[:at]]
    return []


def others(choices: Sequence[Any] | None, value: Json) -> list[Json]:
    """The other values of an enum, those that follow first; the other truth value."""
    if isinstance(value, bool):
        return [not value]
    known = [one for one in choices or () if one is not None]
    if value not in known:
        return []
    at = known.index(value)
    return [*known[at + 1 :], *known[:at]]


def spread(things: Sequence[Thing], most: int) -> list[Thing]:
    """At most so many, evenly from the whole sequence."""
    if len(things) <= most:
        return list(things)
    return [things[index * len(things) // most] for index in range(most)]


def _rows(rows: Any) -> dict[str, Any]:
    """Only rows have ids worth confusing: the keys of a table of numbers are no siblings."""
    if not isinstance(rows, dict):
        return {}
    return {key: row for key, row in cast("dict[str, Any]", rows).items() if isinstance(row, dict)}


def _moved(text: str, days: int) -> str | None:
    try:
        day = dt.date.fromisoformat(text[:10]) + dt.timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return day.isoformat() + text[10:]
