"""Loops over the rows of an entity, and what is counted or added up in them."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import Literal, cast

from envscaler_mcp.blueprint.nearest import instead

from .bad import BadExpression, spelt
from .kinds import ORDERED, spoken
from .parser import Parser
from .scope import TODAY, Scope
from .tree import BOOL, INT, Aggregate, Expression, Logic, Type

How = Literal["count", "sum", "min", "max", "any", "all"]
FUNCTIONS: tuple[str, ...] = ("count", "sum", "min", "max", "any", "all")


@dataclass(frozen=True)
class Loop:
    """`x in bookings if …`: its variable, the entity, the condition, and the scope inside."""

    variable: str
    entity: str
    where: Expression | None
    inside: Scope


def loop_of(parser: Parser, generators: list[ast.comprehension], scope: Scope) -> Loop:
    """The loop of a comprehension; it has one variable and one collection."""
    one = generators[0]
    if len(generators) > 1 or one.is_async or not isinstance(one.target, ast.Name):
        remedy = "use any(…) or count(…) inside for the other"
        raise BadExpression("a loop has one variable and one collection", remedy)
    variable, entity = one.target.id, _collection(parser, one.iter, scope)
    if variable in scope.names or variable == TODAY or variable.startswith("_"):
        raise BadExpression(f"the loop variable {variable!r} has a name that is taken", "choose another")
    inside = scope.adding(**{variable: Type("ref", entity)})
    return _filtered(parser, Loop(variable, entity, None, inside), one.ifs)


def aggregate(parser: Parser, name: str, node: ast.GeneratorExp, scope: Scope) -> Expression:
    """`sum(x.f for x in …)` and its like."""
    how = cast("How", name)
    loop = loop_of(parser, node.generators, scope)
    value = _counted(parser, node.elt, loop)
    if how in ("count", "any", "all"):
        return _over_truths(how, loop, value)
    if value is None or value.type.kind not in ORDERED or value.type.optional:
        kind = value.type if value else Type("ref", loop.entity)
        remedy = f"{how} takes a number{'' if how == 'sum' else ' or date'} of each row"
        raise BadExpression(f"{how}(…) of {spoken(kind)}", remedy)
    if how == "sum" and value.type.kind == "date":
        raise BadExpression("dates are not added up", "use min(…) or max(…)")
    kind = replace(value.type, optional=value.type.kind == "date")
    return Aggregate(how, loop.variable, loop.entity, loop.where, value, kind)


def _filtered(parser: Parser, loop: Loop, conditions: list[ast.expr]) -> Loop:
    parts: list[Expression] = []
    inside = loop.inside
    for condition in conditions:
        parts.append(parser.top(condition, inside, BOOL))
        inside = inside.given(parts[-1])
    where = Logic("and", tuple(parts)) if len(parts) > 1 else parts[0] if parts else None
    return replace(loop, where=where, inside=inside)


def _collection(parser: Parser, node: ast.expr, scope: Scope) -> str:
    known = parser.schema.collections
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    written = spelt(node)
    if not isinstance(node, ast.Attribute):
        raise BadExpression(f"there is no collection {written!r}", instead(written, tuple(known)))
    kind = parser.tree(node, scope).type
    rows = next((rows for rows, entity in known.items() if entity == kind.entity), "COLLECTION")
    remedy = f"write `x in {rows} if x in {written}`" if kind.kind == "refs" else f"write `x in {rows}`"
    raise BadExpression(f"a loop goes over a collection, not over {written!r}", remedy)


def _counted(parser: Parser, node: ast.expr, loop: Loop) -> Expression | None:
    """What each row gives; None where it is the row itself."""
    if isinstance(node, ast.Name) and node.id == loop.variable:
        return None
    return parser.tree(node, loop.inside)


def _over_truths(how: How, loop: Loop, value: Expression | None) -> Expression:
    if value is not None and value.type != BOOL:
        remedy = f"write {how}({loop.variable} for {loop.variable} in … if CONDITION)"
        raise BadExpression(f"{how}(…) of {spoken(value.type)}", remedy)
    if how == "all" and value is None:
        remedy = f"write all(CONDITION for {loop.variable} in …)"
        raise BadExpression("all(…) says nothing of a row", remedy)
    kind = INT if how == "count" else BOOL
    return Aggregate(how, loop.variable, loop.entity, loop.where, value, kind)
