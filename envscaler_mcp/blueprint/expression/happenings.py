"""What an action does, in English: which fields become what, and what happens to which other rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
    Order,
    When,
)
from envscaler_mcp.blueprint.wording import joined, value_text, with_article

from .english import action_voice
from .nouns import Referent, label_of, unit_of
from .speaking import Speaker
from .tree import Aggregate, Constant, Expression, Get, Type, Variable
from .voice import plain


def happenings(action: Action, design: Design) -> list[str]:
    """Clauses about what an action does besides recording what it is given, in order."""
    voice = action_voice(action, design)
    taken = {one.name for one in action.parameters}
    return _all(action.effects, voice, taken)


def rows_of(
    variable: str, entity: str, where: Expression | None, voice: Speaker, *, many: bool = False
) -> tuple[str, Speaker]:
    """`booking of that room that is confirmed`, and the voice in which such a row is `that booking`."""
    noun = voice.design.by_entity[entity].noun
    loop = Aggregate("all", variable, entity, where, None, Type("bool"))
    said = plain([*voice.rows(loop, many=many)])
    return said, voice.naming(variable, Referent(f"that {noun.singular}"))


def in_order(order: Sequence[Order], variable: str, voice: Speaker) -> str:
    """`, in order of day of arrival`; ties go to the smallest id."""
    if not order:
        return ", in order of id"
    return f", in order of {plain(voice.order(order, variable))}, then id"


def _all(effects: Sequence[Effect], voice: Speaker, taken: set[str]) -> list[str]:
    said: list[str] = []
    for effect in effects:
        if isinstance(effect, Create):
            said += _create(effect, voice, taken)
            noun = voice.design.by_entity[effect.entity].noun.singular
            voice = voice.naming(effect.variable, Referent(f"the new {noun}"))
        elif text := _one(effect, voice, taken):
            said.append(text)
    return said


def _one(effect: Effect, voice: Speaker, taken: set[str]) -> str:
    match effect:
        case Assign():
            return _assign(effect, voice, taken)
        case Link(row=row, field=name, value=value, remove=remove):
            label = label_of(row.type.entity, name, voice.design)
            verb = "is taken out of" if remove else "is added to"
            return plain([*voice.thing(value), f" {verb} the {label} of ", *voice.thing(row)])
        case Delete(row=row):
            return plain([*voice.thing(row), " is deleted"])
        case Each():
            return _each(effect, voice, taken)
        case When(condition=condition, body=body, otherwise=otherwise):
            return _when(condition, body, otherwise, voice, taken)
        case _:
            return ""


def _assign(effect: Assign, voice: Speaker, taken: set[str]) -> str:
    if (
        isinstance(effect.value, Variable)
        and effect.value.name in taken
        and effect.value.name == effect.field
    ):
        return ""
    if effect.field == STATE and isinstance(effect.value, Constant):
        return plain(
            [*voice.thing(effect.row), " becomes ", value_text(effect.value.value, effect.value.type)]
        )
    field = Get(
        effect.row, effect.field, voice.design.by_entity[effect.row.type.entity].field(effect.field).type
    )
    if isinstance(effect.value, Constant) and effect.value.value is None:
        label = label_of(effect.row.type.entity, effect.field, voice.design)
        return plain([*voice.thing(effect.row), f" no longer has {with_article(label)}"])
    value = voice.measured(effect.value, field.type, unit_of(field, voice.design))
    return plain([*voice.thing(field), replace(voice, must=False).verb(field), "set to ", *value])


def _create(effect: Create, voice: Speaker, taken: set[str]) -> list[str]:
    """What a new row gets that nobody gives."""
    entity = voice.design.by_entity[effect.entity]
    new = voice.naming(effect.variable, Referent(f"the new {entity.noun.singular}"))
    row = Variable(effect.variable, Type("ref", effect.entity))
    given = [
        _assign(Assign(row, name, value), new, taken)
        for name, value in effect.values.items()
        if not (isinstance(value, Variable) and value.name in taken) and value != entity.field(name).default
    ]
    if not given and effect.variable != effect.entity:
        return [f"{with_article(entity.noun.singular)} is made"]
    return [text for text in given if text]


def _each(effect: Each, voice: Speaker, taken: set[str]) -> str:
    rows, inner = rows_of(effect.variable, effect.entity, effect.where, voice)
    done = joined(_all(effect.body, inner, taken))
    if not done:
        return ""
    if effect.first:
        return (
            f"for the first {rows}{in_order(effect.order, effect.variable, voice)}, if there is one, {done}"
        )
    order = in_order(effect.order, effect.variable, voice) if effect.order else ""
    return f"for every {rows}{order}, {done}"


def _when(
    condition: Expression,
    body: Sequence[Effect],
    otherwise: Sequence[Effect],
    voice: Speaker,
    taken: set[str],
) -> str:
    then, other = joined(_all(body, voice, taken)), joined(_all(otherwise, voice, taken))
    test = plain(replace(voice, must=False).clause(condition))
    if then and other:
        return f"if {test}, {then}, and otherwise {other}"
    if then:
        return f"if {test}, {then}"
    return f"unless {test}, {other}" if other else ""
