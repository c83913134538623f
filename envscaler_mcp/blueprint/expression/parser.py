"""What the parts of the parser share."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Protocol

from envscaler_mcp.blueprint.nearest import instead

from .bad import BadExpression, apart, maybe_none, not_as_wanted, spelt
from .kinds import ORDERED, as_money, fits, spoken
from .scope import TODAY, Schema, Scope
from .tree import Constant, Expression, Type


class Parser(Protocol):
    """Makes typed trees of syntax trees."""

    @property
    def schema(self) -> Schema:
        """The entities that expressions speak of."""
        ...

    def tree(self, node: ast.expr, scope: Scope, wanted: Type | None = None) -> Expression:
        """The tree of a node; `wanted` says what bare names and numbers stand for, and binds nothing."""
        ...

    def top(self, node: ast.expr, scope: Scope, wanted: Type) -> Expression:
        """The tree of a node, which must be of a type."""
        ...


def is_weak(node: ast.expr, scope: Scope) -> bool:
    """Whether it takes its type from what stands beside it: a bare name or a literal."""
    if isinstance(node, ast.IfExp):
        return is_weak(node.body, scope) and is_weak(node.orelse, scope)
    if isinstance(node, ast.UnaryOp):
        return is_weak(node.operand, scope)
    if isinstance(node, ast.Name):
        return node.id not in scope.names and node.id != TODAY
    return isinstance(node, ast.Constant)


def is_none(node: ast.expr) -> bool:
    """Whether it is the word None."""
    return isinstance(node, ast.Constant) and node.value is None


def leaning(one: Expression, other: Expression) -> Expression:
    """A number beside an amount is an amount, where it is written out."""
    return (as_money(one) or one) if other.type.kind == "money" else one


def fitted(made: Expression, wanted: Type, node: ast.expr) -> Expression:
    """The expression as the type that is wanted. Raises BadExpression where it is of another."""
    if wanted.kind == "money":
        made = as_money(made) or made
    if fits(made.type, wanted):
        return made
    if made.type.optional and fits(replace(made.type, optional=False), wanted):
        raise maybe_none(node)
    raise not_as_wanted(node, made, wanted)


def enum_value(name: str, kind: Type) -> Constant:
    """The value of an enum that a bare name is."""
    if name not in kind.values:
        message = f"{name!r} is neither in scope nor one of ({', '.join(kind.values)})"
        raise BadExpression(message, instead(name, kind.values))
    return Constant(name, replace(kind, optional=False))


def check_order(left: ast.expr, first: Expression, right: ast.expr, second: Expression) -> None:
    """Raise BadExpression unless one of the two can be less than the other."""
    for node, one in ((left, first), (right, second)):
        if one.type.kind not in ORDERED:
            message = f"{spelt(node)!r} is {spoken(one.type)} and has no order"
            raise BadExpression(message, "compare numbers, amounts or dates")
        if one.type.optional:
            raise maybe_none(node)
    if first.type.kind != second.type.kind:
        raise apart(left, first, right, second)
