"""Numbers and days of a start state moved to where rules draw their lines: a room exactly full."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

from envscaler_mcp.blueprint.design import Design, Entity, Field
from envscaler_mcp.blueprint.expression.evaluate import Scope, StateRows, to_json
from envscaler_mcp.blueprint.expression.tree import Expression

from .arguments import asked
from .founding import COMPUTED, assigned_fields
from .limits import own_limits
from .values import near

State = dict[str, Any]

SHARE = 0.3
"""Of the rows that were there before anything happened: those that are moved, if the rules allow it."""


class Tightening:
    """Moves values of rows that were there before anything happened.

    Args:
        design: of the state.
        obeys: whether every rule holds of a state.
        today: the day.
        rng: decides.
    """

    def __init__(
        self, design: Design, obeys: Callable[[State], bool], today: dt.date, rng: random.Random
    ) -> None:
        self._design = design
        self._obeys = obeys
        self._today = today
        self._rng = rng
        self._assigned = assigned_fields(design)

    def tighten(self, state: State) -> None:
        """Move some rows of the state onto a limit of theirs, or to one step from it.

        Only fields that no action computes are moved, and only if every rule holds afterwards.
        """
        for entity in self._design.entities:
            if entity.rows[1]:
                self._tighten(state, entity)

    def _tighten(self, state: State, entity: Entity) -> None:
        limits = own_limits(self._design, entity)
        fields = [one for one in entity.fields if limits.get(one.name) and self._may_move(entity, one)]
        for key in state[entity.collection] if fields else ():
            if self._rng.random() < SHARE:
                field = self._rng.choice(fields)
                self._move(state, entity, key, field, self._rng.choice(limits[field.name]))

    def _may_move(self, entity: Entity, field: Field) -> bool:
        computed = self._assigned.get((entity.name, field.name)) == COMPUTED
        return not (field.title or field.unique or computed or field.type.optional)

    def _move(self, state: State, entity: Entity, key: str, field: Field, limit: Expression) -> None:
        scope = Scope(self._design, StateRows(state), self._today)
        value = near(asked(scope, limit, {entity.name: key}), field, self._rng, self._today)
        row = state[entity.collection][key]
        before = row[field.stored]
        if value is None or to_json(value) == before:
            return
        row[field.stored] = to_json(value)
        if not self._obeys(state):
            row[field.stored] = before
