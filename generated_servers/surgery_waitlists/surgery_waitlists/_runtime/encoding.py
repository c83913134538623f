"""State of a plain class as JSON, and back: sets, tuples and dates are noted beside it.

`encode` gives the JSON value that checks see and *marks*: where a value was no JSON value and
what it was. `decode` turns the two back into the objects. What cannot come back (an object of
the class's own, a cycle) is *opaque*: shown as well as possible, and reported.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import OrderedDict, defaultdict, deque
from enum import Enum
from typing import Any, cast

from .canonical import canonical, dumps, loads

Mark = tuple[list[str | int], str]
MAX_LEVELS = 60
SEQUENCES: dict[type, str] = {tuple: "tuple", set: "set", frozenset: "frozenset", deque: "deque"}
BUILD: dict[str, Any] = {
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "deque": deque,
    "ordered": OrderedDict,
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "float": float,
}
DEFAULTS: dict[str, Any] = {
    "dict_of_list": list,
    "dict_of_dict": dict,
    "dict_of_int": int,
    "dict_of_set": set,
}


KEYS = "keys:"
"""Begins the mark of a mapping whose keys are not all text; the keys follow as JSON."""


def _build(kind: str, value: Any) -> Any:
    if kind.startswith(KEYS):
        keys: list[Any] = loads(kind.removeprefix(KEYS))
        parts = cast("dict[str, Any]", value).values()
        return {_hashable(key): part for key, part in zip(keys, parts, strict=True)}
    if kind in DEFAULTS:
        return defaultdict(DEFAULTS[kind], value)
    return BUILD[kind](value)


def _hashable(key: Any) -> Any:
    return tuple(_hashable(part) for part in cast("list[Any]", key)) if isinstance(key, list) else key


def _is_plain(key: Any) -> bool:
    if type(key) is tuple:
        return all(_is_plain(part) for part in cast("tuple[Any, ...]", key))
    return key is None or type(key) in (bool, int, str) or (type(key) is float and math.isfinite(key))


class Encoder:
    """One encoding run: `marks` and `opaque` fill as it goes."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.opaque = False
        self._open: set[int] = set()

    def encode(self, value: Any, path: list[str | int]) -> Any:
        """The JSON value that stands for `value`."""
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) is float:
            return value if math.isfinite(value) else self._mark(path, "float", str(value))
        if isinstance(value, dt.datetime):
            return self._mark(path, "datetime", value.isoformat())
        if isinstance(value, dt.date):
            return self._mark(path, "date", value.isoformat())
        if id(value) in self._open or len(path) > MAX_LEVELS:
            return self._give_up("<seen above>")
        self._open.add(id(value))
        try:
            return self._compound(value, path)
        finally:
            self._open.discard(id(value))

    def _compound(self, value: Any, path: list[str | int]) -> Any:
        if isinstance(value, dict):
            return self._mapping(cast("dict[Any, Any]", value), path)
        if type(value) is list:
            return [self.encode(part, [*path, index]) for index, part in enumerate(cast("list[Any]", value))]
        if type(value) in (tuple, deque):
            self.marks.append((path, SEQUENCES[type(value)]))
            return [self.encode(part, [*path, index]) for index, part in enumerate(value)]
        if type(value) in (set, frozenset):
            return self._set(value, path)
        return self._object(value, path)

    def _mapping(self, value: dict[Any, Any], path: list[str | int]) -> dict[str, Any]:
        keys = list(value)
        self._mark_mapping(value, keys, path)
        texts = [key if isinstance(key, str) else str(key) for key in keys]
        if len(set(texts)) < len(texts):
            self.opaque = True
        return {text: self.encode(value[key], [*path, text]) for text, key in zip(texts, keys, strict=True)}

    def _mark_mapping(self, value: dict[Any, Any], keys: list[Any], path: list[str | int]) -> None:
        if not all(type(key) is str for key in keys):
            self._mark_keys(keys, path)
        if isinstance(value, defaultdict):
            factory = cast("Any", value.default_factory)
            name = f"dict_of_{getattr(factory, '__name__', '')}"
            self._give_up(None) if name not in DEFAULTS else self.marks.append((path, name))
        elif isinstance(value, OrderedDict):
            self.marks.append((path, "ordered"))
        elif type(value) is not dict:
            self.opaque = True

    def _mark_keys(self, keys: list[Any], path: list[str | int]) -> None:
        """Numbers, None and tuples of such come back as what they were."""
        if all(_is_plain(key) for key in keys):
            self.marks.append((path, KEYS + dumps(keys)))
        else:
            self.opaque = True

    def _set(self, value: Any, path: list[str | int]) -> list[Any]:
        """Sorted: a set has no order of its own. Tuples in it come back; deeper things do not."""
        inner = Encoder()
        parts = sorted((inner.encode(part, []) for part in value), key=canonical)
        if all(type(part) is tuple for part in value) and len(inner.marks) == len(parts):
            self.marks += [([*path, index], "tuple") for index in range(len(parts))]
        elif inner.marks:
            self.opaque = True
        self.opaque = self.opaque or inner.opaque
        self.marks.append((path, SEQUENCES[type(value)]))
        return parts

    def _object(self, value: Any, path: list[str | int]) -> Any:
        self.opaque = True
        if isinstance(value, Enum):
            return self.encode(value.value, path)
        for kind in (int, str, float):
            if isinstance(value, kind):
                return self.encode(kind(value), path)
        if hasattr(value, "__dict__") and not callable(value):
            return self._mapping(dict(vars(cast("object", value))), path)
        return f"<{type(cast('object', value)).__name__}>"

    def _mark(self, path: list[str | int], kind: str, shown: str) -> str:
        self.marks.append((path, kind))
        return shown

    def _give_up(self, shown: Any) -> Any:
        self.opaque = True
        return shown


def decode(value: Any, marks: list[Mark]) -> Any:
    """The objects again; deepest marks first, so that parts exist before what holds them."""
    root = [value]
    for path, kind in sorted(marks, key=lambda mark: len(mark[0]), reverse=True):
        steps: list[str | int] = [0, *path]
        holder: Any = root
        for step in steps[:-1]:
            holder = holder[step]
        holder[steps[-1]] = _build(kind, holder[steps[-1]])
    return root[0]
