"""Names of rows in words: by title or marks, `the same guest`, the best of a selection, every one of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from envscaler_mcp.blueprint.design import STATE, Design, Entity, Field
from envscaler_mcp.blueprint.expression.tree import Type
from envscaler_mcp.blueprint.tasks.requests import Best, Condition, Described, Selection
from envscaler_mcp.blueprint.wording import words

from .conditions import Conditions, condition_order, is_adjective, is_person, predicate
from .describe import in_order
from .forms import (
    Either,
    Form,
    Later,
    Listing,
    Meaning,
    Mostly,
    Parts,
    Phrase,
    Ranked,
    Slot,
    fixed,
    whole,
    words_for,
)
from .values import value_form

PROPER = ("person", "city", "country", "company", "street", "email")
"""What stands for itself: Anna Berg, not the guest Anna Berg."""


@dataclass(frozen=True)
class Same:
    """A row that was mentioned before.

    Attributes:
        entity: of the row.
        near: right before, in the same sentence: `that room`.
        bare: what the sentence is about, so that `it` is enough.
    """

    entity: str
    near: bool = field(default=False, compare=False)
    bare: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Several:
    """Rows that one phrase asks the same for."""

    rows: tuple[Meaning, ...]


class Naming:
    """The names of the rows of one design."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.conditions = Conditions(design, self.value)
        self.described = cache(self._described)
        self.one = cache(self._one)
        self.asked_for = cache(self._asked_for)
        self.every = cache(self._every)
        self.several = cache(self._several)
        self.relative = cache(self._relative)

    def value(self, kind: Type, like: str | tuple[str, ...] = "", unit: str = "") -> Form:
        """The form of a value, be it a row or not."""
        return self.later(kind.entity) if kind.kind == "ref" else value_form(kind, like, unit)

    def later(self, entity: str) -> Form:
        """A row, described or mentioned before."""
        return Later(lambda: self.one(entity))

    def _one(self, entity: str) -> Form:
        return Either((self.described(entity), self._same(self.design.by_entity[entity])))

    def _asked_for(self, entity: str) -> Form:
        """What an argument may be: a row by its marks, the best of some, or one that was mentioned before."""
        return Either((self.one(entity), self._best(self.design.by_entity[entity])))

    def _same(self, entity: Entity) -> Form:
        noun = entity.noun.singular
        near, far = Same(entity.name, near=True), Same(entity.name)
        bare = () if is_person(entity) else (_same_form("it", Same(entity.name, near=True, bare=True)),)
        that = Mostly((_same_form(f"that {noun}", near), _same_form(f"the same {noun}", near)))
        return Ranked((*bare, _same_form(f"the same {noun}", far), that))

    def _described(self, entity: str) -> Form:
        """A row by its marks: the title, or what else is true of it."""
        row = self.design.by_entity[entity]
        noun, state = row.noun.singular, _before(row)
        forms = [self._description((title,), row) for title in self._titles(row)]
        if forms and state:  # the closed room 214
            (title,) = self._titles(row, behind_state=True)
            forms.append(self._description(("the ", *state, title), row))
        return Ranked((*forms, self._description(("the ", *state, noun), row)))

    def _description(self, head: tuple[str | Slot, ...], entity: Entity) -> Form:
        parts = (*head, *self._phrases(entity), *_behind(entity))

        def take(said: Meaning) -> Parts | None:
            if not isinstance(said, Described) or said.entity != entity.name or not said.marks:
                return None
            return _with_state_parts({mark.field: mark.value for mark in said.marks}, parts)

        def build(given: Parts) -> Described:
            return Described(entity.name, in_order(self.design, entity.name, _without_state_parts(given)))

        return Phrase(_joined(parts), take, build)

    def _titles(self, entity: Entity, *, behind_state: bool = False) -> list[Slot]:
        """How rows are called by their title: room 214, Anna Berg; behind a state, the guest Anna Berg."""
        title, noun = entity.title, entity.noun.singular
        if title is None:
            return []
        form = value_form(title.type, title.like, title.unit)
        before = "" if _says_noun(title, noun) else f"{noun} " if behind_state else _before_title(title, noun)
        plain = _behind_words(before, form)
        if title.like in PROPER and not behind_state:  # two kinds of people may be asked the same of
            plain = Mostly((plain, _behind_words(f"the {noun} ", form)))
        return [Slot(title.name, plain)]

    def _phrases(self, entity: Entity) -> tuple[Slot, ...]:
        """Every mark that stands behind the noun; each may be missing."""
        told = [one for one in entity.fields if one.phrase and not one.title and not one.free_text]
        return tuple(Slot(one.name, self.phrase(one), optional=True) for one in told)

    def phrase(self, told: Field) -> Form:
        """` of Anna Berg`, with the blank."""
        before, gap, after = self._smooth(told).partition("{}")
        if not gap:
            return fixed(f" {before}", True)
        parts = [f" {before}", Slot("value", self.value(told.type, told.like, told.unit)), after]
        return whole(tuple(part for part in parts if part))

    def _smooth(self, told: Field) -> str:
        """The phrase without a noun that the value brings itself: `of object {}`."""
        if told.type.kind != "ref":
            return told.phrase
        noun = re.escape(self.design.by_entity[told.type.entity].noun.singular)
        return re.sub(rf"\b(?:the )?(?:{noun} )?\{{\}}", "{}", told.phrase)

    def _several(self, entity: str) -> Form:
        """`the booking of A and the booking of B`, or `the bookings of A and of B`."""
        row = self.design.by_entity[entity]
        spelt = Phrase(
            (Slot("rows", Listing(self.described(entity))),),
            _take_several,
            lambda given: Several(given["rows"]),
        )
        return Either(
            (spelt, *(self._sharing(row, one) for one in row.fields if one.phrase and "{}" in one.phrase))
        )

    def _sharing(self, entity: Entity, told: Field) -> Form:
        """Rows that one phrase tells apart, and nothing else but perhaps one common state."""
        phrases = Listing(self.phrase(told), comma=",", last=" and")
        head = ("the ", *_before(entity), entity.noun.plural)

        def take(said: Meaning) -> Parts | None:
            rows = said.rows if isinstance(said, Several) else ()
            marks = [{mark.field: mark.value for mark in row.marks} for row in rows]
            shared = {name: value for name, value in (marks[0] if marks else {}).items() if name != told.name}
            alike = all({**one, told.name: 0} == {**shared, told.name: 0} for one in marks)
            if not marks or not alike or set(shared) - {STATE}:
                return None
            return _with_state_parts({**shared, "each": tuple(one[told.name] for one in marks)}, head)

        def build(given: Parts) -> Several:
            shared = {name: value for name, value in _without_state_parts(given).items() if name != "each"}
            return Several(
                tuple(
                    Described(entity.name, in_order(self.design, entity.name, {**shared, told.name: one}))
                    for one in given["each"]
                )
            )

        return Phrase((*head, Slot("each", phrases)), take, build)

    def _every(self, entity: str) -> Form:
        """`every confirmed booking of Anna Berg that …`."""
        row = self.design.by_entity[entity]
        return Either(tuple(self._selection((word,), row) for word in ("every ", "each ")))

    def _selection(
        self, head: tuple[str | Slot, ...], entity: Entity, middle: tuple[Slot, ...] = ()
    ) -> Phrase:
        """A selection in the singular; the slot `best`, before the noun or behind its phrases, takes one."""
        parts = (*head, *_before(entity), entity.noun.singular, *self._phrases(entity), *middle)
        names = {slot.name for slot in parts if isinstance(slot, Slot)}
        told, superlative = names - {"best"}, "best" in names
        clauses = Slot("clauses", Later(lambda: self.relative(entity.name, among=superlative)), optional=True)

        def take(said: Meaning) -> Parts | None:
            best = isinstance(said, Best)
            selection = said.among if best else said
            fits = isinstance(selection, Selection) and selection.entity == entity.name
            if not fits or best != superlative:
                return None
            return {**({"best": said} if best else {}), **_shared_out(selection.conditions, told)}

        def build(given: Parts) -> Meaning:
            phrased = {name: value for name, value in given.items() if name in told}
            said = [Condition(name, "==", value) for name, value in _without_state_parts(phrased).items()]
            conditions = sorted((*said, *given.get("clauses", ())), key=self._place(entity.name))
            selection = Selection(entity.name, tuple(conditions))
            return Best(selection, *given["best"]) if "best" in given else selection

        return Phrase((*parts, clauses), take, build)

    def _place(self, entity: str) -> Callable[[Condition], tuple[Any, ...]]:
        return lambda condition: condition_order(self.design, entity, condition)

    def _best(self, entity: Entity) -> Form:
        """`the open room with the lowest nightly rate among those that have at least 3 beds`."""
        before: dict[str, tuple[str, bool]] = {}
        behind: dict[str, tuple[str, bool]] = {}
        for name in self.conditions.ranking(entity.name):
            label = self.conditions.label(entity.name, name)
            for greatest, word in enumerate(self.conditions.superlatives(entity.name, name)):
                if self.conditions.speaks_of_the_row(entity.name, name):
                    before[word] = name, bool(greatest)
                else:
                    behind[f" with the {word} {label}"] = name, bool(greatest)
        return Either(
            (
                self._selection(("the ", _best_slot(before), " "), entity),
                self._selection(("the ",), entity, (_best_slot(behind),)),
            )
        )

    def _relative(self, entity: str, *, among: bool = False) -> Form:
        """` that is confirmed and whose price is at least €100.00`, or ` among those that are confirmed`."""
        pronoun = "who" if is_person(self.design.by_entity[entity]) else "that"
        said = self.conditions
        names = said.names(entity)
        verbs = [
            whole((f" {pronoun} ", Slot("test", form)))
            for name in names
            for form in said.verbs(entity, name, many=among)
        ]
        owned = [
            whole((f" whose {said.label(entity, name)} ", Slot("test", said.being(entity, name))))
            for name in names
        ]
        clauses = Listing(Ranked((*verbs, *owned)), least=1, comma=" and", last=" and")
        return whole((" among those", Slot("clauses", clauses))) if among else clauses


