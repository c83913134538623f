"""A hand-built design and state: no reader, no compiler."""

from __future__ import annotations

from typing import Any

from envscaler_mcp.blueprint.design import (
    Action,
    Design,
    Duty,
    Entity,
    Field,
    Measure,
    Noun,
    Parameter,
)
from envscaler_mcp.blueprint.expression.tree import DATE, INT, TEXT, Constant, Type

STATES = ("requested", "confirmed", "checked_in", "left", "cancelled")
GUEST, ROOM, BOOKING = Type("ref", "guest"), Type("ref", "room"), Type("ref", "booking")
MONEY = Type("money")

guest = Entity(
    "guest",
    Noun("guest", "guests"),
    "guests",
    "GST",
    (
        Field("name", TEXT, "name", like="person", title=True),
        Field("city", TEXT, "city", "from {}", like="city"),
        Field("standing", Type("enum", values=("regular", "valued", "barred")), "standing"),
    ),
)
room = Entity(
    "room",
    Noun("room", "rooms"),
    "rooms",
    "ROM",
    (
        Field("number", TEXT, "number", like="###", unique=True, title=True),
        Field("floor", INT, "floor", "on floor {}"),
        Field("beds", INT, "beds", "with {}", unit="bed"),
        Field("rate", MONEY, "nightly rate"),
        Field("state", Type("enum", values=("open", "closed")), "state"),
    ),
    states=("open", "closed"),
)
booking = Entity(
    "booking",
    Noun("booking", "bookings"),
    "bookings",
    "BKG",
    (
        Field("guest", GUEST, "guest", "of {}"),
        Field("room", ROOM, "room", "in {}"),
        Field("arrives", DATE, "day of arrival", "arriving on {}"),
        Field("nights", INT, "length of stay", unit="night"),
        Field("party", INT, "party size", unit="person"),
        Field("price", MONEY, "price"),
        Field("state", Type("enum", values=STATES), "state"),
    ),
    states=STATES,
)


def action(name: str, subject: str, asks: tuple[str, ...], *more: Parameter, creates: str = "") -> Action:
    first = (Parameter(subject, Type("ref", subject), subject),) if subject else ()
    return Action(name, subject, creates, (*first, *more), (), (), (), asks, "")


ROOM_PARAMETER = Parameter("room", ROOM, "room")

HOTEL = Design(
    name="hotel_bookings",
    title="Hotel bookings",
    about="The reservations desk of one hotel.",
    domain="hotel_bookings",
    options=(),
    patterns=(),
    topics=(),
    entities=(guest, room, booking),
    rules=(),
    actions=(
        action(
            "request_booking",
            "",
            ("Put in a request for {guest} to have {room} from {arrives}, for {nights} and {party}.",),
            Parameter("guest", GUEST, "guest"),
            ROOM_PARAMETER,
            Parameter("arrives", DATE, "day of arrival"),
            Parameter("nights", INT, "length of stay", unit="night"),
            Parameter("party", INT, "party size", unit="person"),
            creates="booking",
        ),
        action("confirm_booking", "booking", ("Confirm {booking}.",)),
        action("move_booking", "booking", ("Move {booking} to {room}.",), ROOM_PARAMETER),
        action(
            "change_party",
            "booking",
            ("Change {booking} to {party}.",),
            Parameter("party", INT, "party size", unit="person"),
        ),
        action("check_in", "booking", ("Check in {booking}.",)),
        action("cancel_booking", "booking", ("Cancel {booking}.", "Call off {booking}.")),
        action(
            "pay_deposit",
            "booking",
            ("Put down {deposit} as paid in advance for {booking}.",),
            Parameter("deposit", MONEY, "deposit paid"),
        ),
        action("close_room", "room", ("Close {room}.",)),
        action("reopen_room", "room", ("Open {room} again.",)),
        action("bar_guest", "guest", ("Bar {guest}.",)),
        action("welcome_back", "guest", ("Note that {guest} is back.",)),
        action(
            "set_standing",
            "guest",
            ("Set the standing of {guest} to {standing}.",),
            Parameter("standing", Type("enum", values=("regular", "valued", "barred")), "standing"),
        ),
    ),
    measures=(
        Measure(
            "nights_booked", "room", Constant(0, INT), ("the number of nights for which {room} is booked",)
        ),
        Measure("open_requests", "", Constant(0, INT), ("the number of bookings that are still requested",)),
    ),
    duties=(
        Duty(
            "empty_the_room",
            "close_room",
            ("{room} has a burst pipe and cannot be used until further notice.",),
            "b",
            "booking",
            None,
            (),
            (),
            first=True,
        ),
    ),
)


def _guest(name: str, city: str, standing: str = "regular") -> dict[str, Any]:
    return {"name": name, "city": city, "standing": standing}


def _room(number: str, floor: int, beds: int, rate: int, state: str = "open") -> dict[str, Any]:
    return {"number": number, "floor": floor, "beds": beds, "rate": rate, "state": state}


def _booking(
    guest_id: str, room_id: str, arrives: str, nights: int, party: int, state: str
) -> dict[str, Any]:
    row = {"guest_id": guest_id, "room_id": room_id, "arrives": arrives, "nights": nights, "party": party}
    return {**row, "price": 12000 * nights, "state": state}


STATE = {
    "guests": {
        "GST-01": _guest("Anna Berg", "Bergen"),
        "GST-02": _guest("Anna Berg", "Lyon", "valued"),
        "GST-03": _guest("Jonas Lund", "Oslo"),
        "GST-04": _guest("Mei Tanaka", "Kyoto", "barred"),
    },
    "rooms": {
        "ROM-01": _room("101", 1, 2, 9000),
        "ROM-02": _room("214", 2, 3, 12000),
        "ROM-03": _room("215", 2, 3, 12500, "closed"),
    },
    "bookings": {
        "BKG-01": _booking("GST-01", "ROM-01", "2026-03-03", 2, 1, "requested"),
        "BKG-02": _booking("GST-03", "ROM-02", "2026-03-03", 3, 2, "confirmed"),
        "BKG-03": _booking("GST-03", "ROM-02", "2026-03-09", 3, 2, "requested"),
        "BKG-04": _booking("GST-04", "ROM-02", "2026-03-20", 1, 1, "requested"),
        "BKG-05": _booking("GST-04", "ROM-02", "2026-03-20", 1, 1, "cancelled"),
        "BKG-06": _booking("GST-02", "ROM-01", "2026-03-21", 1, 1, "requested"),
        "BKG-07": _booking("GST-02", "ROM-01", "2026-03-21", 1, 2, "requested"),
    },
}
