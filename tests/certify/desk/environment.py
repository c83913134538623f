"""A booking desk: rooms, members, and bookings that are cancelled when their room closes."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from ._runtime import FREE_TEXT, Entity, Environment, Refusal, read, rule, write

BookingId = Annotated[str, Field(description="Id of a booking, such as BK-1.")]
RoomId = Annotated[str, Field(description="Id of a room, such as RM-1.")]


class Room(Entity):
    """A room with so many seats."""

    id: str
    seats: int
    status: Literal["open", "closed"]


class Member(Entity):
    """Somebody who books."""

    id: str
    name: str


class Booking(Entity):
    """A room on one day."""

    id: str
    room_id: str
    member_id: str
    day: dt.date
    seats: int
    status: Literal["asked", "confirmed", "cancelled"]
    note: str = FREE_TEXT


class Desk(Environment):
    """A booking desk."""

    rooms: dict[str, Room]
    members: dict[str, Member]
    bookings: dict[str, Booking]

    @read
    def list_rooms(self) -> list[Room]:
        """List all rooms."""
        return list(self.rooms.values())

    @read
    def get_booking(self, booking_id: BookingId) -> Booking:
        """Look up one booking."""
        return self.find(self.bookings, booking_id, "booking")

    @write
    def book_room(
        self,
        room_id: RoomId,
        member_id: Annotated[str, Field(description="Id of a member, such as MB-1.")],
        day: Annotated[dt.date, Field(description="Day, YYYY-MM-DD.")],
        seats: Annotated[int, Field(description="How many seats.")],
        note: Annotated[str, Field(description="A remark.")] = "",
    ) -> Booking:
        """Ask for a room on a day."""
        room = self.find(self.rooms, room_id, "room")
        self.find(self.members, member_id, "member")
        if room.status == "closed":
            raise Refusal("closed", f"{room_id} is closed.")
        if not 0 < seats <= room.seats:
            raise Refusal("too_many", f"{room_id} has {room.seats} seats.")
        booking = Booking(
            id=self.new_id("BK"), room_id=room_id, member_id=member_id, day=day, seats=seats,
            status="asked", note=note,
        )  # fmt: skip
        self.bookings[booking.id] = booking
        return booking

    @write
    def confirm_booking(self, booking_id: BookingId) -> Booking:
        """Confirm a booking that was asked for."""
        booking = self.find(self.bookings, booking_id, "booking")
        if booking.status != "asked":
            raise Refusal("not_asked", f"{booking_id} is {booking.status}.")
        booking.status = "confirmed"
        return booking

    @write
    def change_seats(
        self, booking_id: BookingId, seats: Annotated[int, Field(description="How many.")]
    ) -> Booking:
        """Change the number of seats."""
        booking = self.find(self.bookings, booking_id, "booking")
        if not 0 < seats <= self.rooms[booking.room_id].seats:
            raise Refusal("too_many", "The room is too small.")
        booking.seats = seats
        return booking

    @write
    def close_room(self, room_id: RoomId) -> Room:
        """Close a room; its bookings are cancelled."""
        room = self.find(self.rooms, room_id, "room")
        if room.status == "closed":
            raise Refusal("closed", f"{room_id} is closed.")
        room.status = "closed"
        for booking in self.bookings.values():
            if booking.room_id == room_id:
                booking.status = "cancelled"
        return room

    @rule("A booking that is not cancelled is in an open room.")
    def rooms_of_bookings_are_open(self) -> bool:
        """See the rule."""
        live = [booking for booking in self.bookings.values() if booking.status != "cancelled"]
        return all(
            self.rooms[booking.room_id].status == "open" for booking in live if booking.room_id in self.rooms
        )
