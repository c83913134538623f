"""Arguments for actions: plausible values of each parameter, and whole calls that are likely to be done.

Arguments are spoken of by the parameters' names and as JSON (days as ISO texts, rows by id); `tool_arguments`
says what the tool is called with.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from envscaler_mcp.blueprint.design import STATE, Action, Design, Parameter
from envscaler_mcp.blueprint.expression.evaluate import Rows, Scope, from_json, to_json
from envscaler_mcp.blueprint.expression.tree import Expression

from .knowledge import Knowledge, known
from .texts import Texts
from .trees import free_names, given_values
from .values import near, value_of

Arguments = dict[str, Any]

AT_A_LIMIT = 0.35
"""Share of numbers and days that lie where a comparison turns over, or one step from it."""
TO_THE_DAY = 0.4
"""Share of days that are chosen around the day of the call, where another one is aimed at."""
NOTHING = 0.25
"""Share of optional arguments that are None."""
VALUES = 6
"""So many values of a parameter are tried before an earlier one is changed."""
STEPS = 40
"""So many values are tried for one call in all."""
ROUNDS = 4
"""How often the rows that an action can act on are gone through."""
ASKED_AT_RANDOM = 40
"""Calls proposed of an action that acts on no row."""


def tool_arguments(action: Action, arguments: Mapping[str, Any]) -> Arguments:
    """What the tool is called with: `room_id` for the parameter `room`; without what is None."""
    return {
        one.stored: arguments[one.name] for one in action.parameters if arguments.get(one.name) is not None
    }


@dataclass(frozen=True)
class Chooser:
    """Chooses arguments for the actions of one design. Nothing of a state is kept here."""

    design: Design
    texts: Texts
    knowledge: Knowledge

    @classmethod
    def of(cls, design: Design, seed: object) -> Chooser:
        """A chooser whose texts depend on the seed."""
        return cls(design, Texts(seed), known(design))

    def value_for(
        self,
        parameter: Parameter,
        source: Rows,
        today: dt.date,
        rng: random.Random,
        *,
        limits: tuple[Any, ...] = (),
        action: Action | None = None,
    ) -> Any:
        """A plausible value of one parameter, as JSON; None where there is no row to choose.

        Args:
            parameter: what it is for.
            source: where rows are found.
            today: where days are counted from.
            rng: decides.
            limits: values at which something turns over; some of the values lie there.
            action: of the parameter; a new row is then not called like another one.
        """
        kind = parameter.type
        if kind.optional and rng.random() < NOTHING:
            return None
        if kind.kind in ("ref", "refs"):
            return self._rows(parameter, source, rng)
        if kind.kind == "text":
            return self._text(parameter, source, action)
        if limits and rng.random() < AT_A_LIMIT:
            value = near(rng.choice(limits), parameter, rng, today)
            if value is not None:
                return to_json(value)
        return to_json(value_of(parameter, rng, today))

    def candidates(
        self,
        action: Action,
        source: Rows,
        today: dt.date,
        rng: random.Random,
        *,
        fixed: Mapping[str, Any] | None = None,
        aim: dt.date | None = None,
        careful: bool = True,
    ) -> Iterator[Arguments]:
        """Arguments that the action's own requirements allow, in an order that the seed decides.

        Rules are asked as far as they are about one row: whether a call is refused says
        `LiveEpisode.would`. The first round goes through all rows that the action can act on.

        Args:
            action: to be called.
            source: the state.
            today: the day.
            rng: decides.
            fixed: arguments that are given already.
            aim: the day around which days are chosen, where it is not today.
            careful: false to ask no requirement either.
        """
        filling = _Filling(self, action, Scope(self.design, source, today), rng, aim or today, careful)
        starts = [one for one in self._starts(action, source, rng, fixed or {}) if filling.begun(one)]
        seen: set[str] = set()
        for _ in range(ROUNDS if len(starts) > 1 else ASKED_AT_RANDOM):
            for start in rng.sample(starts, len(starts)):
                arguments = filling.completed(start)
                if arguments is not None and (spelt := repr(arguments)) not in seen:
                    seen.add(spelt)
                    yield arguments

    def _starts(
        self, action: Action, source: Rows, rng: random.Random, fixed: Mapping[str, Any]
    ) -> Iterator[Arguments]:
        """What each round of attempts begins with: the row that is acted on."""
        if not action.subject or action.subject in fixed:
            yield {**fixed}
            return
        rows = source.rows(self.design.by_entity[action.subject].collection)
        allowed = [key for key, row in rows.items() if _in_state(row, action.from_states)]
        yield from ({**fixed, action.subject: key} for key in rng.sample(allowed, len(allowed)))

    def _rows(self, parameter: Parameter, source: Rows, rng: random.Random) -> Any:
        keys = list(source.rows(self.design.by_entity[parameter.type.entity].collection))
        if parameter.type.kind == "ref":
            return rng.choice(keys) if keys else None
        return sorted(rng.sample(keys, min(len(keys), rng.randint(1, 3))))

    def _text(self, parameter: Parameter, source: Rows, action: Action | None) -> str:
        taken = _titles(self.design, source, parameter, action) if action else ()
        return self.texts.text(parameter.like, free=parameter.free_text, taken=taken)


@dataclass
class _Filling:
    """Fills in what is missing of a call, parameter by parameter, and turns back where nothing fits."""

    chooser: Chooser
    action: Action
    scope: Scope
    rng: random.Random
    aim: dt.date
    careful: bool
    steps: int = 0

    def begun(self, start: Arguments) -> bool:
        """Whether nothing speaks against what is given so far."""
        return self._allowed({name: start[name] for name in self._names if name in start}, None)

    def completed(self, start: Arguments) -> Arguments | None:
        """A whole call that begins like this, or None where none was found."""
        self.steps = 0
        return self._filled({name: start[name] for name in self._names if name in start})

    @property
    def _names(self) -> list[str]:
        return [one.name for one in self.action.parameters]

    def _filled(self, given: Arguments) -> Arguments | None:
        parameter = next((one for one in self.action.parameters if one.name not in given), None)
        if parameter is None:
            return {one.name: given[one.name] for one in self.action.parameters}
        for value in self._values(parameter, given):
            more = {**given, parameter.name: value}
            if self._allowed(more, parameter.name) and (whole := self._filled(more)) is not None:
                return whole
        return None

    def _values(self, parameter: Parameter, given: Arguments) -> Iterator[Any]:
        tried: list[Any] = []
        day = self._day(parameter)
        limits = self._limits(parameter, given, day)
        for _ in range(VALUES):
            self.steps += 1
            if self.steps > STEPS:
                return
            value = self.chooser.value_for(
                parameter, self.scope.source, day, self.rng, limits=limits, action=self.action
            )
            missing = value is None and not parameter.type.optional
            if value not in tried and not missing:
                tried.append(value)
                yield value

    def _day(self, parameter: Parameter) -> dt.date:
        """The day from which days are counted: what always lies ahead is counted from the day of the call."""
        ahead = (parameter.low or 0) >= 0
        return self.scope.today if ahead or self.rng.random() < TO_THE_DAY else self.aim

    def _limits(self, parameter: Parameter, given: Arguments, day: dt.date) -> tuple[Any, ...]:
        """The values at which something turns over, given the arguments so far."""
        bound = self._bound(given)
        aimed = Scope(self.chooser.design, self.scope.source, day)
        limits = self.chooser.knowledge.limits.of_action(self.action).get(parameter.name, ())
        values = [asked(aimed, one, bound) for one in limits if free_names(one) <= bound.keys()]
        return tuple(value for value in values if value is not None)

    def _allowed(self, given: Arguments, latest: str | None) -> bool:
        """Whether no requirement that can be asked by now, and could not before, speaks against it."""
        bound = self._bound(given)
        return not self.careful or all(
            asked(self.scope, must, bound) is not False
            for names, must in self.chooser.knowledge.needs[self.action.name]
            if names <= bound.keys() and (latest is None or latest in names)
        )

    def _bound(self, given: Arguments) -> dict[str, Any]:
        return {
            one.name: from_json(given[one.name], one.type)
            for one in self.action.parameters
            if one.name in given
        }


def asked(scope: Scope, expression: Expression, bindings: Mapping[str, Any]) -> Any:
    """The value of an expression; None where it has none (a field of no row, a division by nothing)."""
    try:
        return scope.value(expression, bindings)
    except (KeyError, TypeError, ZeroDivisionError, OverflowError):
        return None


def _in_state(row: Mapping[str, Any], states: tuple[str, ...]) -> bool:
    return not states or row[STATE] in states


def _titles(design: Design, source: Rows, parameter: Parameter, action: Action) -> list[str]:
    """Texts that a row should not have because another one has them."""
    for field, value in given_values(action).items():
        if getattr(value, "name", None) == parameter.name:
            entity = design.by_entity[action.creates or action.subject]
            described = entity.field(field)
            if described.title or described.unique:
                return [row[described.stored] for row in source.rows(entity.collection).values()]
    return []
