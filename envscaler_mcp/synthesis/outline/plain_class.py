"""Functions into a class that holds state only, as EnvScaler's stages write them: by syntax, none lost."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Mapping

from envscaler_mcp.sandbox.parsing import parse_module
from envscaler_mcp.spec import Problem
from envscaler_mcp.synthesis.author import Problems


def with_functions(source: str, class_name: str, functions: Mapping[str, str]) -> str | Problems:
    """The module with each function as a method of the class; imports of a function go to the top.

    Args:
        source: the module with the class, which has its state and no operations.
        class_name: the class.
        functions: name → text of one `def`, with what it imports before it.
    """
    module = _parsed(source, "class")
    parsed = {name: _parsed(text, f"tools/{name}") for name, text in functions.items()}
    parts = [module, *parsed.values()]
    found = tuple(problem for part in parts if isinstance(part, Problems) for problem in part)
    if found or isinstance(module, Problems):
        return Problems(found)
    owner = next(
        (one for one in module.body if isinstance(one, ast.ClassDef) and one.name == class_name), None
    )
    if owner is None:
        return Problems.of("class_missing", "class", f"There is no class {class_name}.")
    problems: list[Problem] = []
    for name, tree in parsed.items():
        if not isinstance(tree, Problems):
            problems += _put_in(module, owner, name, tree)
    return Problems(tuple(problems)) if problems else f"{ast.unparse(ast.fix_missing_locations(module))}\n"


def _put_in(module: ast.Module, owner: ast.ClassDef, name: str, tree: ast.Module) -> list[Problem]:
    where = f"tools/{name}"
    imports = [one for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom)]
    rest = [one for one in tree.body if one not in imports]
    match rest:
        case [ast.FunctionDef(name=said) as function] if said == name:
            pass
        case _:
            message = "It has to be one function of this name, and imports before it."
            return [Problem(code="function_unclear", where=where, message=message)]
    if any(isinstance(one, ast.FunctionDef) and one.name == name for one in owner.body):
        message = "The class has a method of this name already."
        return [Problem(code="function_twice", where=where, message=message)]
    known = {ast.dump(one) for one in module.body}
    module.body[_first(module) : _first(module)] = [one for one in imports if ast.dump(one) not in known]
    owner.body.append(function)
    return []


def _first(module: ast.Module) -> int:
    """Where imports may stand: after the docstring and what is imported from the future."""
    place = 0
    for number, one in enumerate(module.body):
        is_text = isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
        is_future = isinstance(one, ast.ImportFrom) and one.module == "__future__"
        if (number == 0 and is_text) or is_future:
            place = number + 1
    return place


def _parsed(text: str, where: str) -> ast.Module | Problems:
    try:
        return parse_module(textwrap.dedent(text).strip("\n"))
    except SyntaxError as error:
        return Problems.of("body_syntax", where, f"Not Python: {error.msg} in line {error.lineno}.")
    except (ValueError, RecursionError, MemoryError) as error:
        return Problems.of("body_syntax", where, f"It cannot be parsed ({type(error).__name__}).")
