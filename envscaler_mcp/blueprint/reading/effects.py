"""What an action does, in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from envscaler_mcp.blueprint.design import (
    Assign,
    Create,
    Delete,
    Each,
    Effect,
    Entity,
    Link,
    Order,
    When,
)
from envscaler_mcp.blueprint.expression.parse import Loop
from envscaler_mcp.blueprint.expression.scope import Scope
from envscaler_mcp.blueprint.expression.tree import BOOL, Expression, Get, Type, Variable
from envscaler_mcp.blueprint.expression.walk import reads
from envscaler_mcp.blueprint.nearest import instead, one_of

from .draft import NOTHING, AlreadyTold, Draft
from .forms import EFFECT_KEYS, EffectForm
from .located import Steps
from .schema import DomainSchema


@dataclass(frozen=True)
class Effects:
    """Makes the effects of one domain."""

    draft: Draft
    schema: DomainSchema
    entities: Mapping[str, Entity]

    def many(self, steps: Steps, forms: Iterable[EffectForm], scope: Scope) -> tuple[Effect, ...]:
        """Effects in order; what one makes or changes, the later ones know."""
        made: list[Effect] = []
        for index, form in enumerate(forms):
            effects = self._one((*steps, index), form, scope)
            made.extend(effects)
            scope = after(scope, effects)
        return tuple(made)

    def assigned(
        self, steps: Steps, row: Expression, sets: Mapping[str, str], scope: Scope
    ) -> tuple[Effect, ...]:
        """Fields of a row, all computed from what it was before."""
        values = self.values(steps, row.type.entity, sets, scope)
        return tuple(
            Assign(row, name, values[name]) for name in self._in_order(steps, row.type.entity, values)
        )

    def values(
        self, steps: Steps, entity: str, sets: Mapping[str, str], scope: Scope
    ) -> dict[str, Expression]:
        """Expressions for fields of an entity."""
        found: dict[str, Expression] = {}
        for name, text in sets.items():
            kind = self.stored_type((*steps, name), entity, name)
            if kind is not None:
                found[name] = self.draft.expression((*steps, name), text, self.schema, scope, kind)
        return found

    def stored_type(self, steps: Steps, entity: str, name: str) -> Type | None:
        """The type of a field that can be given a value; else None and a problem."""
        if entity not in self.entities:
            return None
        stored = self.schema.stored(entity)
        if name not in stored:
            derived = name in self.schema.fields(entity)
            message = f"{entity}.{name} is derived" if derived else f"{entity} has no field {name!r}"
            remedy = "give a field that it follows from" if derived else instead(name, stored)
            self.draft.problem(steps, message, remedy)
            return None
        try:
            return self.schema.type_of(entity, name)
        except AlreadyTold:
            return None

    def create(self, steps: Steps, entity: str, variable: str, values: Mapping[str, Expression]) -> Create:
        """A new row; every field has a value, a default or may be None."""
        lacking = [
            field.name
            for field in self.entities[entity].fields
            if field.name not in values and field.default is None and field.type.kind != "refs"
        ]
        if lacking:
            self.draft.problem(
                steps,
                f"a new {entity} gets no value for {one_of(lacking)}",
                "take it, set it, give the field a `default` or make it `optional: true`",
            )
        return Create(variable, entity, {**values, **self._free(entity, values)})

    def order(self, steps: Steps, texts: Iterable[str], scope: Scope) -> tuple[Order, ...]:
        """Keys of an order; `-` in front is descending."""
        found: list[Order] = []
        for index, text in enumerate(texts):
            spelt = text.strip()
            one = self.draft.expression((*steps, index), spelt.lstrip("-"), self.schema, scope)
            found.append(Order(one, spelt.startswith("-")))
            self._check_key((*steps, index), one)
        return tuple(found)

    def _free(self, entity: str, values: Mapping[str, Expression]) -> dict[str, Expression]:
        """Defaults of free texts: the class cannot hold them, for their role stands where a default would."""
        fields = [one for one in self.entities[entity].fields if one.free_text and one.name not in values]
        return {one.name: one.default for one in fields if one.default is not None}

    def _one(self, steps: Steps, form: EffectForm, scope: Scope) -> tuple[Effect, ...]:
        said = [key for key in EFFECT_KEYS if getattr(form, key) is not None]
        if len(said) != 1:
            found = f"does {one_of(said)}" if said else "does nothing"
            self.draft.problem(steps, f"an effect {found}", f"give exactly one of {one_of(EFFECT_KEYS)}")
            return ()
        self._check_keys(steps, form, said[0])
        return getattr(self, f"_{said[0]}")(steps, form, scope)

    def _check_keys(self, steps: Steps, form: EffectForm, key: str) -> None:
        allowed = {
            "each": {"by", "sets", "then"},
            "first": {"by", "sets", "then"},
            "on": {"sets"},
            "create": {"sets", "as"},
            "when": {"then", "else"},
        }.get(key, set[str]())
        given = {type(form).model_fields[name].alias or name for name in form.model_fields_set} - {key}
        for name in sorted(given - allowed):
            self.draft.problem(
                (*steps, name),
                f"{name!r} does not go with {key!r}",
                f"{key} takes: {one_of(sorted(allowed))}",
            )
        if not given & {"sets", "then"} and key in ("each", "first", "on", "when"):
            self.draft.problem(steps, f"{key!r} without `sets` or `then` does nothing", "say what is done")

    def _each(self, steps: Steps, form: EffectForm, scope: Scope) -> tuple[Effect, ...]:
        return self._loop((*steps, "each"), form.each or "", form, scope, first=False)

    def _first(self, steps: Steps, form: EffectForm, scope: Scope) -> tuple[Effect, ...]:
        return self._loop((*steps, "first"), form.first or "", form, scope, first=True)

    def _loop(
        self, steps: Steps, text: str, form: EffectForm, scope: Scope, *, first: bool
    ) -> tuple[Effect, ...]:
        again = scope.forgetting(set(_sets(form)))  # a row may be changed before the next one's turn
        loop = self.draft.loop(steps, text, self.schema, again)
        if not loop.variable:
            return ()
        around = steps[:-1]
        order = self.order((*around, "by"), form.by, loop.inside)
        sets = self.assigned((*around, "sets"), row_of(loop), form.sets, loop.inside)
        body = self.many((*around, "then"), form.then, after(loop.inside, sets))
        return (Each(loop.variable, loop.entity, loop.where, order, sets + body, first),)

    def _on(self, steps: Steps, form: EffectForm, scope: Scope) -> tuple[Effect, ...]:
        row = self._row((*steps, "on"), form.on or "", scope)
        return self.assigned((*steps, "sets"), row, form.sets, scope) if row is not NOTHING else ()

    def _create(self, steps: Steps, form: EffectForm, scope: Scope) -> tuple[Effect, ...]:
        entity, variable = form.create or "", form.as_ or form.create or ""
        if not self.draft.entity((*steps, "create"), entity):
            return ()
        if variable in scope.names:
            self.draft.problem(steps, f"the name {variable!r} is taken here", "name the new row with `as`")
        values = self.values((*steps, "sets"), entity, form.sets, scope)
        return (self.create(steps, entity, variable, values),)

    def _link(self, steps: Steps, form: EffectForm, scope: Scope) -> tuple[Effect, ...]:
        return self._links((*steps, "link"), form.link or {}, scope, remove=False)

    def _unlink(self, steps: Steps, form: EffectForm, scope: Scope) -> tuple[Effect, ...]:
        return self._links((*steps, "unlink"), form.unlink or {}, scope, remove=True)

    def _links(
        self, steps: Steps, pairs: Mapping[str, str], scope: Scope, *, remove: bool
    ) -> tuple[Effect, ...]:
        found: list[Effect] = []
        for rows, text in pairs.items():
            place = (*steps, rows)
            target = self.draft.expression(place, rows, self.schema, scope)
            if target is NOTHING:
                continue
            if not isinstance(target, Get) or target.type.kind != "refs":
                self.draft.problem(place, f"{rows!r} is no refs field of a row", "write {row.field: row}")
                continue
            wanted = Type("ref", target.type.entity)
            value = self.draft.expression(place, text, self.schema, scope, wanted)
            found.append(Link(target.base, target.field, value, remove))
        return tuple(found)

    def _delete(self, steps: Steps, form: EffectForm, scope: Scope) -> tuple[Effect, ...]:
        row = self._row((*steps, "delete"), form.delete or "", scope)
        return (Delete(row),) if row is not NOTHING else ()

    def _when(self, steps: Steps, form: EffectForm, scope: Scope) -> tuple[Effect, ...]:
        condition = self.draft.expression((*steps, "when"), form.when or "", self.schema, scope, BOOL)
        then = self.many((*steps, "then"), form.then, scope.given(condition))
        otherwise = self.many((*steps, "else"), form.else_, scope.given(condition, holds=False))
        return (When(condition, then, otherwise),)

    def _row(self, steps: Steps, text: str, scope: Scope) -> Expression:
        row = self.draft.expression(steps, text, self.schema, scope)
        if row is not NOTHING and (row.type.kind != "ref" or row.type.optional):
            self.draft.problem(
                steps,
                f"{text!r} is no row that is sure to be there",
                "name a row; test a ref that may be None first",
            )
            return NOTHING
        return row

    def _check_key(self, steps: Steps, one: Expression) -> None:
        """An order must be the same whether values are compared as texts or as what they mean."""
        kind = one.type
        if one is NOTHING:
            return
        if kind.kind in ("ref", "refs", "none") or kind.optional:
            self.draft.problem(
                steps,
                "rows, and what may be None, have no order",
                "order by a number, date, text or enum that is always there",
            )
        if kind.kind == "enum" and list(kind.values) != sorted(kind.values):
            self.draft.problem(
                steps,
                f"the values of the enum ({', '.join(kind.values)}) are not in alphabetical order",
                "order by a number, or name the values so that they sort: p1, p2, p3",
            )

    def _in_order(self, steps: Steps, entity: str, values: Mapping[str, Expression]) -> list[str]:
        """Fields in such an order that none is read after it was given its new value."""
        derived = self.schema.derived
        read = {
            name: {field for one, field in reads(value, derived) if one == entity}
            for name, value in values.items()
        }
        ordered: list[str] = []
        left = list(values)
        while left:
            free = [name for name in left if not any(name in read[other] for other in left if other != name)]
            if not free:
                self.draft.problem(
                    steps, f"{one_of(left)} are computed from each other", "set one of them in a later effect"
                )
                return ordered
            ordered.append(free[0])
            left.remove(free[0])
        return ordered


def row_of(loop: Loop) -> Variable:
    """The row of a loop."""
    return Variable(loop.variable, Type("ref", loop.entity))


def after(scope: Scope, effects: Iterable[Effect]) -> Scope:
    """The scope once these effects have happened: rows made are known, fields given may be None again."""
    changed: set[str] = set()
    for effect in effects:
        if isinstance(effect, Create):
            scope = scope.adding(**{effect.variable: Type("ref", effect.entity)})
        changed |= changed_fields(effect)
    return scope.forgetting(changed)


def _sets(form: EffectForm) -> Iterator[str]:
    """The names of the fields to which a form and those inside it give values."""
    yield from form.sets
    for inner in (*form.then, *form.else_):
        yield from _sets(inner)


def changed_fields(effect: Effect) -> set[str]:
    """The names of all fields that an effect gives a value."""
    if isinstance(effect, Assign | Link):
        return {effect.field}
    body: tuple[Effect, ...] = ()
    if isinstance(effect, Each):
        body = effect.body
    if isinstance(effect, When):
        body = effect.body + effect.otherwise
    return {field for inner in body for field in changed_fields(inner)}
