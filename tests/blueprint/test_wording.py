import datetime as dt

import pytest

from envscaler_mcp.blueprint.expression.tree import BOOL, DATE, INT, Type
from envscaler_mcp.blueprint.wording import (
    amount,
    article,
    count,
    day,
    joined,
    plural,
    sentence,
    value_text,
)

MONEY, STATE = Type("money"), Type("enum", values=("open", "checked_in"))


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "€0.00"), (5, "€0.05"), (12000, "€120.00"), (-125_000_50, "-€125,000.50")]
)
def test_amounts(cents: int, text: str):
    assert amount(cents) == text


def test_days():
    assert day("2026-03-03") == day(dt.date(2026, 3, 3)) == "3 March 2026"


@pytest.mark.parametrize(
    ("noun", "plurals"),
    [
        ("night", "nights"),
        ("person", "people"),
        ("class", "classes"),
        ("entry", "entries"),
        ("day", "days"),
        ("theatre list", "theatre lists"),
        ("service person", "service people"),
        ("kg", "kg"),
    ],
)
def test_plurals(noun: str, plurals: str):
    assert plural(noun, 1) == noun
    assert plural(noun, 0) == plural(noun, 2) == plurals


@pytest.mark.parametrize(
    ("value", "kind", "unit", "text"),
    [
        (1, INT, "person", "1 person"),
        (4, INT, "person", "4 people"),
        (1200, INT, "", "1,200"),
        (7000, MONEY, "", "€70.00"),
        ("2026-01-31", DATE, "", "31 January 2026"),
        ("checked_in", STATE, "", "checked in"),
        (True, BOOL, "", "yes"),
        (None, DATE, "", "none"),
    ],
)
def test_values(value: int | str | None, kind: Type, unit: str, text: str):
    assert value_text(value, kind, unit) == text


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("booking", "a"),
        ("offer", "an"),
        ("hour", "an"),
        ("unit", "a"),
        ("user", "a"),
        ("uninsured car", "an"),
        ("X-ray", "an"),
        ("SLA", "an"),
        ("one-way trip", "a"),
    ],
)
def test_articles(noun: str, expected: str):
    assert article(noun) == expected


def test_joining():
    assert [joined(list("abc"[:size])) for size in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert joined(["a", "b"], "or") == "a or b"
    assert sentence("it is so") == "It is so."
    assert count(2, "night") == "2 nights"
