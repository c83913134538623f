"""How hard a task is, computed from its plan and its start state."""

from __future__ import annotations

from collections.abc import Iterator

from envscaler_mcp.blueprint.design import Action, Design, Effect, Rule
from envscaler_mcp.spec.scenario import Difficulty

from .neighbours import described_in, neighbours, selections_in
from .plans import rows_of
from .proposals import Proposal
from .requests import DoIf


def difficulty_of(design: Design, proposal: Proposal) -> Difficulty:
    """Its figures.

    Looked up must be every row that a call names and every row that decides what is to be done; a distractor
    is a row that is easily taken for one of those; a rule is active if a call could have broken it; a branch
    is a point at which the state decides how to go on.
    """
    return Difficulty(
        plan_length=len(proposal.oracle),
        lookups=_lookups(design, proposal),
        distractors=len(neighbours(design, proposal)),
        active_rules=len(_active_rules(design, proposal)),
        branching=_branching(proposal),
        band=proposal.band,
    )


def _lookups(design: Design, proposal: Proposal) -> int:
    named = {row for call in proposal.oracle for row in rows_of(call, design) if not row.startswith("step ")}
    described = {one.key for request in proposal.requests for one in described_in(request)}
    selected = {key for request in proposal.requests for one in selections_in(request) for key in one.keys}
    return len(named | described | selected)


def _active_rules(design: Design, proposal: Proposal) -> set[str]:
    """Rules about the kinds of rows that the calls write, and what their actions require."""
    played = [design.by_action[call.tool] for call in proposal.oracle]
    declined = {str(call.arguments.get("request", "")) for call in proposal.oracle}
    acting = [one for one in played if not one.answer]
    acting += [design.by_action[name] for name in sorted(declined) if name in design.by_action]
    written = {entity for action in acting for entity in entities_written(action)}
    rules = {rule.id for rule in design.rules if _is_about(rule, written)}
    return rules | {one.code for action in acting for one in action.requires}


def _is_about(rule: Rule, written: set[str]) -> bool:
    return rule.subject in written or (not rule.subject and bool(written))


def entities_written(action: Action) -> set[str]:
    """The kinds of rows that an action may change or make."""
    return {one for one in (action.subject, action.creates) if one} | set(_written(action.effects))


def _written(effects: tuple[Effect, ...]) -> Iterator[str]:
    for effect in effects:
        match getattr(effect, "entity", None) or getattr(
            getattr(getattr(effect, "row", None), "type", None), "entity", ""
        ):
            case str(entity) if entity:
                yield entity
            case _:
                pass
        yield from _written(getattr(effect, "body", ()))
        yield from _written(getattr(effect, "otherwise", ()))


def _branching(proposal: Proposal) -> int:
    """Conditions, refusals, the rows of a duty and the attempts that had to be passed over."""
    conditions = sum(isinstance(one, DoIf) for one in proposal.requests)
    duties = sum(1 + step.passed_over for step in proposal.steps if step.role == "duty")
    return conditions + duties + len(proposal.refusals)
