"""Imports point to the right, as design.md has it; only the command line prints."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

import pytest

from tests.source_tree import PACKAGE, imports, modules

# From left to right: a layer imports the layers to its right, never its neighbours or those to its left.
LAYERS: tuple[frozenset[str], ...] = tuple(
    frozenset(names.split())
    for names in (
        "__main__",
        "cli",
        "view studio sharing",
        "synthesis blueprint interop harness",
        "samples",
        "agents",
        "certify",
        "scoring",
        "render runtime",
        "sandbox llm",
        "spec",
        "errors",
    )
)
STANDALONE = f"{PACKAGE}.runtime.standalone"
# pydantic and mcp, and what comes with them.
STANDALONE_MAY_IMPORT = {
    "pydantic",
    "typing_extensions",
    "mcp",
    "mcp_types",
    "starlette",
    "uvicorn",
    "anyio",
}
SAMPLES_ARE_IMPORTED_BY = {"cli", "interop", "samples"}

# A function-local import across layers needs a reason here: {(module, prefix of what it imports): reason}.
LATE_IMPORTS: dict[tuple[str, str], str] = {
    (f"{PACKAGE}.cli", PACKAGE): "the command line starts fast: a verb loads what it needs when it runs",
    (f"{PACKAGE}.__main__", f"{PACKAGE}.cli"): "Ctrl-C must be caught before the loading begins",
}
# Programs of their own inside the package.
MAY_PRINT = (f"{PACKAGE}.cli", f"{STANDALONE}.command", f"{PACKAGE}.samples.regenerate")
MAY_USE_TYPER_AND_RICH = (f"{PACKAGE}.cli",)


def within(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith(f"{prefix}.")


def folder(module: str) -> str:
    """The folder (or top-level module) of the package that a module lies in; empty for the package itself."""
    return module.split(".")[1] if "." in module else ""


def place(module: str) -> int:
    return next(number for number, layer in enumerate(LAYERS) if folder(module) in layer)


def ours() -> Iterator[tuple[str, str, int, bool]]:
    """Every import of one module of ours by another: (importer, imported, line, in a function)."""
    for module in modules():
        for found in imports(module):
            if within(found.target, PACKAGE):
                yield module, found.target, found.line, found.in_function


def allowed(module: str, target: str) -> bool:
    if within(target, STANDALONE) or target == PACKAGE:
        return True
    if within(module, STANDALONE) or module == PACKAGE:
        return within(target, STANDALONE) and module != PACKAGE
    if folder(module) == folder(target):
        return True
    return place(target) > place(module)


def test_every_folder_has_its_layer():
    known = frozenset().union(*LAYERS)
    assert {folder(module) for module in modules()} - {""} <= known


def test_imports_point_to_the_right():
    wrong = [f"{a}:{line} imports {b}" for a, b, line, _ in ours() if not allowed(a, b)]
    assert wrong == []


def test_nothing_but_the_command_line_and_interop_imports_samples():
    wrong = [
        f"{a}:{line} imports {b}"
        for a, b, line, _ in ours()
        if folder(b) == "samples" and folder(a) not in SAMPLES_ARE_IMPORTED_BY
    ]
    assert wrong == []


def test_the_standalone_runtime_stands_alone():
    wrong: list[str] = []
    for module in modules():
        for found in imports(module) if within(module, STANDALONE) else ():
            top = found.target.split(".")[0]
            relative = found.level == 1 and within(found.target, STANDALONE)
            if not (relative or top in sys.stdlib_module_names or top in STANDALONE_MAY_IMPORT):
                wrong.append(f"{module}:{found.line} imports {found.target}")
    assert wrong == []


def test_the_runtime_package_itself_imports_nothing():
    # Whoever imports runtime.standalone, spec among them, loads it: an import here would close a circle.
    assert imports(f"{PACKAGE}.runtime") == ()


def test_there_is_no_circle():
    graph = {
        module: {
            found.target
            for found in imports(module)
            if found.target in modules() and not found.in_function and not found.for_types_only
        }
        - {module}
        for module in modules()
    }
    done: set[str] = set()

    def visit(module: str, path: list[str]) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done:
            return []
        circles = (visit(step, [*path, module]) for step in sorted(graph[module]))
        first = next(filter(None, circles), [])
        done.add(module)
        return first

    for module in graph:
        assert visit(module, []) == []


def test_a_late_import_across_folders_has_a_reason():
    wrong = [
        f"{a}:{line} imports {b} inside a function"
        for a, b, line, late in ours()
        if late
        and folder(a) != folder(b)
        and not any(within(a, importer) and within(b, prefix) for importer, prefix in LATE_IMPORTS)
    ]
    assert wrong == []


def test_only_the_command_line_prints():
    wrong = [
        f"{module}:{node.lineno}"
        for module, tree in modules().items()
        if not any(within(module, prefix) for prefix in MAY_PRINT)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert wrong == []


def test_only_the_command_line_knows_the_terminal():
    wrong = [
        f"{module}:{found.line} imports {found.target}"
        for module in modules()
        if not any(within(module, prefix) for prefix in MAY_USE_TYPER_AND_RICH)
        for found in imports(module)
        if found.target.split(".")[0] in {"typer", "rich", "click"}
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("module", "target", "expected"),
    [
        ("cli.app", "spec", True),
        ("spec.record", "errors", True),
        ("spec.record", "runtime.standalone.canonical", True),
        ("spec.record", "runtime.remote", False),
        ("errors", "spec", False),
        ("runtime.standalone.episode", "errors", False),
        ("runtime.standalone.episode", "runtime.standalone.canonical", True),
        ("render.tree", "runtime.remote", False),
        ("sandbox.checks", "runtime.remote", False),
        ("agents.agent", "harness.run", False),
        ("samples.regenerate", "certify", True),
        ("certify.ladder", "agents", False),
    ],
)
def test_the_rule_is_that_of_the_design(module: str, target: str, expected: bool):
    assert allowed(f"{PACKAGE}.{module}", f"{PACKAGE}.{target}") is expected
