"""From what a model wrote to statements that may stand in a body, or the reasons why not."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator

from envscaler_mcp.sandbox.parsing import parse_module
from envscaler_mcp.spec import Problem
from envscaler_mcp.synthesis.author import Problems

MOST = 20_000
"""Characters of a body."""

_REFUSED: dict[type[ast.AST], str] = {
    ast.Import: "imports something",
    ast.ImportFrom: "imports something",
    ast.ClassDef: "defines a class",
    ast.AsyncFunctionDef: "defines an async function",
    ast.Await: "awaits",
    ast.AsyncFor: "awaits",
    ast.AsyncWith: "awaits",
    ast.Yield: "yields",
    ast.YieldFrom: "yields",
    ast.Global: "uses global names",
    ast.Nonlocal: "uses nonlocal names",
}
_OURS = frozenset({"self", "dt", "Refusal", "Entity", "Environment"})


def statements_of(text: str, function: str, where: str) -> list[ast.stmt] | Problems:
    """The statements of a body that was answered as text.

    Args:
        text: the body alone, or the whole `def` of the function.
        function: the name of the function that it is for.
        where: names the place in problems.
    """
    if len(text) > MOST:
        return Problems.of("body_too_long", where, f"The body is longer than {MOST} characters.")
    try:
        parsed = parse_module(textwrap.dedent(_unfenced(text)))
        # What only the compiler sees: `return` in a class, `break` outside a loop, a name bound twice.
        compile(_wrapped(parsed.body), "body", "exec", dont_inherit=True)
    except SyntaxError as error:
        message = f"The body is not Python: {error.msg} in line {error.lineno}."
        return Problems.of("body_syntax", where, message)
    except (ValueError, RecursionError, MemoryError) as error:
        return Problems.of("body_syntax", where, f"The body cannot be parsed ({type(error).__name__}).")
    statements = _without_docstring(_inside(parsed.body, function))
    if not statements:
        return Problems.of("body_empty", where, "The body says nothing.")
    found = tuple(dict.fromkeys(_faults(statements, where)))
    return Problems(found) if found else statements


def _unfenced(text: str) -> str:
    """Without the fence that models put around code, also in JSON."""
    lines = text.strip("\n").splitlines()
    if len(lines) >= 2 and lines[0].startswith("```") and lines[-1].strip() == "```":
        lines = lines[1:-1]
    return "\n".join(lines)


def _wrapped(body: list[ast.stmt]) -> ast.Module:
    nothing = ast.arguments([], [], kwonlyargs=[], kw_defaults=[], defaults=[])
    function = ast.FunctionDef("body", nothing, body or [ast.Pass()], [], lineno=1)
    return ast.fix_missing_locations(ast.Module([function], []))


def _inside(body: list[ast.stmt], function: str) -> list[ast.stmt]:
    """The statements of the function, where the whole function was written."""
    if len(body) == 1 and isinstance(only := body[0], ast.FunctionDef) and only.name == function:
        return only.body
    return body


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    match body:
        case [ast.Expr(ast.Constant(str())), *rest]:
            return rest
        case _:
            return body


def _faults(statements: list[ast.stmt], where: str) -> Iterator[Problem]:
    for statement in statements:
        for node in ast.walk(statement):
            if fault := _fault(node):
                line = getattr(node, "lineno", 1)
                yield Problem(code="body_refused", where=where, message=f"Line {line} of the body {fault}.")


def _fault(node: ast.AST) -> str:
    if said := _REFUSED.get(type(node)):
        return f"{said}; write plain statements, dt (the module datetime) and Refusal are there"
    if isinstance(node, ast.FunctionDef) and node.decorator_list:
        return "decorates a function"
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del) and node.id in _OURS:
        return f"binds {node.id} anew"
    return ""
