"""The definitions that an environment's module consists of, as syntax: rows, the class, its operations.

Whoever writes an environment, the stages of synthesis or an agent in the studio, its module is put together
of these. Texts become constants: none can end what it stands in and begin something else.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .annotations import call, generic, name

OperationKind = Literal["read", "write", "rule", "method"]


@dataclass(frozen=True)
class Declared:
    """A field of a row or a parameter of an operation; it may be left out where it has a default."""

    name: str
    annotation: ast.expr
    default: ast.expr | None = None


def row_class(named: str, text: str, fields: Sequence[Declared]) -> ast.ClassDef:
    """The class of one kind of row, or of a result."""
    return _class(named, "Entity", text, [_assigned(one) for one in fields])


def environment_class(
    named: str, title: str, rows: Mapping[str, str], operations: Sequence[ast.FunctionDef]
) -> ast.ClassDef:
    """The class of the environment.

    Args:
        named: its name.
        title: what it is called for people.
        rows: field of the state → class of the rows that it holds by id.
        operations: in the order in which they stand.
    """
    state = [_assigned(Declared(key, generic("dict", name("str"), name(row)))) for key, row in rows.items()]
    return _class(named, "Environment", f"{title.rstrip('.')}.", [*state, *operations])


def operation(
    kind: OperationKind,
    named: str,
    text: str,
    *,
    parameters: Sequence[Declared] = (),
    returns: ast.expr,
    body: Sequence[ast.stmt],
) -> ast.FunctionDef:
    """A tool, a rule, or a method that both use; a rule says its text where it is marked as one."""
    said = [] if kind == "rule" else [says(text)]
    marks: dict[OperationKind, list[ast.expr]] = {
        "rule": [call("rule", ast.Constant(text))],
        "method": [],
    }
    decorators = marks.get(kind, [name(kind)])
    return ast.FunctionDef(named, _signature(parameters), [*said, *body], decorators, returns, lineno=1)


def says(text: str) -> ast.stmt:
    """A docstring."""
    return ast.Expr(ast.Constant(text))


def described(kind: ast.expr, description: str) -> ast.expr:
    """A type and what is said of it: `Annotated[str, Field(description='…')]`."""
    return generic("Annotated", kind, call("Field", description=ast.Constant(description)))


def _class(named: str, base: str, text: str, body: Sequence[ast.stmt]) -> ast.ClassDef:
    return ast.ClassDef(named, [name(base)], [], [says(text), *body], [])


def _assigned(one: Declared) -> ast.AnnAssign:
    # The value is given also where it is None: Python 3.13 cannot copy a node with a gap among its fields.
    return ast.AnnAssign(ast.Name(one.name, ast.Store()), one.annotation, one.default, simple=1)


def _signature(parameters: Sequence[Declared]) -> ast.arguments:
    """As Python wants them: those that may be left out come last."""
    ordered = sorted(parameters, key=lambda one: one.default is not None)
    given = [ast.arg("self"), *(ast.arg(one.name, one.annotation) for one in ordered)]
    defaults = [one.default for one in ordered if one.default is not None]
    return ast.arguments([], given, kwonlyargs=[], kw_defaults=[], defaults=defaults)
