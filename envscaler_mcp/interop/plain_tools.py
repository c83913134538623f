"""The tools of a plain class: one card for each public method, read from the syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from envscaler_mcp.spec.environment import ToolCard
from envscaler_mcp.spec.problem import Problem

from .docstrings import read_docstring, shorten, tool_text
from .names import tool_names
from .signatures import Function, Types, input_schema, parameters
from .writes import writing_methods

Kind = Literal["read", "write"]
OPEN_OUTPUT: dict[str, Any] = {"type": "object"}
"""The class's result goes out as it is; what is no dict stands under `result`."""

_NO_TOOL = frozenset(
    [
        "property",
        "cached_property",
        "setter",
        "deleter",
        "getter",
        "abstractmethod",
        "overload",
        "contextmanager",
    ]
)


@dataclass(frozen=True)
class Released:
    """What a release says of its tools besides the class; all of it optional."""

    order: Sequence[str] | None = None
    kinds: Mapping[str, Kind] = field(default_factory=dict[str, Kind])
    texts: Mapping[str, str] = field(default_factory=dict[str, str])


def tool_cards(
    definition: ast.ClassDef,
    module: ast.Module,
    where: str,
    *,
    released: Released | None = None,
    without: Collection[str] = (),
    inherited: Sequence[ast.ClassDef] = (),
) -> tuple[list[ToolCard], list[Problem]]:
    """Cards for the public methods of a class, in the released order where there is one.

    Args:
        definition: the class.
        module: the module it stands in.
        where: the row or file, for Problems.
        released: what the release says.
        without: methods that are no tools (the one that loads a start state).
        inherited: base classes that were found, nearest first.
    """
    told = released or Released()
    methods, problems = _public_methods(definition, inherited, without, where)
    writing = {
        name
        for base in (definition, *inherited)
        for name in writing_methods(_joined(definition, base), module)
    }
    kinds: dict[str, Kind] = {name: _kind(name, told, writing, where, problems) for name in methods}
    order, differences = _ordered(list(methods), told.order, where)
    names = tool_names(order, kinds)
    types = Types.of(module)
    cards = [
        _card(methods[name], names[name], kinds[name], told.texts.get(name, ""), types) for name in order
    ]
    renamed = [
        _renamed(released_name, name, where) for released_name, name in names.items() if released_name != name
    ]
    return cards, [*problems, *differences, *renamed]


def _public_methods(
    definition: ast.ClassDef, inherited: Sequence[ast.ClassDef], without: Collection[str], where: str
) -> tuple[dict[str, Function], list[Problem]]:
    methods: dict[str, Function] = {}
    problems: list[Problem] = []
    for base in (definition, *inherited):
        own = {node.name: node for node in base.body if isinstance(node, Function)}
        for name, node in own.items():
            if name.startswith("_") or name in methods or name in without or _is_no_tool(node):
                continue
            complaint = _complaint(node)
            if complaint:
                problems.append(Problem(code="not_a_tool", where=f"{where}: {name}", message=complaint[0],
                                        severity="warning"))  # fmt: skip
            if not complaint or complaint[1]:
                methods[name] = node
    return methods, problems


def _is_no_tool(node: Function) -> bool:
    marks = {ast.unparse(mark).split("(")[0].split(".")[-1] for mark in node.decorator_list}
    return bool(marks & _NO_TOOL)


def _complaint(node: Function) -> tuple[str, bool] | None:
    """What is wrong with a method as a tool, and whether it is one all the same."""
    if isinstance(node, ast.AsyncFunctionDef):
        return "the method is asynchronous; it was left out", False
    if node.args.posonlyargs[1:]:
        return "the method takes arguments by position only; it was left out", False
    if node.args.vararg or node.args.kwarg:
        return "the method takes arguments without names; only the named ones are offered", True
    return None


def _joined(definition: ast.ClassDef, base: ast.ClassDef) -> ast.ClassDef:
    """The class itself, or one that sees the methods of both (an inherited method may call new ones)."""
    if base is definition:
        return definition
    return ast.ClassDef(definition.name, [], [], [*base.body, *definition.body], [])


def _kind(name: str, told: Released, writing: set[str], where: str, problems: list[Problem]) -> Kind:
    said = told.kinds.get(name)
    if said == "read" and name in writing:
        message = "the release calls it a query, but the method changes state; it is a write"
        problems.append(
            Problem(code="kind_overruled", where=f"{where}: {name}", message=message, severity="warning")
        )
        return "write"
    return said or ("write" if name in writing else "read")


def _ordered(methods: list[str], order: Sequence[str] | None, where: str) -> tuple[list[str], list[Problem]]:
    """The class's methods in the released order; differences are told, the class wins."""
    if order is None:
        return methods, []
    known = [name for name in dict.fromkeys(order) if name in methods]
    gone = [name for name in dict.fromkeys(order) if name not in methods]
    new = [name for name in methods if name not in order]
    texts = [f"the released tool {name!r} is no public method of the class; it was left out" for name in gone]
    texts += [f"the method {name!r} is not among the released tools; it was added" for name in new]
    problems = [Problem(code="tools_differ", where=where, message=text, severity="warning") for text in texts]
    return [*known, *new], problems


def _card(method: Function, name: str, kind: Kind, fallback: str, types: Types) -> ToolCard:
    told = read_docstring(ast.get_docstring(method), [parameter.arg for parameter in parameters(method)])
    text = tool_text(told, fallback) or f"{name.replace('_', ' ').capitalize()}."
    return ToolCard(
        name=name,
        kind=kind,
        description=shorten(text, 500),
        input=input_schema(method, told.arguments, types),
        output=dict(OPEN_OUTPUT),
        released_name=method.name if method.name != name else None,
    )


def _renamed(released: str, name: str, where: str) -> Problem:
    message = f"the released name {released!r} does not fit every client; the tool is called {name!r}"
    return Problem(code="tool_renamed", where=f"{where}: {released}", message=message, severity="warning")
