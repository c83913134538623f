"""`policy.md`: what the agent is told of the rules, from the same trees as the code."""

from __future__ import annotations

from envscaler_mcp.blueprint.design import STATE, Action, Attempt, Chosen, Design, Duty, Entity
from envscaler_mcp.blueprint.expression.english import action_voice, requirement_text, rule_text
from envscaler_mcp.blueprint.expression.happenings import happenings, in_order, rows_of
from envscaler_mcp.blueprint.expression.nouns import Referent, pronoun
from envscaler_mcp.blueprint.expression.speaking import Speaker
from envscaler_mcp.blueprint.expression.tree import Constant, Expression, Variable
from envscaler_mcp.blueprint.expression.voice import plain
from envscaler_mcp.blueprint.wording import joined, plural, sentence, value_text, with_article, words
from envscaler_mcp.render.markdown import inline
from envscaler_mcp.render.templating import fill_of


def policy_of(design: Design) -> str:
    """The policy of a design's environment."""
    answers = {one.answer: one for one in design.actions if one.answer}
    return fill_of(
        "blueprint",
        "policy.md",
        title=inline(design.title),
        about=inline(design.about),
        money=any(field.type.kind == "money" for entity in design.entities for field in entity.fields),
        things=[_thing(one, design) for one in _things(design)],
        rules=[f"`{one.id}` – {rule_text(one, design)}" for one in design.rules],
        actions=[_action(one, design) for one in design.actions if not one.answer],
        duties=[_duty(one, design) for one in design.duties],
        measures=[_measure(one.name, one.about, design) for one in design.measures],
        decision=answers.get("decision"),
        report=answers.get("report"),
        bare=any(_takes_no_row(one) for one in design.actions if not one.answer),
    )


def _takes_no_row(action: Action) -> bool:
    return not any(one.type.kind == "ref" for one in action.parameters)


def _things(design: Design) -> list[Entity]:
    answers = {one.creates for one in design.actions if one.answer}
    return [one for one in design.entities if one.name not in answers]


def _thing(entity: Entity, design: Design) -> str:
    """What there is to know of a kind of row."""
    said = [_field(entity, one.name) for one in entity.fields if one.name != STATE]
    name = inline(sentence(entity.noun.singular)[:-1])
    text = f"**{name}** (ids such as `{entity.prefix}-01`): {joined(said)}."
    if entity.states:
        first, *later = [value_text(one, entity.field(STATE).type) for one in entity.states]
        text += f" States: {joined([f'{first} (when new)', *later], 'or')}." if later else ""
    for owner, name in design.derived:
        if owner == entity.name:
            text += f" {_follows(name, entity, design)}"
    return text


def _field(entity: Entity, name: str) -> str:
    one = entity.field(name)
    said = inline(one.label)
    if one.unit and plural(one.unit) not in one.label:
        said += f" in {plural(one.unit)}"
    if words(one.name) != one.label:
        said += f" (`{one.stored}`)"
    if one.type.optional:
        said += ", if any"
    return said


def _follows(name: str, entity: Entity, design: Design) -> str:
    """What a derived value is."""
    expression = design.derived[entity.name, name]
    voice = Speaker(design).naming(entity.name, pronoun(entity.name, design))
    label = design.labels.get((entity.name, name), "")
    said = f"{sentence(label)[:-1]} (`{name}`)" if label and label != words(name) else f"`{name}`"
    if expression.type.kind == "bool":
        return f"{said}: whether {plain(voice.clause(expression))}."
    return f"{said}: {plain(voice.thing(expression))}."


def _action(action: Action, design: Design) -> str:
    """What an action needs, and what it does besides what it is asked for."""
    needs: list[str] = []
    if action.from_states:
        noun = design.by_entity[action.subject].noun.singular
        states = [
            value_text(one, design.by_entity[action.subject].field(STATE).type) for one in action.from_states
        ]
        needs.append(f"the {noun} is {joined(states, 'or')} (`wrong_state`)")
    needs += [f"{requirement_text(one.must, action, design)} (`{one.code}`)" for one in action.requires]
    text = f"`{action.name}` "
    text += f"is possible only if {joined_long(needs)}." if needs else "needs nothing beyond the rules."
    done = happenings(action, design)
    return f"{text} {sentence(joined_long(done))}" if done else text


def joined_long(clauses: list[str]) -> str:
    """Clauses that may have commas in them."""
    if len(clauses) < 2:
        return "".join(clauses)
    return f"{'; '.join(clauses[:-1])}; and {clauses[-1]}"


def _duty(duty: Duty, design: Design) -> str:
    event = design.by_action[duty.after]
    voice = action_voice(event, design)
    rows, inner = rows_of(duty.variable, duty.entity, duty.where, voice)
    ways = [_attempt(attempt, inner, duty, design) for attempt in duty.attempts]
    when = "Before" if duty.first else "After"
    order = in_order(duty.order, duty.variable, voice)
    head = f"**{when} `{event.name}`**, for every {rows}{order},"
    if len(ways) == 1:
        return f"{head} call {ways[0]}. {_LEFT if _chooses(duty) else _LEFT_ALONE}"
    steps = "".join(f"\n  {number}. {way}" for number, way in enumerate(ways, 1))
    return f"{head} make the first of these calls that is not refused:{steps}"


_LEFT_ALONE = "Where that is refused, leave it as it is."
_LEFT = "Where that is refused for all of them, leave it as it is."


def _chooses(duty: Duty) -> bool:
    return any(isinstance(one, Chosen) for attempt in duty.attempts for one in attempt.arguments.values())


def _attempt(attempt: Attempt, voice: Speaker, duty: Duty, design: Design) -> str:
    """One way to do a duty: the tool, and what it is given where that is not plain."""
    action = design.by_action[attempt.action]
    said: list[str] = []
    for name, value in attempt.arguments.items():
        stored = action.parameter(name).stored
        if isinstance(value, Chosen):
            rows, _ = rows_of(value.variable, value.entity, value.where, voice)
            order = in_order(value.order, value.variable, voice)
            said.append(f"`{stored}` is the first {rows}{order}, for which the call is not refused")
        elif not (isinstance(value, Variable) and value.name == duty.variable):
            said.append(f"`{stored}` is {_given(value, voice)}")
    return f"`{action.name}`" + (f", where {joined(said)}" if said else "")


def _given(value: Expression, voice: Speaker) -> str:
    """An argument as it is given: a value of a list is spelt as the tool takes it."""
    if isinstance(value, Constant) and value.type.kind == "enum":
        return f"`{value.value}`"
    return plain(voice.thing(value))


def _measure(name: str, about: str, design: Design) -> str:
    measure = next(one for one in design.measures if one.name == name)
    voice = Speaker(design)
    if about:
        noun = design.by_entity[about].noun.singular
        voice = voice.naming(about, Referent(f"the {noun}"))
        return f"`{name}`, about {with_article(noun)}: {plain(voice.thing(measure.value))}."
    return f"`{name}`: {plain(voice.thing(measure.value))}."
