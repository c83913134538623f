"""One composed tree → a design."""

from __future__ import annotations

from envscaler_mcp.blueprint.design import Action, Design, Entity

from .actions import Actions
from .answers import decision_of, report_of
from .draft import Draft
from .effects import Effects
from .fields import entities_of
from .names import Names
from .rules import Rules
from .schema import DomainSchema
from .soundness import Soundness
from .uniqueness import unique_rules

MAX_NAME = 48
QUALIFIED = 64 - len("mcp____")
"""What clients leave for the names of server and tool together: `mcp__server__tool`."""


def design_of(draft: Draft, options: tuple[str, ...], patterns: tuple[str, ...], number: int) -> Design:
    """The design of a draft. What is wrong is in the draft's problems; then the design is of no use."""
    schema = DomainSchema(draft)
    entities = entities_of(draft, schema)
    by_name = {one.name: one for one in entities}
    effects = Effects(draft, schema, by_name)
    derived = schema.all_derived()
    actions = Actions(draft, schema, by_name, effects).all()
    Names(draft).check()
    Soundness(draft, entities, actions).check()
    more = Rules(draft, schema, effects, {one.name: one for one in actions})
    rules, measures = more.rules() + unique_rules(entities, actions), more.measures()
    answers = [one for one in (decision_of(actions, rules), report_of(measures)) if one is not None]
    form = draft.form
    return Design(
        name=_name(form.name, options, number, _tools(entities, actions)),
        title=form.title,
        about=form.about,
        domain=form.name,
        options=options,
        patterns=patterns,
        topics=tuple(form.topics),
        entities=entities + tuple(entity for entity, _ in answers),
        rules=rules,
        actions=actions + tuple(action for _, action in answers),
        measures=measures,
        duties=more.duties(),
        derived=derived,
        labels=schema.labels(),
    )


def _tools(entities: tuple[Entity, ...], actions: tuple[Action, ...]) -> list[str]:
    return [*(one.name for one in actions), *(f"search_{one.collection}" for one in entities)]


def _name(domain: str, options: tuple[str, ...], number: int, tools: list[str]) -> str:
    """`hotel_bookings_deposits`; where that grows too long, the number of the composition."""
    joined = "_".join((domain, *options))
    most = min(MAX_NAME, QUALIFIED - max(map(len, tools), default=0))
    return joined if len(joined) <= most else f"{domain[: most - 4]}_{number}"
