"""Requests in English and back. What is said is heard again before anybody else hears it."""

from __future__ import annotations

import datetime as dt
import random
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.tasks.requests import Request

from .clauses import Clauses
from .forms import Form, Hearing
from .sentences import Spoken, texts
from .statements import Obscure, canonical, refer, requests_of, resolve, statements_of

TRIES = 24
GRAMMARS_KEPT = 8


class NotUnderstood(ValueError):
    """A text that the grammar does not make, or that could mean two things."""


class Unsayable(ValueError):
    """Requests for which the grammar has no words that mean these requests and nothing else."""


class Grammar:
    """The English of one design."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.clauses = Clauses(design)
        self.texts = texts(self.clauses)

    def said(
        self, requests: Sequence[Request], register: str, day: str | None, rng: random.Random
    ) -> str | None:
        """One way to say canonical requests, or None."""
        statements = statements_of(self.design, refer(requests, rng), rng)
        return self.texts[register].say(Spoken(tuple(statements), day), rng)

    def meanings(self, text: str) -> list[Understood]:
        """Everything that a text may mean."""
        found: list[Understood] = []
        hearing = Hearing(text)
        for form in self.texts.values():
            for meaning in _whole(hearing, form, self.design):
                if meaning not in found:
                    found.append(meaning)
        return found


@dataclass(frozen=True)
class Understood:
    """What a text means: its requests, and the day (ISO) on which it was written, if it says so."""

    requests: tuple[Request, ...]
    day: str | None = None


def say(
    design: Design, requests: Sequence[Request], seed: object, register: str, *, day: dt.date | None = None
) -> str:
    """Requests in the words of a person.

    Args:
        design: whose nouns and phrases are used.
        requests: what is asked, in order.
        seed: chooses the words.
        register: one of `REGISTERS`.
        day: the day of the request, which nobody could tell otherwise.

    Raises:
        Unsayable: there are no words for it that mean this and nothing else.
    """
    grammar, written = grammar_of(design), day and day.isoformat()
    wanted = Understood(canonical(design, requests), written)
    for number in range(TRIES):
        rng = random.Random(f"{seed}/{register}/{number}")
        text = grammar.said(wanted.requests, register, written, rng)
        if text is not None and "that that" not in text and grammar.meanings(text) == [wanted]:
            return text
    raise Unsayable(f"no words for {wanted!r}")


def hear(design: Design, text: str) -> tuple[Request, ...]:
    """The requests that a text makes; which rows they lead to is not known from it.

    Raises:
        NotUnderstood: it is not of this design's English, or could mean two things.
    """
    return understand(design, text).requests


def understand(design: Design, text: str) -> Understood:
    """What a text means, with the day on which it was written.

    Raises:
        NotUnderstood: it is not of this design's English, or could mean two things.
    """
    meanings = grammar_of(design).meanings(text)
    if len(meanings) != 1:
        raise NotUnderstood(
            "it could mean two things" if meanings else "these are not the words of this design"
        )
    return meanings[0]


_grammars: OrderedDict[int, Grammar] = OrderedDict()


def grammar_of(design: Design) -> Grammar:
    """The grammar of a design; the last few are kept."""
    kept = _grammars.get(id(design))
    if kept is None or kept.design is not design:
        kept = _grammars[id(design)] = Grammar(design)
        while len(_grammars) > GRAMMARS_KEPT:
            _grammars.popitem(last=False)
    return kept


def _whole(hearing: Hearing, form: Form, design: Design) -> list[Understood]:
    """What the text means that ends where the form ends."""
    found: list[Understood] = []
    for spoken, end in hearing.hear(form, 0):
        if end == len(hearing.text):
            try:
                requests = canonical(design, resolve(requests_of(spoken.statements)))
            except Obscure:
                continue
            found.append(Understood(requests, spoken.day))
    return found
