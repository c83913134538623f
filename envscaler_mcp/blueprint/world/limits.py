"""Where rules and requirements draw their lines: for each number or day that an action takes, its limits.

From `arrives + nights <= room.closes` follows that `nights` is interesting near `room.closes - arrives`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from envscaler_mcp.blueprint.design import Action, Assign, Design, Entity, Rule
from envscaler_mcp.blueprint.expression.tree import Arithmetic, Compare, Expression, Get, Type, Variable

from .trees import effects_in, free_names, given_values, parts, replaced, spelt_out

MEASURED = ("int", "money", "date")


def limits_of(design: Design, action: Action) -> Mapping[str, tuple[Expression, ...]]:
    """Parameter → expressions over the other parameters at which a comparison turns over."""
    measured = [one for one in action.parameters if one.type.kind in MEASURED]
    scope = {one.name for one in action.parameters}
    compared = [one for one in comparisons(design, action) if free_names(one) <= scope]
    return {
        one.name: tuple(
            dict.fromkeys(limit for test in compared for limit in _limits(test, one.name, one.type))
        )
        for one in measured
    }


def own_limits(design: Design, entity: Entity) -> Mapping[str, tuple[Expression, ...]]:
    """Field → expressions over the row at which a comparison turns over, in rules and actions about it."""
    row = Variable(entity.name, Type("ref", entity.name))
    tests = [
        test
        for said in _said_of(design, entity)
        for test in _compared(spelt_out(design, said, {entity.name: row}))
        if free_names(test) <= {entity.name}
    ]
    return {
        one.name: tuple(
            limit for test in tests for limit in _limits(_named(test, row, one.name), one.name, one.type)
        )
        for one in entity.fields
        if one.type.kind in MEASURED
    }


def lasting_limits(design: Design, action: Action) -> Mapping[str, tuple[Expression, ...]]:
    """Parameter → limits that the field it is given to will meet later: today, where a step depends on it."""
    entity = design.by_entity.get(action.creates or action.subject)
    if entity is None:
        return {}
    limits = own_limits(design, entity)
    return {
        value.name: tuple(one for one in limits.get(field, ()) if not free_names(one))
        for field, value in given_values(action).items()
        if isinstance(value, Variable)
    }


def _said_of(design: Design, entity: Entity) -> Iterator[Expression]:
    """Conditions over a row: of rules about it, and of actions on it."""
    yield from (rule.must for rule in design.rules if rule.subject == entity.name)
    for action in design.actions:
        if action.subject == entity.name:
            yield from (one.must for one in action.requires)
            yield from (one.value for one in effects_in(action.effects) if isinstance(one, Assign))


def comparisons(design: Design, action: Action) -> Iterator[Compare]:
    """All that the action compares, and what rules compare of the row as the action leaves it."""
    for requirement in action.requires:
        yield from _compared(requirement.must)
    for rule in design.rules:
        if rule.subject and rule.subject == (action.creates or action.subject):
            for expression in _as_left(design, action, rule):
                yield from _compared(expression)


def _as_left(design: Design, action: Action, rule: Rule) -> Iterator[Expression]:
    """The rule, with the values that the action gives the row in the place of its fields."""
    row = Variable(rule.subject, Type("ref", rule.subject))
    values = given_values(action)

    def change(part: Expression) -> Expression | None:
        return values.get(part.field) if isinstance(part, Get) and part.base == row else None

    for expression in (rule.when, rule.must):
        if expression is not None:
            yield replaced(spelt_out(design, expression, {rule.subject: row}), change)


def _named(test: Compare, row: Variable, field: str) -> Compare:
    """The comparison with the field under its bare name."""

    def change(part: Expression) -> Expression | None:
        own = isinstance(part, Get) and part.base == row and part.field == field
        return Variable(field, part.type) if own else None

    return Compare(test.op, replaced(test.left, change), replaced(test.right, change))


def _compared(expression: Expression) -> Iterator[Compare]:
    return (part for part in parts(expression) if isinstance(part, Compare))


def _limits(test: Compare, name: str, kind: Type) -> Iterator[Expression]:
    if test.op == "==" or test.left.type.kind not in (*MEASURED, "none"):
        return
    for side, other in ((test.left, test.right), (test.right, test.left)):
        if name in free_names(side) and name not in free_names(other):
            limit = _solved(side, other, name, kind)
            if limit is not None:
                yield limit


def _solved(side: Expression, other: Expression, name: str, kind: Type) -> Expression | None:
    """`other` rewritten until it says what `name` is where both sides are equal."""
    while not (isinstance(side, Variable) and side.name == name):
        if not isinstance(side, Arithmetic):
            return None
        on_left = name in free_names(side.left)
        if on_left == (name in free_names(side.right)):
            return None
        inner, rest = (side.left, side.right) if on_left else (side.right, side.left)
        undone = _undone(side.op, other, rest, kind, on_left=on_left)
        if undone is None:
            return None
        side, other = inner, undone
    return other


def _undone(op: str, other: Expression, rest: Expression, kind: Type, *, on_left: bool) -> Expression | None:
    if op == "+":
        return Arithmetic("-", other, rest, kind)
    if op == "-":
        return Arithmetic("+", other, rest, kind) if on_left else Arithmetic("-", rest, other, kind)
    return Arithmetic("//", other, rest, kind) if op == "*" else None
