"""A scenario in the making: what is asked, what that comes to, and how hard it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.spec.scenario import Band, Call

from .following import Step
from .requests import Request

State = Mapping[str, Any]


@dataclass(frozen=True)
class Proposal:
    """Requests that mean one thing on one start state.

    Attributes:
        requests: what is asked, in order.
        band: how hard it is meant to be.
        kind: the recipe that it was made by: `situation`, `refusal` …
        tags: what it is about.
        steps: the calls of the reference reading, and what each is for.
        start: the state at the start, as the environment shows it.
        now: the time at the start.
        final: the state that the calls leave behind.
        plan: the calls up to the names of rows.
    """

    requests: tuple[Request, ...]
    band: Band
    kind: str
    tags: tuple[str, ...]
    steps: tuple[Step, ...]
    start: State
    now: dt.datetime
    final: State
    plan: str

    @property
    def oracle(self) -> tuple[Call, ...]:
        """The calls."""
        return tuple(step.call for step in self.steps)

    @property
    def refusals(self) -> tuple[str, ...]:
        """The codes for which something is declined."""
        return tuple(step.ground for step in self.steps if step.role == "decision")


def logs_of(design: Design) -> tuple[str, ...]:
    """The collections that only keep what happened; rows that an action makes are its very aim."""
    made = {action.creates for action in design.actions}
    answers = {action.creates for action in design.actions if action.answer}
    return tuple(one.collection for one in design.entities if one.log and one.name not in made | answers)


def free_fields(design: Design) -> frozenset[tuple[str, str]]:
    """(collection, field) whose text nobody judges."""
    return frozenset(
        (one.collection, field.stored) for one in design.entities for field in one.fields if field.free_text
    )
