"""Which rules an action may break, and of which rows they must be asked after it.

A rule is asked when it reads what the action may have changed: of the changed rows alone where it reads just
their own fields (or compares rows two by two), else of all rows. Where it is plain from the values given that
no row can break the rule by this, it is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from envscaler_mcp.blueprint.design import Action, Design, Rule
from envscaler_mcp.blueprint.expression.expanding import expanded
from envscaler_mcp.blueprint.expression.tree import (
    Aggregate,
    Arithmetic,
    Compare,
    Constant,
    Expression,
    Get,
    Variable,
)
from envscaler_mcp.blueprint.expression.walk import nodes_of

from .changes import RowChange, Values, after, changes_of
from .possible import Known, conditions, may_be, surely
from .symmetry import Condition, inside, twin_of


@dataclass(frozen=True)
class Asked:
    """A rule to be asked after an action: of these variables' rows, or of all rows where there are none."""

    rule: Rule
    variables: tuple[str, ...] = ()


def asked_after(action: Action, design: Design) -> list[Asked]:
    """The rules that must be asked after an action, in the design's order."""
    changes = changes_of(action, design)
    found = (_Question(rule, design, changes).asked() for rule in design.rules)
    return [one for one in found if one is not None]


@dataclass(frozen=True)
class _Question:
    """Whether a rule must be asked after some changes."""

    rule: Rule
    design: Design
    changes: Sequence[RowChange]

    @cached_property
    def broken(self) -> list[Condition]:
        """What holds (or fails) together when the rule is broken, derived values told in full."""
        when = expanded(self.rule.when, self.design) if self.rule.when is not None else None
        return [*conditions(when), *conditions(expanded(self.rule.must, self.design), wanted=False)]

    @cached_property
    def twin(self) -> Aggregate | None:
        """The loop over the other rows, where the rule is the same for both."""
        return twin_of(self.broken, self.rule.subject) if self.rule.subject else None

    @cached_property
    def own(self) -> list[Condition]:
        """The conditions on the row itself (and its twin)."""
        return [*self.broken, *(inside(self.twin) if self.twin else [])]

    @cached_property
    def loops(self) -> list[tuple[Aggregate, Condition]]:
        """The loops in the rule but the twin's, each with the condition that it is part of."""
        return [
            (one, part)
            for part in self.broken
            for one in nodes_of(part[0])
            if isinstance(one, Aggregate) and one is not self.twin
        ]

    def asked(self) -> Asked | None:
        """The rule with the rows to be asked; None: it cannot be broken."""
        variables: list[str] = []
        for change in self.changes:
            if self._elsewhere(change):
                return Asked(self.rule)
            if self._itself(change):
                if not change.variable:
                    return Asked(self.rule)
                variables.append(change.variable)
        return Asked(self.rule, tuple(dict.fromkeys(variables))) if variables else None

    # The changed row is the one that the rule is about ------------------------------------------

    def _itself(self, change: RowChange) -> bool:
        if change.entity != self.rule.subject or change.gone:
            return False
        touched = [part for part in self.own if self._reads_own(part[0], change)]
        if not touched and not change.made:
            return False
        known = self._after(change, self.rule.subject)
        if any(may_be(one, known) == surely(not wanted) for one, wanted in self.own):
            return False
        return change.made or not self._as_before(touched, change, self.rule.subject)

    def _reads_own(self, expression: Expression, change: RowChange) -> bool:
        if expression is self.twin:
            return False
        return any(
            isinstance(one, Get) and one.field in change.given and _is_variable(one.base, self.rule.subject)
            for one in nodes_of(expression)
        )

    # The changed row is another one that the rule looks at --------------------------------------

    def _elsewhere(self, change: RowChange) -> bool:
        return any(self._counted(loop, part, change) for loop, part in self.loops) or self._referred(change)

    def _counted(self, loop: Aggregate, part: Condition, change: RowChange) -> bool:
        """Whether the row may come into a loop, leave it, or count otherwise, for the worse."""
        if loop.entity != change.entity:
            return False
        parts = inside(loop)
        read = [one for one in parts if _reads_of(one[0], loop.variable, change)]
        value = loop.value is not None and _reads_of(loop.value, loop.variable, change)
        if not (change.made or change.gone or read or value):
            return False
        worse = _more_is_worse(loop, part, self.design)
        if change.gone:
            return not worse
        out_after = _fails(parts, self._after(change, loop.variable))
        out_before = change.made or _fails(parts, self._before(change, loop.variable))
        if out_after:
            return not (out_before or worse)
        return value or change.made or not self._as_before(read, change, loop.variable)

    def _referred(self, change: RowChange) -> bool:
        """Whether the row may be reached through a ref, and its new values break the rule."""
        ways = {
            (repr(one.base), number): one.base
            for number, (part, _) in enumerate(self.broken)
            for one in nodes_of(part)
            if isinstance(one, Get) and self._is_referred(one, change)
        }
        if not ways:
            return False
        if change.gone or len({base for base, _ in ways}) > 1:
            return True
        base = next(iter(ways.values()))
        parts = [self.broken[number] for _, number in ways]
        known = _known_of(base, lambda name: after(change, name, self.changes))
        if any(may_be(one, known) == surely(not wanted) for one, wanted in parts):
            return False
        before = _known_of(base, change.before.get)
        return not all(
            len(may_be(one, known)) == 1 and may_be(one, known) == may_be(one, before) for one, _ in parts
        )

    def _is_referred(self, one: Get, change: RowChange) -> bool:
        if one.base.type.entity != change.entity or not (one.field in change.given or change.gone):
            return False
        return not change.made and not isinstance(one.base, Variable)

    # Before and after ---------------------------------------------------------------------------

    def _as_before(self, parts: Sequence[Condition], change: RowChange, variable: str) -> bool:
        """Whether the change leaves each of these truths what it was."""
        then, now = self._before(change, variable), self._after(change, variable)
        return all(len(may_be(one, now)) == 1 and may_be(one, now) == may_be(one, then) for one, _ in parts)

    def _after(self, change: RowChange, variable: str) -> Known:
        return _known_if(variable, lambda name: after(change, name, self.changes))

    def _before(self, change: RowChange, variable: str) -> Known:
        return _known_if(variable, change.before.get)


