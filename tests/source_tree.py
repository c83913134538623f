"""The modules of the package as syntax trees, and what each of them imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "envscaler_mcp"


@dataclass(frozen=True)
class Import:
    """One import: the module that is meant, the line, and whether it happens when a module is loaded."""

    target: str
    line: int
    in_function: bool
    for_types_only: bool
    level: int


@cache
def modules() -> dict[str, ast.Module]:
    """Dotted name → tree, for every module of the package."""
    paths = sorted((ROOT / PACKAGE).rglob("*.py"))
    return {dotted(path): ast.parse(path.read_text(encoding="utf-8"), str(path)) for path in paths}


def dotted(path: Path) -> str:
    """`…/spec/__init__.py` → `envscaler_mcp.spec`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(module: str) -> tuple[Import, ...]:
    """Every import of a module; `from package import submodule` means the submodule."""
    return tuple(_walk(modules()[module], module, in_function=False, for_types_only=False))


def _walk(node: ast.AST, module: str, *, in_function: bool, for_types_only: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        inner = in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        typed = for_types_only or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test))
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, inner, typed, 0)
        elif isinstance(child, ast.ImportFrom):
            base = _base(child, module)
            for alias in child.names:
                submodule = f"{base}.{alias.name}"
                target = submodule if submodule in modules() else base
                yield Import(target, child.lineno, inner, typed, child.level)
        else:
            yield from _walk(child, module, in_function=inner, for_types_only=typed)


def _base(node: ast.ImportFrom, module: str) -> str:
    if not node.level:
        return node.module or ""
    is_package = (ROOT / Path(*module.split(".")) / "__init__.py").is_file()
    package = module.split(".")[: None if is_package else -1]
    above = package[: len(package) - (node.level - 1)]
    return ".".join([*above, *([node.module] if node.module else [])])
