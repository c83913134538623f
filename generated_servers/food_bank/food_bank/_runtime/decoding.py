"""An encoded state of a plain class and its marks, turned back into objects."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from decimal import Decimal
from typing import Any, cast

from .canonical import loads
from .marks import FACTORIES, KEYS, SAME, Mark

BUILD: dict[str, Any] = {
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "deque": deque,
    "ordered": OrderedDict,
    "counter": Counter,
    "time": dt.time.fromisoformat,
    "float": float,
    "uuid": uuid.UUID,
    "decimal": Decimal,
}
DEFAULTS: dict[str, Any] = {name: factory for factory, name in FACTORIES.items()}


def decode(value: Any, marks: list[Mark], dates: Any = dt) -> Any:
    """The objects again, in the order in which they were written down.

    Args:
        value: what `encode` gave; it is taken apart.
        marks: its marks.
        dates: offers `datetime` and `date` as the class knows them.
    """
    return _Decoder(marks, dates).build(value)


class _Node:
    """The marks at one place and below it."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.below: dict[str | int, _Node] = {}
        self.built: Any = None

    def at(self, path: list[str | int]) -> _Node:
        node = self
        for step in path:
            node = node.below.setdefault(step, _Node())
        return node


class _Decoder:
    """Walks only where there are marks; what stands first is built before what refers to it."""

    def __init__(self, marks: list[Mark], dates: Any) -> None:
        self._dates = dates
        self._root = _Node()
        for path, kind in marks:
            self._root.at(path).kinds.append(kind)
            if kind.startswith(SAME):
                self._root.at(loads(kind.removeprefix(SAME)))

    def build(self, value: Any) -> Any:
        return self._build(value, self._root)

    def _build(self, value: Any, node: _Node) -> Any:
        same = next((kind for kind in node.kinds if kind.startswith(SAME)), None)
        if same is not None:
            return self._root.at(loads(same.removeprefix(SAME))).built
        for step in node.below if len(node.below) < 2 else _in_order(value, node):
            value[step] = self._build(value[step], node.below[step])
        for kind in node.kinds:
            value = self._built(kind, value)
        node.built = value
        return value

    def _built(self, kind: str, value: Any) -> Any:
        if kind in ("datetime", "date"):
            return getattr(self._dates, kind).fromisoformat(value)
        return _built(kind, value)


def _in_order(value: Any, node: _Node) -> list[str | int]:
    if isinstance(value, dict):
        return [key for key in cast("dict[str, Any]", value) if key in node.below]
    return sorted(node.below, key=lambda step: cast("int", step))


def _built(kind: str, value: Any) -> Any:
    name, _, rest = kind.partition(":")
    if kind.startswith(KEYS):
        parts = cast("dict[str, Any]", value).values()
        return {_hashable(key): part for key, part in zip(loads(rest), parts, strict=True)}
    if name == "timedelta":
        return dt.timedelta(*loads(rest))
    if name == "bytes":
        return bytes.fromhex(rest)
    if name == "deque":
        return deque(value, int(rest) if rest else None)
    return defaultdict(DEFAULTS[kind], value) if kind in DEFAULTS else BUILD[kind](value)


def _hashable(key: Any) -> Any:
    return tuple(_hashable(part) for part in cast("list[Any]", key)) if isinstance(key, list) else key
