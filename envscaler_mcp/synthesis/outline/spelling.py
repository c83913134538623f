"""A module's tree as text that people read: one argument a line where a signature is long.

The text is parsed again and compared with the tree; what would not read back as itself is spelt plainly.
"""

from __future__ import annotations

import ast
import textwrap

from envscaler_mcp.sandbox.parsing import parse_module

WIDTH = 110
INDENT = "    "


def spell(module: ast.Module) -> str:
    """The text of a module."""
    text = "\n".join(_top(node) for node in module.body) + "\n"
    return text if _same(text, module) else f"{ast.unparse(module)}\n"


def _same(text: str, module: ast.Module) -> bool:
    try:
        return ast.dump(parse_module(text)) == ast.dump(module)
    except (SyntaxError, ValueError, RecursionError):
        return False


def _top(node: ast.stmt) -> str:
    if isinstance(node, ast.ClassDef):
        return "\n\n" + _class(node)
    return f"\n{ast.unparse(node)}" if isinstance(node, ast.ImportFrom) and node.level else _plain(node, "")


def _class(node: ast.ClassDef) -> str:
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    parts = [
        _function(part) if isinstance(part, ast.FunctionDef) else _plain(part, INDENT) for part in node.body
    ]
    return "\n".join([f"class {node.name}({bases}):", *parts])


def _function(node: ast.FunctionDef) -> str:
    lines = ["", *(f"{INDENT}@{ast.unparse(one)}" for one in node.decorator_list), _signature(node)]
    return "\n".join([*lines, *(_plain(part, INDENT * 2) for part in node.body)])


def _signature(node: ast.FunctionDef) -> str:
    returns = ast.unparse(node.returns) if node.returns else "None"
    line = f"{INDENT}def {node.name}({ast.unparse(node.args)}) -> {returns}:"
    if len(line) <= WIDTH:
        return line
    arguments = [f"{INDENT * 2}{one}," for one in _arguments(node.args)]
    return "\n".join([f"{INDENT}def {node.name}(", *arguments, f"{INDENT}) -> {returns}:"])


def _arguments(arguments: ast.arguments) -> list[str]:
    plain = len(arguments.args) - len(arguments.defaults)
    defaults = [None] * plain + list(arguments.defaults)
    return [
        ast.unparse(one) + (f" = {ast.unparse(default)}" if default else "")
        for one, default in zip(arguments.args, defaults, strict=True)
    ]


def _plain(node: ast.stmt, indent: str) -> str:
    match node:
        case ast.Expr(ast.Constant(str() as text)):
            return _docstring(text, indent)
        case _:
            pass
    if isinstance(node, ast.AnnAssign) and len(long := f"{indent}{ast.unparse(node)}") > WIDTH:
        return _long_annotation(node, indent) or long
    return textwrap.indent(ast.unparse(node), indent)


def _long_annotation(node: ast.AnnAssign, indent: str) -> str:
    """`name: Annotated[…, Field(…)] = …` over several lines."""
    match node.annotation:
        case ast.Subscript(ast.Name("Annotated"), ast.Tuple([kind, said])):
            lines = [f"{indent}{INDENT}{ast.unparse(part)}," for part in (kind, said)]
            value = f" = {ast.unparse(node.value)}" if node.value else ""
            first = f"{indent}{ast.unparse(node.target)}: Annotated["
            return "\n".join([first, *lines, f"{indent}]{value}"])
        case _:
            return ""


def _docstring(text: str, indent: str) -> str:
    """In three quotes; a text that this would change stays as Python shows it."""
    return f'{indent}"""{text}"""' if _is_tame(text) else f"{indent}{text!r}"


def _is_tame(text: str) -> bool:
    return text.isprintable() and not {'"', "\\"} & set(text)
