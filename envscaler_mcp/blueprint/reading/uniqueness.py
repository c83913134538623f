"""`unique: true` as a rule, where an action could break it."""

from __future__ import annotations

from collections.abc import Iterator

from envscaler_mcp.blueprint.design import Action, Assign, Create, Each, Effect, Entity, Field, Rule, When
from envscaler_mcp.blueprint.expression.tree import (
    BOOL,
    Aggregate,
    Compare,
    Expression,
    Get,
    Logic,
    Not,
    Type,
    Variable,
)

OTHER = "other"


def unique_rules(entities: tuple[Entity, ...], actions: tuple[Action, ...]) -> tuple[Rule, ...]:
    """A rule for every unique field that an action gives a value."""
    given = {one for action in actions for one in _given(action.effects)}
    return tuple(
        _rule(entity, field)
        for entity in entities
        for field in entity.fields
        if field.unique and (entity.name, field.name) in given
    )


def _rule(entity: Entity, field: Field) -> Rule:
    kind = Type("ref", entity.name)
    row, other = Variable(entity.name, kind), Variable(OTHER, kind)
    same = Compare("==", Get(other, field.name, field.type), Get(row, field.name, field.type))
    parts: tuple[Expression, ...] = (Compare("!=", other, row), same)
    twice = Aggregate("any", OTHER, entity.name, Logic("and", parts), None, BOOL)
    return Rule(f"{entity.name}_{field.name}_taken", entity.name, None, Not(twice))


def _given(effects: tuple[Effect, ...]) -> Iterator[tuple[str, str]]:
    for effect in effects:
        match effect:
            case Assign(row=row, field=name):
                yield row.type.entity, name
            case Create(entity=entity, values=values):
                yield from ((entity, name) for name in values)
            case Each(body=body):
                yield from _given(body)
            case When(body=body, otherwise=otherwise):
                yield from _given((*body, *otherwise))
            case _:
                continue
