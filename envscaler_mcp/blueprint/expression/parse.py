"""Text of the language to typed trees: a subset of Python's expressions, parsed by Python's own parser.

    booking.room.beds >= booking.party and booking.state in (requested, confirmed)
    sum(b.nights for b in bookings if b.room == room and b.holds)
    booking.room.rate if booking.arrives - today < 3 else 0

A bare name that is not in scope is a value of the enum on the other side. Nothing is ever evaluated.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from envscaler_mcp.blueprint.words import instead, one_of

from .kinds import ORDERED, arithmetic, as_money, fits, same_kind, spoken, united
from .scope import TODAY, Schema, Scope
from .tree import (
    BOOL,
    INT,
    NONE,
    TEXT,
    Aggregate,
    Arithmetic,
    Choice,
    Compare,
    Constant,
    Expression,
    Extreme,
    Get,
    Logic,
    Not,
    OneOf,
    Today,
    Type,
    Variable,
    Within,
)

MAX_TEXT = 1_000
MAX_DEPTH = 24
MAX_NUMBER = 10**12

_COMPARE: dict[type[ast.cmpop], Literal["==", "!=", "<", "<=", ">", ">="]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "==",
    ast.IsNot: "!=",
}
_ARITHMETIC: dict[type[ast.operator], Literal["+", "-", "*", "//", "%"]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
}
_FUNCTIONS = ("count", "sum", "min", "max", "any", "all")
_LANGUAGE = (
    "the language has names, fields, numbers, == != < <= > >=, in, is None, and, or, not, + - * // %, if else"
)


class BadExpression(Exception):
    """A text that is no expression here: what is wrong, and the remedy."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True)
class Loop:
    """`x in bookings if …`: its variable, the entity, the condition, and the scope inside."""

    variable: str
    entity: str
    where: Expression | None
    inside: Scope


def parse(text: str, schema: Schema, scope: Scope, wanted: Type | None = None) -> Expression:
    """The typed tree of a text; of the type that is wanted, if one is.

    Raises:
        BadExpression: it is no expression of the language, speaks of unknown names, or has another type.
    """
    return _Parser(schema).top(_python(text), scope, wanted)


def parse_loop(text: str, schema: Schema, scope: Scope) -> Loop:
    """The parts of `x in bookings if …`. Raises BadExpression as `parse` does."""
    remedy = "write `x in COLLECTION if …`"
    try:
        node = _python(f"(None for {_flat(text)})")
    except BadExpression as error:
        raise BadExpression(f"{text!r} chooses no rows", remedy) from error
    if not isinstance(node, ast.GeneratorExp):
        raise BadExpression(f"{text!r} chooses no rows", remedy)
    return _Parser(schema).loop(node.generators, scope)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _python(text: str) -> ast.expr:
    flat = _flat(text)
    if len(flat) > MAX_TEXT:
        raise BadExpression(
            f"an expression of {len(flat)} characters", f"use at most {MAX_TEXT}; move parts to `derived`"
        )
    if not flat or "\\" in flat or not flat.isprintable():
        raise BadExpression("an expression is empty or holds characters that no expression has", "write one")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return ast.parse(flat, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError, Warning) as error:
        reason = error.msg if isinstance(error, SyntaxError) else type(error).__name__
        raise BadExpression(
            f"{_short(flat)!r} is no expression ({reason})", "correct its spelling"
        ) from error


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"


