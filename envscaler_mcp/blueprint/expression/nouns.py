"""How the things of an expression are called: labels, units, and the rows that its variables stand for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.wording import plural, words

from .tree import Aggregate, Arithmetic, Choice, Expression, Extreme, Get, Variable

Manner = Literal["its", "their", "of", "bare", "tail"]
_SINGULAR_ENDS = ("ss", "us", "is")
_AFTER_HEAD = re.compile(r" (?:of|for|on|in|at|to|by|per|with|from|under|that|who|which|whose) ")
_PARTICIPLE = re.compile(r"\w+(?:ed|en|wn)|taught|learnt|left|held|lent")
_DAYS = {
    "arrives": "arrival", "begins": "beginning", "closes": "closing day", "departs": "departure",
    "ends": "end", "expires": "expiry date", "lapses": "lapse", "leaves": "departure", "returns": "return",
    "starts": "start",
}  # fmt: skip
_PLURALS = frozenset(("people", "children", "men", "women", "data", "media"))


@dataclass(frozen=True)
class Referent:
    """How a variable is spoken of.

    Attributes:
        row: the row itself: `it`, `that trip`, `the new room`.
        manner: how its fields are named: `its beds`, `their beds`, `the beds of that room`, `beds` alone, or
            `the beds`, where everybody knows whose.
        unit: what a number counts, singular.
        named: what the row is called where a pronoun would be misunderstood; empty: as ever.
        whose: `its` or `their`, before the second of several steps from a row that is not named.
    """

    row: str
    manner: Manner = "of"
    unit: str = ""
    named: str = ""
    whose: str = ""


def owned(chain: list[str], referent: Referent) -> str:
    """A field at the end of a way through refs: `the beds of its room` for [room, beds]."""
    if referent.whose and len(chain) > 1:
        return " ".join([*(f"the {one} of" for one in reversed(chain[1:])), referent.whose, chain[0]])
    if referent.manner == "tail":
        return " of ".join(f"the {one}" for one in reversed(chain))
    if referent.manner == "bare":
        return " ".join([*(f"{one}'{'' if is_plural(one) else 's'}" for one in chain[:-1]), chain[-1]])
    if referent.manner in ("its", "their"):
        parts = [f"the {one} of" for one in reversed(chain[1:])]
        return " ".join([*parts, referent.manner, chain[0]])
    return " ".join([*(f"the {one} of" for one in reversed(chain)), referent.row])


def pronoun(entity: str, design: Design) -> Referent:
    """How the one row is spoken of that a sentence is about: `it`, or `that guest` and `their`."""
    row = design.by_entity[entity]
    named = f"that {row.noun.singular}"
    return Referent(named, "their") if row.is_person else Referent("it", "its", named=named)


def label_of(entity: str, name: str, design: Design) -> str:
    """The noun for a field or derived value."""
    if (entity, name) in design.derived:
        return design.labels.get((entity, name)) or _derived_label(name, design.derived[entity, name])
    if name == "id":
        return "id"
    one = design.by_entity[entity].field(name)
    return quantity(one.label, one.unit)


def _derived_label(name: str, expression: Expression) -> str:
    """A verb is made a noun, a truth is said as it is, and other names are shown as the tools show them."""
    if expression.type.kind == "date" and name in _DAYS:
        return _DAYS[name]
    return words(name) if expression.type.kind == "bool" else f"`{name}`"


def named_day(name: str, expression: Expression) -> bool:
    """Whether a derived day has a noun: `departs` is a departure."""
    return expression.type.kind == "date" and name in _DAYS


def quantity(label: str, unit: str) -> str:
    """`number of beds` where the label is what is counted."""
    return f"number of {label}" if unit and label == plural(unit) else label


def head(label: str) -> str:
    """A label without what follows its noun: `hour` of `hour of departure`, `rate` of `rate per hour`."""
    return _AFTER_HEAD.split(label)[0]


def is_plural(label: str) -> bool:
    """Whether a verb after the noun is plural: the fees are."""
    words_before = head(label).split()
    while len(words_before) > 1 and _PARTICIPLE.fullmatch(words_before[-1]):
        words_before.pop()
    word = words_before[-1] if words_before else ""
    return word in _PLURALS or (word.endswith("s") and not word.endswith(_SINGULAR_ENDS) and word != "lens")


def unit_of(expression: Expression, design: Design) -> str:
    """What a number counts, singular; empty: nothing, or several things."""
    match expression:
        case Get(base=base, field=name):
            return _unit_of_field(base.type.entity, name, design)
        case Arithmetic(left=left, right=right) if left.type.kind == right.type.kind == "date":
            return "day"
        case _:
            units = (unit_of(part, design) for part in _counting(expression))
            return next((unit for unit in units if unit), "")


def _unit_of_field(entity: str, name: str, design: Design) -> str:
    if (entity, name) in design.derived:
        unit = unit_of(design.derived[entity, name], design)
        return "" if unit and plural(unit) in label_of(entity, name, design) else unit
    if name == "id":
        return ""
    one = design.by_entity[entity].field(name)
    return "" if one.unit and plural(one.unit) in one.label else one.unit  # a number of beds is at least 3


def _counting(expression: Expression) -> tuple[Expression, ...]:
    """The parts whose unit is that of the whole."""
    match expression:
        case Arithmetic(op=op, left=left, right=right):
            return (left, right) if op in "+-" else (left,) if op == "*" else ()
        case Aggregate(how="sum" | "min" | "max", value=value) if value is not None:
            return (value,)
        case Choice(then=then, otherwise=otherwise):
            return (then, otherwise)
        case Extreme(parts=parts):
            return parts
        case _:
            return ()


def root_of(expression: Expression) -> tuple[Variable | None, list[Get]]:
    """The variable at which a way through refs begins, and its steps."""
    steps: list[Get] = []
    while isinstance(expression, Get):
        steps.append(expression)
        expression = expression.base
    return (expression if isinstance(expression, Variable) else None), steps[::-1]
