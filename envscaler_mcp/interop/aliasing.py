"""How near the values of a method are to the state of its object.

A value is *shared* when it is the state or a part of it (`self.rooms`, `self.rooms[key]`, an alias of
either), and *holding* when it is fresh but its elements are shared (`list(self.rooms.values())`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

Function = ast.FunctionDef | ast.AsyncFunctionDef

LOOKUPS = frozenset({"get", "setdefault", "pop", "popitem", "popleft", "__getitem__"})
VIEWS = frozenset({"values", "items", "keys", "copy"})
REBUILDERS = frozenset(
    {
        "list",
        "dict",
        "tuple",
        "sorted",
        "set",
        "frozenset",
        "reversed",
        "enumerate",
        "zip",
        "filter",
        "map",
        "iter",
    }
)
PICKERS = frozenset({"next", "max", "min"})
OPENERS = frozenset({"getattr", "vars"})


class Level(IntEnum):
    """How near a value is to the state."""

    OWN = 0
    HOLDING = 1
    SHARED = 2

    @property
    def element(self) -> Level:
        """What an element of such a value is."""
        return Level.SHARED if self else Level.OWN


@dataclass
class Summary:
    """What is known of one method."""

    parameters: tuple[str, ...] = ()
    """Its parameters in their order, without `self`."""
    writes: bool = False
    returns: Level = Level.OWN
    mutated: set[str] = field(default_factory=set[str])
    """Parameters that it mutates."""


@dataclass
class Names:
    """What the names of one method stand for at one moment of its body."""

    own: str | None
    """The name of the object itself, `self`."""
    known: Mapping[str, Summary]
    """The methods of its class."""
    parts: Mapping[str, Summary]
    """Methods of classes that its parts may be of."""
    levels: dict[str, Level] = field(default_factory=dict[str, Level])
    origins: dict[str, str] = field(default_factory=dict[str, str])
    """Name → the parameter that it is, or is a part of."""

    def bind(self, name: str, level: Level, origin: str | None) -> None:
        """A name now stands for another value."""
        self.levels[name] = level
        self.origins.pop(name, None)
        if origin:
            self.origins[name] = origin

    def holds(self, name: str) -> None:
        """Something shared was put into what a name stands for."""
        self.levels[name] = max(self.levels.get(name, Level.OWN), Level.HOLDING)

    def is_method(self, owner: ast.expr, name: str) -> bool:
        """Whether `owner.name(…)` calls a method of the class itself."""
        return isinstance(owner, ast.Name) and owner.id == self.own and name in self.known

    def origin(self, node: ast.expr) -> str | None:
        """The parameter that a value is, or is a part of."""
        match node:
            case ast.Name(id=name):
                return self.origins.get(name)
            case ast.Subscript(value=value) | ast.Attribute(value=value):
                return self.origin(value)
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in LOOKUPS | VIEWS - {"copy"}:
                return self.origin(value)
            case _:
                return None

    def level(self, node: ast.expr) -> Level:
        """How near the value of an expression is to the state."""
        match node:
            case ast.Name(id=name):
                return Level.SHARED if name == self.own else self.levels.get(name, Level.OWN)
            case ast.Attribute(value=value):
                return Level.SHARED if self.level(value) is Level.SHARED else Level.OWN
            case ast.Subscript(value=value):
                return self.level(value).element
            case ast.NamedExpr(value=value) | ast.Await(value=value) | ast.Starred(value=value):
                return self.level(value)
            case ast.Call():
                return self._result(node)
            case _:
                return self._composed(node)

    def element(self, source: ast.expr) -> Level:
        """What a loop over `source` gives."""
        return self.level(source).element

    def _composed(self, node: ast.expr) -> Level:
        match node:
            case ast.IfExp(body=body, orelse=orelse):
                return max(self.level(body), self.level(orelse))
            case ast.BoolOp(values=values):
                return max(self.level(value) for value in values)
            case ast.BinOp(left=left, right=right):
                return self._holding([left, right])
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts) | ast.Dict(values=parts):
                return self._holding(parts)
            case _:
                return self._comprehended(node)

    def _comprehended(self, node: ast.expr) -> Level:
        if not isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp):
            return Level.OWN
        for generator in node.generators:
            self._bind_all(generator.target, self.element(generator.iter))
        return self._holding([node.value if isinstance(node, ast.DictComp) else node.elt])

    def _bind_all(self, target: ast.expr, level: Level) -> None:
        for part in ast.walk(target):
            if isinstance(part, ast.Name):
                self.bind(part.id, level, None)

    def _holding(self, parts: Iterable[ast.expr]) -> Level:
        return Level.HOLDING if any(self.level(part) for part in parts) else Level.OWN

    def _result(self, node: ast.Call) -> Level:
        if isinstance(node.func, ast.Attribute):
            return self._of_method(node.func.value, node.func.attr)
        return self._of_function(node.func.id if isinstance(node.func, ast.Name) else "", node.args)

    def _of_method(self, owner: ast.expr, name: str) -> Level:
        if self.is_method(owner, name):
            return self.known[name].returns
        if name in LOOKUPS:
            return self.level(owner).element
        if name in VIEWS:
            return self._holding([owner])
        is_part = name in self.parts and bool(self.parts[name].returns)
        return Level.SHARED if is_part and self.level(owner) else Level.OWN

    def _of_function(self, name: str, arguments: list[ast.expr]) -> Level:
        if name in REBUILDERS:
            return self._holding(arguments)
        if name in PICKERS and arguments:
            return self.element(arguments[0])
        return self.level(arguments[0]) if name in OPENERS and arguments else Level.OWN
