"""Generated values are carried over; what truly differs stays different."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from envscaler_mcp.interop.carrying import Carrier

KNOWN = {"rooms": {"R-1": {"opened": "2024-05-01", "count": 1200}}, "text": "pending"}


def carrier(*pairs: tuple[Any, Any]) -> Carrier:
    made = Carrier(KNOWN)
    for recorded, replayed in pairs:
        made.learn(recorded, replayed)
    return made


SAME: list[tuple[Any, Any]] = [
    ({"id": "3016f873"}, {"id": "9c1e0001"}),
    ({"message": "Made ord_ab12cd."}, {"message": "Made ord_99ffee."}),
    ({"id": "Заказ-ab12"}, {"id": "Заказ-99ff"}),
    ({"code": "QXZKJA"}, {"code": "PLMOKN"}),
    ({"pin": 4821}, {"pin": 7311}),
    ({"rows": {"u-1a": 1, "R-1": 2}}, {"rows": {"u-2b": 1, "R-1": 2}}),
    ({"at": "2026-03-01T10:00:00.123456"}, {"at": "2025-01-01T09:00:00"}),
    ({"at": 1785571200.5}, {"at": 1735722000.0}),
    ({"at": "2026-03-01 10:00"}, {"at": "2025-01-01 09:00"}),
    ({"a": 1}, {"a": 1.0}),
    ({"result": 7}, {"result": "7"}),
    ({"success": True}, {"result": "{'success': True}"}),
    ({"result": "{'success': True, 'data': [{'id': 'R-1', 'na..."},
     {"success": True, "data": [{"id": "R-1", "name": "x"}]}),
    ({"result": "{'success': True, 'id': 'ab12cd34', 'data': [1, 2"},
     {"success": True, "id": "ef99ab00", "data": [1, 2, 3]}),
]  # fmt: skip


@pytest.mark.parametrize(("recorded", "replayed"), SAME)
def test_what_was_generated_is_the_same(recorded: Any, replayed: Any) -> None:
    assert carrier((recorded, replayed)).same(recorded, replayed)


DIFFERENT: list[tuple[Any, Any]] = [
    ({"status": "shipped"}, {"status": "refused"}),
    ({"status": "PENDING"}, {"status": "SHIPPED"}),
    ({"id": "R-1"}, {"id": "R-2"}),
    ({"count": 4821}, {"count": 7311}),
    ({"pin": 1200}, {"pin": 7311}),
    ({"opened": "2024-05-01"}, {"opened": "2025-05-01"}),
    ({"at": "2026-03-01"}, {"at": "2024-05-01"}),
    ({"a": 1}, {"a": True}),
    ({"a": 1}, {"a": 1, "b": 2}),
    ({"a": [1, 2]}, {"a": [2, 1]}),
    ({"success": True}, {"success": False, "error": "no"}),
    ({"result": "{'success': True, 'data': [{'id': 'R-1'..."}, {"success": True, "data": []}),
]


@pytest.mark.parametrize(("recorded", "replayed"), DIFFERENT)
def test_what_was_not_generated_differs(recorded: Any, replayed: Any) -> None:
    assert not carrier((recorded, replayed)).same(recorded, replayed)


def test_an_id_means_one_thing_for_good() -> None:
    made = carrier(({"id": "a1"}, {"id": "b1"}))
    assert not made.same({"id": "a1"}, {"id": "b2"})
    made.learn({"id": "a2"}, {"id": "b1"})
    assert not made.same({"id": "a2"}, {"id": "b1"})
    assert made.carry({"a1": ["see a1.", "a3"]}) == {"b1": ["see b1.", "a3"]}


def test_two_calls_in_one_minute_or_not() -> None:
    """The replay's clock moves by a second for each write, the recording's moved as it liked."""
    made = carrier(({"at": "2026-03-01 10:00"}, {"at": "2025-01-01 09:00"}))
    assert made.same({"at": "2026-03-01 10:07"}, {"at": "2025-01-01 09:00"})
    assert made.same({"at": "2026-03-01 10:00"}, {"at": "2025-01-01 09:01"})


def test_what_an_agent_typed_is_not_generated() -> None:
    made = Carrier(KNOWN)
    made.know({"on": "2026-03-01", "id": "x-9"})
    made.learn({"on": "2026-03-01", "id": "x-9"}, {"on": "2025-01-01", "id": "x-8"})
    assert not made.same({"on": "2026-03-01"}, {"on": "2025-01-01"})
    assert not made.same({"id": "x-9"}, {"id": "x-8"})


@pytest.mark.parametrize(
    ("recorded", "replayed", "moment"),
    [
        ("2026-03-01T10:00:00.5", "2025-01-01T09:00:00", dt.datetime(2026, 3, 1, 10, 0, 0, 500_000)),
        ("ORD20260301100203", "ORD20250101090000", dt.datetime(2026, 3, 1, 10, 2, 3)),
        (1785571200, 1735722000, dt.datetime(2026, 8, 1, 8)),
        ("2024-05-01", "2025-01-01", dt.datetime(2024, 5, 1)),
    ],
)
def test_the_time_of_the_recording_is_noticed(recorded: Any, replayed: Any, moment: dt.datetime) -> None:
    assert carrier(({"at": recorded}, {"at": replayed})).moment == moment.replace(tzinfo=dt.UTC)
