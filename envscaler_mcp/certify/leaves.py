"""What the instruction determines in an end state: the places where a mutant may put another value.

Left out are paths that the frame leaves free and logs, volatile, derived and free-text fields,
generated ids, a row's own key, and what the clock stamped there.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from envscaler_mcp.runtime.standalone.difference import MISSING, Change, diff, escape, matches, unescape
from envscaler_mcp.spec import FieldCard, Json, State

from .bench import Bench
from .play import literals

OPEN_ROLES = ("volatile", "derived", "free_text", "append_only")


@dataclass(frozen=True)
class Leaf:
    """One determined value of an end state; `before` is MISSING in a created row."""

    path: str
    value: Json
    before: Any

    @property
    def created(self) -> bool:
        """Whether it stands in a row that the start does not have."""
        return self.before is MISSING

    @property
    def row(self) -> str:
        """The path of the row it stands in."""
        return "/".join(self.path.split("/")[:3])


class Determined:
    """The determined part of the way from a scenario's start to its oracle's end."""

    def __init__(self, bench: Bench, final: State) -> None:
        self.bench = bench
        self.final = final
        self.generated = bench.generated(final)
        self.said = [value for call in bench.oracle for value in literals(call.arguments)]
        self._open = [*bench.open_paths, *(path for path, role in bench.roles.items() if role in OPEN_ROLES)]
        self._stamps = _stamps(bench.scenario.now) - {value for value in self.said if isinstance(value, str)}
        changes = diff(bench.initial, final, bench.roles)
        self.changes = [change for change in changes if not self._is_open(change.path)]

    @property
    def rows_created(self) -> list[Change]:
        """Rows that solving adds."""
        return [change for change in self.changes if change.created and _is_row(change.path)]

    @property
    def rows_deleted(self) -> list[Change]:
        """Rows that solving removes."""
        return [change for change in self.changes if change.deleted and _is_row(change.path)]

    @property
    def edits(self) -> list[Change]:
        """Changes within rows that the start has, or of single values."""
        return [
            change
            for change in self.changes
            if not (_is_row(change.path) and (change.created or change.deleted))
        ]

    @property
    def leaves(self) -> list[Leaf]:
        """Every determined value, created rows included."""
        return [leaf for change in self.changes if not change.deleted for leaf in self._leaves(change)]

    def spoken(self, value: Json) -> bool:
        """Whether a value stands in the oracle's arguments, and so in what was asked for."""
        return any(type(value) is type(said) and value == said for said in self.said)

    def card(self, path: str) -> FieldCard | None:
        """The field's card, where the environment describes it."""
        steps = path.split("/")[1:]
        for entity in self.bench.folder.card.entities:
            if len(steps) >= 3 and entity.collection == steps[0]:
                return next((field for field in entity.fields if field.name == steps[2]), None)
        return None

    def _leaves(self, change: Change) -> Iterator[Leaf]:
        before = MISSING if change.created else change.before
        for path, value in _walk(change.path, change.after):
            simple = path == change.path
            if self._may_change(path, value):
                yield Leaf(path, value, before if simple or change.created else None)

    def _may_change(self, path: str, value: Json) -> bool:
        if value is None or self._is_open(path):
            return False
        is_key = isinstance(value, str) and path.split("/")[2:3] == [escape(value)]
        return not is_key and not (
            isinstance(value, str) and (value in self.generated or value in self._stamps)
        )

    def _is_open(self, path: str) -> bool:
        return any(matches(path, pattern) for pattern in self._open)


def look(state: State, path: str) -> Json:
    """The value at a path."""
    part: Any = state
    for step in path.split("/")[1:]:
        part = part[_step(part, step)]
    return part


def put(state: State, path: str, value: Any) -> State:
    """The state with another value at a path (MISSING: without it); what is not on the path is shared."""
    *way, last = path.split("/")[1:]
    changed: Any = copy.copy(state)
    part: Any = changed
    for step in way:
        place = _step(part, step)
        part[place] = copy.copy(part[place])
        part = part[place]
    if value is MISSING:
        del part[_step(part, last)]
    elif isinstance(part, list) and (step := _step(part, last)) == len(cast("list[Any]", part)):
        cast("list[Any]", part).insert(cast("int", step), value)
    else:
        cast("Any", part)[_step(part, last)] = copy.deepcopy(value)
    return changed


def _step(part: Any, step: str) -> str | int:
    """A step of a path as key or index; rows of a list are found by their id, as `diff` names them."""
    plain = unescape(step)
    if not isinstance(part, list):
        return plain
    rows = cast("list[Any]", part)
    for index, row in enumerate(rows):
        if isinstance(row, dict) and plain in _names(cast("dict[str, Any]", row)):
            return index
    return int(plain) if plain.isdigit() else len(rows)


def _names(row: dict[str, Any]) -> list[str]:
    return [
        str(value) for name, value in row.items() if name in ("id", "_id", "key") or name.endswith("_id")
    ][:1]


def _walk(path: str, value: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        for key, part in cast("dict[str, Json]", value).items():
            yield from _walk(f"{path}/{escape(key)}", part)
    elif isinstance(value, list):
        for index, part in enumerate(cast("list[Json]", value)):
            yield from _walk(f"{path}/{index}", part)
    else:
        yield path, value


def _is_row(path: str) -> bool:
    return path.count("/") == 2


def _stamps(now: dt.datetime) -> frozenset[str]:
    """The spellings of the episode's time that a row may carry."""
    plain = now.replace(tzinfo=None)
    spelt = {moment.isoformat() for moment in (now, plain, now.astimezone(dt.UTC) if now.tzinfo else plain)}
    return frozenset({*spelt, now.isoformat().replace("+00:00", "Z"), now.date().isoformat()})
