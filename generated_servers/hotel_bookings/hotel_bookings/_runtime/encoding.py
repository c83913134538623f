"""State of a plain class as JSON: what JSON does not have is noted beside it.

`encode` gives the JSON value that checks see and *marks*: where a value was no JSON value and
what it was, and where one object stands a second time. `decode` turns the two back into the
objects. What cannot come back (an object of the class's own, a cycle) is *opaque*: shown as well
as possible, and reported.
"""

from __future__ import annotations

import datetime as dt
import math
import random
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import ItemsView, KeysView, ValuesView
from decimal import Decimal
from enum import Enum
from typing import Any, cast

from .canonical import canonical, dumps
from .marks import FACTORIES, KEYS, SAME, Mark

MAX_LEVELS = 60
SEQUENCES: dict[type, str] = {tuple: "tuple", set: "set", frozenset: "frozenset", deque: "deque"}
TEXTS: dict[type, str] = {uuid.UUID: "uuid", Decimal: "decimal", dt.time: "time"}
"""Values that their text says whole."""
SHARED = (dict, list, set, deque)
"""What can be changed in place: two names for one such object must stay two names for one."""
LISTED = (KeysView, ValuesView, ItemsView, list, tuple, set, frozenset, deque)


def _is_plain(key: Any) -> bool:
    if type(key) is tuple:
        return all(_is_plain(part) for part in cast("tuple[Any, ...]", key))
    return key is None or type(key) in (bool, int, str) or (type(key) is float and math.isfinite(key))


class Encoder:
    """One encoding run: `marks` and `opaque` fill as it goes."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.opaque = False
        """Something cannot be built again."""
        self.vague = False
        """Something was shown by its kind alone."""
        self._open: set[int] = set()
        self._places: dict[int, tuple[list[str | int], object]] = {}

    def encode(self, value: Any, path: list[str | int]) -> Any:
        """The JSON value that stands for `value`."""
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) is float:
            return value if math.isfinite(value) else self._mark(path, "float", str(value))
        if type(value) in TEXTS:
            return self._mark(path, TEXTS[type(value)], str(value))
        if isinstance(value, dt.date | dt.timedelta | bytes):
            return self._scalar(value, path)
        if id(value) in self._open or len(path) > MAX_LEVELS:
            return self._give_up("<seen above>")
        self._open.add(id(value))
        try:
            return self._compound(value, path)
        finally:
            self._open.discard(id(value))

    def _scalar(self, value: Any, path: list[str | int]) -> str:
        if isinstance(value, dt.datetime):
            return self._mark(path, "datetime", value.isoformat())
        if isinstance(value, dt.date):
            return self._mark(path, "date", value.isoformat())
        if isinstance(value, dt.timedelta):
            parts = dumps([value.days, value.seconds, value.microseconds])
            return self._mark(path, f"timedelta:{parts}", str(value))
        return self._mark(path, f"bytes:{value.hex()}", value.decode("utf-8", "backslashreplace"))

    def _compound(self, value: Any, path: list[str | int]) -> Any:
        if issubclass(type(value), SHARED):
            self._note_place(value, path)
        if isinstance(value, dict):
            return self._mapping(cast("dict[Any, Any]", value), path)
        if type(value) is list:
            return self._sequence(cast("list[Any]", value), path)
        if type(value) is tuple:
            self.marks.append((path, "tuple"))
            return self._sequence(cast("tuple[Any, ...]", value), path)
        if type(value) is deque:
            return self._deque(cast("deque[Any]", value), path)
        if type(value) in (set, frozenset):
            return self._set(value, path)
        return self._object(value, path)

    def _note_place(self, value: object, path: list[str | int]) -> None:
        """An object that stands at a second place is marked with its first; kept, so that ids stay theirs."""
        first, _ = self._places.setdefault(id(value), (path, value))
        if first is not path:
            self.marks.append((path, SAME + dumps(first)))

    def _sequence(self, value: Any, path: list[str | int]) -> list[Any]:
        return [self.encode(part, [*path, index]) for index, part in enumerate(value)]

    def _deque(self, value: deque[Any], path: list[str | int]) -> list[Any]:
        self.marks.append((path, "deque" if value.maxlen is None else f"deque:{value.maxlen}"))
        return self._sequence(value, path)

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
        if type(value) is defaultdict:
            factory = cast("Any", value.default_factory)
            known = factory is None or isinstance(factory, type)
            name = FACTORIES.get(factory) if known else None
            self._give_up(None) if name is None else self.marks.append((path, name))
        elif type(value) is OrderedDict:
            self.marks.append((path, "ordered"))
        elif type(value) is Counter:
            self.marks.append((path, "counter"))
        elif type(value) is not dict:
            self.opaque = True

    def _mark_keys(self, keys: list[Any], path: list[str | int]) -> None:
        """Numbers, None and tuples of such come back as what they were."""
        if all(_is_plain(key) for key in keys):
            self.marks.append((path, KEYS + dumps(keys)))
        else:
            self.opaque = True

    def _set(self, value: Any, path: list[str | int]) -> list[Any]:
        """Sorted: a set has no order of its own. Its parts come back with marks of their own."""
        parts: list[tuple[Any, list[Mark]]] = []
        for part in value:
            inner = Encoder()
            parts.append((inner.encode(part, []), inner.marks))
            self._follow(inner)
        parts.sort(key=lambda part: canonical([part[0], [list(mark) for mark in part[1]]]))
        for index, (_, marks) in enumerate(parts):
            self.marks += [([*path, index, *inside], kind) for inside, kind in marks]
        self.marks.append((path, SEQUENCES[type(value)]))
        return [shown for shown, _ in parts]

    def _object(self, value: Any, path: list[str | int]) -> Any:
        self.opaque = True
        self.vague = self.vague or isinstance(value, random.Random)
        if isinstance(value, Enum):
            return self.encode(value.value, path)
        for kind in (int, str, float):
            if isinstance(value, kind):
                return self.encode(kind(value), path)
        return self._fields(cast("object", value), path)

    def _fields(self, value: object, path: list[str | int]) -> Any:
        """An object as its fields or parts, or else its kind."""
        named: Any = getattr(value, "_asdict", None)
        if named is not None and isinstance(value, tuple):
            return self._mapping(named(), path)
        if isinstance(value, LISTED):
            return self._listed(value)
        if hasattr(value, "__dict__") and not callable(value):
            return self._mapping(dict(vars(value)), path)
        return self._by_kind(value)

    def _by_kind(self, value: object) -> str:
        if isinstance(value, bytearray):
            return bytes(value).decode("utf-8", "backslashreplace")
        self.vague = not isinstance(value, range) or self.vague
        return repr(value) if isinstance(value, range) else f"<{type(value).__name__}>"

    def _listed(self, value: Any) -> list[Any]:
        """Views, ranges and subclasses of sequences as the list of their parts."""
        inner = Encoder()
        parts = inner.encode(list(value), [])
        self._follow(inner)
        return sorted(parts, key=canonical) if isinstance(value, set | frozenset) else parts

    def _follow(self, inner: Encoder) -> None:
        self.opaque = self.opaque or inner.opaque
        self.vague = self.vague or inner.vague

    def _mark(self, path: list[str | int], kind: str, shown: str) -> str:
        self.marks.append((path, kind))
        return shown

    def _give_up(self, shown: Any) -> Any:
        self.opaque = True
        return shown
