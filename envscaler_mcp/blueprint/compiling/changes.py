"""Which rows an action may change, and what is known of their fields before and after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from envscaler_mcp.blueprint.design import (
    STATE,
    Action,
    Assign,
    Create,
    Delete,
    Design,
    Each,
    Effect,
    Link,
    When,
)
from envscaler_mcp.blueprint.expression.tree import Compare, Constant, Expression, Get, OneOf, Variable

from .possible import Value, conditions

Values = frozenset[Value] | None
"""What a field may hold; None: anything."""


@dataclass
class RowChange:
    """A row that an action may change, make or take out.

    Attributes:
        entity: of the row.
        variable: its name after the action; empty: it has none.
        before: what is known of its fields before.
        given: field → the values that it may be given.
        surely: fields that are given a value in any case.
    """

    entity: str
    variable: str = ""
    before: dict[str, Values] = field(default_factory=dict[str, Values])
    given: dict[str, Values] = field(default_factory=dict[str, Values])
    surely: set[str] = field(default_factory=set[str])
    made: bool = False
    gone: bool = False

    def give(self, name: str, values: Values, *, surely: bool) -> None:
        """Note that a field is given one of these values."""
        self.given[name] = joined(self.given[name], values) if name in self.given else values
        if surely:
            self.surely.add(name)


def joined(one: Values, other: Values) -> Values:
    """Either of two."""
    return None if one is None or other is None else one | other


def changes_of(action: Action, design: Design) -> list[RowChange]:
    """The rows that an action may change."""
    found = _Found(design)
    for one in action.parameters:
        if one.type.kind == "ref" and not one.type.optional:
            found.named[one.name] = RowChange(one.type.entity, one.name)
    if action.subject and action.from_states:
        found.named[action.subject].before[STATE] = frozenset(action.from_states)
    for requirement in action.requires:
        found.learn(requirement.must)
    found.note(action.effects, surely=True, kept=True)
    return [one for one in found.all if one.given or one.made or one.gone]


def after(change: RowChange, name: str, others: Iterable[RowChange]) -> Values:
    """What a field of the row may hold after the action; another name may stand for the same row."""
    if change.made and name not in change.given:
        return None
    values = change.given.get(name, frozenset())
    if name not in change.surely:
        values = joined(values, change.before.get(name))
    for other in others:
        if other is not change and other.entity == change.entity and not other.made and name in other.given:
            values = joined(values, other.given[name])
    return values


@dataclass
class _Found:
    """Rows found so far, by name."""

    design: Design
    named: dict[str, RowChange] = field(default_factory=dict[str, RowChange])
    unnamed: list[RowChange] = field(default_factory=list[RowChange])

    @property
    def all(self) -> list[RowChange]:
        return [*self.named.values(), *self.unnamed]

    def learn(self, must: Expression) -> None:
        """What a condition that holds says of fields."""
        for part, wanted in conditions(must):
            told = _told(part, wanted=wanted)
            if told is not None and told[0] in self.named:
                self.named[told[0]].before[told[1]] = told[2]

    def note(self, effects: tuple[Effect, ...], *, surely: bool, kept: bool) -> None:
        """Rows that effects change; without `kept`, names of new rows are forgotten."""
        for effect in effects:
            match effect:
                case Assign() | Link():
                    self._assign(effect, surely=surely)
                case Create():
                    self._create(effect, kept=kept)
                case Delete(row=row):
                    self._row(row).gone = True
                case Each():
                    self._each(effect)
                case When(body=body, otherwise=otherwise):
                    self.note((*body, *otherwise), surely=False, kept=False)

    def _row(self, expression: Expression) -> RowChange:
        if isinstance(expression, Variable) and expression.name in self.named:
            return self.named[expression.name]
        self.unnamed.append(RowChange(expression.type.entity))
        return self.unnamed[-1]

    def _assign(self, effect: Assign | Link, *, surely: bool) -> None:
        self._row(effect.row).give(effect.field, _values(effect), surely=surely)

    def _create(self, effect: Create, *, kept: bool) -> None:
        made = RowChange(effect.entity, effect.variable if kept else "", made=True)
        for one in self.design.by_entity[effect.entity].fields:
            value = effect.values.get(one.name, one.default)
            known = value.value if isinstance(value, Constant) else None
            sure = isinstance(value, Constant) or (value is None and one.type.optional)
            made.give(one.name, frozenset((known,)) if sure else None, surely=True)
        if kept:
            self.named[effect.variable] = made
        else:
            self.unnamed.append(made)

    def _each(self, effect: Each) -> None:
        inner = _Found(self.design, {**self.named, effect.variable: RowChange(effect.entity)}, self.unnamed)
        if effect.where is not None:
            inner.learn(effect.where)
            inner.doubt(effect)
        inner.note(effect.body, surely=True, kept=False)
        self.unnamed.append(inner.named[effect.variable])

    def doubt(self, effect: Each) -> None:
        """What a loop's rows are now says nothing of fields that may have changed since the start."""
        changed = {name for one in self.all if one.entity == effect.entity for name in one.given}
        row = self.named[effect.variable]
        row.before = {name: values for name, values in row.before.items() if name not in changed}


def _values(effect: Assign | Link) -> Values:
    if isinstance(effect, Assign) and isinstance(effect.value, Constant):
        return frozenset((effect.value.value,))
    return None


def _told(part: Expression, *, wanted: bool) -> tuple[str, str, frozenset[Value]] | None:
    """The variable, the field and the values that a condition leaves it."""
    match part:
        case Compare(
            op="==" | "!=" as op, left=Get(base=Variable(name=name), field=one), right=Constant() as right
        ):
            return (name, one, frozenset((right.value,))) if (op == "==") == wanted else None
        case OneOf(value=Get(base=Variable(name=name), field=one), options=options) if part.negated != wanted:
            return name, one, frozenset(option.value for option in options)
        case _:
            return None
