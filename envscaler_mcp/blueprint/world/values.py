"""Single values by their type: numbers that look chosen, days around today, one of the values of an enum."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import Any

from envscaler_mcp.blueprint.design import Field, Parameter

INTS = (1, 12)
CENTS = (1000, 50000)
DAYS = (-20, 30)
"""Ranges where the design names none."""
STEPS = ((40_000, 500), (4_000, 100), (600, 50), (100, 10))
"""Prices are round: of a range wider than the first, multiples of the second, in cents."""
PAST = 0.35
"""Share of days that do not lie in the future, where both may be: deadlines lie on both sides of today."""
NEAR = (0, 0, 1, -1)
"""How far from a limit a value lies: half of them on it."""


def value_of(one: Field | Parameter, rng: random.Random, today: dt.date) -> int | bool | str | dt.date:
    """A value of a field or parameter that needs no rows: a number, a day, a truth or one of an enum."""
    if one.type.kind == "bool":
        return rng.random() < 0.5
    if one.type.kind == "enum":
        return rng.choice(one.type.values)
    least, greatest = range_of(one)
    if one.type.kind == "date":
        past = least < 0 <= greatest and rng.random() < PAST
        return today + dt.timedelta(rng.randint(least, 0 if past else greatest))
    return _round(least, greatest, rng) if one.type.kind == "money" else rng.randint(least, greatest)


def range_of(one: Field | Parameter) -> tuple[int, int]:
    """The least and the greatest value; of days, counted from today."""
    usual = {"money": CENTS, "date": DAYS}.get(one.type.kind, INTS)
    least = one.low if one.low is not None else min(usual[0], usual[1] if one.high is None else one.high)
    return least, one.high if one.high is not None else max(usual[1], least)


def near(limit: Any, one: Field | Parameter, rng: random.Random, today: dt.date) -> int | dt.date | None:
    """A value on the limit or one step from it; None where the range does not reach so far."""
    least, greatest = range_of(one)
    if isinstance(limit, dt.date):
        day = limit + dt.timedelta(rng.choice(NEAR))
        return day if least <= (day - today).days <= greatest else None
    if isinstance(limit, bool) or not isinstance(limit, int):
        return None
    step = _step(least, greatest) if one.type.kind == "money" else 1
    value = limit + step * rng.choice(NEAR)
    return value if least <= value <= greatest else None


def weighted(values: Sequence[str], rng: random.Random) -> str:
    """One of an enum, the first ones more often than the last."""
    fall = 0.55 if len(values) <= 3 else 0.8
    return rng.choices(values, [fall**place for place in range(len(values))])[0]


def _step(least: int, greatest: int) -> int:
    return next((step for width, step in STEPS if greatest - least >= width), 1)


def _round(least: int, greatest: int, rng: random.Random) -> int:
    step = _step(least, greatest)
    return step * rng.randint(-(-least // step), greatest // step)
