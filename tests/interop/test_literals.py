"""Printed results, read back without running anything."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest

from envscaler_mcp.interop.literals import read_result
from envscaler_mcp.runtime.standalone.encoding import Encoder


class Level(Enum):
    LOW = "low"


@dataclass
class Row:
    key: str
    amount: int


Point = namedtuple("Point", "x y")

VALUES: list[Any] = [
    {
        "at": dt.datetime(2025, 1, 1),
        "on": dt.date(2025, 1, 2),
        "zone": dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
    },
    {"id": uuid.UUID(int=1), "price": Decimal("1.50"), "time": dt.time(9), "span": dt.timedelta(days=2)},
    {"set": {1, 2}, "none": set(), "frozen": frozenset({"a"}), "pair": (1, "x"), "single": (1,)},
    {"nan": float("nan"), "inf": float("-inf"), "big": 10**30, "minus": -1, "bytes": b"a"},
    {"counts": Counter("aab"), "queue": deque([1, 2], maxlen=3), "order": OrderedDict(a=1)},
    {"groups": defaultdict(list, {"a": [1]}), "keys": {"a": 1}.keys(), "items": {"a": 1}.items()},
    {"level": Level.LOW, "row": Row("a", 1), "point": Point(1, 2), "keyed": {1: "a", (1, 2): "b", None: "c"}},
    {"rows": [Row("a", 1), Row("b", 2)], "levels": [Level.LOW]},
    None,
    True,
    7,
    1.5,
    [1, "a"],
    (1, 2),
    "plain words",
    "it's {not} a literal",
    "",
]


@pytest.mark.parametrize("value", VALUES, ids=[str(number) for number in range(len(VALUES))])
def test_what_was_printed_is_read_as_the_runtime_shows_it(value: Any) -> None:
    shown = Encoder().encode(value, [])
    assert read_result(str(value)) == (shown if isinstance(shown, dict) else {"result": shown})


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').getpid()",
        "{'a': open('x')}",
        "{'a': [].append}",
        "{'a': <__main__.Node object at 0x7f00>}",
        "{'a': 1, **{}}",
        "datetime.datetime(99999, 1, 1)",
        "{'a': {1}: 2}",
        "(" * 5000,
        "{[]: 1}",
        "Decimal('x')",
        "{'success': True, 'data': [{'id':",
    ],
)
def test_anything_else_stays_text(text: str) -> None:
    assert read_result(text) == {"result": text}
