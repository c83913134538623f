"""Faults put into bodies on purpose: what tests an environment has to notice them, or it tests too little."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from envscaler_mcp.synthesis.outline.assembling import functions_of
from envscaler_mcp.synthesis.outline.outline import Outline
from envscaler_mcp.synthesis.outline.skeleton import class_of
from envscaler_mcp.synthesis.outline.spelling import spell

Operator = Callable[[ast.stmt], Iterator[list[ast.stmt]]]
_BESIDE: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
    ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(),
}


@dataclass(frozen=True)
class CodeMutant:
    """One body with one fault.

    Attributes:
        tool: the tool that it is in.
        operator: what was done.
        line: the statement that it was done to, as text.
        function: the whole tool with the fault.
    """

    tool: str
    operator: str
    line: str
    function: ast.FunctionDef


def code_mutants(
    module: ast.Module, outline: Outline, tools: frozenset[str] | None = None
) -> list[CodeMutant]:
    """Every mutant of every tool, in the order of the source; all differ from each other and the original."""
    names = {tool.name for tool in outline.tools} if tools is None else tools
    found: dict[str, CodeMutant] = {}
    for function in functions_of(module, outline):
        if function.name in names:
            whole = ast.dump(function)
            for mutant in _of_function(function):
                if (text := ast.dump(mutant.function)) != whole:
                    found.setdefault(text, mutant)
    return list(found.values())


def with_mutants(module: ast.Module, outline: Outline, mutants: Mapping[str, CodeMutant]) -> str:
    """The module with every mutant as one more tool, under its name: one worker can play them all."""
    whole = copy.deepcopy(module)
    for name, mutant in mutants.items():
        function = copy.deepcopy(mutant.function)
        function.name = name
        class_of(whole, outline.class_name).body.append(function)
    return spell(ast.fix_missing_locations(whole))


def _of_function(function: ast.FunctionDef) -> Iterator[CodeMutant]:
    for path, statement in _inside(function, ()):
        for name, operator in OPERATORS.items():
            for replacement in operator(statement):
                line = ast.unparse(statement).splitlines()[0]
                yield CodeMutant(function.name, name, line, _with(function, path, replacement))


Path = tuple[tuple[str, int], ...]


def _inside(owner: ast.stmt, path: Path) -> Iterator[tuple[Path, ast.stmt]]:
    for block in ("body", "orelse"):
        for place, statement in enumerate(getattr(owner, block, [])):
            here = (*path, (block, place))
            if not _says(statement):
                yield here, statement
                yield from _inside(statement, here)


def _with(function: ast.FunctionDef, path: Path, replacement: list[ast.stmt]) -> ast.FunctionDef:
    changed = copy.deepcopy(function)
    owner: ast.stmt = changed
    *outer, (block, place) = path
    for name, number in outer:
        owner = getattr(owner, name)[number]
    statements: list[ast.stmt] = getattr(owner, block)
    statements[place : place + 1] = copy.deepcopy(replacement) or [ast.Pass()]
    return ast.fix_missing_locations(changed)


# Operators --------------------------------------------------------------------------------------


def _drop_precondition(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """`if …: raise Refusal(…)` goes."""
    if isinstance(statement, ast.If) and _raises(statement.body):
        yield list(statement.orelse)


def _drop_effect(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """An assignment to an attribute or a row, a deletion, or a call for its effect goes."""
    if isinstance(statement, ast.Assign | ast.AugAssign) and _changes(statement):
        yield []
    if isinstance(statement, ast.Delete):
        yield []
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        yield []


def _drop_cascade(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """A loop that changes something goes, or ends after its first turn."""
    if isinstance(statement, ast.For) and any(_changes(node) for node in ast.walk(statement)):
        yield []


def _drop_condition(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """What was done only if something holds is done always; or one part of the condition goes."""
    if not isinstance(statement, ast.If):
        return
    if not _raises(statement.body) and not statement.orelse:
        yield list(statement.body)
    if isinstance(test := statement.test, ast.BoolOp):
        for place in range(len(test.values)):
            kept = [copy.deepcopy(one) for number, one in enumerate(test.values) if number != place]
            changed = copy.deepcopy(statement)
            changed.test = kept[0] if len(kept) == 1 else ast.BoolOp(test.op, kept)
            yield [changed]


def _off_by_one(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """A comparison includes its bound where it did not, or the other way round."""
    if isinstance(statement, ast.FunctionDef | ast.For):
        return
    for place, node in enumerate(_own(statement)):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in _BESIDE:
            changed = copy.deepcopy(statement)
            twin = list(_own(changed))[place]
            if isinstance(twin, ast.Compare):
                twin.ops[0] = copy.deepcopy(_BESIDE[type(node.ops[0])])
                yield [changed]


def _other_amount(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Plus becomes minus; a number in an assignment is one more."""
    if not isinstance(statement, ast.Assign | ast.AugAssign):
        return
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add | ast.Sub):
        changed = copy.deepcopy(statement)
        changed.op = ast.Sub() if isinstance(statement.op, ast.Add) else ast.Add()
        yield [changed]
    for place, node in enumerate(_own(statement)):
        changed = copy.deepcopy(statement)
        twin = list(_own(changed))[place]
        if isinstance(twin, ast.BinOp) and isinstance(twin.op, ast.Add | ast.Sub):
            twin.op = ast.Sub() if isinstance(twin.op, ast.Add) else ast.Add()
            yield [changed]
        elif isinstance(node, ast.Constant) and type(node.value) is int and isinstance(twin, ast.Constant):
            twin.value = node.value + 1
            yield [changed]


OPERATORS: dict[str, Operator] = {
    "drop precondition": _drop_precondition,
    "drop effect": _drop_effect,
    "drop cascade": _drop_cascade,
    "drop condition": _drop_condition,
    "off by one": _off_by_one,
    "other amount": _other_amount,
}


def _own(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement without those of statements inside it, always in the same order."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [part for part in ast.iter_child_nodes(node) if not isinstance(part, ast.stmt)]


def _says(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _raises(body: list[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Raise)


def _changes(node: ast.AST) -> bool:
    """Whether it stores into an attribute, a row or a collection."""
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = [part for target in node.targets for part in _parts(target)]
    elif isinstance(node, ast.AugAssign):
        targets = [node.target]
    elif isinstance(node, ast.Delete):
        return True
    return any(isinstance(target, ast.Attribute | ast.Subscript) for target in targets)


def _parts(target: ast.expr) -> list[ast.expr]:
    return list(target.elts) if isinstance(target, ast.Tuple) else [target]