def _best_slot(table: Mapping[str, tuple[str, bool]]) -> Slot:
    """The superlatives of a table: words → field, and whether the greatest is meant."""
    return Slot("best", Phrase((Slot("best", words_for(table)),), _take_best, lambda given: given["best"]))


def _same_form(text: str, same: Same) -> Form:
    def take(said: Meaning) -> Parts | None:
        near = isinstance(said, Same) and said == same and said.near == same.near
        return {} if near and said.bare >= same.bare else None

    return Phrase((text,), take, lambda _: same)


def _before_title(title: Field, noun: str) -> str:
    """What people put before a title: `room 214`, `the procedure hip replacement`, but Anna Berg, Flat 12."""
    if _says_noun(title, noun) or title.like in PROPER:
        return ""
    code = title.type.kind != "text" or (isinstance(title.like, str) and "#" in title.like)
    return f"{noun} " if code else f"the {noun} "


def _behind_words(before: str, form: Form) -> Form:
    return whole((before, Slot("title", form))) if before else form


def _says_noun(title: Field, noun: str) -> bool:
    """Whether titles say themselves what they name: Flat 12."""
    likes = (title.like,) if isinstance(title.like, str) else title.like
    return all(noun.lower() in like.lower().split() for like in likes)


def _before(entity: Entity) -> tuple[Slot, ...]:
    """The state as an adjective, which may be missing: `confirmed `."""
    states = {words(value).replace(" ", "-"): value for value in entity.states if is_adjective(value)}
    form = whole((Slot("state", words_for(states)), " "))
    return (Slot("state:before", form, optional=True),) if states else ()


