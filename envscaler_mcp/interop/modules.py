"""Finds a module's source file and what it imports, without importing anything."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from envscaler_mcp.errors import BadInput
from envscaler_mcp.sandbox.parsing import parse_module
from envscaler_mcp.spec.record import read_bytes

MAX_HOPS = 8
"""How many re-exports are followed until a class is found."""


@dataclass(frozen=True)
class Module:
    """A module's source; `name` is the dotted name under which Python would know it."""

    name: str
    path: Path
    source: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]


def search_path() -> list[Path]:
    """Where modules are looked for: here, then where Python looks."""
    return [Path.cwd(), *(Path(entry) for entry in sys.path if entry and Path(entry).is_dir())]


def find_module(name: str, places: Sequence[Path]) -> Module:
    """The module of a dotted name, or of a path to a `.py` file.

    Raises:
        BadInput: there is no such module, it has no Python source, or the source does not parse.
    """
    path = Path(name) if name.endswith(".py") else _file_of(name, places)
    if path is None:
        raise BadInput(name, "there is no Python module of this name", _nearest(name, places))
    return _parsed(path.stem if name.endswith(".py") else name, path)


def find_class(module: Module, name: str, places: Sequence[Path]) -> tuple[Module, ast.ClassDef]:
    """A class and the module that defines it, following `from … import CLASS`.

    Raises:
        BadInput: no class of this name is defined or imported there.
    """
    current = module
    for _ in range(MAX_HOPS):
        found = [node for node in current.tree.body if isinstance(node, ast.ClassDef) and node.name == name]
        if found:
            return current, found[-1]
        origin = imported_from(current, name)
        path = _file_of(origin[0], places) if origin else None
        if origin is None or path is None:
            break
        current, name = _parsed(origin[0], path), origin[1]
    classes = [node.name for node in module.tree.body if isinstance(node, ast.ClassDef)]
    remedy = f"its classes are {', '.join(classes)}" if classes else "the module defines no class"
    raise BadInput(module.name, f"it has no class {name!r}", remedy)


def imported_from(module: Module, name: str) -> tuple[str, str] | None:
    """(module, original name) of a name that a module imports from another one."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return absolute(module, node), alias.name
    return None


def absolute(module: Module, node: ast.ImportFrom) -> str:
    """The dotted name of the module that an import names."""
    if not node.level:
        return node.module or ""
    parts = module.package.split(".")
    base = parts[: len(parts) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def imports_of(module: Module) -> set[str]:
    """Top-level names of everything a module imports; a relative import counts as its own package."""
    return {name.split(".")[0] for name in _imported(module) if name}


def _imported(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield absolute(module, node) or module.name


def _file_of(name: str, places: Sequence[Path]) -> Path | None:
    parts = name.split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    for place in places:
        stem = place.joinpath(*parts)
        for path in (stem / "__init__.py", stem.with_name(f"{parts[-1]}.py")):
            if path.is_file():
                return path
    return None


def _parsed(name: str, path: Path) -> Module:
    raw = read_bytes(path)
    try:
        return Module(name, path, raw.decode("utf-8-sig"), parse_module(raw))
    except (SyntaxError, ValueError, RecursionError) as error:
        reason = f"{error.msg} in line {error.lineno}" if isinstance(error, SyntaxError) else str(error)
        raise BadInput(str(path), f"it does not parse: {reason}", "name a module of valid Python") from error


def _nearest(name: str, places: Sequence[Path]) -> str:
    """A remedy: modules with similar names where the name stops being found."""
    from difflib import get_close_matches  # noqa: PLC0415  (only on the way to an error)

    parent, _, last = name.rpartition(".")
    folders = [place.joinpath(*parent.split(".")) if parent else place for place in places]
    known = {path.stem for folder in folders if folder.is_dir() for path in folder.glob("*.py")}
    known |= {
        path.parent.name for folder in folders if folder.is_dir() for path in folder.glob("*/__init__.py")
    }
    close = get_close_matches(last, sorted(known - {"__init__"}), n=3, cutoff=0.5)
    names = [f"{parent}.{match}" if parent else match for match in close]
    return (
        f"did you mean {' or '.join(names)}?"
        if names
        else "give MODULE:CLASS with a module on the Python path"
    )