def _known_if(variable: str, values: Callable[[str], Values]) -> Known:
    return lambda one: values(one.field) if _is_variable(one.base, variable) else None


def _known_of(base: Expression, values: Callable[[str], Values]) -> Known:
    return lambda one: values(one.field) if one.base == base else None


def _is_variable(expression: Expression, name: str) -> bool:
    return isinstance(expression, Variable) and expression.name == name


def _reads_of(expression: Expression, variable: str, change: RowChange) -> bool:
    return any(
        isinstance(one, Get) and one.field in change.given and _is_variable(one.base, variable)
        for one in nodes_of(expression)
    )


def _fails(parts: Sequence[Condition], known: Known) -> bool:
    return any(may_be(one, known) == surely(not wanted) for one, wanted in parts)


def _more_is_worse(loop: Aggregate, part: Condition, design: Design) -> bool:
    """Whether a rule that holds still holds with a row less in the loop."""
    expression, wanted = part
    if loop.how == "any":
        return expression is loop and wanted
    if loop.how == "sum" and not _not_negative(loop.value, design):
        return False
    if loop.how not in ("count", "sum") or not isinstance(expression, Compare):
        return False
    more = (">", ">=") if wanted else ("<", "<=")
    less = ("<", "<=") if wanted else (">", ">=")
    return (expression.op in more and loop in _summands(expression.left)) or (
        expression.op in less and loop in _summands(expression.right)
    )


def _summands(expression: Expression) -> Iterator[Expression]:
    if isinstance(expression, Arithmetic) and expression.op == "+":
        yield from (*_summands(expression.left), *_summands(expression.right))
    else:
        yield expression


def _not_negative(expression: Expression | None, design: Design) -> bool:
    match expression:
        case Get(base=base, field=name):
            low = design.by_entity[base.type.entity].field(name).low
            return low is not None and low >= 0
        case Arithmetic(op="+" | "*", left=left, right=right):
            return _not_negative(left, design) and _not_negative(right, design)
        case Constant(value=int() as value):
            return value >= 0
        case _:
            return False
