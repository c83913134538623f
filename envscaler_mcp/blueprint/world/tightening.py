"""Numbers and days of a start state moved to where rules draw their lines: a room exactly full."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

from envscaler_mcp.blueprint.expression.evaluate import Scope, StateRows, to_json

from .arguments import Chooser, asked
from .founding import COMPUTED, assigned_fields
from .limits import Seen
from .values import near

State = dict[str, Any]

MOVES = 20
"""So many times a value is looked for that can be moved."""


class Tightening:
    """Moves values of rows that were there before anything happened.

    Args:
        chooser: knows the limits.
        obeys: whether every rule holds of a state.
        today: the day.
        rng: decides.
    """

    def __init__(
        self, chooser: Chooser, obeys: Callable[[State], bool], today: dt.date, rng: random.Random
    ) -> None:
        self._design = chooser.design
        self._seen = chooser.knowledge.limits.seen_from
        self._obeys = obeys
        self._today = today
        self._rng = rng
        self._assigned = assigned_fields(chooser.design)

    def tighten(self, state: State) -> None:
        """Move some rows of the state onto a limit of theirs, or to one step from it.

        Only fields that no action computes are moved, and only if every rule holds afterwards.
        """
        seen = [one for one in self._seen if self._may_move(one)]
        for _ in range(MOVES if seen else 0):
            self._move(state, self._rng.choice(seen))

    def _may_move(self, seen: Seen) -> bool:
        entity = self._design.by_entity[seen.entity]
        if (entity.name, seen.field) in self._design.derived or not entity.rows[1]:
            return False
        field = entity.field(seen.field)
        computed = self._assigned.get((entity.name, field.name)) == COMPUTED
        return not (field.title or field.unique or computed or field.type.optional)

    def _move(self, state: State, seen: Seen) -> None:
        subjects = list(state[self._design.by_entity[seen.subject].collection])
        if not subjects:
            return
        scope = Scope(self._design, StateRows(state), self._today)
        subject = {seen.subject: self._rng.choice(subjects)}
        entity = self._design.by_entity[seen.entity]
        row = state[entity.collection].get(asked(scope, seen.base, subject))
        field = entity.field(seen.field)
        value = near(asked(scope, seen.limit, subject), field, self._rng, self._today)
        if row is not None and value is not None and row[field.stored] != to_json(value):
            before, row[field.stored] = row[field.stored], to_json(value)
            if not self._obeys(state):
                row[field.stored] = before
