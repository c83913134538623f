"""The part of the policy that reads types: an annotation in quotes is code that somebody evaluates."""

from __future__ import annotations

import ast
from collections.abc import Generator, Iterable
from contextlib import contextmanager

from . import policy_tables as tables
from .parsing import parse_expression
from .policy_scopes import Binding, Scope

Refused = tuple[int, str, str, str]
_TYPE_SHAPES = (ast.Tuple, ast.List, ast.BinOp, ast.Load, ast.BitOr)
_TYPING = frozenset({"typing", "typing_extensions", "collections.abc"})


class AnnotationRules(ast.NodeVisitor):
    """A visitor with scopes that knows a type from a value."""

    def __init__(self, module: Scope) -> None:
        self.scopes = [module]
        self.refused: list[Refused] = []
        self.qualified: set[int] = set()
        """Nodes that stand where the policy has already looked at them in their context."""
        self.looked_at: set[int] = set()
        """Nodes whose value is compared or shown, and goes nowhere."""
        self._vetted: set[int] = set()
        self._line: int | None = None
        """The line of the quoted annotation that is being read."""

    @property
    def scope(self) -> Scope:
        """The innermost scope."""
        return self.scopes[-1]

    def refuse(self, node: ast.AST, code: str, message: str, remedy: str) -> None:
        """Record a finding at a node."""
        self.refuse_line(self._line or getattr(node, "lineno", 1), code, message, remedy)

    def refuse_line(self, line: int, code: str, message: str, remedy: str) -> None:
        """Record a finding at a line."""
        self.refused.append((line, code, message, remedy))

    def within(self, scope: Scope, nodes: Iterable[ast.AST]) -> None:
        """Visit nodes inside one more scope."""
        self.scopes.append(scope)
        for node in nodes:
            self.visit(node)
        self.scopes.pop()

    def lookup(self, name: str) -> Binding | None:
        """The binding of a name as Python finds it: a class body is seen from itself only.

        A builtin's name in a class body may be unbound when it is read, and then is the builtin.
        """
        for scope in reversed(self.scopes):
            seen = scope.kind != "class" or (scope is self.scope and name not in tables.ALL_BUILTINS)
            if name in scope.names and seen:
                return scope.names[name]
        return None

    def modules_of(self, node: ast.expr, line: int) -> set[str]:
        """The modules that an expression may be."""
        if not isinstance(node, ast.Name):
            return set()
        binding = self.lookup(node.id)
        return set(binding.modules) if binding and binding.may_be_module_at(line) else set()

    def is_shared(self, node: ast.expr) -> bool:
        """Whether an expression is, or leads to, a builtin or something imported: others use it, too."""
        match node:
            case ast.Name(id=name):
                return self._names_shared(name, ())
            case ast.Attribute(value=owner):
                return self.is_shared(owner)
            case _:
                return False

    def _names_shared(self, name: str, seen: tuple[str, ...]) -> bool:
        binding = self.lookup(name)
        if binding is None:
            return name in tables.ALL_BUILTINS
        if binding.modules or binding.imported:
            return True
        roots = [_root(value) for value in binding.values if value is not None]
        return any(
            self._names_shared(root, (*seen, name)) for root in roots if root and root not in (*seen, name)
        )

    def is_typing(self, binding: Binding) -> bool:
        """Whether a name was imported from typing."""
        return any(
            origin.rpartition(".")[0] in _TYPING and not origin.endswith(".TYPE_CHECKING")
            for origin in binding.imported
        )

    def is_typing_expression(self, node: ast.expr) -> bool:
        """Whether an expression names something of typing."""
        if isinstance(node, ast.Name):
            binding = self.lookup(node.id)
            return binding is not None and self.is_typing(binding)
        if isinstance(node, ast.Attribute):
            return bool(self.modules_of(node.value, node.lineno) & _TYPING)
        return False

    # Where types stand ----------------------------------------------------------------------

    def annotation(self, node: ast.expr) -> None:
        """Read an expression that is a type."""
        match node:
            case ast.Constant(value=str(text)):
                self._quoted(node, text)
            case ast.Constant():
                pass
            case ast.Name():
                self._named_type(node)
            case ast.Attribute():
                self.qualified.add(id(node))
                self.visit(node)
            case ast.Subscript():
                self._subscript_of_type(node)
            case _ if isinstance(node, _TYPE_SHAPES):
                for part in ast.iter_child_nodes(node):
                    if isinstance(part, ast.expr):
                        self.annotation(part)
            case _:
                self.refuse(node, "annotation", "an annotation is no plain type", "write a type")
                self.visit(node)

    def base(self, node: ast.expr) -> None:
        """Read a base class."""
        if isinstance(node, ast.Subscript):
            self._subscript_of_type(node)
            return
        self.qualified.add(id(node))
        self.visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """`List["…"]` outside an annotation keeps the text for later."""
        if isinstance(node.value, ast.Name) and node.value.id == "type" and self.lookup("type") is None:
            self.refuse(node, "builtin", "uses type[…] as a value", "use it in annotations only")
        if self.is_typing_expression(node.value) or self._is_builtin_generic(node.value):
            self._subscript_of_type(node)
        else:
            self.generic_visit(node)

    def visit_type_call(self, node: ast.Call) -> None:
        """`TypeVar("T", bound="…")`, `NamedTuple("N", [("field", "…")])` and the like."""
        for part in [*node.args[1:], *(keyword.value for keyword in node.keywords)]:
            for text in ast.walk(part):
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    self._quoted(text, text.value)

    def _is_builtin_generic(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in tables.TYPE_NAMES and self.lookup(node.id) is None

    def _subscript_of_type(self, node: ast.Subscript) -> None:
        self.qualified.add(id(node.value))
        if not isinstance(node.value, ast.Name | ast.Attribute):
            self.refuse(node, "annotation", "an annotation is no plain type", "write a type")
        self.visit(node.value)
        kind = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        if kind == "Literal" and self.is_typing_expression(node.value):
            self.visit(node.slice)
        elif kind == "Annotated" and isinstance(node.slice, ast.Tuple) and node.slice.elts:
            self.annotation(node.slice.elts[0])
            for extra in node.slice.elts[1:]:
                self.visit(extra)
        else:
            self.annotation(node.slice)

    def _named_type(self, node: ast.Name) -> None:
        binding = self.lookup(node.id)
        self.qualified.add(id(node))
        if binding is None and node.id not in tables.BUILTINS | tables.TYPE_NAMES:
            self.refuse(node, "annotation", f"annotates with {node.id}, which is no type here", "name a type")
        elif binding and binding.may_be_module_at(node.lineno):
            self.qualified.discard(id(node))
            self.visit(node)
        elif binding and not binding.is_class and not binding.imported:
            self._alias(node, binding)

    def _alias(self, node: ast.Name, binding: Binding) -> None:
        values = binding.assigned()
        if values is None:
            self.refuse(node, "annotation", f"annotates with {node.id}, which is no type", "name a type")
        for value in values or ():
            if id(value) in self._vetted:
                continue
            self._vetted.add(id(value))
            if not (isinstance(value, ast.Call) and self.is_typing_expression(value.func)):
                self.annotation(value)

    def _quoted(self, node: ast.Constant, text: str) -> None:
        try:
            inner = parse_expression(text.strip())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        with self._at(node.lineno):
            self.annotation(inner)

    @contextmanager
    def _at(self, line: int) -> Generator[None]:
        outer, self._line = self._line, self._line or line
        try:
            yield
        finally:
            self._line = outer


def _root(node: ast.expr) -> str | None:
    """The name that a chain of attributes begins with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
