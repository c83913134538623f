"""The tools that a class offers, read off its syntax tree: nothing of it is run."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Sequence
from typing import Any

from envscaler_mcp.sandbox.parsing import parse_module
from envscaler_mcp.spec import EnvironmentCard, Problem

_KINDS = ("read", "write")


def differences(card: EnvironmentCard, tools: Sequence[dict[str, Any]], source: str) -> Iterator[Problem]:
    """Where `tools.json` promises other tools than the class has."""
    methods = _methods(source, card.class_name)
    if methods is None:
        yield _problem("", f"environment.py has no class {card.class_name}")
        return
    native = card.form == "native"
    released = {tool.name: tool.released_name for tool in card.tools if tool.released_name}
    listed = {str(tool.get("name")): tool for tool in tools}
    for name, tool in listed.items():
        method = methods.get(released.get(name, name))
        if method is None or (native and _kind(method) is None):
            yield _problem(name, "the class has no such tool")
        else:
            yield from _compared(name, tool, method, native=native)
    for name, method in methods.items():
        if native and _kind(method) and name not in listed:
            yield _problem(name, "the class has this tool, and tools.json does not list it")


def _compared(name: str, tool: dict[str, Any], method: ast.FunctionDef, *, native: bool) -> Iterator[Problem]:
    parameters, needed = _parameters(method)
    schema: dict[str, Any] = tool.get("inputSchema") or {}
    if set(schema.get("properties", {})) != parameters:
        yield _problem(name, "its parameters are not those of the class")
    elif native and set(schema.get("required", [])) != needed:
        yield _problem(name, "what it requires is not what the class requires")
    if not native:
        return
    if tool.get("description") != inspect.cleandoc(ast.get_docstring(method, clean=False) or ""):
        yield _problem(name, "its description is not that of the class")
    if tool.get("annotations", {}).get("readOnlyHint") != (_kind(method) == "read"):
        yield _problem(name, "it says that it reads, and the class writes, or the other way round")


def _methods(source: str, class_name: str) -> dict[str, ast.FunctionDef] | None:
    """The methods of a class and of its bases in the same source; None where there is no such class."""
    try:
        tree = parse_module(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    if class_name not in classes:
        return None
    found: dict[str, ast.FunctionDef] = {}
    for name in _line_of_descent(class_name, classes, set()):
        own = (node for node in classes[name].body if isinstance(node, ast.FunctionDef))
        found = {node.name: node for node in own} | found
    return found


def _line_of_descent(name: str, classes: dict[str, ast.ClassDef], seen: set[str]) -> Iterator[str]:
    if name in classes and name not in seen:
        seen.add(name)
        yield name
        for base in classes[name].bases:
            if isinstance(base, ast.Name):
                yield from _line_of_descent(base.id, classes, seen)


def _kind(method: ast.FunctionDef) -> str | None:
    names = (node.id for node in method.decorator_list if isinstance(node, ast.Name))
    return next((name for name in names if name in _KINDS), None)


def _parameters(method: ast.FunctionDef) -> tuple[set[str], set[str]]:
    """All of them but `self`, and those without a default."""
    given = method.args
    static = any(isinstance(node, ast.Name) and node.id == "staticmethod" for node in method.decorator_list)
    positional = [one.arg for one in (*given.posonlyargs, *given.args)][0 if static else 1 :]
    keyword = [one.arg for one in given.kwonlyargs]
    defaults = len(given.defaults)
    needed = positional[: len(positional) - defaults] if defaults else positional
    needed_too = [name for name, default in zip(keyword, given.kw_defaults, strict=True) if default is None]
    return {*positional, *keyword}, {*needed, *needed_too}


def _problem(name: str, message: str) -> Problem:
    return Problem(code="tools_differ", where=f"tools/{name}" if name else "environment.py", message=message)
