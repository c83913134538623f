from __future__ import annotations

import pytest

from envscaler_mcp.blueprint.compiling.touching import asked_after

from .designs import design

ALL = ()
HOTEL = {
    "request_booking": {"too_many_requests": ALL},
    "confirm_booking": dict.fromkeys(
        ("too_many_people", "room_closed", "guest_barred", "room_taken", "guest_elsewhere", "stays_too_long"),
        ("booking",),
    ),
    "extend_stay": dict.fromkeys(("room_taken", "guest_elsewhere", "stays_too_long"), ("booking",)),
    "move_booking": dict.fromkeys(("too_many_people", "room_closed", "room_taken"), ("booking",)),
    "change_party": {"too_many_people": ("booking",)},
    "check_in": {},  # held before, and holds now
    "cancel_booking": {},
    "close_room": {"room_closed": ALL},
    "reopen_room": {},
    "bar_guest": {"guest_barred": ALL},
}
WORKSHOP = {
    "lend_tool": {"lent_twice": ALL, "too_many_tools": ALL, "worn_out": ("loan",)},
    "relabel": {"tool_tag_taken": ("tool",)},
    "relieve": {},
    "entrust": {"keeper_unskilled": ("tool",)},
    "forget_loan": {},
    "call_in": {},
}


@pytest.mark.parametrize(
    ("name", "expected"), [("hotel_bookings", HOTEL), ("workshop", WORKSHOP)], ids=["hotel", "workshop"]
)
def test_what_is_asked_after_each_action(name: str, expected: dict[str, dict[str, tuple[str, ...]]]):
    actions = design(name).by_action
    found = {
        action: {asked.rule.id: asked.variables for asked in asked_after(actions[action], design(name))}
        for action in expected
    }
    assert found == expected
