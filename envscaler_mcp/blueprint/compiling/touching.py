"""Which rules an action may break, and of which rows they must be asked after it.

A rule is asked when it reads what the action may have changed: of the changed rows alone where it reads just
their own fields (or compares rows two by two), else of all rows.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    Rule,
    When,
)
from envscaler_mcp.blueprint.expression.reading import Read, reads
from envscaler_mcp.blueprint.expression.tree import (
    Compare,
    Constant,
    Expression,
    Get,
    Logic,
    Not,
    OneOf,
    Variable,
)

from .symmetry import mirrored_variable

Facts = Mapping[str, frozenset[object]]
"""Field of a row → the values that it may have now."""


@dataclass(frozen=True)
class Asked:
    """A rule to be asked after an action: of these variables' rows, or of all rows where there are none."""

    rule: Rule
    variables: tuple[str, ...] = ()


@dataclass
class Touched:
    """What an action may change."""

    fields: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """(entity, field), and (entity, "") where rows are made or taken out."""
    rows: dict[tuple[str, str], set[str]] = field(default_factory=dict[tuple[str, str], set[str]])
    """(entity, field) → the variables whose rows it changes; "" among them: others, too."""
    values: dict[tuple[str, str], frozenset[object]] = field(
        default_factory=dict[tuple[str, str], frozenset[object]]
    )
    """(variable, field) → the values that it may have afterwards, where that is known."""
    entities: dict[str, str] = field(default_factory=dict[str, str])
    """Variable → entity."""

    def change(self, entity: str, name: str, variable: str) -> None:
        """Note that a field of a row changes."""
        self.fields.add((entity, name))
        self.rows.setdefault((entity, name), set()).add(variable)


def asked_after(action: Action, design: Design) -> list[Asked]:
    """The rules that must be asked after an action, in the design's order."""
    touched = _touched(action, design)
    found = (_asked(rule, touched, design) for rule in design.rules)
    return [one for one in found if one is not None]


def _asked(rule: Rule, touched: Touched, design: Design) -> Asked | None:
    parts = [one for one in (rule.when, rule.must) if one is not None]
    read = {one for part in parts for one in reads(part, design)}
    twin = mirrored_variable(rule, design)
    own = {one.field for one in read if one.variable and one.variable in (rule.subject, twin)}
    others = {(one.entity, one.field) for one in read if not _is_own(one, rule, twin)}
    if others & touched.fields:
        return Asked(rule)
    changed = {
        variable
        for (entity, name), variables in touched.rows.items()
        if entity == rule.subject and (name in own or not name)
        for variable in variables
    }
    if "" in changed:
        return Asked(rule)
    asked = tuple(
        one for one in touched.entities if one in changed and not _spared(rule, one, touched, design)
    )
    return Asked(rule, asked) if asked else None


def _is_own(read: Read, rule: Rule, twin: str) -> bool:
    if read.variable and read.variable in (rule.subject, twin):
        return True
    return bool(twin) and (read.entity, read.field) == (rule.subject, "")


def _spared(rule: Rule, variable: str, touched: Touched, design: Design) -> bool:
    """Whether it is plain from the values given that the row cannot break the rule."""
    facts = {name: values for (one, name), values in touched.values.items() if one == variable}
    when = rule.when is not None and may_be(rule.when, rule.subject, facts, design) == {False}
    return when or may_be(rule.must, rule.subject, facts, design) == {True}


# What is known after an action ---------------------------------------------------------------------


def _touched(action: Action, design: Design) -> Touched:
    touched = Touched()
    for one in action.parameters:
        if one.type.kind == "ref" and not one.type.optional:
            touched.entities[one.name] = one.type.entity
    if action.subject and action.from_states:
        touched.values[action.subject, STATE] = frozenset(action.from_states)
    _note(action.effects, touched, design, sure=True)
    return touched


def _note(effects: tuple[Effect, ...], touched: Touched, design: Design, *, sure: bool) -> None:
    for effect in effects:
        match effect:
            case Assign() | Link():
                _note_change(effect, touched, sure=sure)
            case Create():
                _note_create(effect, touched, design, sure=sure)
            case Delete(row=row):
                touched.fields.add((row.type.entity, ""))
            case Each(body=body):
                _note(body, touched, design, sure=False)
            case When(body=body, otherwise=otherwise):
                _note((*body, *otherwise), touched, design, sure=False)


def _note_change(effect: Assign | Link, touched: Touched, *, sure: bool) -> None:
    entity = effect.row.type.entity
    known = isinstance(effect.row, Variable) and effect.row.name in touched.entities
    variable = effect.row.name if isinstance(effect.row, Variable) and known else ""
    touched.change(entity, effect.field, variable)
    if sure and variable and isinstance(effect, Assign) and isinstance(effect.value, Constant):
        touched.values[variable, effect.field] = frozenset((effect.value.value,))
        _forget(entity, effect.field, touched, keep=variable)
    else:
        _forget(entity, effect.field, touched)


def _forget(entity: str, name: str, touched: Touched, keep: str = "") -> None:
    """Two variables may be one row: what one is given, the other may have."""
    for variable, of in touched.entities.items():
        if of == entity and variable != keep:
            touched.values.pop((variable, name), None)


def _note_create(effect: Create, touched: Touched, design: Design, *, sure: bool) -> None:
    touched.fields.add((effect.entity, ""))
    variable = effect.variable if sure else ""
    touched.rows.setdefault((effect.entity, ""), set()).add(variable)
    if not sure:
        return
    touched.entities[variable] = effect.entity
    for one in design.by_entity[effect.entity].fields:
        value = effect.values.get(one.name, one.default)
        if isinstance(value, Constant):
            touched.values[variable, one.name] = frozenset((value.value,))
        elif value is None and one.type.optional:
            touched.values[variable, one.name] = frozenset((None,))


# What a truth may be -------------------------------------------------------------------------------


def may_be(expression: Expression, subject: str, facts: Facts, design: Design) -> set[bool]:
    """The truth values that an expression can have, as far as the values of the subject's fields tell."""
    match expression:
        case Constant(value=value):
            return {bool(value)}
        case Not(part=part):
            return {not one for one in may_be(part, subject, facts, design)}
        case Logic(op=op, parts=parts):
            return _joined(op, [may_be(part, subject, facts, design) for part in parts])
        case Get(base=Variable(name=name), field=one) if name == subject:
            derived = design.derived.get((expression.base.type.entity, one))
            if derived is not None:
                return may_be(derived, expression.base.type.entity, facts, design)
            return {bool(value) for value in facts[one]} if one in facts else {True, False}
        case OneOf(value=value, options=options, negated=negated):
            return _compared(value, {one.value for one in options}, subject, facts, wanted=not negated)
        case Compare(op="==" | "!=" as op, left=left, right=Constant(value=value)):
            return _compared(left, {value}, subject, facts, wanted=op == "==")
        case _:
            return {True, False}


def _compared(
    expression: Expression, options: set[int | str | bool | None], subject: str, facts: Facts, *, wanted: bool
) -> set[bool]:
    match expression:
        case Get(base=Variable(name=name), field=one) if name == subject and one in facts:
            return {(value in options) == wanted for value in facts[one]}
        case _:
            return {True, False}


def _joined(op: str, parts: list[set[bool]]) -> set[bool]:
    decisive = op == "or"
    if any(part == {decisive} for part in parts):
        return {decisive}
    return {not decisive} if all(part == {not decisive} for part in parts) else {True, False}
