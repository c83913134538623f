"""Rows that come by the side into a state for which the policy has a duty: whether it is due, nobody says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from envscaler_mcp.blueprint.design import STATE, Action, Assign, Design, Duty
from envscaler_mcp.blueprint.expression.evaluate import Scope
from envscaler_mcp.blueprint.expression.tree import Constant, Variable

States: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Entity → key → where the row stands."""


def watched(design: Design) -> tuple[tuple[Duty, Action, str], ...]:
    """The duties of actions that bring their subject into a state, with those."""
    found = [(duty, design.by_action[duty.after]) for duty in design.duties]
    return tuple((duty, action, state) for duty, action in found for state in _leads_to(action))


def states_of(scope: Scope) -> States:
    """Where the rows stand that duties are about."""
    names = {action.subject for _, action, _ in watched(scope.design)}
    return {name: {key: scope.field(name, key, STATE) for key in scope.keys(name)} for name in sorted(names)}


def unannounced(scope: Scope, before: States, tool: str) -> str | None:
    """A row that a call of another action brought into such a state, if the duty would then be due."""
    for duty, action, state in watched(scope.design):
        for key, was in before[action.subject].items() if tool != action.name else ():
            came = was != state and key in scope.keys(action.subject)
            if (
                came
                and scope.field(action.subject, key, STATE) == state
                and _is_due(scope, duty, action, key)
            ):
                return key
    return None


def _leads_to(action: Action) -> Iterator[str]:
    for effect in action.effects:
        if isinstance(effect, Assign) and effect.field == STATE and isinstance(effect.value, Constant):
            row = effect.row
            if isinstance(row, Variable) and row.name == action.subject:
                yield str(effect.value.value)


def _is_due(scope: Scope, duty: Duty, action: Action, key: str) -> bool:
    """Whether there is anything to do; where that depends on what the action was given, there may be."""
    try:
        return any(True for _ in scope.where(duty.variable, duty.entity, duty.where, {action.subject: key}))
    except KeyError:
        return True
