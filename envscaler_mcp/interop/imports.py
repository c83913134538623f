"""Repairs imports that shadow one another, in a class's source.

A release hoists the imports of single methods to the top of the module, so that `import datetime`
and `from datetime import datetime` end up side by side and the last one wins. A use that needs the
other one gets an alias of its own: `datetime_module.datetime.now()`.
"""

from __future__ import annotations

import ast
import builtins
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from envscaler_mcp.sandbox.parsing import parse_module

from .edits import Edit, applied, insert, replace

_KNOWN = frozenset(
    [
        "datetime",
        "time",
        "uuid",
        "random",
        "math",
        "re",
        "json",
        "copy",
        "collections",
        "calendar",
        "decimal",
        "string",
        "itertools",
    ]
)
"""Modules of the standard library that are safe to look into, and common in classes."""
_TYPING = frozenset(
    [
        "Any",
        "Callable",
        "Dict",
        "Iterable",
        "Iterator",
        "List",
        "Literal",
        "Mapping",
        "Optional",
        "Sequence",
        "Set",
        "Tuple",
        "TypedDict",
        "Union",
    ]
)
_MEMBERS = {"timedelta": "datetime", "defaultdict": "collections", "deepcopy": "copy", "uuid4": "uuid"}


@dataclass(frozen=True)
class Binding:
    """What a name stands for: a module, or a member of one."""

    module: str
    member: str | None = None

    @property
    def statement(self) -> str:
        """The import that makes it, with a name of its own."""
        if self.member is None:
            return f"import {self.module} as {self.alias}"
        return f"from {self.module} import {self.member} as {self.alias}"

    @property
    def alias(self) -> str:
        """A name that nothing else has."""
        return f"{self.module}_module" if self.member is None else f"{self.module}_{self.member}"

    def resolve(self) -> Any:
        """The object itself, or None where it does not exist."""
        module = importlib.import_module(self.module)
        return module if self.member is None else getattr(module, self.member, None)


@dataclass(frozen=True)
class Repair:
    """One thing that was put right: the method it stands in, and what was done."""

    where: str
    message: str


@dataclass(frozen=True)
class _Use:
    """One place where an imported name is used, and how."""

    name: ast.Name
    method: str
    chain: tuple[str, ...]
    constructs: bool
    """It is called as a class is, not as a method with one object."""


def repaired(source: str) -> tuple[str, list[Repair]]:
    """Give each use of a shadowed or missing import the one it needs."""
    tree = parse_module(source)
    bindings = dict(_bindings(tree))
    edits: list[Edit] = []
    repairs: list[Repair] = []
    needed: dict[Binding, None] = {}
    for use in _uses(tree):
        wanted = _wanted(use, bindings)
        if wanted is not None:
            edits.append(replace(use.name, wanted.alias))
            needed[wanted] = None
            repairs.append(Repair(use.method, _told(use, wanted, bindings)))
    lines = [*(binding.statement for binding in needed), *_missing(tree)]
    if not lines:
        return source, []
    repairs += [Repair("", f"the missing line `{line}` was added") for line in lines[len(needed) :]]
    at = after_imports(tree)
    joined = "".join(f"{line}\n" for line in lines)
    text = source if source.endswith("\n") else f"{source}\n"
    return applied(text, [*edits, insert(at, 0, joined)]), _unique(repairs)


def _bindings(tree: ast.Module) -> Iterator[tuple[str, list[Binding]]]:
    """Name → everything that the top-level imports bind it to, the last one in force."""
    found: dict[str, list[Binding]] = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname or "." not in alias.name:
                    found.setdefault(alias.asname or alias.name, []).append(Binding(alias.name))
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found.setdefault(alias.asname or alias.name, []).append(Binding(node.module, alias.name))
    yield from (
        (name, bound) for name, bound in found.items() if all(each.module in _KNOWN for each in bound)
    )


