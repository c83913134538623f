"""What a class's source can do without: imports that nothing uses, and what only a script would run.

A release hoists the imports of all methods, used or not; the policy would refuse the class for one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import cast

from envscaler_mcp.sandbox.parsing import parse_module
from envscaler_mcp.sandbox.policy_tables import MODULES

from .edits import Edit, applied, replace
from .imports import Repair


def trimmed(source: str) -> tuple[str, list[Repair]]:
    """The source without refused imports that nothing uses, `__main__` blocks and `uuid1`."""
    tree = parse_module(source)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    edits: list[Edit] = []
    repairs: list[Repair] = []
    for statement in tree.body:
        told = _dispensable(statement, used)
        if told:
            edits.append(replace(statement, "pass"))
            repairs.append(Repair("", told))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            spelt = [(loop, text) for loop in ast.walk(node) if (text := _spelt_out(loop, node))]
            edits += [replace(cast("ast.For", loop), text) for loop, text in spelt]
            repairs += [Repair("", "attributes that a loop sets by computed names are spelt out")] * len(
                spelt
            )
        if isinstance(node, ast.Attribute) and node.attr == "uuid1" and isinstance(node.value, ast.Name):
            edits.append(replace(node, f"{node.value.id}.uuid4"))
            repairs.append(Repair("", "`uuid.uuid1` reads the machine; it is `uuid.uuid4` now"))
    return applied(source, edits), list(dict.fromkeys(repairs))


def _spelt_out(node: ast.AST, definition: ast.ClassDef) -> str | None:
    """`for k, v in config.items(): setattr(self, k, v)` with every name that the class knows of itself.

    What it does not know, nothing but the state shows; an import sets that after the constructor.
    """
    match node:
        case ast.For(
            target=ast.Tuple(elts=[ast.Name(id=key), ast.Name(id=value)]),
            iter=ast.Call(func=ast.Attribute(value=source, attr="items"), args=[]),
            body=[inner],
            orelse=[],
        ):
            call, guard = _guarded(inner, key)
            if call != f"setattr(self, {key}, {value})":
                return None
        case _:
            return None
    config, line = ast.unparse(source), "\n" + " " * node.col_offset
    names = sorted({name for name in _own_names(definition) if not name.startswith("__")})
    there = " and hasattr(self, {name!r})" if guard else ""
    form = f"if {{name!r}} in {config}{there}: self.{{name}} = {config}[{{name!r}}]"
    lines = [form.replace("{name!r}", repr(name)).replace("{name}", name) for name in names]
    return line.join(lines or ["pass"])


def _guarded(statement: ast.stmt, key: str) -> tuple[str, bool]:
    """A statement as text, without the `if hasattr(self, key)` around it."""
    match statement:
        case ast.If(test=test, body=[inner], orelse=[]) if ast.unparse(test) == f"hasattr(self, {key})":
            return ast.unparse(inner), True
        case _:
            return ast.unparse(statement), False


def _own_names(definition: ast.ClassDef) -> Iterator[str]:
    for node in ast.walk(definition):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            yield node.attr


def _dispensable(statement: ast.stmt, used: set[str]) -> str | None:
    """Why a statement of the module can go, or None."""
    match statement:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return "the block that only a script would run was left out"
        case ast.Import(names=names) if not any(_bound(alias) in used for alias in names):
            refused = [alias.name for alias in names if alias.name not in MODULES]
        case ast.ImportFrom(module=module, names=names, level=0) if not any(
            _bound(one) in used for one in names
        ):
            allowed = MODULES.get(module or "")
            refused = [f"{module}.{one.name}" for one in names if allowed is None or one.name not in allowed]
        case _:
            return None
    return f"the unused import of {', '.join(refused)} was left out" if refused else None


def _bound(alias: ast.alias) -> str:
    return "*" if alias.name == "*" else (alias.asname or alias.name).split(".")[0]
