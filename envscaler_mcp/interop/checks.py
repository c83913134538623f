"""Upstream's check functions as ours: `check_func(final_state)` → `check(initial_state, final_state)`.

Upstream runs the text with `initial_state` as a global and calls `check_func(final_state)`. The usual
form (one function of one parameter) needs two small edits. Anything else is put inside `check`, where
`initial_state` is a variable of the enclosing function: the same names mean the same things.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from envscaler_mcp.sandbox.parsing import parse_expression, parse_module

from .edits import applied, insert

NAME = "check_func"
INITIAL, FINAL = "initial_state", "final_state"
UNUSABLE = "unusable check: "
"""What a check says that only keeps the place of one that could not be converted."""


@dataclass(frozen=True)
class Converted:
    """The source of a check; `defect` says what was wrong, `broken` whether it can never hold."""

    source: str
    defect: str | None = None
    broken: bool = False


def convert_check(text: object) -> Converted:
    """The source of `check(initial_state, final_state)` for a released check function.

    A text that cannot be converted becomes a check that raises: it keeps its place among the checks
    and counts as false, as it does upstream.
    """
    if not isinstance(text, str) or not text.strip():
        return _raising("there is no text of a function")
    source = _unfenced(text)
    try:
        tree = parse_module(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else type(error).__name__
        return _raising(f"the function does not parse: {reason}")
    function = _function(tree)
    if function is None:
        return _raising("the text defines no function")
    return _converted(source, tree, function)


def _converted(source: str, tree: ast.Module, function: ast.FunctionDef) -> Converted:
    defect = None if function.name == NAME else f"the function is called {function.name}, not {NAME}"
    call, complaint = _call(function)
    if call is None:
        return _raising(complaint or "the function cannot be called")
    if _is_usual(tree, function):
        return Converted(_renamed(source, function), defect)
    return Converted(_enclosed(tree, call), complaint or defect)


def _function(tree: ast.Module) -> ast.FunctionDef | None:
    """The function that upstream calls, or the last one where none has its name."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    named = [node for node in functions if node.name == NAME]
    return (named or functions or [None])[-1]


def _call(function: ast.FunctionDef) -> tuple[str | None, str | None]:
    """The call that runs a function, and what is unusual about its parameters."""
    named = [parameter.arg for parameter in [*function.args.posonlyargs, *function.args.args]]
    required = len(named) - len(function.args.defaults)
    if any(default is None for default in function.args.kw_defaults) or required > 2:
        return None, f"the function wants {required} states"
    if required == 2:
        given = (FINAL, INITIAL) if _is_final(named[0]) and not _is_final(named[1]) else (INITIAL, FINAL)
        return f"{function.name}({', '.join(given)})", "the function takes both states"
    if not named and function.args.vararg is None:
        return f"{function.name}()", "the function takes no state"
    return f"{function.name}({FINAL})", None


def _is_final(name: str) -> bool:
    return re.search(r"final|after|end|new|current|post", name.lower()) is not None


def _is_usual(tree: ast.Module, function: ast.FunctionDef) -> bool:
    """One function of one plain parameter that neither calls itself nor rebinds the initial state."""
    arguments = function.args
    alone = len(tree.body) == 1 and not function.decorator_list
    plain = len(arguments.args) == 1 and not (
        arguments.posonlyargs
        or arguments.kwonlyargs
        or arguments.vararg
        or arguments.kwarg
        or arguments.defaults
    )
    if not alone or not plain or arguments.args[0].arg == INITIAL:
        return False
    bound = {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    scoped = any(isinstance(node, ast.Global | ast.Nonlocal) for node in ast.walk(function))
    return not scoped and INITIAL not in bound and function.name not in names and "check" not in names


def _renamed(source: str, function: ast.FunctionDef) -> str:
    """The same text with another name and one parameter more."""
    parameter = function.args.args[0]
    line = source.encode("utf-8").splitlines()[function.lineno - 1].decode("utf-8", "replace")
    opening = re.match(rf"def\s+({re.escape(function.name)})", line)
    if opening is None or not function.name.isascii():
        return _enclosed(ast.Module([function], []), f"{function.name}({FINAL})")
    text = applied(source, [insert(parameter.lineno, parameter.col_offset, f"{INITIAL}, ")])
    lines = text.split("\n")
    lines[function.lineno - 1] = re.sub(
        rf"^def\s+{re.escape(function.name)}", "def check", line_at(text, function)
    )
    return "\n".join(lines).strip() + "\n"


def line_at(text: str, function: ast.FunctionDef) -> str:
    """The first line of a function in a text."""
    return text.split("\n")[function.lineno - 1]


def _enclosed(tree: ast.Module, call: str) -> str:
    """All statements inside `check`; what only a module may hold stays before it."""
    outside = [node for node in tree.body if isinstance(node, ast.ImportFrom) and _is_outside(node)]
    inside = [node for node in tree.body if node not in outside]
    inside.append(ast.Return(parse_expression(call)))
    arguments = ast.arguments([], [ast.arg(INITIAL), ast.arg(FINAL)], None, [], [], None, [])
    check = ast.FunctionDef("check", arguments, inside, [], None)
    module = ast.fix_missing_locations(ast.Module([*outside, check], []))
    return ast.unparse(module) + "\n"


def _is_outside(node: ast.ImportFrom) -> bool:
    return node.module == "__future__" or any(alias.name == "*" for alias in node.names)


def _raising(reason: str) -> Converted:
    text = f"def check({INITIAL}, {FINAL}):\n    raise ValueError({(UNUSABLE + reason)!r})\n"
    return Converted(text, reason, broken=True)


def _unfenced(text: str) -> str:
    """The text without a Markdown fence around it and without common indentation."""
    fenced = re.fullmatch(r"\s*```(?:python|py)?[ \t]*\n(.*?)\n?\s*```\s*", text, re.DOTALL)
    lines = (fenced[1] if fenced else text).replace("\r\n", "\n").strip("\n").split("\n")
    indent = len(lines[0]) - len(lines[0].lstrip())
    if indent and all(not line.strip() or line[:indent].isspace() for line in lines):
        return "\n".join(line[indent:] for line in lines)
    return "\n".join(lines)
