"""Comparisons: equality, order, absence, membership."""

from __future__ import annotations

import ast
from typing import Literal

from .bad import BadExpression, apart, spelt
from .kinds import same_kind, spoken
from .parser import Parser, check_order, is_none, is_weak, leaning
from .scope import Scope
from .tree import NONE, Compare, Constant, Expression, Logic, OneOf, Within

_OPERATORS: dict[type[ast.cmpop], Literal["==", "!=", "<", "<=", ">", ">="]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "==",
    ast.IsNot: "!=",
}


def comparison(parser: Parser, node: ast.Compare, scope: Scope) -> Expression:
    """`a < b`, or a chain of them: each pair by itself."""
    sides = [node.left, *node.comparators]
    pairs = zip(sides, node.ops, sides[1:], strict=False)
    parts = tuple(_pair(parser, left, op, right, scope) for left, op, right in pairs)
    return parts[0] if len(parts) == 1 else Logic("and", parts)


def _pair(parser: Parser, left: ast.expr, op: ast.cmpop, right: ast.expr, scope: Scope) -> Expression:
    if isinstance(op, ast.In | ast.NotIn):
        return _membership(parser, left, right, scope, isinstance(op, ast.NotIn))
    if is_none(right) or isinstance(op, ast.Is | ast.IsNot):
        return _absence(parser, left, op, right, scope)
    first, second = _both(parser, left, right, scope)
    if not isinstance(op, ast.Eq | ast.NotEq):
        check_order(left, first, right, second)
    elif not same_kind(first.type, second.type):
        raise apart(left, first, right, second)
    elif first.type.kind == "refs":
        raise BadExpression("lists of rows are not compared", "use `x in …` and count(…)")
    return Compare(_OPERATORS[type(op)], first, second)


def _absence(parser: Parser, left: ast.expr, op: ast.cmpop, right: ast.expr, scope: Scope) -> Expression:
    if not is_none(right) or not isinstance(op, ast.Is | ast.IsNot | ast.Eq | ast.NotEq):
        message = f"{spelt(right)!r} stands where None is tested"
        raise BadExpression(message, "write `is None` or `is not None`, and == for anything else")
    one = parser.tree(left, scope)
    if not one.type.optional:
        remedy = "take the test out, or make the field `optional: true`"
        raise BadExpression(f"{spelt(left)!r} is never None here", remedy)
    return Compare(_OPERATORS[type(op)], one, Constant(None, NONE))


def _both(parser: Parser, left: ast.expr, right: ast.expr, scope: Scope) -> tuple[Expression, Expression]:
    """Both sides; the one that can stand alone says what bare names of the other mean."""
    if is_weak(left, scope) and not is_weak(right, scope):
        second = parser.tree(right, scope)
        return leaning(parser.tree(left, scope, second.type), second), second
    first = parser.tree(left, scope)
    second = leaning(parser.tree(right, scope, first.type), first)
    return leaning(first, second), second


def _membership(parser: Parser, left: ast.expr, right: ast.expr, scope: Scope, negated: bool) -> Expression:
    value = parser.tree(left, scope)
    if isinstance(right, ast.Tuple | ast.List | ast.Set):
        return OneOf(value, _options(parser, value, right.elts, scope), negated)
    if value.type.kind == "enum" and is_weak(right, scope):
        return OneOf(value, _options(parser, value, [right], scope), negated)
    if isinstance(right, ast.Name) and right.id in parser.schema.collections:
        remedy = f"write any(x == {spelt(left)} for x in {right.id} if …)"
        raise BadExpression(f"every row of its kind is in {right.id!r}", remedy)
    rows = parser.tree(right, scope)
    if rows.type.kind != "refs" or value.type.kind != "ref" or rows.type.entity != value.type.entity:
        kinds = f"{spelt(left)!r} is {spoken(value.type)} and {spelt(right)!r} is {spoken(rows.type)}"
        raise BadExpression(kinds, "`in` takes constants in brackets, or a refs field of the same entity")
    return Within(value, rows, negated)


def _options(parser: Parser, value: Expression, nodes: list[ast.expr], scope: Scope) -> tuple[Constant, ...]:
    if not nodes:
        raise BadExpression("nothing is in an empty list", "name at least one value")
    return tuple(_option(parser, value, node, scope) for node in nodes)


def _option(parser: Parser, value: Expression, node: ast.expr, scope: Scope) -> Constant:
    option = leaning(parser.tree(node, scope, value.type), value)
    if not isinstance(option, Constant) or not same_kind(option.type, value.type):
        message = f"{spelt(node)!r} is no constant of the kind {spoken(value.type)}"
        raise BadExpression(message, "write `x == a or x == b`")
    return option