class _Parser:
    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.depth = 0
        self.handlers: dict[type[ast.expr], Callable[[Any, Scope, Type | None], Expression]] = {
            ast.Name: self._name,
            ast.Constant: self._constant,
            ast.Attribute: self._attribute,
            ast.Compare: self._comparison,
            ast.BinOp: self._arithmetic,
            ast.BoolOp: self._logic,
            ast.UnaryOp: self._unary,
            ast.IfExp: self._choice,
            ast.Call: self._call,
        }

    def top(self, node: ast.expr, scope: Scope, wanted: Type | None) -> Expression:
        made = self.tree(node, scope, wanted)
        return made if wanted is None else _fitted(made, wanted, node)

    def tree(self, node: ast.expr, scope: Scope, wanted: Type | None = None) -> Expression:
        """The tree of a node; `wanted` says what bare names and numbers stand for, and binds nothing."""
        handler = self.handlers.get(type(node))
        if handler is None:
            raise BadExpression(f"{_spelt(node)!r} is not part of the language", _LANGUAGE)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadExpression(
                f"an expression is nested deeper than {MAX_DEPTH} levels", "move parts to `derived`"
            )
        made = handler(node, scope, wanted)
        self.depth -= 1
        return made

    def loop(self, generators: list[ast.comprehension], scope: Scope) -> Loop:
        one = generators[0]
        if len(generators) > 1 or one.is_async or not isinstance(one.target, ast.Name):
            raise BadExpression(
                "a loop has one variable and one collection", "use any(…) or count(…) inside for the other"
            )
        variable, entity = one.target.id, self._collection(one.iter, scope)
        if variable in scope.names or variable == TODAY or variable.startswith("_"):
            raise BadExpression(
                f"the loop variable {variable!r} has a name that is taken", "choose another letter"
            )
        inside = scope.adding(**{variable: Type("ref", entity)})
        return self._filtered(Loop(variable, entity, None, inside), one.ifs)

    def _filtered(self, loop: Loop, conditions: list[ast.expr]) -> Loop:
        parts: list[Expression] = []
        inside = loop.inside
        for condition in conditions:
            parts.append(self.top(condition, inside, BOOL))
            inside = inside.given(parts[-1])
        where = None if not parts else parts[0] if len(parts) == 1 else Logic("and", tuple(parts))
        return replace(loop, where=where, inside=inside)

    def _collection(self, node: ast.expr, scope: Scope) -> str:
        known = self.schema.collections
        if isinstance(node, ast.Name) and node.id in known:
            return known[node.id]
        spelt = _spelt(node)
        if isinstance(node, ast.Attribute) and self.tree(node, scope).type.kind == "refs":
            entity = self.tree(node, scope).type.entity
            rows = next(rows for rows, one in known.items() if one == entity)
            raise BadExpression(
                f"a loop goes over a collection, not over {spelt!r}", f"write `x in {rows} if x in {spelt}`"
            )
        raise BadExpression(f"there is no collection {spelt!r}", instead(spelt, tuple(known)))

    def _name(self, node: ast.Name, scope: Scope, wanted: Type | None) -> Expression:
        name = node.id
        if name in scope.names:
            variable = Variable(name, scope.names[name])
            return replace(variable, type=scope.seen(variable))
        if name == TODAY:
            return Today()
        if wanted is not None and wanted.kind == "enum":
            return _enum_value(name, wanted)
        known = (*scope.names, TODAY)
        if name in self.schema.collections:
            raise BadExpression(f"{name!r} is a collection", f"write count(x for x in {name} if …) or any(…)")
        raise BadExpression(f"unknown name {name!r}", f"{instead(name, known)} (in scope: {one_of(known)})")

    def _constant(self, node: ast.Constant, scope: Scope, wanted: Type | None) -> Expression:
        value: object = node.value
        if value is None:
            return Constant(None, NONE)
        if isinstance(value, bool):
            return Constant(value, BOOL)
        if isinstance(value, int) and abs(value) <= MAX_NUMBER:
            return Constant(value, Type("money") if wanted and wanted.kind == "money" else INT)
        if isinstance(value, str):
            return _enum_value(value, wanted) if wanted and wanted.kind == "enum" else Constant(value, TEXT)
        raise BadExpression(
            f"{_spelt(node)!r} is not part of the language", "use whole numbers (money in cents) and texts"
        )

    def _attribute(self, node: ast.Attribute, scope: Scope, wanted: Type | None) -> Expression:
        base = self.tree(node.value, scope)
        if base.type.kind != "ref":
            raise BadExpression(
                f"{_spelt(node.value)!r} is {spoken(base.type)} and has no field", "take a field of a row"
            )
        if base.type.optional:
            raise _maybe_none(node.value)
        entity = base.type.entity
        kind = None if node.attr.startswith("_") else self.schema.type_of(entity, node.attr)
        if kind is None:
            raise BadExpression(
                f"{entity} has no field {node.attr!r}", instead(node.attr, self.schema.fields(entity))
            )
        got = Get(base, node.attr, kind)
        return replace(got, type=scope.seen(got))

    def _comparison(self, node: ast.Compare, scope: Scope, wanted: Type | None) -> Expression:
        sides = [node.left, *node.comparators]
        pairs = zip(sides, node.ops, sides[1:], strict=False)
        parts = tuple(self._pair(left, op, right, scope) for left, op, right in pairs)
        return parts[0] if len(parts) == 1 else Logic("and", parts)

    def _pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr, scope: Scope) -> Expression:
        if isinstance(op, ast.In | ast.NotIn):
            return self._membership(left, right, scope, isinstance(op, ast.NotIn))
        if _is_none(right) or isinstance(op, ast.Is | ast.IsNot):
            return self._absence(left, op, right, scope)
        first, second = self._both(left, right, scope)
        if isinstance(op, ast.Eq | ast.NotEq):
            if not same_kind(first.type, second.type):
                raise _apart(left, first, right, second)
            if first.type.kind == "refs":
                raise BadExpression("lists of rows are not compared", "use `x in …` and count(…)")
        else:
            _check_order(left, first, right, second)
        return Compare(_COMPARE[type(op)], first, second)

    def _absence(self, left: ast.expr, op: ast.cmpop, right: ast.expr, scope: Scope) -> Expression:
        if not _is_none(right) or not isinstance(op, ast.Is | ast.IsNot | ast.Eq | ast.NotEq):
            raise BadExpression(
                f"{_spelt(right)!r} stands after `is`", "only `is None` and `is not None` are known"
            )
        one = self.tree(left, scope)
        if not one.type.optional:
            raise BadExpression(
                f"{_spelt(left)!r} is never None here",
                "take the test out, or make the field `optional: true`",
            )
        return Compare(_COMPARE[type(op)], one, Constant(None, NONE))

    def _both(self, left: ast.expr, right: ast.expr, scope: Scope) -> tuple[Expression, Expression]:
        """Both sides; the one that can stand alone says what bare names of the other mean."""
        if self._is_weak(left, scope) and not self._is_weak(right, scope):
            second = self.tree(right, scope)
            return _leaning(self.tree(left, scope, second.type), second), second
        first = self.tree(left, scope)
        second = _leaning(self.tree(right, scope, first.type), first)
        return _leaning(first, second), second

    def _is_weak(self, node: ast.expr, scope: Scope) -> bool:
        if isinstance(node, ast.IfExp):
            return self._is_weak(node.body, scope) and self._is_weak(node.orelse, scope)
        if isinstance(node, ast.UnaryOp):
            return self._is_weak(node.operand, scope)
        return isinstance(node, ast.Constant) or (
            isinstance(node, ast.Name) and node.id not in scope.names and node.id != TODAY
        )

    def _membership(self, left: ast.expr, right: ast.expr, scope: Scope, negated: bool) -> Expression:
        value = self.tree(left, scope)
        if isinstance(right, ast.Tuple | ast.List | ast.Set):
            return OneOf(value, self._options(value, right.elts, scope), negated)
        if value.type.kind == "enum" and self._is_weak(right, scope):
            return OneOf(value, self._options(value, [right], scope), negated)
        rows = self.tree(right, scope)
        if rows.type.kind != "refs" or value.type.kind != "ref" or rows.type.entity != value.type.entity:
            raise BadExpression(
                f"{_spelt(left)!r} is {spoken(value.type)} and cannot be in {_spelt(right)!r}, {spoken(rows.type)}",
                "`in` takes a list of constants, or a refs field of the same entity",
            )
        return Within(value, rows, negated)

    def _options(self, value: Expression, nodes: list[ast.expr], scope: Scope) -> tuple[Constant, ...]:
        options: list[Constant] = []
        for node in nodes:
            option = _leaning(self.tree(node, scope, value.type), value)
            if not isinstance(option, Constant) or not same_kind(option.type, value.type):
                raise BadExpression(
                    f"{_spelt(node)!r} is no constant of the kind {spoken(value.type)}",
                    "write `x == a or x == b`",
                )
            options.append(option)
        if not options:
            raise BadExpression("nothing is in an empty list", "name at least one value")
        return tuple(options)

    def _arithmetic(self, node: ast.BinOp, scope: Scope, wanted: Type | None) -> Expression:
        op = _ARITHMETIC.get(type(node.op))
        if op is None:
            remedy = "write // for division" if isinstance(node.op, ast.Div) else "use + - * // %"
            raise BadExpression(f"{_spelt(node)!r}: this operator is not part of the language", remedy)
        left, right = self.tree(node.left, scope), self.tree(node.right, scope)
        if op in ("+", "-", "%"):
            left, right = _leaning(left, right), _leaning(right, left)
        kind = arithmetic(op, left.type, right.type)
        if kind is None:
            raise _no_arithmetic(node, op, left, right)
        if op in ("//", "%"):
            self._check_divisor(node.right, right)
        made = Arithmetic(op, left, right, kind)
        return (as_money(made) or made) if wanted is not None and wanted.kind == "money" else made

    def _check_divisor(self, node: ast.expr, one: Expression) -> None:
        positive = isinstance(one, Constant) and isinstance(one.value, int) and one.value > 0
        if isinstance(one, Get):
            positive = (self.schema.least(one.base.type.entity, one.field) or 0) > 0
        if isinstance(one, Extreme) and one.how == "max":
            positive = any(isinstance(part, Constant) and cast("int", part.value) > 0 for part in one.parts)
        if not positive:
            raise BadExpression(f"{_spelt(node)!r} may be 0 and divides", f"write max(1, {_spelt(node)})")

    def _logic(self, node: ast.BoolOp, scope: Scope, wanted: Type | None) -> Expression:
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
            raise BadExpression(f"{_spelt(node)!r}: a sign stands before {spoken(one.type)}", "take it out")
        if isinstance(one, Constant) and isinstance(one.value, int):
            return replace(one, value=-one.value)
        return Arithmetic("-", Constant(0, one.type), one, one.type)

    def _choice(self, node: ast.IfExp, scope: Scope, wanted: Type | None) -> Expression:
        condition = self.top(node.test, scope, BOOL)
        yes, no = scope.given(condition), scope.given(condition, holds=False)
        if wanted is None and self._is_weak(node.body, yes):
            otherwise = self.tree(node.orelse, no)
            then = self.tree(node.body, yes, otherwise.type)
        else:
            then = self.tree(node.body, yes, wanted)
            otherwise = self.tree(node.orelse, no, wanted or then.type)
        then, otherwise = _leaning(then, otherwise), _leaning(otherwise, then)
        kind = united(then.type, otherwise.type)
        if kind is None:
            raise _apart(node.body, then, node.orelse, otherwise)
        return Choice(condition, then, otherwise, kind)

    def _call(self, node: ast.Call, scope: Scope, wanted: Type | None) -> Expression:
        name = node.func.id if isinstance(node.func, ast.Name) else _spelt(node.func)
        if name not in _FUNCTIONS:
            raise BadExpression(f"unknown function {name!r}", instead(name, _FUNCTIONS))
        if not node.keywords and len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            return self._aggregate(name, node.args[0], scope)
        if name in ("min", "max") and len(node.args) >= 2 and not node.keywords:
            return self._extreme(name, node.args, scope, wanted)
        raise BadExpression(
            f"{_spelt(node)!r}: {name} looks at rows", f"write {name}(… for x in COLLECTION if …)"
        )

    def _extreme(self, how: str, nodes: list[ast.expr], scope: Scope, wanted: Type | None) -> Expression:
        parts = [self.tree(node, scope, wanted) for node in nodes]
        money = any(part.type.kind == "money" for part in parts)
        parts = [(as_money(part) or part) if money else part for part in parts]
        for node, part in zip(nodes[1:], parts[1:], strict=True):
            _check_order(nodes[0], parts[0], node, part)
        return Extreme("min" if how == "min" else "max", tuple(parts), parts[0].type)

    def _aggregate(self, how: str, node: ast.GeneratorExp, scope: Scope) -> Expression:
        loop = self.loop(node.generators, scope)
        value = self._counted(node.elt, loop)
        if how in ("count", "any", "all"):
            return self._over_truths(how, node.elt, loop, value)
        if value is None or value.type.kind not in ORDERED or value.type.optional:
            kind = value.type if value else Type("ref", loop.entity)
            raise BadExpression(
                f"{how}(…) of {spoken(kind)}",
                f"{how} takes a number{'' if how == 'sum' else ' or date'} of each row",
            )
        if how == "sum" and value.type.kind == "date":
            raise BadExpression("dates are not added up", "use min(…) or max(…)")
        kind = replace(value.type, optional=value.type.kind == "date")
        return Aggregate(cast("Any", how), loop.variable, loop.entity, loop.where, value, kind)

    def _counted(self, node: ast.expr, loop: Loop) -> Expression | None:
        """What each row gives; None where it is the row itself."""
        if isinstance(node, ast.Name) and node.id == loop.variable:
            return None
        return self.tree(node, loop.inside)

    def _over_truths(self, how: str, node: ast.expr, loop: Loop, value: Expression | None) -> Expression:
        if value is not None and value.type != BOOL:
            raise BadExpression(
                f"{how}(…) of {spoken(value.type)}", f"write {how}({loop.variable} for … if CONDITION)"
            )
        if how == "all" and value is None:
            raise BadExpression(
                "all(…) says nothing of a row", f"write all(CONDITION for {loop.variable} in …)"
            )
        kind = INT if how == "count" else BOOL
        return Aggregate(cast("Any", how), loop.variable, loop.entity, loop.where, value, kind)


