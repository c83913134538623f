"""Actions: parameters, what they require, what they do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from envscaler_mcp.blueprint.design import (
    STATE,
    Action,
    Assign,
    Effect,
    Entity,
    Parameter,
    Requirement,
)
from envscaler_mcp.blueprint.expression.scope import TODAY, Scope
from envscaler_mcp.blueprint.expression.tree import BOOL, Constant, Expression, Type, Variable
from envscaler_mcp.blueprint.nearest import instead

from .describing import about
from .draft import Draft
from .effects import Effects, after
from .fields import parameter_of
from .forms import ActionForm, FieldForm
from .located import Steps
from .phrases import complete
from .schema import DomainSchema


@dataclass(frozen=True)
class Actions:
    """Makes the actions of one domain."""

    draft: Draft
    schema: DomainSchema
    entities: Mapping[str, Entity]
    effects: Effects

    def all(self) -> tuple[Action, ...]:
        """Every action of the form that names its entities rightly."""
        forms = self.draft.form.actions
        return tuple(self._action(name, form) for name, form in forms.items() if self._is_whole(name, form))

    def _action(self, name: str, form: ActionForm) -> Action:
        steps: Steps = ("actions", name)
        parameters = tuple(self._parameters(steps, form))
        scope = self._scope(steps, parameters)
        requires: list[Requirement] = []
        for code, text in form.requires.items():
            must = self.draft.expression((*steps, "requires", code), text, self.schema, scope, BOOL)
            requires.append(Requirement(code, must))
            scope = scope.given(must)
        asks = self._asks(steps, form, parameters)
        return Action(
            name,
            form.on,
            form.creates,
            parameters,
            self._states(steps, form),
            tuple(requires),
            self._effects(steps, form, scope),
            asks,
            form.about or about(name, form, self.entities, parameters, asks),
        )

    def _is_whole(self, name: str, form: ActionForm) -> bool:
        steps: Steps = ("actions", name)
        if form.on and form.creates:
            self.draft.problem(
                steps, "it has both `on` and `creates`", "take the row as a parameter, or create in `then`"
            )
            return False
        for key, entity in (("on", form.on), ("creates", form.creates)):
            if entity and not self.draft.entity((*steps, key), entity):
                return False
        for key, said in (("takes", form.takes), ("sets", form.sets), ("to", form.to), ("from", form.from_)):
            if said and not (form.on or (form.creates and key != "from")):
                self.draft.problem(
                    (*steps, key), f"{key!r} needs an entity", "say `on: ENTITY` or `creates: ENTITY`"
                )
                return False
        return True

    def _parameters(self, steps: Steps, form: ActionForm) -> Iterator[Parameter]:
        if form.on:
            noun = self.entities[form.on].noun
            yield Parameter(form.on, Type("ref", form.on), noun.singular)
        entity = form.on or form.creates
        for index, name in enumerate(form.takes):
            kind = self.effects.stored_type((*steps, "takes", index), entity, name)
            if kind is not None:
                described = self.draft.form.entities[entity].fields.get(name) or FieldForm()
                yield parameter_of(name, replace(kind, optional=False), described, self.draft)
        for name, described in form.with_.items():
            kind = self.schema.field_type((*steps, "with", name), described)
            if kind is not None:
                yield parameter_of(name, kind, described, self.draft)

    def _scope(self, steps: Steps, parameters: tuple[Parameter, ...]) -> Scope:
        names: dict[str, Type] = {}
        for one in parameters:
            if one.name in names or one.name == TODAY:
                self.draft.problem(
                    steps,
                    f"the parameter name {one.name!r} is taken",
                    "give it under `with` with another name",
                )
            names[one.name] = one.type
        return Scope(names)

    def _states(self, steps: Steps, form: ActionForm) -> tuple[str, ...]:
        for index, state in enumerate(form.from_):
            self._check_state((*steps, "from", index), form, state)
        if form.to:
            self._check_state((*steps, "to"), form, form.to)
        return tuple(form.from_)

    def _check_state(self, steps: Steps, form: ActionForm, state: str) -> None:
        entity = self.entities[form.on or form.creates]
        if state not in entity.states:
            self.draft.problem(steps, f"{entity.name} has no state {state!r}", instead(state, entity.states))

    def _effects(self, steps: Steps, form: ActionForm, scope: Scope) -> tuple[Effect, ...]:
        first = self._made(steps, form, scope) if form.creates else self._changed(steps, form, scope)
        then = self.effects.many((*steps, "then"), form.then, after(scope, first))
        if not first and not then:
            self.draft.problem(steps, "it does nothing", "say what it does: takes, sets, to or then")
        return first + then

    def _made(self, steps: Steps, form: ActionForm, scope: Scope) -> tuple[Effect, ...]:
        if form.creates in scope.names:
            self.draft.problem(
                steps, f"a parameter is called {form.creates!r}, like the row that it creates", "rename it"
            )
        values = dict(self.effects.values((*steps, "sets"), form.creates, form.sets, scope))
        values |= self._taken(steps, form, scope)
        values |= self._to(form)
        return (self.effects.create(steps, form.creates, form.creates, values),)

    def _changed(self, steps: Steps, form: ActionForm, scope: Scope) -> tuple[Effect, ...]:
        if not form.on:
            return ()
        row = Variable(form.on, Type("ref", form.on))
        sets = self.effects.assigned((*steps, "sets"), row, form.sets, scope)
        given = {**self._taken(steps, form, scope), **self._to(form)}
        return sets + tuple(Assign(row, name, value) for name, value in given.items())

    def _taken(self, steps: Steps, form: ActionForm, scope: Scope) -> dict[str, Expression]:
        for name in form.takes:
            if name in form.sets:
                self.draft.problem((*steps, "sets", name), f"{name!r} is taken and set", "do one of the two")
        return {name: Variable(name, scope.names[name]) for name in form.takes if name in scope.names}

    def _to(self, form: ActionForm) -> dict[str, Expression]:
        states = self.entities[form.on or form.creates].states if form.to else ()
        return {STATE: Constant(form.to, Type("enum", values=states))} if form.to in states else {}

    def _asks(self, steps: Steps, form: ActionForm, parameters: tuple[Parameter, ...]) -> tuple[str, ...]:
        needed = [one.name for one in parameters if not one.type.optional and not one.free_text]
        return complete(self.draft, (*steps, "ask"), form.ask, [one.name for one in parameters], needed)
