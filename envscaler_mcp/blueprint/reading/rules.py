"""Rules, measures and duties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from envscaler_mcp.blueprint.design import Action, Attempt, Chosen, Duty, Measure, Rule
from envscaler_mcp.blueprint.expression.scope import Scope
from envscaler_mcp.blueprint.expression.tree import BOOL, Expression, Type
from envscaler_mcp.blueprint.nearest import instead, one_of

from .draft import NOTHING, Draft
from .effects import Effects
from .forms import DutyForm, PickForm, RuleForm
from .located import Steps
from .phrases import complete
from .schema import DomainSchema


@dataclass(frozen=True)
class Rules:
    """Makes the rules, measures and duties of one domain."""

    draft: Draft
    schema: DomainSchema
    effects: Effects
    actions: Mapping[str, Action]

    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the form."""
        return tuple(self._rule(name, form) for name, form in self.draft.form.rules.items())

    def measures(self) -> tuple[Measure, ...]:
        """Every measure of the form."""
        return tuple(self._measure(name) for name in self.draft.form.measures)

    def duties(self) -> tuple[Duty, ...]:
        """Every duty whose action and rows are known."""
        made = [self._duty(name, form) for name, form in self.draft.form.duties.items()]
        return tuple(one for one in made if one is not None)

    def _rule(self, name: str, form: RuleForm) -> Rule:
        steps: Steps = ("rules", name)
        scope = self._about((*steps, "on"), form.on)
        when = None
        if form.when is not None:
            when = self.draft.expression((*steps, "when"), form.when, self.schema, scope, BOOL)
        must = self.draft.expression((*steps, "must"), form.must, self.schema, scope.given(when), BOOL)
        return Rule(name, form.on, when, must)

    def _about(self, steps: Steps, entity: str) -> Scope:
        if not entity or not self.draft.entity(steps, entity):
            return Scope()
        return Scope({entity: Type("ref", entity)})

    def _measure(self, name: str) -> Measure:
        form, steps = self.draft.form.measures[name], ("measures", name)
        scope = self._about((*steps, "about"), form.about)
        value = self.draft.expression((*steps, "value"), form.value, self.schema, scope)
        if value is not NOTHING and (value.type.kind not in ("int", "money") or value.type.optional):
            self.draft.problem(
                (*steps, "value"), "it is no figure", "measure a whole number or an amount of money"
            )
        named = [form.about] if form.about else []
        return Measure(name, form.about, value, complete(self.draft, (*steps, "ask"), form.ask, named, named))

    def _duty(self, name: str, form: DutyForm) -> Duty | None:
        steps: Steps = ("duties", name)
        event = form.before or form.after
        if bool(form.before) == bool(form.after):
            self.draft.problem(
                steps, "a duty is done before or after an action", "give one of `before` and `after`"
            )
            return None
        if event not in self.actions:
            key = "before" if form.before else "after"
            self.draft.problem(
                (*steps, key), f"there is no action {event!r}", instead(event, tuple(self.actions))
            )
            return None
        action = self.actions[event]
        scope = Scope({one.name: one.type for one in action.parameters})
        loop = self.draft.loop((*steps, "each"), form.each, self.schema, scope)
        if not loop.variable:
            return None
        return Duty(
            name,
            event,
            complete(self.draft, (*steps, "news"), form.news, [*scope.names], _named(action)),
            loop.variable,
            loop.entity,
            loop.where,
            self.effects.order((*steps, "by"), form.by, loop.inside),
            tuple(self._attempts(steps, form, loop.inside)),
            bool(form.before),
        )

    def _attempts(self, steps: Steps, form: DutyForm, scope: Scope) -> list[Attempt]:
        found: list[Attempt] = []
        for index, attempt in enumerate(form.attempts):
            place = (*steps, "try", index)
            if len(attempt) != 1:
                self.draft.problem(place, "an attempt is one action", "write - ACTION: {parameter: formula}")
            for name, arguments in attempt.items():
                if name in self.actions:
                    given = self._arguments((*place, name), self.actions[name], arguments, scope)
                    found.append(Attempt(name, given))
                else:
                    self.draft.problem(
                        place, f"there is no action {name!r}", instead(name, tuple(self.actions))
                    )
        return found

    def _arguments(
        self, steps: Steps, action: Action, given: Mapping[str, PickForm | str], scope: Scope
    ) -> dict[str, Expression | Chosen]:
        known = {one.name: one for one in action.parameters}
        for name in given:
            if name not in known:
                self.draft.problem(
                    (*steps, name), f"{action.name} has no parameter {name!r}", instead(name, known)
                )
        missing = [name for name, one in known.items() if name not in given and not one.type.optional]
        if missing:
            self.draft.problem(steps, f"{action.name} lacks {one_of(missing)}", "give every argument")
        return {
            name: self._argument((*steps, name), known[name].type, said, scope)
            for name, said in given.items()
            if name in known
        }

    def _argument(
        self, steps: Steps, wanted: Type, said: PickForm | str, scope: Scope
    ) -> Expression | Chosen:
        if isinstance(said, str):
            return self.draft.expression(steps, said, self.schema, scope, wanted)
        loop = self.draft.loop((*steps, "pick"), said.pick, self.schema, scope)
        if not loop.variable:
            return NOTHING
        if wanted.kind != "ref" or wanted.entity != loop.entity:
            self.draft.problem(
                (*steps, "pick"),
                f"it picks a row of {loop.entity}, but {steps[-1]} is another thing",
                "pick from the right collection",
            )
        return Chosen(
            loop.variable,
            loop.entity,
            loop.where,
            self.effects.order((*steps, "by"), said.by, loop.inside),
        )


def _named(action: Action) -> list[str]:
    return [one.name for one in action.parameters if not one.type.optional and not one.free_text]
