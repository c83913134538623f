"""Where a plain class lives: its module, executed for one world alone.

Constants, counters and default arguments of a module and its classes are shared by all instances.
Two episodes must not meet there, so each world has a module of its own, as it has upstream.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from enum import Enum
from typing import Any, cast

from .canonical import dumps
from .encoding import Encoder
from .marks import SAME

SHARED = "<shared>"
"""The place of shared values in an encoding; no attribute has this name."""
_UNCHANGING = frozenset({"typing", "types", "re", "datetime", "logging", "_thread", "enum"})
"""Modules whose objects, as constants, hold nothing that an episode changes."""


class Home:
    """One execution of a class's module.

    Args:
        cls: the class.
        namespace: the module's names, or None where the class belongs to an installed module.
    """

    def __init__(self, cls: type, namespace: dict[str, Any] | None) -> None:
        self.cls = cls
        self._namespace = namespace
        self._first = self._spelt(Encoder())

    def settled_with(self, encoder: Encoder) -> bool:
        """Whether all shared values are as they were at first; `encoder` learns their places."""
        return self._first is not None and self._spelt(encoder) == self._first

    @staticmethod
    def meets(encoder: Encoder) -> bool:
        """Whether what was encoded since shares an object with the module."""
        return any(kind.startswith(f'{SAME}["{SHARED}"') for _, kind in encoder.marks)

    def _spelt(self, encoder: Encoder) -> str | None:
        """None where some value cannot be written down: then nobody knows whether it changed."""
        if self._namespace is None:
            return ""
        shown = encoder.encode(dict(_shared(self._namespace)), [SHARED])
        spelt = dumps([shown, encoder.marks])
        encoder.marks.clear()
        return None if encoder.vague else spelt


def _shared(namespace: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What functions and classes of a module share, by a name that says where it stands."""
    for name, value in list(namespace.items()):
        if isinstance(value, type) and value.__module__ == namespace["__name__"]:
            yield from _of_class(name, cast("type[object]", value))
        else:
            yield from _values(name, name, value)


def _of_class(name: str, cls: type[object]) -> Iterator[tuple[str, Any]]:
    if not issubclass(cls, Enum):
        for part, value in list(vars(cls).items()):
            yield from _values(f"{name}.{part}", part, value)


def _values(where: str, name: str, value: Any) -> Iterator[tuple[str, Any]]:
    inner: Any = getattr(value, "__func__", value)
    if isinstance(inner, types.FunctionType):
        yield from _of_function(where, inner)
    elif not name.startswith("__") and not _is_code(inner):
        yield where, inner


def _of_function(where: str, function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    """Default arguments, and what was written on the function itself."""
    kept = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    for number, value in enumerate(kept):
        if not _is_code(value):
            yield f"{where}({number})", value
    for name, value in vars(function).items():
        if not _is_code(value) and not name.startswith("__"):
            yield f"{where}.{name}", value


def _is_code(value: object) -> bool:
    """Modules, classes, functions, descriptors and types: nothing that holds a value of its own."""
    if isinstance(value, types.ModuleType | type | Enum) or callable(value):
        return True
    if hasattr(value, "__get__"):
        return True
    return type(value).__module__ in _UNCHANGING and not _is_date(value)


def _is_date(value: object) -> bool:
    return hasattr(value, "isoformat")
