"""Which methods of a class change its state, told from the syntax tree alone.

A method writes when it assigns into, deletes from or mutates something that is shared with the state
(see `aliasing`), or calls a method that does.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from .aliasing import Function, Level, Names, Summary

MUTATORS = frozenset(
    {
        *("append", "extend", "insert", "remove", "pop", "popitem", "clear", "update", "setdefault", "sort"),
        *(
            "reverse",
            "add",
            "discard",
            "appendleft",
            "popleft",
            "extendleft",
            "rotate",
            "move_to_end",
            "subtract",
        ),
        *("difference_update", "intersection_update", "symmetric_difference_update", "__setitem__"),
        *("__delitem__", "__setattr__"),
    }
)
_MUTATING_FUNCTIONS = frozenset(
    {
        *("heappush", "heappop", "heapify", "heapreplace", "heappushpop", "insort", "insort_left"),
        *("insort_right", "shuffle", "setattr", "delattr"),
    }
)


def writing_methods(definition: ast.ClassDef, module: ast.Module | None = None) -> set[str]:
    """Names of the methods of a class that change its state.

    Args:
        definition: the class.
        module: its module; objects of the module's other classes may be parts of the state.
    """
    others = [node for node in module.body if isinstance(node, ast.ClassDef)] if module else []
    foreign = _methods(node for node in others if node.name != definition.name)
    settled = _settled(_methods([definition]), _settled(foreign, {}))
    return {name for name, summary in settled.items() if summary.writes}


def _methods(definitions: Iterable[ast.ClassDef]) -> dict[str, list[Function]]:
    found: dict[str, list[Function]] = {}
    for definition in definitions:
        for node in definition.body:
            if isinstance(node, Function):
                found.setdefault(node.name, []).append(node)
    return found


def _settled(methods: Mapping[str, list[Function]], parts: Mapping[str, Summary]) -> dict[str, Summary]:
    """Summaries of methods that may call one another: repeated until nothing new is learnt."""
    known = {name: Summary(_parameters(bodies[-1])) for name, bodies in methods.items()}
    changed = True
    while changed:
        changed = False
        for name, bodies in methods.items():
            for body in bodies:
                changed |= _learn(known[name], _Walk(body, known, parts).summary())
    return known


def _learn(known: Summary, seen: Summary) -> bool:
    before = (known.writes, known.returns, len(known.mutated))
    known.writes |= seen.writes
    known.returns = max(known.returns, seen.returns)
    known.mutated |= seen.mutated
    return before != (known.writes, known.returns, len(known.mutated))


class _Walk:
    """One pass through one method's body, statement by statement."""

    def __init__(self, method: Function, known: Mapping[str, Summary], parts: Mapping[str, Summary]) -> None:
        named = [*method.args.posonlyargs, *method.args.args]
        own = named[0].arg if named and not _is_static(method) else None
        self._method = method
        self._names = Names(own, known, parts, origins={name: name for name in _parameters(method)})
        self._summary = Summary()

    def summary(self) -> Summary:
        """Walk the body and say what was seen."""
        self._block(self._method.body)
        return self._summary

    def _block(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            for expression in _expressions(statement):
                self._calls(expression)
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
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
                self._summary.returns = max(self._summary.returns, self._names.level(value))
            case _:
                self._compound(node)

    def _compound(self, node: ast.stmt) -> None:
        match node:
            case ast.For(target=target, iter=source) | ast.AsyncFor(target=target, iter=source):
                self._loop(target, source, node.body, node.orelse)
            case ast.While(body=body, orelse=orelse) | ast.If(body=body, orelse=orelse):
                self._branches([body, orelse])
                self._block(body if isinstance(node, ast.While) else [])
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
                self._branches([body, [], *(handler.body for handler in handlers)])
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

    def _loop(self, target: ast.expr, source: ast.expr, body: list[ast.stmt], after: list[ast.stmt]) -> None:
        """Twice: what a first round puts into a name, a second may change."""
        for _ in range(2):
            self._bind(target, self._names.element(source), self._names.origin(source))
            self._block(body)
        self._block(after)

    def _branches(self, bodies: list[list[ast.stmt]]) -> None:
        """Walk alternatives from the same start; afterwards a name is what any of them made it."""
        start = dict(self._names.levels)
        merged: dict[str, Level] = {}
        for body in bodies:
            self._names.levels = dict(start)
            self._block(body)
            for name, level in self._names.levels.items():
                merged[name] = max(level, merged.get(name, Level.OWN))
        self._names.levels = merged

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        several = isinstance(target, ast.Tuple | ast.List)
        if several and isinstance(value, ast.Tuple | ast.List):
            for part, source in zip(target.elts, value.elts, strict=False):
                self._assign(part, source)
            return
        level = self._names.element(value) if several else self._names.level(value)
        self._bind(target, level, self._names.origin(value))

    def _bind(self, target: ast.expr, level: Level, origin: str | None) -> None:
        match target:
            case ast.Name(id=name):
                self._names.bind(name, level, origin)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self._bind(part, level, origin)
            case ast.Starred(value=inner):
                self._bind(inner, level, origin)
            case ast.Subscript(value=ast.Name(id=name)) if level:
                self._store(target)
                self._names.holds(name)
            case _:
                self._store(target)

    def _store(self, target: ast.expr) -> None:
        """Something is put into, or taken out of, what the target belongs to."""
        if isinstance(target, ast.Attribute | ast.Subscript):
            self._touch(target.value)
        elif isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self._store(part)

    def _touch(self, owner: ast.expr) -> None:
        """`owner` is mutated."""
        if self._names.level(owner) is Level.SHARED:
            self._summary.writes = True
        origin = self._names.origin(owner)
        if origin:
            self._summary.mutated.add(origin)

    def _calls(self, expression: ast.expr) -> None:
        for node in ast.walk(expression):
            if isinstance(node, ast.comprehension):
                self._bind(node.target, self._names.element(node.iter), None)
            elif isinstance(node, ast.NamedExpr):
                self._bind(node.target, self._names.level(node.value), self._names.origin(node.value))
        for node in ast.walk(expression):
            if isinstance(node, ast.Call):
                self._call(node)

    def _call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Attribute(value=owner, attr=name) if self._names.is_method(owner, name):
                self._summary.writes |= self._names.known[name].writes
                self._pass_on(node, self._names.known[name])
            case ast.Attribute(attr=name) | ast.Name(id=name) if name in _MUTATING_FUNCTIONS and node.args:
                self._touch(node.args[0])
            case ast.Attribute(value=owner, attr=name):
                self._on_part(owner, name, node)
            case _:
                return

    def _on_part(self, owner: ast.expr, name: str, node: ast.Call) -> None:
        """A call on something else than the object itself."""
        part = self._names.parts.get(name)
        if name in MUTATORS or (part is not None and part.writes):
            self._touch(owner)
        puts = name in ("append", "add", "insert", "extend") and any(map(self._names.level, node.args))
        if puts and isinstance(owner, ast.Name):
            self._names.holds(owner.id)

    def _pass_on(self, node: ast.Call, callee: Summary) -> None:
        """Arguments that another method of the class mutates are mutated here as well."""
        given = [*zip(callee.parameters, node.args, strict=False)]
        given += [(keyword.arg, keyword.value) for keyword in node.keywords if keyword.arg]
        for parameter, argument in given:
            if parameter in callee.mutated:
                self._touch(argument)


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