def _fitted(made: Expression, wanted: Type, node: ast.expr) -> Expression:
    if wanted.kind == "money":
        made = as_money(made) or made
    if fits(made.type, wanted):
        return made
    if made.type.optional and fits(replace(made.type, optional=False), wanted):
        raise _maybe_none(node)
    raise BadExpression(
        f"{_short(_spelt(node))!r} is {spoken(made.type)}, not {spoken(wanted)}", "correct one of the two"
    )


def _leaning(one: Expression, other: Expression) -> Expression:
    """A number beside an amount is an amount, where it is written out."""
    return (as_money(one) or one) if other.type.kind == "money" else one


def _check_order(left: ast.expr, first: Expression, right: ast.expr, second: Expression) -> None:
    for node, one in ((left, first), (right, second)):
        if one.type.kind not in ORDERED:
            raise BadExpression(
                f"{_spelt(node)!r} is {spoken(one.type)} and has no order",
                "compare numbers, amounts or dates",
            )
        if one.type.optional:
            raise _maybe_none(node)
    if first.type.kind != second.type.kind:
        raise _apart(left, first, right, second)


def _apart(left: ast.expr, first: Expression, right: ast.expr, second: Expression) -> BadExpression:
    return BadExpression(
        f"{_spelt(left)!r} is {spoken(first.type)}, but {_spelt(right)!r} is {spoken(second.type)}",
        "compare or mix values of one type",
    )


def _no_arithmetic(node: ast.BinOp, op: str, left: Expression, right: Expression) -> BadExpression:
    for side, one in ((node.left, left), (node.right, right)):
        if one.type.optional:
            return _maybe_none(side)
    return BadExpression(
        f"{_spelt(node)!r}: {spoken(left.type)} {op} {spoken(right.type)} means nothing",
        "numbers go with numbers, amounts with amounts, dates with days",
    )


def _maybe_none(node: ast.expr) -> BadExpression:
    spelt = _spelt(node)
    return BadExpression(f"{spelt!r} may be None here", f"put `{spelt} is not None and …` in front")


def _enum_value(name: str, kind: Type) -> Constant:
    if name not in kind.values:
        raise BadExpression(
            f"{name!r} is neither in scope nor one of ({', '.join(kind.values)})", instead(name, kind.values)
        )
    return Constant(name, replace(kind, optional=False))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _spelt(node: ast.expr) -> str:
    return _short(ast.unparse(node))
