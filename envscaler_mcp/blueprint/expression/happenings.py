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
from .tree import Aggregate, Arithmetic, Choice, Constant, Expression, Get, Type, Variable
from .voice import plain


def happenings(action: Action, design: Design) -> list[str]:
    """Clauses about what an action does besides recording what it is given, in order."""
    voice = action_voice(action, design)
    taken = {one.name for one in action.parameters}
    return _all(action.effects, voice, taken, action.creates)


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


def _all(effects: Sequence[Effect], voice: Speaker, taken: set[str], creates: str = "") -> list[str]:
    said: list[str] = []
    for effect in effects:
        if isinstance(effect, Create):
            own = effect.variable == effect.entity == creates
            said += _create(effect, voice, taken) if own else [_besides(effect, voice)]
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
    if said := _changed(field, effect.value, voice):
        return said
    value = voice.measured(effect.value, field.type, unit_of(field, voice.design))
    return plain([*voice.thing(field), voice.verb(field), "set to ", *value])


def _changed(field: Get, value: Expression, voice: Speaker) -> str:
    """`goes up by 1`, where the new value is the old one and something; nothing: it is not."""
    match value:
        case Arithmetic(op="+" | "-" as op, left=left, right=right) if left == field:
            verb = "raised by " if op == "+" else "lowered by "
            if field.type.kind == "date":
                verb = "postponed by " if op == "+" else "brought forward by "
        case _:
            return ""
    unit = "day" if field.type.kind == "date" else unit_of(field, voice.design)
    like = Type("int") if field.type.kind == "date" else field.type
    head = [*voice.thing(field), voice.verb(field), verb]
    if not isinstance(right, Choice):
        return plain([*head, *voice.measured(right, like, unit)])
    if _is_nothing(right.otherwise):
        return plain([*head, *voice.measured(right.then, like, unit), " if ", *voice.clause(right.condition)])
    if _is_nothing(right.then):
        test = voice.clause(right.condition)
        return plain([*head, *voice.measured(right.otherwise, like, unit), " unless ", *test])
    return plain([*head, *voice.measured(right, like, unit)])


def _is_nothing(value: Expression) -> bool:
    return isinstance(value, Constant) and value.value == 0


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
    return [text for text in given if text]


def _besides(effect: Create, voice: Speaker) -> str:
    """A row that is made besides what the tool is for: `a new change of the loan is made`."""
    entity = voice.design.by_entity[effect.entity]
    row = Variable(effect.variable, Type("ref", effect.entity))
    phrases, rest = list[str](), list[str]()
    for name, value in effect.values.items():
        field = Get(row, name, entity.field(name).type)
        told = voice.phrase(field) if field.type.kind == "ref" else ""
        before, hole, after = told.partition("{}")
        if hole:
            phrases.append(plain([before, *voice.thing(value), after]))
        elif value != entity.field(name).default:
            said = voice.measured(value, field.type, unit_of(field, voice.design))
            rest.append(plain([*said, f" as its {label_of(effect.entity, name, voice.design)}"]))
    noun = " ".join((f"a new {entity.noun.singular}", *phrases))
    return f"{noun} is made, with {joined(rest)}" if rest else f"{noun} is made"


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
