"""Truths as clauses: `its party size is at most the beds of its room`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from envscaler_mcp.blueprint.design import STATE
from envscaler_mcp.blueprint.wording import joined, value_text, with_article

from .conjuncts import MIRROR, Operator, adjective, days_apart, is_small, joined_by_and
from .days import distance
from .nouns import Referent, label_of
from .relatives import Relatives
from .tree import (
    Aggregate,
    Choice,
    Compare,
    Constant,
    Expression,
    Get,
    Logic,
    Not,
    OneOf,
    Today,
    Type,
    Within,
)
from .voice import Pieces

_NUMBERS = {
    "==": (False, ""), "!=": (True, ""), "<": (False, "less than "), "<=": (False, "at most "),
    ">": (False, "more than "), ">=": (False, "at least "),
}  # fmt: skip
_DAYS = {
    "==": (False, ""), "!=": (True, ""), "<": (False, "before "), "<=": (True, "after "),
    ">": (False, "after "), ">=": (True, "before "),
}  # fmt: skip
_OPPOSITE: dict[str, Operator] = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


class Speaker(Relatives):
    """Says what holds."""

    def clause(self, expression: Expression, *, negated: bool = False) -> Pieces:
        """A truth (or its opposite) as a clause: `its room is open`."""
        ways = cast(
            "Mapping[type, Callable[[Any, bool], Pieces]]",
            {
                Not: self._not,
                Logic: self._logic,
                Compare: self._compare,
                OneOf: self._one_of,
                Within: self._within,
                Aggregate: self._quantified,
                Get: self._flag,
                Constant: self._constant_truth,
                Choice: self._either,
            },
        )
        say = ways.get(type(expression))
        return say(expression, negated) if say else self.thing(expression)

    def _not(self, expression: Not, negated: bool) -> Pieces:
        return self.clause(expression.part, negated=not negated)

    def _within(self, expression: Within, negated: bool) -> Pieces:
        among = self.be(negated != expression.negated)
        return [*self.thing(expression.value), among, "among ", *self.thing(expression.rows)]

    def _constant_truth(self, expression: Constant, negated: bool) -> Pieces:
        return ["always" if bool(expression.value) != negated else "never"]

    def _either(self, expression: Choice, negated: bool) -> Pieces:
        then = self.clause(expression.then, negated=negated)
        otherwise = self.clause(expression.otherwise, negated=negated)
        test = replace(self, must=False).clause(expression.condition)
        return [*then, " if ", *test, ", and otherwise ", *otherwise]

    def _logic(self, expression: Logic, negated: bool) -> Pieces:
        parts = expression.parts
        word = expression.op if not negated else {"and": "or", "or": "and"}[expression.op]
        said = [self.clause(part, negated=negated) for part in parts]
        pieces: Pieces = list(said[0])
        mixed = any(isinstance(part, Logic) for part in parts)
        for one in said[1:]:
            pieces += [f", {word} " if mixed else f" {word} ", *one]
        return ["either ", *pieces] if word == "or" and mixed else pieces

    def _compare(self, expression: Compare, negated: bool) -> Pieces:
        op = _OPPOSITE[expression.op] if negated else expression.op
        left, right = expression.left, expression.right
        if isinstance(left, (Constant, Today)) and not isinstance(right, Constant):
            left, right, op = right, left, MIRROR.get(op, op)
        if isinstance(right, Constant) and right.value is None:
            return self._present(left, negated=op == "==")
        if left.type.kind == "bool" and isinstance(right, Constant):
            return self.clause(left, negated=(op == "==") != bool(right.value))
        if left.type.kind == "enum" and isinstance(left, Get) and left.field == STATE:
            return self._stands(
                left,
                [value_text(right.value, right.type)] if isinstance(right, Constant) else self.thing(right),
                negated=op == "!=",
            )
        return self._measured_against(left, op, right)

    def _measured_against(self, left: Expression, op: str, right: Expression) -> Pieces:
        """A number, a day or a choice, and what it is compared with."""
        if spread := days_apart(left):
            return self._apart(spread, op, right)
        if (far := distance(left, op, right)) is not None:
            if far.days:
                negated, word = far.words
                return [*self.thing(far.day), self.verb(far.day, negated), word, *self.thing(far.other)]
            left, op, right = far.day, far.op, far.other
        negated, word = (_DAYS if left.type.kind == "date" else _NUMBERS)[op]
        unit = self.unit(left)
        said = [*self.thing(left), self.verb(left, negated)]
        if isinstance(right, Choice):
            return [*said, *self.chosen(right, lambda one: [word, *self.measured(one, left.type, unit)])]
        return [*said, word, *self.measured(right, left.type, unit)]

    def _apart(self, days: tuple[Expression, Expression], op: str, right: Expression) -> Pieces:
        """Two days and how far they are apart: `is at most 60 days after`."""
        later, earlier = days
        negated, word = _NUMBERS[op]
        return [
            *self.thing(later), self.verb(later, negated), word, *self.measured(right, Type("int"), "day"),
            " after ", *self.thing(earlier),
        ]  # fmt: skip

    def _present(self, expression: Expression, *, negated: bool) -> Pieces:
        """Whether something optional is there."""
        if isinstance(expression, Get):
            owner = self.thing(expression.base)
            label = label_of(expression.base.type.entity, expression.field, self.design)
            if self.must:
                return [*owner, f" must have no {label}" if negated else f" must have {with_article(label)}"]
            return [*owner, f" has no {label}" if negated else f" has {with_article(label)}"]
        said = self.thing(expression)
        return [*said, " is not given" if negated else " is given"]

    def _stands(self, expression: Get, states: Pieces, *, negated: bool) -> Pieces:
        """Where a row stands in its lifecycle."""
        owner = self.thing(expression.base)
        if self.shows(expression):
            owner = [*owner, " (", expression, ")"]
        return [*owner, self.be(negated), *states]

    def _one_of(self, expression: OneOf, negated: bool) -> Pieces:
        value, negated = expression.value, negated != expression.negated
        said = joined([value_text(one.value, one.type) for one in expression.options], "or")
        if isinstance(value, Get) and value.field == STATE:
            return self._stands(value, [said], negated=negated)
        return [*self.thing(value), self.verb(value, negated), said]

    def _flag(self, expression: Get, negated: bool) -> Pieces:
        """A truth with a name: `is insured`; a derived one that has none is said by what it means."""
        entity = expression.base.type.entity
        derived = self.design.derived.get((entity, expression.field))
        if derived is not None and (is_small(derived) or not self.inside):
            voice = self.naming(entity, self.row_of(expression.base))
            return voice.clause(derived, negated=negated)
        label = label_of(entity, expression.field, self.design)
        return [*self.thing(expression.base), self.be(negated), label]

    def _quantified(self, expression: Aggregate, negated: bool) -> Pieces:
        entity = self.design.by_entity[expression.entity]
        if expression.how == "all" and expression.value is not None:
            state, rest = adjective(expression.where, expression.variable)
            rows = self.relative(rest, expression, many=False)
            voice = self.within_rows(expression, Referent(f"that {entity.noun.singular}"))
            word = "not for every " if negated else "for every "
            return [word, state, entity.noun.singular, *rows, ", ", *voice.clause(expression.value)]
        where = joined_by_and(expression.where, expression.value)
        other, rest = self.others(where, expression)
        state, rest = adjective(rest, expression.variable)
        there = ("there must be " if self.must else "there is ") + ("no " if negated else "")
        noun = f"{other}{state}{entity.noun.singular}"
        if not negated:
            noun = f"an{noun}" if other else with_article(noun)
        return [there, noun, *self.relative(rest, expression, many=False)]
