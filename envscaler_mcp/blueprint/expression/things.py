"""Expressions as noun phrases: `the beds of its room`, `the number of open bookings of that guest`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from envscaler_mcp.blueprint.wording import amount, count, value_text

from .conjuncts import joined_by_and
from .nouns import Referent, label_of, named_day, owned, root_of
from .tree import (
    Aggregate,
    Arithmetic,
    Choice,
    Constant,
    Expression,
    Extreme,
    Get,
    Today,
    Type,
    Variable,
)
from .voice import Pieces, Voice, after_value, listed


class Things(Voice):
    """Says what expressions stand for."""

    def thing(self, expression: Expression) -> Pieces:
        """A noun phrase."""
        ways = cast(
            "Mapping[type, Callable[[Any], Pieces]]",
            {
                Constant: self._constant,
                Variable: self._variable,
                Today: self._today,
                Get: self._field,
                Arithmetic: self._arithmetic,
                Extreme: self._extreme,
                Aggregate: self._total,
                Choice: self._choice,
            },
        )
        say = ways.get(type(expression))
        if say is None or (isinstance(expression, Aggregate) and expression.how in ("any", "all")):
            return ["whether ", *self.clause(expression)]
        return say(expression)

    def _constant(self, expression: Constant) -> Pieces:
        return [value_text(expression.value, expression.type)]

    def _variable(self, expression: Variable) -> Pieces:
        row = self.referent(expression).row
        if self.shows(expression):
            return [f"{row} (", expression, *after_value(expression.type), ")"]
        return [row]

    def _today(self, expression: Today) -> Pieces:
        return ["today (", expression, ")"] if self.shown and not self.inside else ["today"]

    def _extreme(self, expression: Extreme) -> Pieces:
        most = "larger" if expression.how == "max" else "smaller"
        if expression.type.kind == "date":
            most = "later" if expression.how == "max" else "earlier"
        if len(expression.parts) > 2:
            most = _most(expression.how, expression.type)
        bound = (Arithmetic, Extreme, Choice)
        parts = [(one, self.thing(one)) for one in expression.parts]
        said = [["(", *text, ")"] if isinstance(self._as_told(one), bound) else text for one, text in parts]
        return [f"the {most} of ", *listed(said)]

    def _field(self, expression: Get) -> Pieces:
        entity = expression.base.type.entity
        derived = self.design.derived.get((entity, expression.field))
        if derived is not None and not self._has_noun(expression):
            return self._expanded(expression, derived)
        variable, steps = root_of(expression)
        if variable is None:
            return [
                f"the {label_of(entity, expression.field, self.design)} of ",
                *self.thing(expression.base),
            ]
        chain = [label_of(step.base.type.entity, step.field, self.design) for step in steps]
        said = owned(chain, self.referent(variable))
        if self.shows(expression):
            return [f"{said} (", expression, *after_value(expression.type), ")"]
        return [said]

    def _expanded(self, expression: Get, derived: Expression) -> Pieces:
        """A derived value that has no noun of its own is said by what it follows from."""
        entity = expression.base.type.entity
        if isinstance(expression.base, Variable):
            voice = self.naming(entity, self.referent(expression.base))
            return replace(voice, shown=False).thing(derived)
        row = "".join(map(str, self.thing(expression.base)))
        return replace(self.naming(entity, Referent(row)), shown=False).thing(derived)

    def _arithmetic(self, expression: Arithmetic) -> Pieces:
        left, right, op = expression.left, expression.right, expression.op
        if left.type.kind == "date" and right.type.kind == "date":
            return ["the number of days from ", *self.thing(right), " to ", *self.thing(left)]
        if right.type.kind == "date":
            left, right = right, left
        if left.type.kind == "date":
            return self._shifted(left, right, later=op == "+")
        if op == "*" and isinstance(right, Constant) and not isinstance(left, Constant):
            left, right = right, left
        word = {"+": "plus", "-": "minus", "*": "times", "//": "divided by", "%": "modulo"}[op]
        kind, unit = (left.type, self.unit(left)) if op in "+-" else (_factor(expression), "")
        free_left, free_right = _UNBRACKETED[op]
        said = self._operand(right, free_right, self.measured(right, kind, unit))
        pieces = [*self._operand(left, free_left, self.thing(left)), f" {word} ", *said]
        if op in "+-":
            return pieces
        return [*pieces, " (rounded down)"] if op == "//" else pieces

    def _operand(self, part: Expression, free: tuple[str, ...], said: Pieces) -> Pieces:
        """A part of a calculation, in brackets where it is one itself that could be read in two ways."""
        told = self._as_told(part)
        if isinstance(told, Arithmetic):
            days_between = told.left.type.kind == told.right.type.kind == "date"
            return said if days_between or told.op in free else ["(", *said, ")"]
        return ["(", *said, ")"] if isinstance(told, (Choice, Extreme)) else said

    def _as_told(self, part: Expression) -> Expression:
        """What a part is said as: a derived value without a noun by what it follows from."""
        if not isinstance(part, Get) or self._has_noun(part):
            return part
        return self._as_told(self.design.derived[part.base.type.entity, part.field])

    def _has_noun(self, expression: Get) -> bool:
        """Whether a field is called by a noun: all that are stored, and derived ones that have a label."""
        key = (expression.base.type.entity, expression.field)
        derived = self.design.derived.get(key)
        return (
            derived is None
            or key in self.design.labels
            or self.inside
            or _has_name(expression.field, derived)
        )

    def _shifted(self, date: Expression, days: Expression, *, later: bool) -> Pieces:
        """A day so many days before or after another."""
        if isinstance(date, Today) and isinstance(days, Constant) and days.value == 1:
            return ["tomorrow" if later else "yesterday"]
        word = "after" if later else "before"
        if isinstance(days, Constant):
            return [f"{count(_number(days), 'day')} {word} ", *self.thing(date)]
        if isinstance(days, Choice):
            return self.chosen(
                days, lambda one: [*self.measured(one, Type("int"), "day"), f" {word} ", *self.thing(date)]
            )
        sign = " plus " if later else " minus "
        match days:
            case Arithmetic(op="*", left=each, right=Constant() as many) if unit := self.unit(each):
                days_each = count(_number(many), "day")
                return [*self.thing(date), sign, f"{days_each} for each {unit} of ", *self.thing(each)]
            case _:
                return [*self.thing(date), sign, *self.measured(days, Type("int"), "day")]

    def measured(self, expression: Expression, like: Type, unit: str) -> Pieces:
        """A thing beside another: a bare number takes the kind and the unit of what it stands beside."""
        match expression:
            case Constant(value=bool() | None):
                return self.thing(expression)
            case Constant(value=int() as number):
                return [amount(number) if like.kind == "money" else count(number, unit)]
            case Constant():
                return [value_text(expression.value, like if like.kind == "enum" else expression.type)]
            case Choice():
                return self.chosen(expression, lambda one: self.measured(one, like, unit))
            case _:
                return self.thing(expression)

    def _choice(self, expression: Choice) -> Pieces:
        unit = self.unit(expression)
        return self.chosen(expression, lambda one: self.measured(one, expression.type, unit))

    def chosen(self, expression: Choice, said: Callable[[Expression], Pieces]) -> Pieces:
        """`10 if …, 30 if …, and otherwise 90`."""
        plain = replace(self, must=False)
        pieces = [*said(expression.then), " if ", *plain.clause(expression.condition)]
        other = expression.otherwise
        while isinstance(other, Choice):
            pieces += [", ", *said(other.then), " if ", *plain.clause(other.condition)]
            other = other.otherwise
        return [*pieces, ", and otherwise ", *said(other)]

    def _total(self, expression: Aggregate) -> Pieces:
        where = joined_by_and(expression.where, expression.value if expression.how == "count" else None)
        rows = self.rows(replace(expression, where=where), many=True)
        if expression.how == "count":
            return ["the number of ", *rows]
        assert expression.value is not None  # only count, any and all go without
        each = self.of_each(expression, expression.value)
        plain = isinstance(expression.value, Get) and isinstance(expression.value.base, Variable)
        if expression.how == "sum" and plain:
            return ["the total ", *each, " of the ", *rows]
        if expression.how == "sum":
            return ["the total of ", *each, " over the ", *rows]
        most = _most(expression.how, expression.value.type)
        if not plain:
            return [f"the {most} value of ", *each, " over the ", *rows]
        return [f"the {most} ", *each, " of the ", *rows]


def _factor(product: Arithmetic) -> Type:
    """What the second part of a product is: money, where the first one only says how often."""
    money = product.op == "*" and product.type.kind == "money" and product.left.type.kind != "money"
    return product.type if money else Type("int")


_UNBRACKETED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "+": (("+", "-", "*", "//"), ("*", "//", "+")), "-": (("+", "-", "*", "//"), ("*", "//")),
    "*": (("*",), ("*",)), "//": (("*",), ()), "%": ((), ()),
}  # fmt: skip
"""Calculations that need no brackets to the left and to the right of an operator."""


def _has_name(name: str, derived: Expression) -> bool:
    """Whether a derived value is better called by its name than told in full."""
    chosen = isinstance(derived, Choice) or (
        isinstance(derived, Arithmetic) and isinstance(derived.right, Choice)
    )
    return chosen or named_day(name, derived)


def _most(how: str, kind: Type) -> str:
    if kind.kind == "date":
        return "earliest" if how == "min" else "latest"
    return "least" if how == "min" else "greatest"


def _number(constant: Constant) -> int:
    assert isinstance(constant.value, int)
    return constant.value
