"""What can be asked for, as the domain's own phrases say it: `cancel the booking of Anna Berg`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from envscaler_mcp.blueprint.design import Action, Design, Duty, Measure, Parameter
from envscaler_mcp.blueprint.expression.tree import Type
from envscaler_mcp.blueprint.wording import plural

from .forms import Articled, Either, Form, Meaning, Parts, Phrase, Ranked, Slot, slots_of, template
from .naming import Naming
from .statements import Clause, is_heavy, may_share

REPORTS = ("file a report on {figure}", "report {figure}", "file a report that gives {figure}")
_WITH_OBJECT = re.compile(
    r"(?P<verb>\w+) (?P<object>(?:the [\w' ]+ )?\{(?P<row>\w+)\}) "
    r"(?P<rest>(?:again|as|at|back|by|down|for|from|in|into|off|on|out|over|to|until|up|with)\b.*)"
)
"""`record {visit} as missed`, which may be said as `record as missed {visit}`."""
_OBJECT_FIRST = ("let", "have")
CHAINS = ("{first}, and then {second}", "first {first} and then {second}", "{first}, then {second}")


class Clauses:
    """The clauses of one design, in the imperative, with a small letter."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.naming = Naming(design)
        self.one = Either((*self._actions(), *self._figures()))
        self.action = Either(tuple(self._actions()))
        chains = tuple(self._chain(text) for text in CHAINS)
        self.order = Either(
            (Phrase((Slot("only", self.one),), _take_only, lambda given: (given["only"],)), *chains)
        )
        self.news = Either(tuple(self._news(duty, text) for duty in design.duties for text in duty.news))
        self.test = Ranked(tuple(form for entity in design.entities for form in self._tests(entity.name)))

    def _actions(self) -> list[Form]:
        asks = [(one, ask) for one in self.design.actions if not one.answer for ask in one.asks]
        return [form for action, ask in asks for form in self._action(action, imperative(ask))]

    def _action(self, action: Action, ask: str) -> list[Form]:
        """The clause as it is, and with its object at the end, for objects of many words."""
        found = _WITH_OBJECT.fullmatch(ask)
        if found is None or found["verb"] in _OBJECT_FIRST:
            return [self._as_asked(action, ask, lambda _: True)]
        row, ending = found["row"], f"{found['verb']} {found['rest']} {found['object']}"
        return [
            self._as_asked(action, ask, lambda given: not is_heavy(given.get(row))),
            self._as_asked(action, ending, lambda given: is_heavy(given.get(row))),
        ]

    def _as_asked(self, action: Action, ask: str, suits: Callable[[Mapping[str, Any]], bool]) -> Form:
        slots = {name: self._slot(action, action.parameter(name), ask) for name in slots_of(ask)}
        parameters = {name: action.parameter(name) for name in slots}
        parts = self._smoothed(ask, slots, parameters)

        def take(said: Meaning) -> Parts | None:
            fits = isinstance(said, Clause) and not said.figure and said.action == action.name
            return said.arguments if fits and suits(said.arguments) else None

        return Phrase(parts, take, lambda given: Clause(action.name, dict(given)))

    def _slot(self, action: Action, parameter: Parameter, ask: str) -> Form:
        """What may stand in an action's slot: a value, a row, every such row, or several of them."""
        if parameter.type.kind != "ref":
            return self.naming.value(parameter.type, parameter.like, parameter.unit)
        entity = parameter.type.entity
        forms = [self.naming.asked_for(entity), self.naming.every(entity)]
        if parameter.name == action.subject and may_share(self.design, action.name, ask):
            forms.append(self.naming.several(entity))
        return Either(tuple(forms))

    def _smoothed(
        self, text: str, slots: Mapping[str, Form], parameters: Mapping[str, Parameter]
    ) -> tuple[str | Slot, ...]:
        """The parts of a phrase, without what a slot brings itself: no `room room 214`."""
        for parameter in parameters.values():
            text = without_doubles(self.design, text, parameter)
        articled = {
            f"a_{name}": Articled(slots[name])
            for name in slots_of(text)
            if re.search(rf"\ban? \{{{name}\}}", text)
        }
        text = re.sub(r"\ban? \{(\w+)\}", r"{a_\1}", text)
        parts = template(text, {**slots, **articled})
        return tuple(
            Slot(part.name[2:], part.form) if isinstance(part, Slot) and part.name in articled else part
            for part in parts
        )

    def _figures(self) -> list[Form]:
        return [
            self._figure(measure, frame.replace("{figure}", ask))
            for measure in self.design.measures
            for ask in measure.asks
            for frame in REPORTS
        ]

    def _figure(self, measure: Measure, text: str) -> Form:
        slots = {measure.about: self.naming.one(measure.about)} if measure.about else {}
        about = {measure.about: Parameter(measure.about, _ref(measure.about), "")} if measure.about else {}
        parts = tuple(
            Slot("about", part.form) if isinstance(part, Slot) else part
            for part in self._smoothed(text, slots, about)
        )

        def take(said: Meaning) -> Parts | None:
            fits = isinstance(said, Clause) and said.figure and said.action == measure.name
            return said.arguments if fits else None

        return Phrase(parts, take, lambda given: Clause(measure.name, dict(given), figure=True))

    def _chain(self, text: str) -> Form:
        def take(said: Meaning) -> Parts | None:
            return {"first": said[0], "second": said[1]} if len(said) == 2 else None

        parts = template(text, {"first": self.one, "second": self.one})
        return Phrase(parts, take, lambda given: (given["first"], given["second"]))

    def _news(self, duty: Duty, text: str) -> Form:
        action = self.design.by_action[duty.after]
        parameters = {name: action.parameter(name) for name in slots_of(text)}
        slots = {name: self.naming.value(one.type, one.like, one.unit) for name, one in parameters.items()}

        def take(said: Meaning) -> Parts | None:
            return said[1] if said[0] == duty.name else None

        return Phrase(self._smoothed(text, slots, parameters), take, lambda given: (duty.name, dict(given)))

    def _tests(self, entity: str) -> list[Form]:
        """`the nightly rate of room 214 is at least €120.00`: a row and a condition on it."""
        row, conditions = Slot("row", self.naming.one(entity)), self.naming.conditions
        forms: list[Form] = []
        for name in conditions.names(entity):
            # The day of the inspection of lot 12, not the day of the inspection of the inspection of it.
            noun = self.design.by_entity[entity].noun.singular
            label = conditions.label(entity, name).removesuffix(f" of the {noun}").removesuffix(f" of {noun}")
            forms += [
                _of_row(entity, (row, " ", Slot("test", form))) for form in conditions.verbs(entity, name)
            ]
            being = Slot("test", conditions.being(entity, name))
            forms.append(_of_row(entity, (f"the {label} of ", row, " ", being)))
        return forms


