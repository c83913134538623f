"""What a task changes, row by row: the raw material of checks, frame and difficulty."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

State = Mapping[str, Any]


@dataclass(frozen=True)
class Changes:
    """The difference between two states, row by row, in order of collection and key.

    Attributes:
        edited: (collection, key) → the fields that differ.
        made: (collection, key) of new rows.
        removed: (collection, key) of rows that are gone.
    """

    edited: Mapping[tuple[str, str], tuple[str, ...]]
    made: tuple[tuple[str, str], ...]
    removed: tuple[tuple[str, str], ...]

    @property
    def touched(self) -> frozenset[tuple[str, str]]:
        """Every row that is not as it was."""
        return frozenset([*self.edited, *self.made, *self.removed])


def changes_between(initial: State, final: State, passed_over: Collection[str] = ()) -> Changes:
    """What differs, but for some collections."""
    names = [name for name in initial if name not in passed_over]
    edited = {
        (name, key): differing(row, final[name][key])
        for name in names
        for key, row in initial[name].items()
        if key in final[name] and final[name][key] != row
    }
    made = [(name, key) for name in names for key in final[name] if key not in initial[name]]
    removed = [(name, key) for name in names for key in initial[name] if key not in final[name]]
    return Changes(edited, tuple(made), tuple(removed))


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields in which two rows differ."""
    return tuple(name for name in after if name not in before or before[name] != after[name])
