"""Which methods of a class change its state, told from the syntax tree alone.

A value is *shared* when it is the state or a part of it (`self.rooms`, `self.rooms[key]`, an alias of
either), and *holding* when it is fresh but its elements are shared (`list(self.rooms.values())`).
A method writes when it assigns into, deletes from or mutates something shared, or calls a method
that does.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

MUTATORS = frozenset(
    [
        "append",
        "extend",
        "insert",
        "remove",
        "pop",
        "popitem",
        "clear",
        "update",
        "setdefault",
        "sort",
        "reverse",
        "add",
        "discard",
        "appendleft",
        "popleft",
        "extendleft",
        "rotate",
        "difference_update",
        "intersection_update",
        "symmetric_difference_update",
        "move_to_end",
        "subtract",
        "__setitem__",
        "__delitem__",
        "__setattr__",
    ]
)
_MUTATING_FUNCTIONS = frozenset(
    [
        "heappush",
        "heappop",
        "heapify",
        "heapreplace",
        "heappushpop",
        "insort",
        "insort_left",
        "insort_right",
        "shuffle",
        "setattr",
        "delattr",
    ]
)
_LOOKUPS = frozenset(["get", "setdefault", "pop", "popitem", "popleft", "__getitem__"])
_VIEWS = frozenset(["values", "items", "keys", "copy"])
_REBUILDERS = frozenset(
    [
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
    ]
)
_PICKERS = frozenset(["next", "max", "min"])

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Level(IntEnum):
    """How near a value is to the state."""

    OWN = 0
    HOLDING = 1
    SHARED = 2


@dataclass
class _Summary:
    """What is known of one method so far."""

    writes: bool = False
    returns: Level = Level.OWN
    mutated: set[str] = field(default_factory=set[str])
    """Parameters that it mutates."""
    parameters: tuple[str, ...] = ()
    """Its parameters in their order, without `self`."""


def writing_methods(definition: ast.ClassDef, module: ast.Module | None = None) -> set[str]:
    """Names of the methods of a class that change its state.

    Args:
        definition: the class.
        module: its module; objects of the module's other classes may be parts of the state.
    """
    methods = _methods([definition])
    others = [node for node in module.body if isinstance(node, ast.ClassDef)] if module else []
    foreign = _methods(node for node in others if node is not definition and node.name != definition.name)
    parts = _settled(foreign, {})
    return {name for name, summary in _settled(methods, parts).items() if summary.writes}


def _methods(definitions: Iterable[ast.ClassDef]) -> dict[str, list[Function]]:
    found: dict[str, list[Function]] = {}
    for definition in definitions:
        for node in definition.body:
            if isinstance(node, Function):
                found.setdefault(node.name, []).append(node)
    return found


def _settled(methods: Mapping[str, list[Function]], parts: Mapping[str, _Summary]) -> dict[str, _Summary]:
    """Summaries of methods that may call one another: repeated until nothing new is learnt."""
    known = {name: _Summary(parameters=_parameters(bodies[-1])) for name, bodies in methods.items()}
    changed = True
    while changed:
        changed = False
        for name, bodies in methods.items():
            for body in bodies:
                changed |= _learn(known[name], _Walk(body, known, parts).summary())
    return known


def _learn(known: _Summary, seen: _Summary) -> bool:
    before = (known.writes, known.returns, len(known.mutated))
    known.writes |= seen.writes
    known.returns = max(known.returns, seen.returns)
    known.mutated |= seen.mutated
    return before != (known.writes, known.returns, len(known.mutated))


class _Walk:
    """One pass through one method's body, statement by statement."""

    def __init__(
        self, method: Function, known: Mapping[str, _Summary], parts: Mapping[str, _Summary]
    ) -> None:
        named = [*method.args.posonlyargs, *method.args.args]
        self._self = named[0].arg if named and not _is_static(method) else None
        self._method = method
        self._known = known
        self._parts = parts
        self._levels: dict[str, Level] = {}
        self._origin: dict[str, str] = {name: name for name in _parameters(method)}
        self._summary = _Summary()

    def summary(self) -> _Summary:
        """Walk the body and say what was seen."""
        self._block(self._method.body)
        return self._summary

    def _block(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        for expression in _expressions(node):
            self._calls(expression)
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._assign(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, value)
            case ast.AugAssign(target=ast.Name() as target, value=ast.List() | ast.ListComp()):
                self._touch(target)
            case ast.AugAssign(target=target):
                self._store(target)
            case ast.Delete(targets=targets):
                for target in targets:
                    self._store(target)
            case ast.Return(value=ast.expr() as value):
                self._summary.returns = max(self._summary.returns, self._level(value))
            case _:
                self._compound(node)

    def _compound(self, node: ast.stmt) -> None:
        match node:
            case ast.For(target=target, iter=source) | ast.AsyncFor(target=target, iter=source):
                for _ in range(2):
                    self._bind(target, self._element(source), self._origin_of(source))
                    self._block(node.body)
                self._block(node.orelse)
            case ast.While(body=body, orelse=orelse):
                self._branches([body, orelse])
                self._block(body)
            case ast.If(body=body, orelse=orelse):
                self._branches([body, orelse])
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
                self._branches([body, *(handler.body for handler in handlers)], either=False)
                self._block([*orelse, *final])
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                for item in items:
                    if item.optional_vars is not None:
                        self._assign(item.optional_vars, item.context_expr)
                self._block(body)
            case ast.Match(cases=cases):
                self._branches([case.body for case in cases])
            case ast.FunctionDef(body=body):
                self._block(body)
            case _:
                return

    def _branches(self, bodies: list[list[ast.stmt]], *, either: bool = True) -> None:
        """Walk alternatives from the same start; afterwards a name is what any of them made it."""
        start = dict(self._levels)
        merged: dict[str, Level] = {} if either else dict(start)
        for body in bodies:
            self._levels = dict(start)
            self._block(body)
            for name, level in self._levels.items():
                merged[name] = max(level, merged.get(name, Level.OWN))
        self._levels = merged

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
            for part, source in zip(target.elts, value.elts, strict=False):
                self._assign(part, source)
            return
        inner = self._element(value) if isinstance(target, ast.Tuple | ast.List) else self._level(value)
        self._bind(target, inner, self._origin_of(value))

    def _bind(self, target: ast.expr, level: Level, origin: str | None) -> None:
        match target:
            case ast.Name(id=name):
                self._levels[name] = level
                self._origin.pop(name, None)
                if origin:
                    self._origin[name] = origin
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self._bind(part, level, origin)
            case ast.Starred(value=inner):
                self._bind(inner, level, origin)
            case _:
                self._store(target)
                if level and isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                    name = target.value.id
                    self._levels[name] = max(self._levels.get(name, Level.OWN), Level.HOLDING)

    def _store(self, target: ast.expr) -> None:
        """Something is put into, or taken out of, what the target belongs to."""
        if isinstance(target, ast.Attribute | ast.Subscript):
            self._touch(target.value)
        elif isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self._store(part)

    def _touch(self, owner: ast.expr) -> None:
        """`owner` is mutated."""
        if self._level(owner) is Level.SHARED:
            self._summary.writes = True
        origin = self._origin_of(owner)
        if origin:
            self._summary.mutated.add(origin)

    def _calls(self, expression: ast.expr) -> None:
        for node in ast.walk(expression):
            if isinstance(node, ast.comprehension):
                self._bind(node.target, self._element(node.iter), None)
            elif isinstance(node, ast.NamedExpr):
                self._bind(node.target, self._level(node.value), self._origin_of(node.value))
        for node in ast.walk(expression):
            if isinstance(node, ast.Call):
                self._call(node)

    def _call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if (
                owner == self._self and name in self._known
            ):
                self._summary.writes |= self._known[name].writes
                self._pass_on(node, self._known[name])
            case ast.Attribute(value=owner, attr=name) if name in MUTATORS and name not in self._parts:
                self._touch(owner)
            case ast.Attribute(value=owner, attr=name) if name in self._parts:
                self._touch_if(self._parts[name].writes or name in MUTATORS, owner)
            case ast.Attribute(attr=name) | ast.Name(id=name) if name in _MUTATING_FUNCTIONS and node.args:
                self._touch(node.args[0])
            case _:
                return

    def _touch_if(self, writes: bool, owner: ast.expr) -> None:
        if writes:
            self._touch(owner)

    def _pass_on(self, node: ast.Call, callee: _Summary) -> None:
        """Arguments that another method of the class mutates are mutated here as well."""
        given = [*zip(callee.parameters, node.args, strict=False)]
        given += [(keyword.arg, keyword.value) for keyword in node.keywords if keyword.arg]
        for parameter, argument in given:
            if parameter in callee.mutated:
                self._touch(argument)

    def _origin_of(self, node: ast.expr) -> str | None:
        """The parameter that a value is, or is a part of."""
        match node:
            case ast.Name(id=name):
                return self._origin.get(name)
            case ast.Subscript(value=value) | ast.Attribute(value=value):
                return self._origin_of(value)
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in _LOOKUPS | _VIEWS:
                return self._origin_of(value) if name != "copy" else None
            case _:
                return None

    def _level(self, node: ast.expr) -> Level:
        match node:
            case ast.Name(id=name):
                return Level.SHARED if name == self._self else self._levels.get(name, Level.OWN)
            case ast.Attribute(value=value):
                return Level.SHARED if self._level(value) is Level.SHARED else Level.OWN
            case ast.Subscript(value=value):
                return self._inner(self._level(value))
            case ast.Call():
                return self._result(node)
            case ast.IfExp(body=body, orelse=orelse):
                return max(self._level(body), self._level(orelse))
            case ast.BoolOp(values=values):
                return max(self._level(value) for value in values)
            case ast.NamedExpr(value=value) | ast.Await(value=value) | ast.Starred(value=value):
                return self._level(value)
            case _:
                return self._fresh(node)

    def _fresh(self, node: ast.expr) -> Level:
        """A display or comprehension: holding when one of its elements is shared or holding."""
        match node:
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return self._holding(parts)
            case ast.Dict(values=parts):
                return self._holding(parts)
            case (
                ast.ListComp(elt=part)
                | ast.GeneratorExp(elt=part)
                | ast.SetComp(elt=part)
                | ast.DictComp(value=part)
            ):
                for generator in node.generators:
                    self._bind(generator.target, self._element(generator.iter), None)
                return self._holding([part])
            case ast.BinOp(left=left, right=right):
                return Level.HOLDING if max(self._level(left), self._level(right)) else Level.OWN
            case _:
                return Level.OWN

    def _holding(self, parts: Iterable[ast.expr]) -> Level:
        return Level.HOLDING if any(self._level(part) for part in parts) else Level.OWN

    def _element(self, source: ast.expr) -> Level:
        """What a loop over `source` gives."""
        return self._inner(self._level(source))

    @staticmethod
    def _inner(level: Level) -> Level:
        return Level.SHARED if level else Level.OWN

    def _result(self, node: ast.Call) -> Level:
        match node.func:
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if (
                owner == self._self and name in self._known
            ):
                return self._known[name].returns
            case ast.Attribute(value=owner, attr=name) if name in _LOOKUPS:
                return self._inner(self._level(owner))
            case ast.Attribute(value=owner, attr=name) if name in _VIEWS:
                return Level.HOLDING if self._level(owner) else Level.OWN
            case ast.Attribute(value=owner, attr=name) if name in self._parts:
                return Level.SHARED if self._level(owner) and self._parts[name].returns else Level.OWN
            case ast.Name(id=name) if name in _REBUILDERS:
                return self._holding(node.args)
            case ast.Name(id=name) if name in _PICKERS:
                return max((self._element(part) for part in node.args[:1]), default=Level.OWN)
            case ast.Name(id="getattr") if node.args:
                return self._level(node.args[0])
            case ast.Name(id="vars") if node.args:
                return self._level(node.args[0])
            case _:
                return Level.OWN


def _expressions(node: ast.stmt) -> list[ast.expr]:
    """The expressions that a statement holds itself, without those of the statements in it."""
    found: list[ast.expr] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            found.append(child)
        elif isinstance(child, ast.withitem):
            found.append(child.context_expr)
    return found


def _parameters(method: Function) -> tuple[str, ...]:
    named = [*method.args.posonlyargs, *method.args.args]
    own = named if _is_static(method) else named[1:]
    return tuple(parameter.arg for parameter in [*own, *method.args.kwonlyargs])


def _is_static(method: Function) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in method.decorator_list)
