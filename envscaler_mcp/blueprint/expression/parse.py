"""Text of the language to typed trees: a subset of Python's expressions, parsed by Python's own parser.

    booking.room.beds >= booking.party and booking.state in (requested, confirmed)
    sum(b.nights for b in bookings if b.room == room and b.holds)
    booking.room.rate if booking.arrives - today < 3 else 0

A bare name that is not in scope is a value of the enum on the other side. What may be None must be tested
before it is used: `x.room is not None and x.room.beds > 2`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, cast

from envscaler_mcp.blueprint.nearest import instead, one_of

from .aggregates import FUNCTIONS, Loop, aggregate, loop_of
from .bad import BadExpression, apart, maybe_none, no_arithmetic, short, spelt
from .comparing import comparison
from .kinds import arithmetic, as_money, spoken, united
from .parser import check_order, enum_value, fitted, is_weak, leaning
from .scope import TODAY, Schema, Scope
from .source import flattened, syntax_of
from .tree import (
    BOOL,
    INT,
    NONE,
    TEXT,
    Arithmetic,
    Choice,
    Constant,
    Expression,
    Extreme,
    Get,
    Logic,
    Not,
    Today,
    Type,
    Variable,
)

__all__ = ["BadExpression", "Loop", "parse", "parse_loop"]

MAX_NUMBER = 10**12
_OPERATORS: dict[type[ast.operator], Literal["+", "-", "*", "//", "%"]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
}
_LANGUAGE = "it has names, fields, numbers, == != < <= > >=, in, is None, and, or, not, + - * // %, if else"


def parse(text: str, schema: Schema, scope: Scope, wanted: Type | None = None) -> Expression:
    """The typed tree of a text; of the type that is wanted, if one is.

    Raises:
        BadExpression: it is no expression of the language, speaks of unknown names, or has another type.
    """
    parser, node = _Parser(schema), syntax_of(text)
    return parser.tree(node, scope) if wanted is None else parser.top(node, scope, wanted)


def parse_loop(text: str, schema: Schema, scope: Scope) -> Loop:
    """The parts of `x in bookings if …`. Raises BadExpression as `parse` does."""
    remedy = "write `x in COLLECTION if …`"
    try:
        node = syntax_of(f"(None for {flattened(text)})")
    except BadExpression as error:
        raise BadExpression(f"{short(text)!r} chooses no rows", remedy) from error
    if not isinstance(node, ast.GeneratorExp):
        raise BadExpression(f"{short(text)!r} chooses no rows", remedy)
    return loop_of(_Parser(schema), node.generators, scope)


class _Parser:
    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._plain: dict[type[ast.expr], Callable[[Any, Scope], Expression]] = {
            ast.Attribute: self._attribute,
            ast.BoolOp: self._logic,
        }
        self._leaning: dict[type[ast.expr], Callable[[Any, Scope, Type | None], Expression]] = {
            ast.Name: self._name,
            ast.BinOp: self._arithmetic,
            ast.UnaryOp: self._unary,
            ast.IfExp: self._choice,
            ast.Call: self._call,
        }

    def top(self, node: ast.expr, scope: Scope, wanted: Type) -> Expression:
        return fitted(self.tree(node, scope, wanted), wanted, node)

    def tree(self, node: ast.expr, scope: Scope, wanted: Type | None = None) -> Expression:
        if isinstance(node, ast.Constant):
            return _constant(node, wanted)
        if isinstance(node, ast.Compare):
            return comparison(self, node, scope)
        plain = self._plain.get(type(node))
        if plain is not None:
            return plain(node, scope)
        leaning_on = self._leaning.get(type(node))
        if leaning_on is None:
            raise BadExpression(f"{spelt(node)!r} is not part of the language", _LANGUAGE)
        return leaning_on(node, scope, wanted)

    def _name(self, node: ast.Name, scope: Scope, wanted: Type | None) -> Expression:
        name = node.id
        if name in scope.names:
            variable = Variable(name, scope.names[name])
            return replace(variable, type=scope.seen(variable))
        if name == TODAY:
            return Today()
        if wanted is not None and wanted.kind == "enum":
            return enum_value(name, wanted)
        if name in self.schema.collections:
            raise BadExpression(f"{name!r} is a collection", f"write count(x for x in {name} if …) or any(…)")
        known = (*scope.names, TODAY)
        raise BadExpression(f"unknown name {name!r} (in scope: {one_of(known)})", instead(name, known))

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Expression:
        base = self.tree(node.value, scope)
        if base.type.kind != "ref":
            message = f"{spelt(node.value)!r} is {spoken(base.type)} and has no field {node.attr!r}"
            raise BadExpression(message, "take a field of a row")
        if base.type.optional:
            raise maybe_none(node.value)
        entity = base.type.entity
        kind = None if node.attr.startswith("_") else self.schema.type_of(entity, node.attr)
        if kind is None:
            remedy = instead(node.attr, self.schema.fields(entity))
            raise BadExpression(f"{entity} has no field {node.attr!r}", remedy)
        got = Get(base, node.attr, kind)
        return replace(got, type=scope.seen(got))

    def _arithmetic(self, node: ast.BinOp, scope: Scope, wanted: Type | None) -> Expression:
        op = _OPERATORS.get(type(node.op))
        if op is None:
            remedy = "write // for division" if isinstance(node.op, ast.Div) else "use + - * // %"
            raise BadExpression(f"{spelt(node)!r}: this operator is not part of the language", remedy)
        left, right = self.tree(node.left, scope), self.tree(node.right, scope)
        if op in ("+", "-", "%"):
            left, right = leaning(left, right), leaning(right, left)
        kind = arithmetic(op, left.type, right.type)
        if kind is None:
            raise no_arithmetic(node, op, left, right)
        if op in ("//", "%") and not self._is_positive(right):
            raise BadExpression(
                f"{spelt(node.right)!r} may be 0 and divides", f"write max(1, {spelt(node.right)})"
            )
        made = Arithmetic(op, left, right, kind)
        return (as_money(made) or made) if wanted is not None and wanted.kind == "money" else made

    def _is_positive(self, one: Expression) -> bool:
        if isinstance(one, Constant):
            return isinstance(one.value, int) and one.value > 0
        if isinstance(one, Get):
            return (self.schema.least(one.base.type.entity, one.field) or 0) > 0
        return isinstance(one, Extreme) and one.how == "max" and any(map(self._is_positive, one.parts))

    def _logic(self, node: ast.BoolOp, scope: Scope) -> Expression:
        op: Literal["and", "or"] = "and" if isinstance(node.op, ast.And) else "or"
        parts: list[Expression] = []
        for value in node.values:
            parts.append(self.top(value, scope, BOOL))
            scope = scope.given(parts[-1], holds=op == "and")
        return Logic(op, tuple(parts))

    def _unary(self, node: ast.UnaryOp, scope: Scope, wanted: Type | None) -> Expression:
        if isinstance(node.op, ast.Not):
            return Not(self.top(node.operand, scope, BOOL))
        one = self.tree(node.operand, scope, wanted)
        if not isinstance(node.op, ast.USub) or one.type.kind not in ("int", "money") or one.type.optional:
            raise BadExpression(f"{spelt(node)!r}: a sign stands before {spoken(one.type)}", "take it out")
        if isinstance(one, Constant):
            return replace(one, value=-cast("int", one.value))
        return Arithmetic("-", Constant(0, one.type), one, one.type)

    def _choice(self, node: ast.IfExp, scope: Scope, wanted: Type | None) -> Expression:
        condition = self.top(node.test, scope, BOOL)
        then, otherwise = self._arms(node, condition, scope, wanted)
        kind = united(then.type, otherwise.type)
        if kind is None:
            raise apart(node.body, then, node.orelse, otherwise)
        return Choice(condition, leaning(then, otherwise), leaning(otherwise, then), kind)

    def _arms(
        self, node: ast.IfExp, condition: Expression, scope: Scope, wanted: Type | None
    ) -> tuple[Expression, Expression]:
        """Both values; the one that can stand alone says what bare names of the other mean."""
        yes, no = scope.given(condition), scope.given(condition, holds=False)
        if wanted is None and is_weak(node.body, yes):
            otherwise = self.tree(node.orelse, no)
            then = leaning(self.tree(node.body, yes, otherwise.type), otherwise)
        else:
            then = self.tree(node.body, yes, wanted)
            otherwise = leaning(self.tree(node.orelse, no, wanted or then.type), then)
        return leaning(then, otherwise), otherwise

    def _call(self, node: ast.Call, scope: Scope, wanted: Type | None) -> Expression:
        name = node.func.id if isinstance(node.func, ast.Name) else spelt(node.func)
        if name not in FUNCTIONS:
            raise BadExpression(f"unknown function {name!r}", instead(name, FUNCTIONS))
        if not node.keywords and len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            return aggregate(self, name, node.args[0], scope)
        if name in ("min", "max") and len(node.args) >= 2 and not node.keywords:
            return self._extreme(name, node.args, scope, wanted)
        message = f"{spelt(node)!r}: {name} looks at rows"
        raise BadExpression(message, f"write {name}(… for x in COLLECTION if …)")

    def _extreme(self, how: str, nodes: list[ast.expr], scope: Scope, wanted: Type | None) -> Expression:
        parts = [self.tree(node, scope, wanted) for node in nodes]
        amount = next((part for part in parts if part.type.kind == "money"), parts[0])
        parts = [leaning(part, amount) for part in parts]
        for node, part in zip(nodes[1:], parts[1:], strict=True):
            check_order(nodes[0], parts[0], node, part)
        return Extreme("min" if how == "min" else "max", tuple(parts), parts[0].type)


def _constant(node: ast.Constant, wanted: Type | None) -> Constant:
    value: object = node.value
    if value is None:
        return Constant(None, NONE)
    if isinstance(value, bool):
        return Constant(value, BOOL)
    if isinstance(value, int) and abs(value) <= MAX_NUMBER:
        return Constant(value, Type("money") if wanted is not None and wanted.kind == "money" else INT)
    if isinstance(value, str):
        return (
            enum_value(value, wanted)
            if wanted is not None and wanted.kind == "enum"
            else Constant(value, TEXT)
        )
    raise BadExpression(f"{spelt(node)!r} is not part of the language", "use whole numbers (money in cents)")