def imperative(ask: str) -> str:
    """The clause `cancel {booking}` of `Cancel {booking}.`; proper names keep their capitals."""
    text = ask.strip().rstrip(".")
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def without_doubles(design: Design, text: str, parameter: Parameter) -> str:
    """A phrase without the words that a slot's value brings itself: `the room {room}`, `{nights} nights`."""
    name = parameter.name
    if parameter.type.kind == "ref":
        noun = re.escape(design.by_entity[parameter.type.entity].noun.singular)
        return re.sub(rf"\b(?:the )?(?:{noun} )?\{{{name}\}}", f"{{{name}}}", text)
    if parameter.unit:
        units = "|".join(re.escape(one) for one in (plural(parameter.unit), parameter.unit))
        return re.sub(rf"\{{{name}\}} (?:{units})\b", f"{{{name}}}", text)
    return text


def _take_only(said: Meaning) -> Parts | None:
    return {"only": said[0]} if len(said) == 1 else None


def _of_row(entity: str, parts: tuple[str | Slot, ...]) -> Form:
    def take(said: Meaning) -> Parts | None:
        row, condition = said
        return {"row": row, "test": condition} if row.entity == entity else None

    return Phrase(parts, take, lambda given: (given["row"], given["test"]))


def _ref(entity: str) -> Type:
    return Type("ref", entity)
