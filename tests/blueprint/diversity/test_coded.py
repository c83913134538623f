"""An imported class is measured by the same signals as a native one: its code says what its card does not."""

from __future__ import annotations

import random

from envscaler_mcp.blueprint.diversity.coded import coded_in
from envscaler_mcp.blueprint.diversity.graphs import behaviour_graph, part_of
from envscaler_mcp.blueprint.diversity.subjects import Subject
from tests.blueprint.diversity.test_figures import card

PLAIN = """
STATES = ["open", "closed", "lost"]

class X:
    def __init__(self, config):
        self.rooms = {}

    def _row(self, room_id):
        return self.rooms.get(room_id)

    def close_booking(self, booking_id, state, way):
        if booking_id not in self.bookings:
            return {"success": False, "error": "not found"}
        if state not in STATES or way not in ("letter", "mail"):
            return {"success": False, "error": "no such state"}
        row = self._row(booking_id)
        if row["status"] == "lost":
            raise ValueError("lost")
        row["status"] = "closed"
        return {"success": True, "data": row}
"""


def test_what_a_plain_class_declines_and_lets_choose_is_read_from_its_code() -> None:
    found = coded_in(PLAIN, "X")
    assert (found.declines["close_booking"], found.declines["_row"]) == (3, 0)
    assert found.choices["close_booking"] == {"state": 3, "way": 2}
    assert found.values == {"status": 2}


def test_a_method_touches_what_those_that_it_calls_touch() -> None:
    found = coded_in(PLAIN, "X")
    assert {"rooms", "bookings"} <= found.touched["close_booking"]
    assert "bookings" not in found.touched["_row"]


def test_a_class_that_is_not_there_says_nothing() -> None:
    assert coded_in(PLAIN, "Y").declines == {}


def test_the_code_tells_two_environments_of_one_card_apart() -> None:
    declared = card("a", ("room", "booking"))
    plain = Subject(declared, (), PLAIN)
    assert plain.touches(declared.tools[0]) == ["Room", "Booking"]
    edges = {(one, other, label) for one, other, label in behaviour_graph(plain).edges(data="label")}
    assert ("tool close_booking", "Room", "touches") in edges
    assert ("tool close_booking", "Room", "touches") not in behaviour_graph(Subject(declared, ())).edges(
        data="label"
    )


def test_environments_are_compared_at_equal_size() -> None:
    graph = behaviour_graph(Subject(card("a", ("room", "booking")), (), PLAIN))
    assert set(part_of(graph, 0, random.Random(1))) == set()
    assert set(part_of(graph, 5, random.Random(1))) == {"tool close_booking", "Room", "Booking"}
