"""How values and nouns look to people: amounts, days, counts, plurals; one spelling for all texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from .expression.tree import Type

_IRREGULAR = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "foot": "feet",
    "tooth": "teeth",
    "goose": "geese",
    "mouse": "mice",
    "ox": "oxen",
    "leaf": "leaves",
    "shelf": "shelves",
    "half": "halves",
    "loaf": "loaves",
    "knife": "knives",
    "life": "lives",
    "wife": "wives",
    "calf": "calves",
    "wolf": "wolves",
    "hero": "heroes",
    "potato": "potatoes",
    "tomato": "tomatoes",
    "quiz": "quizzes",
    "datum": "data",
    "medium": "media",
    "crisis": "crises",
    "analysis": "analyses",
    "diagnosis": "diagnoses",
    "staff": "staff",
    "series": "series",
    "species": "species",
    "sheep": "sheep",
    "fish": "fish",
    "aircraft": "aircraft",
    "equipment": "equipment",
    "kg": "kg",
    "km": "km",
    "cm": "cm",
    "mm": "mm",
    "kWh": "kWh",
    "MW": "MW",
    "kW": "kW",
    "GB": "GB",
    "ml": "ml",
    "mg": "mg",
    "percent": "percent",
}
_VOWELS = "aeiou"
_SOUNDS_LIKE_A = ("uni", "use", "usu", "eu", "one")
_SOUNDS_LIKE_AN = ("hour", "heir", "honest", "honour")
_LETTERS_LIKE_AN = "AEFHILMNORSX"


def amount(cents: int) -> str:
    """`€1,250.00` for 125000."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}€{whole:,}.{rest:02}"


def day(iso: str | dt.date) -> str:
    """`3 March 2026` for 2026-03-03."""
    date = dt.date.fromisoformat(iso) if isinstance(iso, str) else iso
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def words(name: str) -> str:
    """`checked in` for `checked_in`."""
    return name.replace("_", " ")


def plural(noun: str, number: int = 2) -> str:
    """The noun as it stands beside a number: `night`, `nights`; of a compound, its last word changes."""
    if number == 1:
        return noun
    head, gap, last = noun.rpartition(" ")
    return f"{head}{gap}{_plural_word(last)}"


def _plural_word(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    head, hyphen, last = word.rpartition("-")
    if hyphen and last in _IRREGULAR:
        return f"{head}-{_IRREGULAR[last]}"
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"


def count(number: int, unit: str) -> str:
    """`3 nights`, `1 person`; without a unit the number alone."""
    return f"{number:,} {plural(unit, number)}" if unit else f"{number:,}"


def value_text(value: int | str | bool | None, kind: Type, unit: str = "") -> str:
    """A value of the state as people read it.

    Args:
        value: as in the state: money in cents, a day as ISO text.
        kind: its type.
        unit: what an int counts.
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return amount(value) if kind.kind == "money" else count(value, unit)
    if kind.kind == "date":
        return day(value)
    return words(value) if kind.kind == "enum" else value


def article(noun: str) -> str:
    """`a` or `an`, as the noun sounds."""
    first = next(iter(noun.split(maxsplit=1)), "")
    if first[1:2].isupper() or len(first.partition("-")[0]) == 1:  # spelt out: an X-ray, an SLA
        return "an" if first[0] in _LETTERS_LIKE_AN else "a"
    lower = first.lower()
    if lower.startswith(_SOUNDS_LIKE_AN):
        return "an"
    unusual = lower.startswith(_SOUNDS_LIKE_A) and not lower.startswith(("unim", "unin"))
    return "an" if lower[:1] in _VOWELS and not unusual and lower else "a"


def with_article(noun: str) -> str:
    """`a booking`, `an offer`."""
    return f"{article(noun)} {noun}"


def joined(parts: Sequence[str], word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    whole = text[:1].upper() + text[1:]
    return whole if whole.endswith((".", "?", "!")) else f"{whole}."
