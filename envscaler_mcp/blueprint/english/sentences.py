"""Whole sentences and texts: the tables of the registers around the clauses of a design."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

from envscaler_mcp.blueprint.expression.tree import DATE

from .clauses import Clauses
from .forms import Capital, Either, Form, Leaf, Listing, Meaning, Parts, Phrase, Slot, template, whole
from .registers import ALL, Register
from .statements import News, Order, Statement, Test
from .values import value_form

Place: TypeAlias = Literal["first", "next", "last"]


@dataclass(frozen=True)
class Placed:
    """A statement and where it stands in the text."""

    place: Place
    statement: Statement


@dataclass(frozen=True)
class Spoken:
    """A whole text: what it asks, and the day (ISO) on which it was written, if it says so."""

    statements: tuple[Statement, ...]
    day: str | None = None


def placed(statements: Sequence[Statement]) -> tuple[Placed, ...]:
    """Statements with their places."""
    last = len(statements) - 1
    return tuple(
        Placed("first" if number == 0 else "last" if number == last > 1 else "next", one)
        for number, one in enumerate(statements)
    )


class Sentences:
    """The sentences of one register about one design."""

    def __init__(self, register: Register, clauses: Clauses) -> None:
        self.register = register
        self.clauses = clauses

    @cached_property
    def text(self) -> Form:
        """A whole text: day, opening, sentences or a numbered list, closing."""
        title, closings = self.clauses.design.title, self.register.closings
        opening = _chosen(tuple(one.replace("{title}", title) for one in self.register.openings))
        before = (Slot("day", _day(self.register.day), optional=True), Slot("opening", opening))
        body = Listing(self._sentence(), least=1, comma=" ", last=" ")
        forms = [_text((*before, Slot("body", body), Slot("closing", _chosen(closings))))]
        own_line = _chosen(tuple(one for one in closings if not one.startswith(" ")))
        for head in self.register.lists:
            body = Listing(self._listed(), least=2, comma="\n", last="\n")
            forms.append(_numbered((*before, head, Slot("body", body), Slot("closing", own_line))))
        return Either(tuple(forms))

    def _sentence(self) -> Form:
        """One statement at its place."""
        register = self.register
        places = (("first", register.orders), ("next", register.next_orders), ("last", register.last_orders))
        orders = [_at(place, _order(text, self.clauses)) for place, texts in places for text in texts]
        return Either((*orders, *self._tests(), *self._news()))

    def _tests(self) -> list[Form]:
        forms: list[Form] = []
        for text in (*self.register.tests, *self.register.tests_alone):
            forms.append(_at("first", _test(text, self.clauses)))
            if text.startswith("If "):
                later = [f"{before}{text[:1].lower()}{text[1:]}" for before in self.register.connectives]
                forms += [_at(place, _test(one, self.clauses)) for one in later for place in ("next", "last")]
        return forms

    def _news(self) -> list[Form]:
        told = [f"{{News}} {todo}" for todo in self.register.news]
        later = [f"{more} {text}" for more in self.register.more for text in told]
        forms = [_at("first", _news(text, self.clauses)) for text in told]
        return forms + [_at(place, _news(text, self.clauses)) for place in ("next", "last") for text in later]

    def _listed(self) -> Form:
        """One line of a numbered list: `2. Confirm the booking of Anna Berg.`, and its like."""
        statements = (
            _order("{Do}.", self.clauses),
            *(_test(text, self.clauses) for text in _PLAIN_TESTS),
            *(_news(f"{{News}} {todo}", self.clauses) for todo in self.register.news),
        )
        number = Leaf(re.compile(r"\d+"), str, int)
        slots = (Slot("number", number), ". ", Slot("statement", Either(statements)))
        return Phrase(
            slots,
            lambda said: {"number": said[0], "statement": said[1]},
            lambda given: (given["number"], given["statement"]),
        )


_PLAIN_TESTS = ("If {test}, {then}; otherwise {otherwise}.", "If {test}, {then}.")


def texts(clauses: Clauses) -> dict[str, Form]:
    """The form of a text in every register."""
    return {name: Sentences(register, clauses).text for name, register in ALL.items()}


def _chosen(options: tuple[str, ...]) -> Form:
    """One of several texts that mean nothing."""
    return Either(tuple(Phrase((one,) if one else (), lambda _: {}, lambda _: "") for one in options))


def _day(text: str) -> Form:
    return whole(template(text, {"day": value_form(DATE)}))


def _text(parts: tuple[str | Slot, ...]) -> Form:
    def build(given: Parts) -> Spoken:
        return Spoken(tuple(one.statement for one in given["body"]), given.get("day"))

    return Phrase(parts, lambda said: _outer(said, placed(said.statements)), build)


def _numbered(parts: tuple[str | Slot, ...]) -> Form:
    def take(said: Spoken) -> Parts:
        return _outer(said, tuple(enumerate(said.statements, 1)))

    def build(given: Parts) -> Spoken:
        return Spoken(tuple(statement for _, statement in given["body"]), given.get("day"))

    return Phrase(parts, take, build)


def _outer(said: Spoken, body: Sequence[Meaning]) -> Parts:
    """The parts of a text; opening and closing mean nothing."""
    day = {} if said.day is None else {"day": said.day}
    return {**day, "opening": "", "body": body, "closing": ""}


def _at(place: str, form: Form) -> Form:
    def take(said: Meaning) -> Parts | None:
        return {"statement": said.statement} if said.place == place else None

    return Phrase((Slot("statement", form),), take, lambda given: Placed(place, given["statement"]))  # pyright: ignore[reportArgumentType]


def _order(text: str, clauses: Clauses) -> Form:
    slots = {"do": clauses.order, "Do": Capital(clauses.order)}
    parts = _renamed(template(text, slots))
    return Phrase(
        parts,
        lambda said: {"do": said.clauses} if isinstance(said, Order) else None,
        lambda given: Order(given["do"]),
    )


def _test(text: str, clauses: Clauses) -> Form:
    slots = {"test": clauses.test, "then": clauses.action, "otherwise": clauses.action}

    def take(said: Meaning) -> Parts | None:
        if not isinstance(said, Test):
            return None
        otherwise: dict[str, Any] = {} if said.otherwise is None else {"otherwise": said.otherwise}
        return {"test": (said.row, said.condition), "then": said.then, **otherwise}

    def build(given: Parts) -> Test:
        row, condition = given["test"]
        return Test(row, condition, given["then"], given.get("otherwise"))

    return Phrase(template(text, slots), take, build)


def _news(text: str, clauses: Clauses) -> Form:
    parts = _renamed(template(text, {"News": Capital(clauses.news)}))

    def take(said: Meaning) -> Parts | None:
        return {"news": (said.duty, said.arguments)} if isinstance(said, News) else None

    def build(given: Parts) -> News:
        duty, arguments = given["news"]
        return News(duty, arguments)

    return Phrase(parts, take, build)


def _renamed(parts: tuple[str | Slot, ...]) -> tuple[str | Slot, ...]:
    """`{Do}` is the slot `do`, with a capital."""
    return tuple(Slot(part.name.lower(), part.form) if isinstance(part, Slot) else part for part in parts)
