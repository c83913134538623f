"""Values in words and back: numbers, amounts, days, names and choices."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from envscaler_mcp.blueprint.expression.tree import Type
from envscaler_mcp.blueprint.wording import amount, count, day, plural, words

from .forms import Form, Leaf, Ranked, words_for

_WORD = r"[A-ZÀ-ÖØ-Þ][\w’'-]*"
_NAME = rf"{_WORD}(?: (?:(?:van|von|de|del|der|den|la|le|da|di|dos|du|&) )*{_WORD})*"
_NUMBER = r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?![\d,]*\d)"
_LIKE = {
    "person": _NAME,
    "city": _NAME,
    "country": _NAME,
    "company": _NAME,
    "email": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "phone": r"\+?\(?\d[\d ()/-]*\d",
    "street": rf"(?:\d+[a-z]? {_NAME}|{_NAME} \d+[a-z]?)",
}
_QUOTED = re.compile(r"“[^“”]+”")
_MONTHS = {day(dt.date(2001, month, 1)).split()[1]: month for month in range(1, 13)}


def value_form(kind: Type, like: str | tuple[str, ...] = "", unit: str = "") -> Form:
    """The form of a value that is no row.

    Args:
        kind: its type.
        like: of a text, where it comes from.
        unit: of an int, what it counts.
    """
    match kind.kind:
        case "money":
            return Leaf(re.compile(rf"-?€{_NUMBER}\.\d\d"), _if_int(amount), _cents)
        case "int":
            return _counted(unit) if unit else Leaf(re.compile(_NUMBER), _if_int(str), _number)
        case "date":
            return Leaf(re.compile(rf"\d{{1,2}} (?:{'|'.join(_MONTHS)}) \d{{4}}"), _day, _iso)
        case "enum":
            return words_for({words(value): value for value in kind.values})
        case "bool":
            return words_for({"yes": True, "no": False})
        case _:
            return text_form(like)


def text_form(like: str | tuple[str, ...]) -> Form:
    """A text as it stands where it is a name or one of a known choice, else in quotation marks."""
    quoted = Leaf(
        _QUOTED, lambda said: f"“{said}”" if isinstance(said, str) else None, lambda text: text[1:-1]
    )
    if isinstance(like, tuple):
        return Ranked((words_for({value: value for value in like}), quoted))
    pattern = pattern_of(like)
    if not pattern:
        return quoted
    return Ranked(
        (Leaf(re.compile(pattern), lambda said: said if isinstance(said, str) else None, str), quoted)
    )


def pattern_of(like: str) -> str:
    """The regular expression of texts that can stand without quotation marks; empty: none can."""
    if like in _LIKE:
        return _LIKE[like]
    return "".join(map(_of_mask, like)) + r"(?![\w-])" if "#" in like else ""


def _of_mask(sign: str) -> str:
    """`#` stands for a digit; `A` may stand for any letter."""
    if sign == "#":
        return r"\d"
    return "[A-Z]" if sign.isupper() else re.escape(sign)


def _counted(unit: str) -> Form:
    """A number beside what it counts: `1 night`, `3 nights`."""
    forms = sorted({unit, plural(unit)}, key=len, reverse=True)
    pattern = re.compile(rf"{_NUMBER} (?:{'|'.join(map(re.escape, forms))})(?![\w-])")
    return Leaf(
        pattern, _if_int(lambda number: count(number, unit)), lambda text: _number(text.split(" ")[0])
    )


def _if_int(show: Callable[[int], str]) -> Callable[[object], str | None]:
    return lambda said: show(said) if type(said) is int else None


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _cents(text: str) -> int:
    return _number(re.sub("[€.]", "", text))


def _day(said: object) -> str | None:
    try:
        return day(said) if isinstance(said, str) else None
    except ValueError:
        return None


def _iso(text: str) -> str:
    number, month, year = text.split(" ")
    return f"{int(year):04}-{_MONTHS[month]:02}-{int(number):02}"