def _behind(entity: Entity) -> tuple[Slot, ...]:
    """A state that cannot stand before the noun: ` that is in repair`."""
    states = {predicate(value): value for value in entity.states if not is_adjective(value)}
    pronoun = "who" if is_person(entity) else "that"
    if not states:
        return ()
    return (
        Slot("state:behind", whole((f" {pronoun} is ", Slot("state", words_for(states)))), optional=True),
    )


def _with_state_parts(marks: Parts, parts: Sequence[str | Slot]) -> Parts:
    """The state under the name of the slot that can say it."""
    if STATE not in marks:
        return marks
    slots = [part.name for part in parts if isinstance(part, Slot)]
    place = "state:before" if is_adjective(marks[STATE]) and "state:before" in slots else "state:behind"
    return {place if name == STATE else name: value for name, value in marks.items()}


def _without_state_parts(given: Parts) -> dict[str, Meaning]:
    return {name.partition(":")[0]: value for name, value in given.items()}


def _joined(parts: Sequence[str | Slot]) -> tuple[str | Slot, ...]:
    """Neighbouring words as one."""
    found: list[str | Slot] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        else:
            found.append(part)
    return tuple(found)


def _shared_out(conditions: Sequence[Condition], told: set[str]) -> dict[str, Meaning]:
    """Conditions that phrases can say under their fields, the others as clauses."""
    parts: dict[str, Meaning] = {}
    clauses: list[Condition] = []
    for one in conditions:
        name = (
            "state:before"
            if one.field == STATE and isinstance(one.value, str) and is_adjective(one.value)
            else one.field
        )
        if one.op == "==" and one.value is not None and name in told and name not in parts:
            parts[name] = one.value
        else:
            clauses.append(one)
    return {**parts, **({"clauses": tuple(clauses)} if clauses else {})}


def _take_several(said: Meaning) -> Parts | None:
    return {"rows": said.rows} if isinstance(said, Several) else None


def _take_best(said: Meaning) -> Parts | None:
    return {"best": (said.by, said.greatest)} if isinstance(said, Best) else None
