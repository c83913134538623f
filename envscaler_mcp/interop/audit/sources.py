"""What a check's text tells without being run: the state it reads, its normal form, its long literals."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from envscaler_mcp.interop.checks import FINAL
from envscaler_mcp.sandbox.parsing import parse_module

LONG_CHARACTERS, LONG_WORDS = 30, 4
"""From here on a text is wording rather than a name, a status or an id."""

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)


@dataclass(frozen=True)
class CheckText:
    """One check's source, looked at."""

    reads: frozenset[str] | None
    """Attributes of the final state that it looks at; None where it may look at any."""
    normal_form: str
    literals: tuple[str, ...]


def look_at(source: str) -> CheckText:
    """Look at the source of `check(initial_state, final_state)`."""
    tree = parse_module(source)
    reads = _Reads(tree).attributes()
    literals = tuple(dict.fromkeys(_long_literals(tree)))
    return CheckText(reads, _normal_form(source), literals)


class _Reads:
    """Follows the final state through names: aliases, and parameters of the check's own functions."""

    def __init__(self, tree: ast.Module) -> None:
        self._nodes = list(ast.walk(tree))
        self._parents = {id(child): node for node in self._nodes for child in ast.iter_child_nodes(node)}
        self._functions = {node.name: node for node in self._nodes if isinstance(node, ast.FunctionDef)}
        self._roots = {self._final()}
        self._whole = False
        self._found: set[str] = set()

    def attributes(self) -> frozenset[str] | None:
        """Names of attributes, or None."""
        before = -1
        while before != len(self._roots):
            before = len(self._roots)
            for node in self._nodes:
                if isinstance(node, ast.Name) and node.id in self._roots and isinstance(node.ctx, ast.Load):
                    self._use(node)
        return None if self._whole else frozenset(self._found)

    def _final(self) -> str:
        check = self._functions.get("check")
        named = [parameter.arg for parameter in check.args.args] if check else []
        return named[1] if len(named) > 1 else FINAL

    def _use(self, node: ast.Name) -> None:
        """What is done with the whole state at one place."""
        parent = self._parents[id(node)]
        match parent:
            case ast.Subscript(value=value, slice=ast.Constant(value=str() as key)) if value is node:
                self._found.add(key)
            case ast.Attribute(attr="get"):
                self._got(parent)
            case ast.Compare():
                self._compared(parent, node)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.NamedExpr(target=ast.Name(id=name)):
                self._roots.add(name)
            case ast.Call():
                self._passed(parent, node)
            case ast.If() | ast.IfExp() | ast.UnaryOp(op=ast.Not()) | ast.BoolOp() if self._is_test(
                parent, node
            ):
                return
            case _:
                self._whole = True

    def _got(self, attribute: ast.Attribute) -> None:
        match self._parents[id(attribute)]:
            case ast.Call(func=func, args=[ast.Constant(value=str() as key), *_]) if func is attribute:
                self._found.add(key)
            case _:
                self._whole = True

    def _compared(self, compare: ast.Compare, node: ast.Name) -> None:
        """`"users" in final_state` looks at one attribute, `final_state is None` at none."""
        match compare:
            case ast.Compare(
                left=ast.Constant(value=str() as key), ops=[ast.In() | ast.NotIn()], comparators=[right]
            ) if right is node:
                self._found.add(key)
            case ast.Compare(ops=[ast.Is() | ast.IsNot()]):
                return
            case _:
                self._whole = True

    def _passed(self, call: ast.Call, node: ast.Name) -> None:
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name == "isinstance":
            return
        function = self._functions.get(name)
        places = [at for at, argument in enumerate(call.args) if argument is node]
        if function is None or not places or len(function.args.args) <= places[0]:
            self._whole = True
        else:
            self._roots.add(function.args.args[places[0]].arg)

    def _is_test(self, parent: ast.AST, node: ast.Name) -> bool:
        """Whether the state is only asked to be there; the value of an `or` may be handed on."""
        if isinstance(parent, ast.If | ast.IfExp):
            return parent.test is node
        above = self._parents[id(parent)]
        return isinstance(parent, ast.UnaryOp) or (
            isinstance(above, ast.If | ast.IfExp) and above.test is parent
        )


def _normal_form(source: str) -> str:
    """The syntax tree without documentation and annotations, its own names by order; constants are kept."""
    tree = parse_module(source)
    for scope in ast.walk(tree):
        if isinstance(scope, _SCOPES) and ast.get_docstring(scope, clean=False) is not None:
            scope.body = scope.body[1:] or [ast.Pass()]
    return ast.dump(_Renaming(_bound(tree)).visit(tree), annotate_fields=False)


def _bound(tree: ast.Module) -> dict[str, str]:
    """The names that a check gives itself → their numbers."""
    names: list[str] = []
    for node in ast.walk(tree):
        match node:
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                names.append(name)
            case ast.ExceptHandler(name=str() as name):
                names.append(name)
            case _:
                continue
    return {name: f"name_{at}" for at, name in enumerate(dict.fromkeys(names))}


class _Renaming(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self._names.get(node.id, node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(self._names.get(node.arg, node.arg))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.name, node.returns = self._names.get(node.name, node.name), None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        return ast.Assign([node.target], node.value) if node.value else ast.Pass()

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        self.generic_visit(node)
        node.name = self._names.get(node.name, node.name) if node.name else None
        return node


def _long_literals(tree: ast.Module) -> Iterator[str]:
    """Long texts that a check compares with, directly or by a name; not its documentation or messages."""
    silent = {id(part) for node in ast.walk(tree) for part in _said(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            text = " ".join(node.value.split())
            if len(text) >= LONG_CHARACTERS and len(text.split()) >= LONG_WORDS:
                yield text


def _said(node: ast.AST) -> Iterable[ast.AST]:
    """Text that a check says or notes, and compares with nothing."""
    match node:
        case ast.Expr(value=ast.Constant() as text):
            return [text]
        case ast.Raise():
            return ast.walk(node)
        case ast.Assert(msg=ast.expr() as message):
            return ast.walk(message)
        case ast.Call(func=ast.Name(id="print")):
            return ast.walk(node)
        case _:
            return []
