"""Which attributes of a class its tools can write: by its syntax tree, and by what they were seen to do."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from envscaler_mcp.interop.writes import writing_methods
from envscaler_mcp.sandbox.parsing import parse_module
from envscaler_mcp.spec.environment import Environment

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Reach:
    """Answers `writes(attribute)` for one environment.

    For each attribute, the class is looked at with every *other* attribute replaced by a value of the
    method's own: a tool that still writes, writes this one.
    """

    def __init__(self, environment: Environment) -> None:
        self._module = parse_module(environment.source)
        self._source, self._name = environment.source, environment.card.class_name
        definition = _flattened(self._module, self._name)
        self._methods = {node.name for node in definition.body if isinstance(node, Function)}
        self._tools = {tool.released_name or tool.name for tool in environment.card.tools}
        self._known: dict[str, bool] = {}

    def saw(self, attributes: Iterable[str]) -> None:
        """A tool has changed these."""
        self._known.update(dict.fromkeys(attributes, True))

    def writes(self, attribute: str) -> bool:
        """Whether a tool can write an attribute."""
        if attribute not in self._known:
            self._known[attribute] = self._by_tree(attribute)
        return self._known[attribute]

    def _by_tree(self, attribute: str) -> bool:
        fresh = _flattened(parse_module(self._source), self._name)  # to parse again is quicker than to copy
        only = _Only(attribute, self._methods).visit(fresh)
        return bool(writing_methods(only, self._module) & self._tools)


def _flattened(module: ast.Module, name: str) -> ast.ClassDef:
    """The class with the methods of its bases in the same module, its own last."""
    classes = {node.name: node for node in module.body if isinstance(node, ast.ClassDef)}
    own = classes.pop(name)
    body: list[ast.stmt] = list(own.body)
    waiting = [base.id for base in own.bases if isinstance(base, ast.Name)]
    while waiting:
        base = classes.pop(waiting.pop(0), None)
        if base is not None:
            body = [*base.body, *body]
            waiting += [above.id for above in base.bases if isinstance(above, ast.Name)]
    return ast.ClassDef(own.name, own.bases, own.keywords, body, own.decorator_list)


class _Only(ast.NodeTransformer):
    """Leaves `self.<attribute>`; other attributes of the object become plain names."""

    def __init__(self, attribute: str, methods: set[str]) -> None:
        self._kept = {attribute, *methods}
        self._own = ""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if self._own:  # a function inside a method still means the method's object
            return self.generic_visit(node)
        is_static = any(isinstance(mark, ast.Name) for mark in node.decorator_list)
        self._own = node.args.args[0].arg if node.args.args and not is_static else ""
        self.generic_visit(node)
        self._own = ""
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        of_object = isinstance(node.value, ast.Name) and node.value.id == self._own
        if not of_object or node.attr in self._kept or node.attr.startswith("__"):
            return node
        return ast.Name(f"_own_{node.attr}", node.ctx)
