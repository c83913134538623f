"""Everything that is put right in a class's source on its way in, each repair told."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from envscaler_mcp.sandbox.parsing import parse_module

from . import imports
from .edits import Edit, applied, replace
from .imports import Repair
from .trims import trimmed

LITERAL_READER = '''

def read_literal(text):
    """Read a literal of text, numbers, True, False, None, lists, tuples and dicts; nothing is evaluated."""
    token = re.compile(
        r"""\\s*(?:(?P<number>[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?)|(?P<word>True|False|None)\\b"""
        r"""|(?P<text>'(?:[^'\\\\\\n]|\\\\.)*'|"(?:[^"\\\\\\n]|\\\\.)*")|(?P<mark>[\\[\\](){},:]))"""
    )
    escapes = {"n": "\\n", "t": "\\t", "r": "\\r", "\\\\": "\\\\", "'": "'", '"': '"', "\\n": ""}
    tokens = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = token.match(text, at)
        if not found:
            raise ValueError("malformed literal")
        tokens.append(found)
        at = found.end()
    tokens.reverse()

    def take(*marks):
        if tokens and tokens[-1].group("mark") in marks:
            return tokens.pop().group("mark")
        return None

    def plain(found):
        kind = found.lastgroup
        if kind == "number":
            digits = found.group("number")
            return float(digits) if "." in digits or "e" in digits.lower() else int(digits)
        if kind == "word":
            return {"True": True, "False": False, "None": None}[found.group("word")]

        def unescape(part):
            if part.group(1) is not None:
                return chr(int(part.group(1)[1:], 16))
            return escapes.get(part.group(2), part.group(0))

        escape = r"(?s)\\\\(?:(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|(.))"
        return re.sub(escape, unescape, found.group("text")[1:-1])

    def several(close):
        values = []
        commas = 0
        while not take(close):
            if values and commas < len(values):
                raise ValueError("malformed literal")
            values.append(value())
            commas += 1 if take(",") else 0
        return values, commas

    def mapping():
        pairs = {}
        more = True
        while not take("}"):
            if not more:
                raise ValueError("malformed literal")
            key = value()
            if not take(":"):
                raise ValueError("malformed literal")
            pairs[key] = value()
            more = bool(take(","))
        return pairs

    def value():
        if not tokens:
            raise ValueError("malformed literal")
        mark = take("[", "(", "{")
        if mark == "[":
            return several("]")[0]
        if mark == "(":
            values, commas = several(")")
            return values[0] if len(values) == 1 and not commas else tuple(values)
        if mark == "{":
            return mapping()
        if tokens[-1].group("mark"):
            raise ValueError("malformed literal")
        return plain(tokens.pop())

    result = value()
    if tokens:
        raise ValueError("malformed literal")
    return result
'''
"""Put into a source in the place of `ast.literal_eval`, which the policy for foreign code refuses."""


def repaired_source(source: str) -> tuple[str, list[Repair]]:
    """The source with everything repaired that is known to be broken or refused.

    Args:
        source: text that parses.
    """
    source, trims = trimmed(source)
    source, first = _without_dynamic_imports(source)
    source, second = _without_literal_eval(source)
    source, third = imports.repaired(source)
    return source, [*trims, *first, *second, *third]


def _without_dynamic_imports(source: str) -> tuple[str, list[Repair]]:
    """`__import__('time').time()` → `time_module.time()`, with the import it needs."""
    edits: list[Edit] = []
    modules: dict[str, None] = {}
    repairs: list[Repair] = []
    tree = parse_module(source)
    for method, node in _calls(tree):
        match node:
            case ast.Call(
                func=ast.Name(id="__import__"), args=[ast.Constant(value=str() as module)], keywords=[]
            ):
                edits.append(replace(node, f"{module}_module"))
                modules[module] = None
                repairs.append(Repair(method, f"`{ast.unparse(node)}` now is an ordinary import"))
            case _:
                continue
    lines = "".join(f"import {module} as {module}_module\n" for module in modules)
    return _with_lines(applied(source, edits), lines), repairs


def _without_literal_eval(source: str) -> tuple[str, list[Repair]]:
    """`ast.literal_eval(x)` → `read_literal(x)`, a reader that the source carries itself."""
    edits: list[Edit] = []
    repairs: list[Repair] = []
    tree = parse_module(source)
    for method, node in _calls(tree):
        match node.func:
            case ast.Attribute(value=ast.Name(id="ast"), attr="literal_eval") | ast.Name(id="literal_eval"):
                edits.append(replace(node.func, "read_literal"))
                repairs.append(
                    Repair(method, "`ast.literal_eval` is refused by the policy; the source reads it itself")
                )
            case _:
                continue
    if not edits:
        return source, []
    edits += [_blanked(statement) for statement in tree.body if _imports_only(statement, "ast")]
    text = applied(source, edits).rstrip("\n")
    return _with_lines(f"{text}\n{LITERAL_READER}", "" if _has_import(tree, "re") else "import re\n"), repairs


def _calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the name of the method it stands in."""
    for node in tree.body:
        for member in node.body if isinstance(node, ast.ClassDef) else [node]:
            name = member.name if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef) else ""
            yield from ((name, part) for part in ast.walk(member) if isinstance(part, ast.Call))


def _imports_only(statement: ast.stmt, module: str) -> bool:
    if isinstance(statement, ast.Import):
        return all(alias.name == module and not alias.asname for alias in statement.names)
    return isinstance(statement, ast.ImportFrom) and statement.module == module


def _has_import(tree: ast.Module, module: str) -> bool:
    return any(
        isinstance(node, ast.Import)
        and any(alias.name == module and not alias.asname for alias in node.names)
        for node in tree.body
    )


def _blanked(statement: ast.stmt) -> Edit:
    return replace(statement, "")


def _with_lines(source: str, lines: str) -> str:
    """The source with import lines behind its opening imports."""
    if not lines:
        return source
    at = imports.after_imports(parse_module(source))
    text = source if source.endswith("\n") else f"{source}\n"
    return applied(text, [Edit((at, 0), (at, 0), lines)])
