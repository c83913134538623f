"""What can be true of a row, in words: `is confirmed`, `has at least 3 beds`, `is before 3 March 2026`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from envscaler_mcp.blueprint.design import STATE, Design, Entity
from envscaler_mcp.blueprint.expression.nouns import head
from envscaler_mcp.blueprint.expression.tree import Type
from envscaler_mcp.blueprint.tasks.requests import Condition
from envscaler_mcp.blueprint.wording import plural, with_article, words

from .forms import Either, Form, Meaning, Parts, Phrase, Ranked, Slot, fixed, words_for

ValueForm = Callable[[Type, str | tuple[str, ...], str], Form]
"""The form of a value, be it a row or not, by its type, its source and its unit."""
COMPARISONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "number": {
        "==": ("{}", "exactly {}"), "!=": ("not {}",), "<": ("less than {}", "below {}"),
        "<=": ("at most {}", "no more than {}"), ">": ("more than {}", "above {}"),
        ">=": ("at least {}", "no less than {}"),
    },
    "count": {
        "==": ("exactly {}", "{}"), "<": ("fewer than {}",), "<=": ("at most {}", "no more than {}"),
        ">": ("more than {}",), ">=": ("at least {}", "{} or more"),
    },
    "date": {
        "==": ("{}",), "!=": ("not {}",), "<": ("before {}",), "<=": ("on or before {}", "{} or earlier"),
        ">": ("after {}",), ">=": ("on or after {}", "{} or later"),
    },
    "hour": {
        "==": ("{}",), "!=": ("not {}",), "<": ("before {}",), "<=": ("{} or earlier",),
        ">": ("after {}",), ">=": ("{} or later",),
    },
    "other": {"==": ("{}",), "!=": ("not {}",)},
}  # fmt: skip
"""What stands after `is`, or for counts after `has`."""
SUPERLATIVES: Mapping[str, tuple[str, str]] = {
    "count": ("fewest", "most"),
    "number": ("lowest", "highest"),
    "date": ("earliest", "latest"),
}
"""Least and greatest."""
SUPERLATIVES_BY_WORD: Mapping[str, tuple[str, str]] = {
    "length": ("shortest", "longest"),
    "duration": ("shortest", "longest"),
    "distance": ("shortest", "longest"),
    "size": ("smallest", "largest"),
    "amount": ("smallest", "largest"),
    "number": ("smallest", "largest"),
    "balance": ("smallest", "largest"),
    "capacity": ("smallest", "largest"),
    "hour": ("earliest", "latest"),
}
"""The same for labels with such a word."""
SAID_OF_THE_ROW = ("day", "date", "hour", "length", "duration", "distance", "size")
"""Labels without which a superlative says enough: the earliest sitting, the shortest closure."""
OPERATORS = ("==", "!=", "<", "<=", ">", ">=")
_ADJECTIVE = re.compile(
    r"\w+(ed|en|ing|able|ible|ive|ant|ent|ial)"
    r"|open|new|free|full|due|live|lost|paid|sold|held|sent|void|idle|overdue|ready|vacant|empty|dead|shut|born"
    r"|public|private|urgent|dormant|current|valid|invalid|final|draft|late|early|unpaid|made|built|bought|set|put"
)
_PLACE = re.compile(r"(?:in|on|at|under|out|off|up|with|without|to|for|by|away|back|over)\b.*")


def is_adjective(value: str) -> bool:
    """Whether a value can stand before a noun: `confirmed`, `checked-in`."""
    first = words(value).partition(" ")[0]
    return bool(_ADJECTIVE.fullmatch(first)) and words(value).count(" ") < 2 and not value.startswith("not_")


def predicate(value: str) -> str:
    """What a row is whose state that is: `confirmed`, `in repair`, `marked as left`."""
    plain = words(value)
    return plain if is_adjective(value) or _PLACE.fullmatch(plain) else f"marked as {plain}"


def is_person(entity: Entity) -> bool:
    """Whether rows are people: they are called `who`, never `it`."""
    return entity.is_person


def is_plural(label: str) -> bool:
    """Whether a label is of several: the arrears are, the limit of packs is."""
    head = re.split(r" (?:of|for|in|on|at|to|from|with|per) ", label)[0]
    return head.endswith("s") and not head.endswith(("ss", "us", "is", "as", "news"))


def condition_order(design: Design, entity: str, condition: Condition) -> tuple[Any, ...]:
    """The one order in which the conditions of a selection are kept."""
    names = [one.name for one in design.by_entity[entity].fields]
    place = names.index(condition.field) if condition.field in names else len(names)
    return place, condition.field, OPERATORS.index(condition.op), repr(condition.value)


class Conditions:
    """The conditions on rows of one design, as forms. `value` makes the forms of what is compared with."""

    def __init__(self, design: Design, value: ValueForm) -> None:
        self.design = design
        self.value = value

    def kind(self, entity: str, name: str) -> Type:
        """The type of a field or derived value."""
        derived = self.design.derived.get((entity, name))
        return derived.type if derived is not None else self.design.by_entity[entity].field(name).type

    def label(self, entity: str, name: str) -> str:
        """The noun phrase for a field or derived value."""
        derived = self.design.derived_labels[entity].get(name)
        return derived or self.design.by_entity[entity].field(name).label

    def manner(self, entity: str, name: str) -> str:
        """How a field is compared: as a count that rows have, a number, an hour, a date or something else."""
        kind = self.kind(entity, name)
        if kind.kind == "int" and head(self.label(entity, name)).endswith("hour"):
            return "hour"
        if kind.kind == "int" and self._counts(entity, name):
            return "count"
        return {"int": "number", "money": "number", "date": "date"}.get(kind.kind, "other")

    def superlatives(self, entity: str, name: str) -> tuple[str, str]:
        """`the shortest` and `the longest` length of stay."""
        said = set(self.label(entity, name).split())
        found = [pair for word, pair in SUPERLATIVES_BY_WORD.items() if word in said]
        return found[0] if found else SUPERLATIVES[self.manner(entity, name)]

    def speaks_of_the_row(self, entity: str, name: str) -> bool:
        """Whether a superlative needs no label: `the earliest sitting`, if no other field could be meant."""
        pair = self.superlatives(entity, name)
        rivals = [one for one in self.ranking(entity) if self.superlatives(entity, one) == pair]
        return self.label(entity, name) in SAID_OF_THE_ROW and rivals == [name]

    def ranking(self, entity: str) -> list[str]:
        """The fields and derived values that can be least or greatest."""
        return [one for one in self.names(entity) if self.kind(entity, one).kind in ("int", "money", "date")]

    def _counts(self, entity: str, name: str) -> bool:
        """Whether a field says how many of something a row has: its label is its unit."""
        unit = self.unit(entity, name)
        return bool(unit) and self.label(entity, name) in (unit, plural(unit))

    def unit(self, entity: str, name: str) -> str:
        """What a field counts."""
        return "" if (entity, name) in self.design.derived else self.design.by_entity[entity].field(name).unit

    def names(self, entity: str) -> list[str]:
        """The fields and derived values that a condition may be about."""
        row = self.design.by_entity[entity]
        derived = list(self.design.derived_labels[entity])
        names = [one.name for one in row.fields if not one.free_text and not one.title] + derived
        return [name for name in names if self.kind(entity, name).kind not in ("refs", "none")]

    def verbs(self, entity: str, name: str, *, many: bool = False) -> list[Form]:
        """What a row does or is: `is confirmed`, `has at least 3 beds`, `has no fee`; as a condition."""
        kind, label = self.kind(entity, name), self.label(entity, name)
        be, have = ("are", "have") if many else ("is", "has")
        forms: list[Form] = []
        if name == STATE:
            table = {predicate(value): value for value in kind.values}
            value = Slot("value", words_for(table))
            forms += [_test(name, op, (f"{be}{no} ", value)) for op, no in (("==", ""), ("!=", " not"))]
        if kind.kind == "bool" and is_adjective(name):
            forms += [fixed(f"{be} {words(name)}", Condition(name, "==", True))]
            forms += [fixed(f"{be} not {words(name)}", Condition(name, "==", False))]
        if self.manner(entity, name) == "count":
            none = fixed(f"{have} no {plural(self.unit(entity, name))}", Condition(name, "==", 0))
            forms.append(Ranked((none, Either(tuple(self._comparing(entity, name, f"{have} "))))))
        if kind.optional:
            forms += [fixed(f"{have} no {label}", Condition(name, "==", None))]
            forms += [fixed(f"{have} {with_article(label)}", Condition(name, "!=", None))]
        return forms

    def being(self, entity: str, name: str) -> Form:
        """`is at least €100.00`: what a field is, as a condition."""
        if name == STATE or self.manner(entity, name) == "count":
            return Either(())
        verb = "are " if is_plural(self.label(entity, name)) else "is "
        return Either(tuple(self._comparing(entity, name, verb)))

    def _comparing(self, entity: str, name: str, verb: str) -> list[Form]:
        kind, unit = self.kind(entity, name), self.unit(entity, name)
        like = "" if (entity, name) in self.design.derived else self.design.by_entity[entity].field(name).like
        label = self.label(entity, name)
        said = (
            "" if verb not in ("has ", "have ") and unit and plural(unit) in label else unit
        )  # number of flights: 6
        value = Slot("value", self.value(kind, like, said))
        table = COMPARISONS[self.manner(entity, name)]
        return [
            _test(name, op, (verb + before, value, after))
            for op, texts in table.items()
            for before, _, after in (text.partition("{}") for text in texts)
        ]


def _test(name: str, op: str, parts: Sequence[str | Slot]) -> Form:
    """A condition on a field, of which only the value varies."""

    def take(said: Meaning) -> Parts | None:
        fits = isinstance(said, Condition) and (said.field, said.op) == (name, op) and said.value is not None
        return {"value": said.value} if fits else None

    def build(given: Parts) -> Condition:
        return Condition(name, op, given["value"])  # pyright: ignore[reportArgumentType]

    return Phrase(tuple(part for part in parts if part != ""), take, build)
