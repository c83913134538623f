"""How one check has to be run: in a shared session, in one of its own, or in a worker.

Sharing a session is sound only for a check that leaves no trace. The analysis errs on the safe
side: a mutation is taken for harmless only when it hits a name that never holds anything but
values which the check made itself.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from .parsing import parse_module

Place = Literal["shared", "alone", "worker"]

MAX_SOURCE = 64 * 1024


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_QUIET_MODULES = frozenset({"datetime", "re", "math", "json", "collections", "typing", "__future__"})
_BUILTINS = frozenset(dir(builtins))
_REACHING = _names("exec eval compile globals locals vars getattr setattr delattr")
_MUTATORS = _names(
    "append extend insert remove pop popitem clear update setdefault sort reverse add discard "
    "difference_update intersection_update symmetric_difference_update appendleft popleft extendleft "
    "rotate subtract move_to_end"
)
_MAKERS = _names("set list dict sorted frozenset tuple len int float str bool any all")
"""Builtins whose result is never one of their arguments (or cannot be changed)."""
_DISPLAYS = (
    ast.List, ast.Set, ast.Dict, ast.Tuple, ast.Constant, ast.JoinedStr, ast.ListComp, ast.SetComp,
    ast.DictComp, ast.Compare, ast.BinOp,
)  # fmt: skip


@dataclass(frozen=True)
class CheckPlan:
    """Where a check runs, and which names it leaves behind or looks up."""

    place: Place
    defines: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    error: str | None = None
    """Why it can run nowhere."""


@lru_cache(maxsize=4096)
def plan(source: str) -> CheckPlan:
    """Look at a check's source without running it."""
    if len(source) > MAX_SOURCE:
        return CheckPlan("alone", error=f"the source is longer than {MAX_SOURCE} characters")
    try:
        tree = parse_module(source)
    except SyntaxError as error:
        return CheckPlan("alone", error=f"SyntaxError: {error.msg} in line {error.lineno}")
    except (ValueError, RecursionError, MemoryError) as error:
        return CheckPlan("alone", error=f"the source cannot be parsed ({type(error).__name__})")
    return _plan_of(tree)


def _plan_of(tree: ast.Module) -> CheckPlan:
    defines = frozenset(_top_level_names(tree))
    if "check" not in defines:
        return CheckPlan("alone", error="the source defines no function check(initial, final)")
    nodes = tuple(ast.walk(tree))
    uses = frozenset(node.id for node in nodes if isinstance(node, ast.Name))
    if any(_rounds_to_digits(node) for node in nodes):
        return CheckPlan("worker", defines, uses)
    quiet = _only_quiet_statements(tree) and not defines & _BUILTINS and not uses & _REACHING
    return CheckPlan("shared" if quiet and _leaves_no_trace(nodes) else "alone", defines, uses)


def _rounds_to_digits(node: ast.AST) -> bool:
    """`round(x, n)`: near-ties differ between Monty and CPython."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "round":
        return False
    return len(node.args) + len(node.keywords) > 1


def _only_quiet_statements(tree: ast.Module) -> bool:
    return all(
        isinstance(statement, ast.FunctionDef) or _is_docstring(statement) or _is_import(statement)
        for statement in tree.body
    )


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Import | ast.ImportFrom)


def _top_level_names(tree: ast.Module) -> Iterator[str]:
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            yield statement.name
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.split(".")[0] for alias in statement.names)
        else:
            stores = (node for node in ast.walk(statement) if isinstance(node, ast.Name))
            yield from (node.id for node in stores if isinstance(node.ctx, ast.Store))


def _leaves_no_trace(nodes: tuple[ast.AST, ...]) -> bool:
    own = _own_names(nodes)
    if any(_renames_maker(node) for node in nodes):
        return False
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    return not any(_leaves_trace(node, own, called) for node in nodes)


def _renames_maker(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return isinstance(node.ctx, ast.Store) and node.id in _MAKERS
    if isinstance(node, ast.FunctionDef):
        return node.name in _MAKERS
    return isinstance(node, ast.arg) and node.arg in _MAKERS


def _leaves_trace(node: ast.AST, own: frozenset[str], called: set[int]) -> bool:
    match node:
        case ast.Global() | ast.Nonlocal() | ast.ClassDef() | ast.Delete() | ast.Match():
            return True
        case ast.Import() | ast.ImportFrom():
            return not _modules(node) <= _QUIET_MODULES
        case ast.AugAssign(target=changed) | ast.Subscript(value=changed, ctx=ast.Store()):
            return not _is_own(changed, own)
        case ast.Attribute():
            return _attribute_leaves_trace(node, own, called)
        case _:
            return False


def _modules(node: ast.Import | ast.ImportFrom) -> set[str]:
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    return {name.split(".")[0] for name in names}


def _attribute_leaves_trace(node: ast.Attribute, own: frozenset[str], called: set[int]) -> bool:
    if not isinstance(node.ctx, ast.Load):
        return True
    if node.attr not in _MUTATORS:
        return node.attr.startswith("__")
    return not (id(node) in called and _is_own(node.value, own))


def _is_own(target: ast.expr, own: frozenset[str]) -> bool:
    # A slot is not own even in an own container: `own[k] += x` may extend a foreign list in place.
    return isinstance(target, ast.Name) and target.id in own


def _own_names(nodes: tuple[ast.AST, ...]) -> frozenset[str]:
    """Names that only ever hold values which the source made itself."""
    made: set[str] = set()
    foreign: set[str] = set()
    plain: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            for name in _plain_targets(node):
                plain.add(id(name))
                (made if _is_made(node.value) else foreign).add(name.id)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            plain.add(id(node.target))
        elif isinstance(node, ast.arg):
            foreign.add(node.arg)
    foreign |= {
        node.id
        for node in nodes
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in plain
    }
    return frozenset(made - foreign)


def _plain_targets(node: ast.Assign | ast.AnnAssign | ast.NamedExpr) -> list[ast.Name]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [target for target in targets if isinstance(target, ast.Name)]


def _is_made(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in _MAKERS
    return isinstance(value, _DISPLAYS)
