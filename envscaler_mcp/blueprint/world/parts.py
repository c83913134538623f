"""What actions do, read off their effects: as far as history has to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from envscaler_mcp.blueprint.design import STATE, Action, Assign, Create, Delete, Design, Effect, Link
from envscaler_mcp.blueprint.expression.tree import Constant, Expression, Logic, Variable
from envscaler_mcp.blueprint.expression.walk import reads

from .trees import effects_in

Pair = tuple[str, str]
"""(entity, field); (entity, "") is about which rows there are."""


@dataclass(frozen=True)
class Part:
    """One action's part in the history.

    Attributes:
        action: that is played.
        to: the state that its subject comes into; empty: it stays where it is.
        writes: what it may change.
        makes: entities of the rows that it may create.
        deletes: whether it takes rows away.
    """

    action: Action
    to: str
    writes: frozenset[Pair]
    makes: frozenset[str]
    deletes: bool

    @classmethod
    def of(cls, action: Action) -> Part:
        """Read off the action's effects."""
        effects = list(effects_in(action.effects))
        return cls(
            action,
            _left_in(action),
            frozenset(pair for one in effects for pair in _written(one)),
            frozenset(one.entity for one in effects if isinstance(one, Create)),
            any(isinstance(one, Delete) for one in effects),
        )


def grounds(design: Design) -> Mapping[tuple[str, str], frozenset[Pair]]:
    """(action, refusal code) → what the refusal depends on; under "" for the rules."""
    found = {
        (action.name, one.code): reads(one.must, design.derived)
        for action in design.actions
        for one in action.requires
    }
    for rule in design.rules:
        whole: Expression = rule.must if rule.when is None else Logic("and", (rule.when, rule.must))
        found["", rule.id] = reads(whole, design.derived)
    return found


def _left_in(action: Action) -> str:
    """The state in which the action leaves its subject, whatever else is the case."""
    states = [
        str(one.value.value)
        for one in action.effects
        if isinstance(one, Assign) and one.field == STATE and _is_subject(one.row, action)
        if isinstance(one.value, Constant)
    ]
    return states[-1] if states else ""


def _is_subject(row: Expression, action: Action) -> bool:
    return isinstance(row, Variable) and row.name == action.subject


def _written(effect: Effect) -> Iterator[Pair]:
    if isinstance(effect, Assign | Link):
        yield effect.row.type.entity, effect.field
    elif isinstance(effect, Create):
        yield effect.entity, ""
    elif isinstance(effect, Delete):
        yield effect.row.type.entity, ""
