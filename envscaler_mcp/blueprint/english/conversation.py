"""The same requests as a conversation: what somebody says at first, and what only when asked."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from envscaler_mcp.blueprint.design import Action, Design, Parameter
from envscaler_mcp.blueprint.tasks.requests import (
    Described,
    Do,
    DoEach,
    DoIf,
    Event,
    Request,
    Selection,
    Tell,
)
from envscaler_mcp.blueprint.wording import day, joined, plural, sentence, with_article
from envscaler_mcp.spec.scenario import Conversation, Slot

from .clauses import Clauses, imperative, without_doubles
from .conditions import is_plural
from .forms import Form, Meaning, slots_of
from .saying import Unsayable, grammar_of
from .statements import canonical

PERSONAS = (
    "A colleague in a hurry: answers in one short sentence, and only what was asked.",
    "A patient person at the front desk: polite, answers fully, adds nothing of their own.",
    "Somebody on the telephone who reads from notes: gives one detail at a time.",
    "A supervisor who knows the house well: matter-of-fact, does not repeat what was said.",
)
GREETINGS = ("Hello. ", "Good morning. ", "Hi, do you have a moment? ", "")
CLOSINGS = ("That is all, thank you.", "Thanks, that was everything.", "Thank you. I have nothing else.")
OF_FIGURES = r"(:00|%)?"
"""What stands at a figure, and nowhere else: `at {hour}:00`."""
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def conversation_of(
    design: Design, requests: Sequence[Request], seed: object, *, today: dt.date | None = None
) -> Conversation:
    """A persona, an opening with the gist, every detail as a slot, and a closing.

    Args:
        design: whose words are used.
        requests: what is asked, in order.
        seed: chooses persona and words.
        today: the day of the request, which nobody could tell otherwise.

    Raises:
        Unsayable: there are no words for a detail.
    """
    rng = random.Random(f"conversation/{seed}")
    telling = _Telling(design, grammar_of(design).clauses, rng)
    asked = canonical(design, requests)
    return Conversation(
        persona=rng.choice(PERSONAS),
        opening=rng.choice(GREETINGS) + telling.opening(asked),
        slots=(*telling.slots(asked), *_today(today)),
        closing=rng.choice(CLOSINGS),
    )


def _today(date: dt.date | None) -> Iterator[Slot]:
    if date is not None:
        yield Slot(id="today", text=f"Today is {day(date)}.", when_asked="what day it is")


class _Telling:
    def __init__(self, design: Design, clauses: Clauses, rng: random.Random) -> None:
        self.design = design
        self.clauses = clauses
        self.rng = rng

    def opening(self, requests: Sequence[Request]) -> str:
        """What it is about, without any detail, in the order of the requests."""
        parts: list[str] = []
        for happened, group in groupby(requests, lambda one: isinstance(one, Event)):
            if happened:
                what = "a few things have" if len(list(group)) > 1 else "something has"
                said = f"{'and ' if parts else ''}{what} happened that you should know of"
            else:
                said = f"{'after that, ' if parts else ''}I need you to {joined(self._gists(group))}"
            parts.append(sentence(said))
        return " ".join(parts)

    def _gists(self, requests: Iterable[Request]) -> list[str]:
        alike = ((gist, len(list(group))) for gist, group in groupby(map(self._gist, requests)))
        return [gist if number == 1 else f"{gist} in {number} cases" for gist, number in alike]

    def _gist(self, request: Request) -> str:
        match request:
            case Do():
                return self._plainly(request.action)
            case DoEach():
                return self._plainly(request.action, request.parameter)
            case DoIf():
                doing = [self._plainly(one.action) for one in (request.then, request.otherwise) if one]
                case = "as the case may be" if len(doing) > 1 else "but only in a certain case"
                return f"{joined(doing, 'or')}, {case}"
            case Tell():
                return "report a figure"
            case Event():
                return ""

    def _plainly(self, name: str, every: str = "") -> str:
        """What an action does, without details: `move a booking to a room`; `every`: one of many."""
        action, seen = self.design.by_action[name], set[str]()
        text = imperative(action.asks[0])
        for one in slots_of(text):
            parameter = action.parameter(one)
            text = without_doubles(self.design, text, parameter)
            said = self._something(parameter, seen, many=one == every)
            text = re.sub(rf"\{{{one}\}}{OF_FIGURES}", lambda _, said=said: said, text)
        return text

    def _something(self, parameter: Parameter, seen: set[str], *, many: bool) -> str:
        kind = parameter.type
        if kind.kind == "ref":
            noun, again = self.design.by_entity[kind.entity].noun, kind.entity in seen
            seen.add(kind.entity)
            return (
                f"some {noun.plural}"
                if many
                else f"another {noun.singular}"
                if again
                else with_article(noun.singular)
            )
        if kind.kind == "int" and parameter.unit:
            return f"a number of {plural(parameter.unit)}"
        return {"money": "a certain amount", "date": "a certain day"}.get(
            kind.kind, f"a certain {parameter.label}"
        )

    def slots(self, requests: Sequence[Request]) -> Iterator[Slot]:
        """Every detail, with what it answers."""
        for number, request in enumerate(requests, 1):
            which = f" ({ORDINALS[number - 1]} request)" if 1 < len(requests) <= len(ORDINALS) else ""
            for name, text, when in self._details(request):
                yield Slot(id=f"{number}-{name}", text=text, when_asked=f"{when}{which}")
        if len(requests) > 1:
            text = "In the order in which I named them, one after the other."
            yield Slot(id="order", text=text, when_asked="in which order things are to be done")

    def _details(self, request: Request) -> Iterator[tuple[str, str, str]]:
        match request:
            case Do():
                yield from self._arguments(self.design.by_action[request.action], request.arguments)
            case DoEach():
                action = self.design.by_action[request.action]
                every = {**request.arguments, request.parameter: request.selection}
                yield from self._arguments(action, every)
            case DoIf():
                yield from self._condition(request)
            case Tell():
                yield "figure", sentence(self._figure(request)), "which figure is wanted"
            case Event():
                news = self._said(self.clauses.news, (request.duty, request.arguments))
                yield "news", sentence(news), "what has happened"
                todo = "Whatever has to be done under the policy in that case."
                yield "wish", todo, "what is to be done about it"

    def _condition(self, request: DoIf) -> Iterator[tuple[str, str, str]]:
        test = self._said(self.clauses.test, (request.row, request.condition))
        wish = f"It depends on whether {test}."
        yield "condition", wish, "on what it depends"
        for name, part in (("then", request.then), ("otherwise", request.otherwise)):
            case = "that is so" if name == "then" else "it is not so"
            if part is None:
                yield name, f"If {case}, nothing.", f"what is to be done if {case}"
                continue
            gist = self._plainly(part.action)
            yield name, f"If {case}, please {gist}.", f"what is to be done if {case}"
            for slot, text, when in self._arguments(self.design.by_action[part.action], part.arguments):
                yield f"{name}-{slot}", text, f"{when}, if {case}"

    def _figure(self, request: Tell) -> str:
        measure = next(one for one in self.design.measures if one.name == request.measure)
        ask = self.rng.choice(measure.asks)
        if request.about is None:
            return ask
        return ask.replace(f"{{{measure.about}}}", self._row(request.about))

    def _arguments(self, action: Action, given: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
        for one in action.parameters:
            if one.name in given:
                said, noun = self._value(one, given[one.name]), self._noun(one)
                if one.type.kind == "ref":
                    many = isinstance(given[one.name], Selection)
                    meant = f"{plural(noun)} are" if many else f"{noun} is"
                    yield one.name, sentence(said), f"which {meant} meant"
                else:
                    be = "are" if is_plural(noun) else "is"
                    yield one.name, f"The {noun} {be} {said}.", f"what the {noun} {be}"

    def _noun(self, parameter: Parameter) -> str:
        if parameter.type.kind == "ref" and parameter.name == parameter.type.entity:
            return self.design.by_entity[parameter.type.entity].noun.singular
        return parameter.label

    def _value(self, parameter: Parameter, value: Any) -> str:
        naming = self.clauses.naming
        if parameter.type.kind != "ref":
            return self._said(naming.value(parameter.type, parameter.like, parameter.unit), value)
        entity = parameter.type.entity
        for form in (naming.asked_for(entity), naming.every(entity)):
            said = form.say(value, self.rng)
            if said is not None:
                return said
        raise Unsayable(f"no words for {value!r}")

    def _row(self, row: Described) -> str:
        return self._said(self.clauses.naming.described(row.entity), row)

    def _said(self, form: Form, meaning: Meaning) -> str:
        text = form.say(meaning, self.rng)
        if text is None:
            raise Unsayable(f"no words for {meaning!r}")
        return text
