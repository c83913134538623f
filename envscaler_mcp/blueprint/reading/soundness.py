"""What a design must hold beyond types: states that can be reached, rows that can come to be, sane fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from envscaler_mcp.blueprint.design import (
    STATE,
    Action,
    Assign,
    Create,
    Delete,
    Each,
    Effect,
    Entity,
    Field,
    Link,
    When,
)
from envscaler_mcp.blueprint.expression.tree import Constant, Expression
from envscaler_mcp.blueprint.expression.walk import nodes_of
from envscaler_mcp.blueprint.likes import LIKES, is_known
from envscaler_mcp.blueprint.nearest import instead, one_of

from .draft import Draft
from .located import Steps

MOST_ROWS = 200
MOST_MONEY = 10**10
MOST_DAYS = 20_000


@dataclass(frozen=True)
class Soundness:
    """Looks at the entities of a draft and at what its actions do to them.

    Whether states can be reached is asked only where nothing else is wrong: else it would follow from that.
    """

    draft: Draft
    entities: tuple[Entity, ...]
    actions: tuple[Action, ...]

    def check(self) -> None:
        """Note what types do not tell."""
        for entity in self.entities:
            self._check_entity(entity)
            for field in entity.fields:
                if field.name != STATE:
                    self._check_field(("entities", entity.name, "fields", field.name), field)
        if not self.actions:
            self.draft.problem(("actions",), "there is no action", "add one: its key is the tool's name")
        for action in self.actions:
            self._check_arguments(action)
            self._check_logs(action)
            self._check_deleted(action)

    def _check_entity(self, entity: Entity) -> None:
        steps: Steps = ("entities", entity.name)
        low, high = entity.rows
        if low < 0 or high < low or high > MOST_ROWS:
            self.draft.problem(
                (*steps, "rows"), f"[{low}, {high}] is no range", f"write [least, most], at most {MOST_ROWS}"
            )
        created = {one.entity for _, one in self._effects() if isinstance(one, Create)}
        if high == 0 and entity.name not in created:
            self.draft.problem(
                steps, "there is never a row of it", "give it `rows`, or an action that creates it"
            )
        titles = [field.name for field in entity.fields if field.title]
        if len(titles) > 1:
            self.draft.problem(steps, f"{one_of(titles)} are all titles", "keep one")
        if not entity.fields:
            self.draft.problem(steps, "it has no fields", "give it `fields`")
        reached = set(entity.states) if self.draft.problems.found else self._reached(entity)
        for state in entity.states:
            if state not in reached:
                place = (*steps, "states", entity.states.index(state))
                self.draft.problem(
                    place, f"no action leads to the state {state!r}", "add one, or take the state out"
                )

    def _reached(self, entity: Entity) -> set[str]:
        """The states that a row can come to have: the first, those set, those led to from reached ones."""
        reached = {*entity.states[:1]}
        for _ in entity.states:
            for action, effect in self._effects():
                open_ = not action.from_states or action.subject != entity.name
                if open_ or reached & set(action.from_states):
                    reached |= _states_given(entity, effect)
        return reached

    def _effects(self) -> Iterator[tuple[Action, Effect]]:
        for action in self.actions:
            for effect in _all(action.effects):
                yield action, effect

    def _check_field(self, steps: Steps, field: Field) -> None:
        kind = field.type.kind
        if field.phrase and field.phrase.count("{}") != 1:
            self.draft.problem(
                (*steps, "phrase"), f"{field.phrase!r} has no place for the value", "write {} once: from {}"
            )
        if field.title and kind != "text":
            self.draft.problem(steps, "a title is not a text", "take `title` out, or make it `text: …`")
        if field.title and field.type.optional:
            self.draft.problem(steps, "a title may be None", "take `optional` out")
        if field.free_text and kind != "text":
            self.draft.problem((*steps, "free"), "only texts are free", "take `free` out")
        if field.unit and kind != "int":
            self.draft.problem((*steps, "unit"), "only ints have a unit", "take `unit` out")
        if field.unique and kind in ("bool", "refs"):
            self.draft.problem((*steps, "unique"), "truths and lists are not unique", "take `unique` out")
        self._check_range(steps, field)
        self._check_like((*steps, "text"), field)

    def _check_range(self, steps: Steps, field: Field) -> None:
        if field.low is None or field.high is None:
            return
        most = MOST_DAYS if field.type.kind == "date" else MOST_MONEY
        if field.high < field.low or max(abs(field.low), abs(field.high)) > most:
            place = (*steps, field.type.kind)
            self.draft.problem(
                place, f"[{field.low}, {field.high}] is no range", f"write [least, most], at most {most}"
            )
        value = field.default.value if isinstance(field.default, Constant) else None
        if isinstance(value, int) and not field.low <= value <= field.high:
            span = f"[{field.low}, {field.high}]"
            self.draft.problem((*steps, "default"), f"{value} is not in {span}", "widen the range")

    def _check_like(self, steps: Steps, field: Field) -> None:
        like = field.like
        if isinstance(like, tuple):
            if len(set(like)) != len(like) or not like:
                self.draft.problem(steps, "a value stands twice, or there is none", "list different texts")
        elif field.type.kind == "text" and not is_known(like):
            remedy = f"{instead(like, LIKES)}; or write a mask (A a letter, # a digit) or a list"
            self.draft.problem(steps, f"nothing is known of texts like {like!r}", remedy)

    def _check_arguments(self, action: Action) -> None:
        """Two parameters must not come to the same argument: `room` (a ref) and `room_id`."""
        names = [one.stored for one in action.parameters]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            message = f"two parameters become the argument {twice[0]!r}"
            self.draft.problem(("actions", action.name), message, "rename one of them")

    def _check_logs(self, action: Action) -> None:
        logs = {entity.name for entity in self.entities if entity.log}
        for effect in _all(action.effects):
            row = effect.row if isinstance(effect, Assign | Link | Delete) else None
            if row is not None and row.type.entity in logs:
                message = f"it changes a row of {row.type.entity}, which is a log"
                self.draft.problem(("actions", action.name), message, "only create rows of a log")

    def _check_deleted(self, action: Action) -> None:
        """No ref may lead to a row that is gone."""
        for effect in _all(action.effects):
            gone = effect.row.type.entity if isinstance(effect, Delete) else None
            fields = [(one.name, field) for one in self.entities for field in one.fields]
            refs = [f"{name}.{field.name}" for name, field in fields if field.type.entity == gone]
            if gone and refs:
                message = f"it deletes a row of {gone}, which {one_of(refs)} may lead to"
                self.draft.problem(("actions", action.name), message, "give it a state for that instead")


def _states_given(entity: Entity, effect: Effect) -> set[str]:
    value: Expression | None = None
    if isinstance(effect, Assign) and effect.field == STATE and effect.row.type.entity == entity.name:
        value = effect.value
    if isinstance(effect, Create) and effect.entity == entity.name:
        value = effect.values.get(STATE)
    if value is None:
        return set()
    parts = list(nodes_of(value))
    constants = {str(one.value) for one in parts if isinstance(one, Constant)} & set(entity.states)
    return constants or set(entity.states)


def _all(effects: tuple[Effect, ...]) -> Iterator[Effect]:
    for effect in effects:
        yield effect
        if isinstance(effect, Each):
            yield from _all(effect.body)
        if isinstance(effect, When):
            yield from _all(effect.body + effect.otherwise)
