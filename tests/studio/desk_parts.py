"""A booking desk as an agent would write it: calls of the studio's tools, one after the other."""

from __future__ import annotations

from typing import Any

from tests.certify.desks import CHECKS, FRAME, ORACLE, START

DRAFT = "booking_desk"
Step = tuple[str, dict[str, Any]]
BOOKING_ID = {"name": "booking_id", "type": "str", "description": "Id of a booking, such as BK-1."}
ROOM_ID = {"name": "room_id", "type": "str", "description": "Id of a room, such as RM-1."}
CHANGE_SEATS = """\
booking = self.find(self.bookings, booking_id, 'booking')
if not 0 < seats <= self.rooms[booking.room_id].seats:
    raise Refusal('too_many', 'The room is too small.')
booking.seats = seats
return booking
"""
BOOK_ROOM = """\
room = self.find(self.rooms, room_id, 'room')
self.find(self.members, member_id, 'member')
if room.status == 'closed':
    raise Refusal('closed', f'{room_id} is closed.')
if not 0 < seats <= room.seats:
    raise Refusal('too_many', f'{room_id} has {room.seats} seats.')
booking = Booking(
    id=self.new_id('BK'), room_id=room_id, member_id=member_id, day=day, seats=seats, status='asked',
    note=note,
)
self.bookings[booking.id] = booking
return booking
"""
CONFIRM = """\
booking = self.find(self.bookings, booking_id, 'booking')
if booking.status != 'asked':
    raise Refusal('not_asked', f'{booking_id} is {booking.status}.')
booking.status = 'confirmed'
return booking
"""
CLOSE = """\
room = self.find(self.rooms, room_id, 'room')
if room.status == 'closed':
    raise Refusal('closed', f'{room_id} is closed.')
room.status = 'closed'
for booking in self._bookings_of(room_id):
    booking.status = 'cancelled'
return room
"""
OPEN = """\
live = [booking for booking in self.bookings.values() if booking.status != 'cancelled']
return all(self.rooms[one.room_id].status == 'open' for one in live if one.room_id in self.rooms)
"""
CONFIRMED = """\
def check(initial, final):
    return final['bookings'].get('BK-3') == {**initial['bookings']['BK-3'], 'status': 'confirmed', 'seats': 5}
"""
ONLY_CONFIRMED = """\
def check(initial, final):
    return final['bookings']['BK-3']['status'] == 'confirmed'
"""
UNTOUCHED = """\
def check(initial, final):
    return final['bookings'].get('BK-1') == initial['bookings']['BK-1']
"""


def entity(name: str, about: str, fields: dict[str, str], collection: str | None) -> Step:
    rows = [{"name": key, "type": kind} for key, kind in fields.items()]
    return "put_entity", {"name": name, "description": about, "fields": rows, "collection": collection}


def tool(name: str, kind: str, about: str, returns: str, body: str, *parameters: dict[str, Any]) -> Step:
    given = {"name": name, "kind": kind, "description": about, "returns": returns, "body": body}
    return "put_tool", {**given, "parameters": list(parameters)}


BOOKING: Step = (
    "put_entity",
    {
        "name": "Booking",
        "description": "A room on one day.",
        "collection": "bookings",
        "fields": [
            {"name": "id", "type": "str"},
            {"name": "room_id", "type": "str"},
            {"name": "member_id", "type": "str"},
            {"name": "day", "type": "dt.date"},
            {"name": "seats", "type": "int"},
            {"name": "status", "type": "Literal['asked', 'confirmed', 'cancelled']"},
            {"name": "note", "type": "str", "role": "free_text"},
        ],
    },
)
CODE: tuple[Step, ...] = (
    (
        "put_constant",
        {
            "name": "Seats",
            "value": "Annotated[int, Field(description='How many seats, 1 to 10.', ge=1, le=10)]",
        },
    ),
    entity(
        "Room",
        "A room with so many seats.",
        {"id": "str", "seats": "int", "status": "Literal['open', 'closed']"},
        "rooms",
    ),
    entity("Member", "Somebody who books.", {"id": "str", "name": "str"}, "members"),
    BOOKING,
    tool("list_rooms", "read", "List all rooms.", "list[Room]", "return list(self.rooms.values())"),
    tool(
        "get_booking",
        "read",
        "Look up one booking.",
        "Booking",
        "return self.find(self.bookings, booking_id, 'booking')",
        BOOKING_ID,
    ),
    tool(
        "book_room",
        "write",
        "Ask for a room on a day.",
        "Booking",
        BOOK_ROOM,
        ROOM_ID,
        {"name": "member_id", "type": "str", "description": "Id of a member, such as MB-1."},
        {"name": "day", "type": "dt.date", "description": "Day, YYYY-MM-DD."},
        {"name": "seats", "type": "Seats"},
        {"name": "note", "type": "str", "description": "A remark.", "default": "''"},
    ),
    tool("confirm_booking", "write", "Confirm a booking that was asked for.", "Booking", CONFIRM, BOOKING_ID),
    tool(
        "change_seats",
        "write",
        "Change the number of seats.",
        "Booking",
        CHANGE_SEATS,
        BOOKING_ID,
        {"name": "seats", "type": "Seats"},
    ),
    tool("close_room", "write", "Close a room; its bookings are cancelled.", "Room", CLOSE, ROOM_ID),
    (
        "put_method",
        {
            "name": "_bookings_of",
            "description": "The bookings of one room.",
            "parameters": [{"name": "room_id", "type": "str"}],
            "returns": "list[Booking]",
            "body": "return [one for one in self.bookings.values() if one.room_id == room_id]",
        },
    ),
    ("put_rule", {"name": "rooms_are_open", "text": "A live booking is in an open room.", "body": OPEN}),
    ("put_policy", {"policy": "# Policy\n\nWhen a room closes, its bookings are cancelled.\n"}),
    ("put_world", {"start": START, "now": "2026-05-01T09:00:00+00:00", "seed": 1}),
)


def scenario(name: str, instruction: str, **graded: Any) -> Step:
    return "put_scenario", {"id": name, "instruction": instruction, **graded}


CLOSING = scenario(
    "closing",
    "Close room RM-1. Then book RM-2 for Ana, 4 seats on 4 May 2026, and confirm that booking.",
    checks=[check.to_json() for check in CHECKS],
    frame=FRAME.to_json(),
    oracle=[call.to_json() for call in ORACLE],
)
MORE_SEATS = scenario(
    "more-seats",
    "Cid now needs 5 seats for booking BK-3 in RM-3. Change it, and confirm it.",
    checks=[
        {"id": "done", "kind": "goal", "weight": 1, "text": "BK-3 has 5 seats.", "source": CONFIRMED},
        {"id": "kept", "kind": "guard", "weight": 1, "text": "Ben's stays.", "source": UNTOUCHED},
    ],
    frame={"changed": ["/bookings/BK-3/status", "/bookings/BK-3/seats"]},
    oracle=[
        {"tool": "change_seats", "arguments": {"booking_id": "BK-3", "seats": 5}},
        {"tool": "confirm_booking", "arguments": {"booking_id": "BK-3"}},
    ],
)
UNSOUND = scenario(
    "unsound",
    "Cid now needs 5 seats for booking BK-3 in RM-3. Change it, and confirm it.",
    checks=[
        {
            "id": "confirmed",
            "kind": "goal",
            "text": "Says nothing of the seats.",
            "source": ONLY_CONFIRMED,
        }
    ],
    frame={"changed": ["/bookings/*/status", "/bookings/*/seats"]},
    oracle=MORE_SEATS[1]["oracle"],
)
