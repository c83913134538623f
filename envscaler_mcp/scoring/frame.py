"""The frame: which changes lie outside the footprint that solving may leave.

The frame limits and never requires: a `changed` path need not change, a `deleted` row may stay.
Only `created` counts both ways, because a row too few is as wrong as a row too many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from envscaler_mcp.runtime.standalone.difference import Change, diff, escape, matches, unescape
from envscaler_mcp.spec.record import State
from envscaler_mcp.spec.scenario import Frame


def outside(frame: Frame, initial: State, final: State, roles: Mapping[str, str]) -> tuple[str, ...]:
    """Paths of the changes from `initial` to `final` that the frame does not allow, sorted.

    Args:
        frame: what solving may leave.
        initial: the state at the start.
        final: the state that the agent left behind.
        roles: path pattern → role; volatile and derived fields never count, append-only ones may grow.
    """
    border = _Border(frame, roles, final)
    changes = diff(initial, final, roles)
    passed = [change.path for change in changes if not border.allows(change)]
    return tuple(sorted([*passed, *border.miscounted(changes)]))


@dataclass(frozen=True)
class _Border:
    frame: Frame
    roles: Mapping[str, str]
    final: State

    def allows(self, change: Change) -> bool:
        """Whether this change alone is inside; created rows are judged by their number."""
        if _covered(change.path, [*self.frame.free, *self._with_role("derived")]):
            return True
        if self._is_addition(change):
            return True
        if _is_row(change.path) and change.created:
            return True
        if _is_row(change.path) and change.deleted:
            return _covered(change.path, self.frame.deleted)
        return _covered(change.path, self.frame.changed) or (
            change.deleted and _covered(change.path, self.frame.deleted)
        )

    def miscounted(self, changes: Sequence[Change]) -> Iterator[str]:
        """The rows that are too many (the last ones), or the collection where one is missing."""
        allowed = {name.strip("/"): count for name, count in self.frame.created.items()}
        made = self._created_rows(changes)
        for collection in sorted({*allowed, *made}):
            rows, count = made.get(collection, []), allowed.get(collection, 0)
            if len(rows) < count:
                yield f"/{collection}"
            else:
                yield from rows[count:]

    def _created_rows(self, changes: Sequence[Change]) -> dict[str, list[str]]:
        """Collection → paths of its new rows, in the order in which the state holds them."""
        made: dict[str, list[str]] = {}
        for change in changes:
            if change.created and _is_row(change.path) and not self._uncounted(change):
                made.setdefault(_collection(change.path), []).append(change.path)
        return {name: self._in_order(name, paths) for name, paths in made.items()}

    def _uncounted(self, change: Change) -> bool:
        return _covered(change.path, self.frame.free) or self._is_addition(change)

    def _in_order(self, collection: str, paths: list[str]) -> list[str]:
        rows = self.final.get(collection)
        keys = list(cast("dict[str, Any]", rows)) if isinstance(rows, dict) else []
        place = {f"/{escape(collection)}/{escape(key)}": index for index, key in enumerate(keys)}
        return sorted(paths, key=lambda path: (place.get(path, len(keys)), path))

    def _is_addition(self, change: Change) -> bool:
        """Whether something append-only has grown, and nothing old in it was touched."""
        logs = [f"/{name.strip('/')}" for name in self.frame.history]
        for pattern in (*logs, *self._with_role("append_only")):
            if matches(change.path, pattern):
                below = change.path.count("/") - pattern.count("/")
                return _grew(change) if not change.created else below <= 1 or self._in_list(change.path)
        return False

    def _in_list(self, path: str) -> bool:
        """Whether a path's last step is an entry of a list (of the final state)."""
        part: Any = self.final
        for step in path.split("/")[1:-1]:
            part = cast("dict[str, Any]", part).get(unescape(step)) if isinstance(part, dict) else None
        return isinstance(part, list)

    def _with_role(self, role: str) -> list[str]:
        return [pattern for pattern, given in self.roles.items() if given == role]


def _covered(path: str, patterns: Sequence[str]) -> bool:
    return any(matches(path, pattern) for pattern in patterns)


def _is_row(path: str) -> bool:
    return path.count("/") == 2


def _collection(path: str) -> str:
    return unescape(path.split("/")[1])


def _grew(change: Change) -> bool:
    """Whether a list kept what it held, in its place, and gained entries at its end."""
    before, after = change.before, change.after
    if not isinstance(before, list) or not isinstance(after, list):
        return False
    old, new = cast("list[Any]", before), cast("list[Any]", after)
    return len(new) >= len(old) and not diff(old, new[: len(old)])