def _uses(tree: ast.Module) -> Iterator[_Use]:
    """Uses of names that are not bound inside their own function."""
    for node in tree.body:
        members = node.body if isinstance(node, ast.ClassDef) else [node]
        for member in members:
            method = member.name if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef) else ""
            local = _local_names(member)
            parents = {child: parent for parent in ast.walk(member) for child in ast.iter_child_nodes(parent)}
            for name in ast.walk(member):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Load) and name.id not in local:
                    yield _use(name, method, parents)


def _use(name: ast.Name, method: str, parents: dict[ast.AST, ast.AST]) -> _Use:
    chain: list[str] = []
    node: ast.AST = name
    while isinstance(parent := parents.get(node), ast.Attribute):
        chain.append(parent.attr)
        node = parent
    call = parents.get(node)
    called = isinstance(call, ast.Call) and call.func is node
    return _Use(name, method, tuple(chain), isinstance(call, ast.Call) and called and _is_construction(call))


def _is_construction(call: ast.Call) -> bool:
    return len(call.args) != 1 or bool(call.keywords) or isinstance(call.args[0], ast.Constant)


def _local_names(node: ast.stmt) -> set[str]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return set()
    found = {argument.arg for argument in ast.walk(node) if isinstance(argument, ast.arg)}
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
            found.add(part.id)
        elif isinstance(part, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in part.names}
    return found


def _wanted(use: _Use, bindings: dict[str, list[Binding]]) -> Binding | None:
    """The binding that a use needs and does not have."""
    candidates = bindings.get(use.name.id, [])
    module = Binding(use.name.id)
    if not candidates or (use.chain and not any(_fits(use, each) for each in candidates)):
        known = use.name.id in _KNOWN and bool(use.chain) and bool(candidates)
        return module if known and _fits(use, module) else None
    if _fits(use, candidates[-1]):
        return None
    return next((each for each in reversed(candidates) if _fits(use, each)), None)


def _fits(use: _Use, binding: Binding) -> bool:
    """Whether a use works with what a name is bound to."""
    value = binding.resolve()
    if not use.chain:
        return binding.member is not None
    for at, attribute in enumerate(use.chain):
        owner, value = value, getattr(value, attribute, None)
        if value is None:
            return False
        if not isinstance(value, type) and not hasattr(value, "__path__"):
            return not _is_bare_method(owner, value, use, at)
    return True


def _is_bare_method(owner: Any, value: Any, use: _Use, at: int) -> bool:
    """`datetime.date(2024, 1, 1)` on the class `datetime` reaches a method, not the class `date`."""
    is_method = isinstance(owner, type) and type(value).__name__ == "method_descriptor"
    return is_method and (at + 1 < len(use.chain) or use.constructs)


def _told(use: _Use, wanted: Binding, bindings: dict[str, list[Binding]]) -> str:
    spelt = ".".join((use.name.id, *use.chain))
    cause = bindings[use.name.id][-1]
    other = f"import {cause.module}" if cause.member is None else f"from {cause.module} import {cause.member}"
    return f"`{spelt}` was broken by the hoisted `{other}`; it now uses `{wanted.statement}`"


def _missing(tree: ast.Module) -> list[str]:
    """Import lines for well-known names that are used and bound nowhere."""
    bound = {name for node in ast.walk(tree) for name in _bound_by(node)} | set(dir(builtins))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - bound
    attributes = {
        node.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    lines = [f"from typing import {', '.join(sorted(used & _TYPING))}"] if used & _TYPING else []
    lines += [f"import {name}" for name in sorted(used & _KNOWN & attributes)]
    return [*lines, *(f"from {_MEMBERS[name]} import {name}" for name in sorted(used & set(_MEMBERS)))]


def _bound_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from ((alias.asname or alias.name).split(".")[0] for alias in names)
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
            yield name
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield name
        case ast.ExceptHandler(name=str() as name):
            yield name
        case _:
            return


def after_imports(tree: ast.Module) -> int:
    """The line after the module's opening: docstring, `__future__` and the imports that follow."""
    line = 1
    for node in tree.body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not isinstance(node, ast.Import | ast.ImportFrom) and not is_docstring:
            break
        line = (node.end_lineno or node.lineno) + 1
    return line


def _unique(repairs: list[Repair]) -> list[Repair]:
    return list(dict.fromkeys(repairs))
