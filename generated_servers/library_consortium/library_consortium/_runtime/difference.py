"""What differs between two states: by key, not by position; spelling does not matter.

Paths are `/collection/<key>/field` with `~1` for a slash inside a key (RFC 6901). `1` and `1.0`
are equal, `True` and `1` are not. Fields may carry a role: `volatile` ones are passed over,
`unordered` lists are compared without their order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from .canonical import canonical


class Missing:
    """Stands where a path does not exist."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


@dataclass(frozen=True)
class Change:
    """One difference. A whole row that came or went is one change."""

    path: str
    before: Any
    after: Any

    @property
    def created(self) -> bool:
        """The path exists only after."""
        return self.before is MISSING

    @property
    def deleted(self) -> bool:
        """The path exists only before."""
        return self.after is MISSING

    def to_json(self) -> dict[str, Any]:
        """`{path, before?, after?}`; a side that did not exist is left out."""
        sides = {"before": self.before, "after": self.after}
        return {"path": self.path, **{side: value for side, value in sides.items() if value is not MISSING}}


def diff(before: Any, after: Any, roles: Mapping[str, str] | None = None) -> list[Change]:
    """All changes from `before` to `after`, sorted by path.

    Args:
        before: a state as JSON.
        after: a state as JSON.
        roles: path pattern (`*` is one step) → role of the field.
    """
    return sorted(_walk("", before, after, roles or {}), key=lambda change: change.path)


def matches(path: str, pattern: str) -> bool:
    """Whether `pattern` (`*` is one step) covers `path` or something that `path` lies in."""
    steps, wanted = path.split("/"), pattern.split("/")
    return len(steps) >= len(wanted) and all(
        want in ("*", step) for step, want in zip(steps, wanted, strict=False)
    )


def without_volatile(state: dict[str, Any], roles: Mapping[str, str]) -> dict[str, Any]:
    """The state that a digest is taken of."""
    patterns = [pattern for pattern, role in roles.items() if role == "volatile"]
    return cast("dict[str, Any]", _prune("", state, patterns)) if patterns else state


def escape(key: str) -> str:
    """One step of a path."""
    return key.replace("~", "~0").replace("/", "~1")


def unescape(step: str) -> str:
    """The key that a step of a path stands for."""
    return step.replace("~1", "/").replace("~0", "~")


def _prune(path: str, value: Any, patterns: list[str]) -> Any:
    if not hasattr(value, "items"):
        return value
    rows: dict[str, Any] = value
    paths = {key: f"{path}/{escape(key)}" for key in rows}
    return {
        key: _prune(paths[key], part, patterns)
        for key, part in rows.items()
        if not any(matches(paths[key], pattern) for pattern in patterns)
    }


def _walk(path: str, before: Any, after: Any, roles: Mapping[str, str]) -> Iterator[Change]:
    role = _role(path, roles)
    if role == "volatile" or _same(before, after, role):
        return
    left, right = _keyed(before, after)
    if left is None or right is None:
        yield Change(path, before, after)
        return
    for key in {**left, **right}:
        yield from _walk(f"{path}/{escape(key)}", left.get(key, MISSING), right.get(key, MISSING), roles)


def _role(path: str, roles: Mapping[str, str]) -> str | None:
    return next((role for pattern, role in roles.items() if _exactly(path, pattern)), None)


def _exactly(path: str, pattern: str) -> bool:
    return path.count("/") == pattern.count("/") and matches(path, pattern)


def _same(before: Any, after: Any, role: str | None) -> bool:
    if before is after or before is MISSING or after is MISSING:
        return before is after
    if role == "unordered":
        before, after = _without_order(before), _without_order(after)
    if before != after:
        return False  # quick, and never wrong: only True == 1 and large floats are equal here alone
    return canonical(before) == canonical(after)


def _without_order(value: Any) -> Any:
    return sorted(cast("list[Any]", value), key=canonical) if isinstance(value, list) else value


def _keyed(before: Any, after: Any) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Both sides as key → part, where the two can be compared part by part."""
    if isinstance(before, dict) and isinstance(after, dict):
        return cast("dict[str, Any]", before), cast("dict[str, Any]", after)
    if isinstance(before, list) and isinstance(after, list):
        return _keyed_lists(cast("list[Any]", before), cast("list[Any]", after))
    return None, None


def _keyed_lists(before: list[Any], after: list[Any]) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    rows = [*before, *after]
    if not rows or not all(isinstance(row, dict) for row in rows):
        return None, None
    if field := _key_field(before, after):
        return {str(row[field]): row for row in before}, {str(row[field]): row for row in after}
    if len(before) == len(after):
        return _by_index(before), _by_index(after)
    return None, None


def _by_index(rows: list[Any]) -> dict[str, Any]:
    return {str(index): row for index, row in enumerate(rows)}


def _key_field(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> str | None:
    """The field that names each row: an id that every row has and no two share, not even by its spelling."""
    first = (before or after)[0]
    candidates = [name for name in first if name in ("id", "_id", "key") or name.endswith("_id")]
    return next((name for name in candidates if _names(name, before) and _names(name, after)), None)


def _names(field: str, rows: list[dict[str, Any]]) -> bool:
    values = [row.get(field) for row in rows]
    return all(isinstance(value, str | int) for value in values) and len(set(map(str, values))) == len(values)
