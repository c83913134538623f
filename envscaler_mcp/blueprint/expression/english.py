"""A tree as English: rules, requirements and refusals in the words of a domain.

Everything is put together from pieces, a text or an expression whose value is to stand there, so that the
same clause serves a policy ("its party size is at most the beds of its room") and a refusal, where it is
`must be` and each side shows its value.
"""

from __future__ import annotations

from dataclasses import replace

from envscaler_mcp.blueprint.design import Action, Design, Rule
from envscaler_mcp.blueprint.wording import plural, sentence

from .conjuncts import adjective
from .nouns import Referent, pronoun, quantity
from .speaking import Speaker
from .tree import Aggregate, Expression, Type, Variable
from .voice import Pieces, plain


def rule_text(rule: Rule, design: Design) -> str:
    """A rule as a sentence."""
    voice = Speaker(design)
    if not rule.subject:
        said = voice.clause(rule.must)
        if rule.when is not None:
            said = ["whenever ", *voice.clause(rule.when), ", ", *said]
        return sentence(plain(said))
    entity = design.by_entity[rule.subject]
    loop = Aggregate("all", rule.subject, rule.subject, rule.when, None, Type("bool"))
    state, when = adjective(rule.when, rule.subject)
    rows = voice.relative(when, loop, many=False)
    about = voice.naming(rule.subject, pronoun(rule.subject, design))
    return sentence(
        plain([f"for every {state}{entity.noun.singular}", *rows, ", ", *about.clause(rule.must)])
    )


def requirement_text(must: Expression, action: Action, design: Design) -> str:
    """What must hold before an action, as a clause."""
    return plain(action_voice(action, design).clause(must))


def refusal_of_rule(rule: Rule, design: Design) -> Pieces:
    """Why a write is refused that breaks a rule: which row, what must hold, and what would be."""
    if not rule.subject:
        return [rule_text(rule, design)]
    subject = Variable(rule.subject, Type("ref", rule.subject))
    voice = Speaker(design, must=True, shown=True).naming(rule.subject, pronoun(rule.subject, design))
    return ["Not possible for ", subject, ": ", *voice.clause(rule.must), "."]


def refusal_of_requirement(must: Expression, action: Action, design: Design) -> Pieces:
    """Why an action is refused: what must hold, with the values that are at hand."""
    voice = replace(action_voice(action, design), must=True, shown=True)
    return ["Not possible: ", *voice.clause(must), "."]


def action_voice(action: Action, design: Design) -> Speaker:
    """How an action's parameters are spoken of."""
    voice = Speaker(design)
    taken = {one.name for one in design.by_entity[action.subject].fields} if action.subject else set[str]()
    for one in action.parameters:
        new = "new " if one.name in taken and one.name != action.subject else ""
        entity = design.by_entity.get(one.type.entity)
        label = entity.noun.singular if entity and one.name == entity.name else quantity(one.label, one.unit)
        unit = "" if one.unit and plural(one.unit) in one.label else one.unit
        voice = voice.naming(one.name, Referent(f"the {new}{label}", unit=unit))
    return voice


def noun_phrase(expression: Expression, design: Design) -> str:
    """An expression as a noun phrase; variables have the names of their rows."""
    return plain(Speaker(design).thing(expression))


def clause(expression: Expression, design: Design) -> str:
    """A truth as a clause."""
    return plain(Speaker(design).clause(expression))


def negated_clause(expression: Expression, design: Design) -> str:
    """The opposite of a truth as a clause."""
    return plain(Speaker(design).clause(expression, negated=True))
