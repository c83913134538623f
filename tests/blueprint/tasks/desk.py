"""A small front desk with a start state that can be looked over: the ground on which readings are tested."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Any

from envscaler_mcp.blueprint.compiling import compile_design
from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.reading import read_domain
from envscaler_mcp.blueprint.tasks.requests import Described, Do, Event, Mark
from envscaler_mcp.blueprint.world.live import Live, LiveEpisode

NOW = dt.datetime(2026, 3, 2, 9)

GUESTS = {"GST-01": "Anna Berg", "GST-02": "Jonas Lund", "GST-03": "Ines Costa"}
# number, beds, nightly rate, state
ROOMS = {
    "ROM-01": ("101", 2, 6000, "open"),
    "ROM-02": ("102", 3, 7000, "open"),
    "ROM-03": ("103", 1, 5000, "open"),
    "ROM-04": ("104", 4, 9000, "closed"),
}
# guest, room, day of March, party, state
BOOKINGS = {
    "BKN-01": ("GST-01", "ROM-01", 5, 2, "confirmed"),
    "BKN-02": ("GST-02", "ROM-01", 6, 1, "confirmed"),
    "BKN-03": ("GST-03", "ROM-02", 5, 3, "confirmed"),
    "BKN-04": ("GST-01", "ROM-03", 6, 2, "requested"),
    "BKN-05": ("GST-02", "ROM-02", 9, 2, "requested"),
    "BKN-06": ("GST-03", "ROM-03", 9, 1, "cancelled"),
}


@lru_cache
def world() -> tuple[Design, Live]:
    design = read_domain(Path(__file__).parent / "desk.yaml").design(())
    return design, Live.of(compile_design(design))


def state() -> dict[str, Any]:
    return {
        "guests": {key: {"id": key, "name": name} for key, name in GUESTS.items()},
        "rooms": {
            key: {"id": key, "number": number, "beds": beds, "rate": rate, "state": where}
            for key, (number, beds, rate, where) in ROOMS.items()
        },
        "bookings": {
            key: {
                "id": key,
                "guest_id": guest,
                "room_id": room,
                "arrives": dt.date(2026, 3, day).isoformat(),
                "party": party,
                "remark": None,
                "state": where,
            }
            for key, (guest, room, day, party, where) in BOOKINGS.items()
        },
        "decisions": {},
        "reports": {},
    }


def begun() -> LiveEpisode:
    return world()[1].start(state(), NOW, 7)


def room(number: str) -> Described:
    return Described(
        "room", (Mark("number", number),), next(key for key, row in ROOMS.items() if row[0] == number)
    )


def guest(name: str) -> Described:
    return Described("guest", (Mark("name", name),), next(key for key, row in GUESTS.items() if row == name))


def booking(number: int) -> Described:
    key = f"BKN-0{number}"
    who, _, day, _, _ = BOOKINGS[key]
    arrives = dt.date(2026, 3, day).isoformat()
    return Described("booking", (Mark("guest", guest(GUESTS[who])), Mark("arrives", arrives)), key)


def do(action: str, **arguments: Any) -> Do:
    return Do(action, arguments)


def burst_pipe(number: str) -> Event:
    return Event("empty_the_room", {"room": room(number)})
