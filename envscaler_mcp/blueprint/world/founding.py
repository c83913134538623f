"""The rows that are there before any action was played: people, rooms, accounts.

Keys are known before the rows are made, so rows may refer to each other in any direction. What breaks a rule
is made anew until nothing does.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from typing import Any

from envscaler_mcp.blueprint.design import STATE, Assign, Design, Entity, Field, Rule
from envscaler_mcp.blueprint.expression.evaluate import Scope, StateRows, to_json
from envscaler_mcp.blueprint.expression.tree import Constant, Variable

from .arguments import Chooser, asked
from .trees import effects_in
from .values import near, value_of, weighted

GIVEN, COMPUTED = "given", "computed"

State = dict[str, Any]
Row = dict[str, Any]

DECOYS = 0.25
"""Share of rows that are like an earlier one but for one field."""
NAMESAKES = 0.2
"""Share of people who share a surname with an earlier one."""
AT_A_LIMIT = 0.3
"""Share of numbers and days that lie where a step depends on it: today, tomorrow."""
DEFAULTS = 0.5
"""Share of numbers with a default that have it."""
NOTHING = 0.3
"""Share of optional values that no action gives and that are None."""
UNRELATED = 0.4
"""Share of rows that could refer to others of their kind and do not."""
REPAIRS = 40
"""So often a row that breaks a rule is made anew; then it takes the defaults."""
TWINS_FROM = 10
"""From so many people on, two have the same name."""


class Founding:
    """Makes the rows of one start state."""

    def __init__(self, chooser: Chooser, rng: random.Random, today: dt.date) -> None:
        self._design = design = chooser.design
        self._texts = chooser.texts
        self._lasting = chooser.knowledge.limits.lasting
        self._rng = rng
        self._today = today
        self._assigned = assigned_fields(design)
        self._reached = _reached_states(design)
        self._alike: set[str] = set()
        """Rows that are like another one already: three alike would be too many."""
        self.state: State = {one.collection: {} for one in design.entities}
        self._scope = Scope(design, StateRows(self.state), today)

    def found(self) -> State:
        """All rows of all entities that have any; what rules speak against is mended as far as possible."""
        founders = [one for one in self._design.entities if one.rows[1] > 0]
        for entity in founders:
            keys = self._keys(entity)
            self.state[entity.collection] = {key: {"id": key} for key in keys}
        for entity in founders:
            for key in self.state[entity.collection]:
                self.state[entity.collection][key] = self._row(entity, key)
            self._twin(entity)
        for _ in range(2):
            for entity in founders:
                self._mend(entity)
        return self.state

    def _keys(self, entity: Entity) -> list[str]:
        size = min(self._rng.randint(*entity.rows), max(entity.rows[0], _most_titles(entity)))
        return [f"{entity.prefix}-{number:02}" for number in range(1, size + 1)]

    def _row(self, entity: Entity, key: str) -> Row:
        row: Row = {"id": key}
        for field in entity.fields:
            row[field.stored] = self._value(entity, field, key)
        earlier = self._made(entity, key)
        return self._decoy(entity, row, earlier) if earlier and self._rng.random() < DECOYS else row

    def _made(self, entity: Entity, key: str) -> list[Row]:
        """The rows that are complete by now."""
        rows = self.state[entity.collection]
        return [row for other, row in rows.items() if other != key and len(row) > 1]

    def _decoy(self, entity: Entity, row: Row, earlier: list[Row]) -> Row:
        """A row like an earlier one, but for its title and one thing that people may say of it."""
        models = [one for one in earlier if one["id"] not in self._alike]
        if not models:
            return row
        model = self._rng.choice(models)
        self._alike |= {model["id"], row["id"]}
        told = [one for one in entity.fields if one.phrase and not (one.title or one.unique)]
        other = self._rng.choice(told).stored if told else ""
        return {**row, **{one.stored: model[one.stored] for one in told if one.stored != other}}

    def _value(self, entity: Entity, field: Field, key: str) -> Any:
        if field.name == STATE and entity.states:
            return self._first_state(entity)
        assigned = self._assigned.get((entity.name, field.name), "")
        if field.type.optional and (assigned or self._rng.random() < NOTHING):
            return None
        if field.default is not None and field.type.kind != "text":
            value = asked(self._scope, field.default, {})
            if self._keeps_default(field, assigned):
                return to_json(value)
        return self._fresh(entity, field, key)

    def _keeps_default(self, field: Field, assigned: str) -> bool:
        share = {"bool": 0.8, "date": 0.2}.get(field.type.kind, DEFAULTS if assigned == COMPUTED else 0.3)
        return self._rng.random() < share

    def _fresh(self, entity: Entity, field: Field, key: str) -> Any:
        kind = field.type.kind
        if kind in ("ref", "refs"):
            return self._reference(entity, field, key)
        if kind == "text":
            return self._text(entity, field, key)
        if kind == "enum":
            return weighted(field.type.values, self._rng)
        return self._measured(entity, field, key) if field.unique else to_json(self._number(entity, field))

    def _number(self, entity: Entity, field: Field) -> Any:
        """A number or day, or whatever; some lie on a limit."""
        limits = self._lasting.get((entity.name, field.name), ())
        if limits and self._rng.random() < AT_A_LIMIT:
            limit = asked(self._scope, self._rng.choice(limits), {})
            value = near(limit, field, self._rng, self._today)
            if value is not None:
                return value
        return value_of(field, self._rng, self._today)

    def _measured(self, entity: Entity, field: Field, key: str) -> Any:
        """A number or day that no other row has, if there is one."""
        taken = {row[field.stored] for row in self._made(entity, key)}
        values = (to_json(self._number(entity, field)) for _ in range(REPAIRS))
        return next((value for value in values if value not in taken), to_json(self._number(entity, field)))

    def _text(self, entity: Entity, field: Field, key: str) -> str:
        taken = [row[field.stored] for row in self._made(entity, key)]
        if field.like == "person" and taken and self._rng.random() < NAMESAKES:
            name = self._texts.namesake(self._rng.choice(taken))
            if name not in taken:
                return name
        distinct = field.title or field.unique
        return self._texts.text(field.like, free=field.free_text, taken=taken if distinct else ())

    def _reference(self, entity: Entity, field: Field, key: str) -> Any:
        """Among its own kind a row refers to earlier ones only: nothing leads back to itself."""
        keys = list(self.state[self._design.by_entity[field.type.entity].collection])
        own = field.type.entity == entity.name
        if own:
            keys = keys[: keys.index(key)]
        if field.type.kind == "refs":
            most = min(len(keys), 2 if own else max(2, len(keys) // 2))
            least = 0 if own or not most else 1
            fewest = 0 if own and self._rng.random() < UNRELATED else most
            return sorted(self._rng.sample(keys, self._rng.randint(least, max(least, min(most, fewest, 4)))))
        return self._rng.choice(keys) if keys else (None if field.type.optional else key)

    def _first_state(self, entity: Entity) -> str:
        """Where rows begin; states that no action leads to are there from the start, in a few rows."""
        reached = self._reached.get(entity.name, frozenset[str]())
        unreached = [one for one in entity.states[1:] if one not in reached]
        if unreached and self._rng.random() < 0.25:
            return self._rng.choice(unreached)
        return entity.states[0]

    def _twin(self, entity: Entity) -> None:
        """Two people of the same name, who differ in something else that is said of them."""
        title = entity.title
        rows = list(self.state[entity.collection].values())
        if title is None or title.like != "person" or title.unique or len(rows) < TWINS_FROM:
            return
        told = [one for one in entity.fields if one.phrase and not one.title and one.name != STATE]
        first, second = self._rng.sample(rows, 2)
        if any(first[one.stored] != second[one.stored] for one in told):
            second[title.stored] = first[title.stored]

    def _mend(self, entity: Entity) -> None:
        rows = self.state[entity.collection]
        rules = [one for one in self._design.rules if one.subject == entity.name]
        for key in list(rows):
            for _ in range(REPAIRS):
                if not self._broken(rules, key):
                    break
                rows[key] = {**self._row(entity, key), **_titles_of(entity, rows[key])}

    def _broken(self, rules: list[Rule], key: str) -> bool:
        return any(breaks(self._scope, rule, key) for rule in rules)


def breaks(scope: Scope, rule: Rule, key: str) -> bool:
    """Whether a row breaks a rule about it."""
    row = {rule.subject: key}
    return (rule.when is None or asked(scope, rule.when, row) is not False) and not asked(
        scope, rule.must, row
    )


def assigned_fields(design: Design) -> Mapping[tuple[str, str], str]:
    """(entity, field) that an action gives a value → `GIVEN` by a caller, or `COMPUTED`."""
    found: dict[tuple[str, str], str] = {}
    for effect in _assignments(design):
        at = (effect.row.type.entity, effect.field)
        found[at] = (
            GIVEN if isinstance(effect.value, Variable) and found.get(at, GIVEN) == GIVEN else COMPUTED
        )
    return found


def _assignments(design: Design) -> Iterator[Assign]:
    for action in design.actions:
        yield from (one for one in effects_in(action.effects) if isinstance(one, Assign))


def _reached_states(design: Design) -> Mapping[str, frozenset[str]]:
    """Entity → the states that some action leads to."""
    reached: dict[str, set[str]] = {}
    for effect in _assignments(design):
        if effect.field == STATE and isinstance(effect.value, Constant):
            reached.setdefault(effect.row.type.entity, set()).add(str(effect.value.value))
    return {name: frozenset(states) for name, states in reached.items()}


def _most_titles(entity: Entity) -> int:
    """How many rows can be called differently."""
    title = entity.title
    return len(title.like) if title and not isinstance(title.like, str) else 10**6


def _titles_of(entity: Entity, row: Row) -> Row:
    return {one.stored: row[one.stored] for one in entity.fields if one.title or one.unique}
