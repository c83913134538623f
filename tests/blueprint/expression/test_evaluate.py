"""Expressions asked of a state: the values that a reader of the domain file would expect."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from envscaler_mcp.blueprint.design import Order
from envscaler_mcp.blueprint.expression.evaluate import Scope, StateRows, from_json, to_json
from envscaler_mcp.blueprint.expression.tree import (
    DATE,
    INT,
    Aggregate,
    Arithmetic,
    Choice,
    Compare,
    Constant,
    Expression,
    Extreme,
    Get,
    Logic,
    Not,
    OneOf,
    Today,
    Type,
    Variable,
    Within,
)
from tests.blueprint.english.hotel import HOTEL

TODAY = dt.date(2026, 3, 2)
ROOM, BOOKING = Type("ref", "room"), Type("ref", "booking")
STATES = Type("enum", values=("open", "closed"))


def booking(room: str, arrives: str, nights: int) -> dict[str, Any]:
    return {"room_id": room, "arrives": arrives, "nights": nights, "party": 1, "state": "confirmed"}


@pytest.fixture
def scope() -> Scope:
    state = {
        "guests": {},
        "rooms": {
            "R1": {"number": "101", "beds": 2, "rate": 9000, "state": "open"},
            "R2": {"number": "102", "beds": 3, "rate": 9000, "state": "closed"},
            "R3": {"number": "103", "beds": 1, "rate": 7000, "state": "open"},
        },
        "bookings": {
            "B1": booking("R1", "2026-03-04", 3),
            "B2": booking("R1", "2026-03-08", 2),
            "B3": booking("R2", "2026-02-27", 5),
        },
    }
    return Scope(HOTEL, StateRows(state), TODAY)


def number(value: int) -> Constant:
    return Constant(value, INT)


room, row = Variable("room", ROOM), Variable("b", BOOKING)
beds, rate = Get(room, "beds", INT), Get(room, "rate", Type("money"))
arrives, nights = Get(row, "arrives", DATE), Get(row, "nights", INT)
of_room = Compare("==", Get(row, "room", ROOM), room)


def aggregate(how: Any, value: Expression | None, kind: Type = INT) -> Aggregate:
    return Aggregate(how, "b", "booking", of_room, value, kind)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (Arithmetic("*", beds, number(3), INT), 6),
        (Arithmetic("//", number(-7), number(2), INT), -4),
        (Arithmetic("%", number(-7), number(3), INT), 2),
        (Arithmetic("+", Today(), number(30), DATE), dt.date(2026, 4, 1)),
        (Arithmetic("-", Today(), number(2), DATE), dt.date(2026, 2, 28)),
        (Not(Compare("==", beds, number(2))), False),
        (OneOf(Get(room, "state", STATES), (Constant("closed", STATES),)), False),
        (OneOf(Get(room, "state", STATES), (Constant("closed", STATES),), negated=True), True),
        (Choice(Compare(">", beds, number(1)), rate, number(0), INT), 9000),
        (Extreme("max", (beds, number(5)), INT), 5),
        (
            Logic(
                "or",
                (Compare("==", beds, number(2)), Compare("==", Get(Variable("no", ROOM), "x", INT), beds)),
            ),
            True,
        ),
        (aggregate("count", None), 2),
        (aggregate("sum", nights), 5),
        (aggregate("min", arrives, DATE), dt.date(2026, 3, 4)),
        (aggregate("max", nights), 3),
        (aggregate("any", Compare(">", nights, number(2))), True),
        (aggregate("all", Compare(">", nights, number(2))), False),
    ],
)
def test_an_expression_has_the_value_that_python_gives_it(
    scope: Scope, expression: Expression, expected: object
) -> None:
    assert scope.value(expression, {"room": "R1"}) == expected


def test_days_between_two_dates_are_a_number(scope: Scope) -> None:
    days = Arithmetic("-", arrives, Today(), INT)
    assert scope.value(days, {"b": "B1"}) == 2
    assert scope.value(days, {"b": "B3"}) == -3


@pytest.mark.parametrize(("how", "kind", "expected"), [("sum", INT, 0), ("max", INT, 0), ("min", DATE, None)])
def test_an_aggregate_of_no_row_is_nothing(scope: Scope, how: str, kind: Type, expected: object) -> None:
    value = arrives if kind == DATE else nights
    assert scope.value(aggregate(how, value, kind), {"room": "R3"}) == expected


def test_rows_are_compared_and_found_by_id(scope: Scope) -> None:
    inside = Within(Variable("room", ROOM), Variable("rooms", Type("refs", "room")))
    assert scope.value(inside, {"room": "R1", "rooms": ["R1", "R2"]})
    assert not scope.value(inside, {"room": "R3", "rooms": ["R1", "R2"]})
    assert scope.value(Compare("!=", room, Variable("other", ROOM)), {"room": "R1", "other": "R2"})


def test_ties_of_an_order_end_at_the_id(scope: Scope) -> None:
    by_rate, by_beds = Order(rate), Order(beds, descending=True)
    assert scope.in_order("room", ["R2", "R1", "R3"], [by_rate], {}) == ["R3", "R1", "R2"]
    assert scope.in_order("room", ["R2", "R1", "R3"], [Order(rate, descending=True)], {}) == [
        "R1",
        "R2",
        "R3",
    ]
    assert scope.in_order("room", ["R1", "R2", "R3"], [by_rate, by_beds], {}) == ["R3", "R2", "R1"]
    assert scope.in_order("room", ["R1", "R2", "R3"], [by_rate], {}, ties_backwards=True) == [
        "R3",
        "R2",
        "R1",
    ]


def test_days_are_texts_in_a_state() -> None:
    assert to_json(from_json("2026-03-02", DATE)) == "2026-03-02"
    assert from_json(None, DATE) is None
    assert from_json("R1", ROOM) == "R1"


def test_a_derived_value_is_asked_of_its_row() -> None:
    departs = Arithmetic("+", Get(Variable("booking", BOOKING), "arrives", DATE), number(3), DATE)
    design = replace(HOTEL, derived={("booking", "departs"): departs})
    scope = Scope(design, StateRows({"bookings": {"B1": booking("R1", "2026-03-04", 3)}}), TODAY)
    assert scope.value(Get(row, "departs", DATE), {"b": "B1"}) == dt.date(2026, 3, 7)
