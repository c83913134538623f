# ruff: noqa: D102 - the text of a rule is its docstring
"""Hotel bookings.

The reservations desk of one hotel: its rooms, its guests and the nights they have booked.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from ._runtime import FREE_TEXT, Entity, Environment, Refusal, read, rule, write

PAGE_ROWS = 10
FIRST_DAY = dt.date(2000, 1, 1)
LAST_DAY = dt.date(2099, 12, 31)

Standing = Literal["regular", "valued", "barred"]
RoomState = Literal["open", "closed"]
BookingState = Literal["requested", "confirmed", "checked_in", "left", "cancelled"]
WaitlistEntryState = Literal["waiting", "served", "withdrawn"]
Request = Literal[
    "request_booking",
    "confirm_booking",
    "move_booking",
    "change_party",
    "extend_stay",
    "check_in",
    "check_out",
    "cancel_booking",
    "close_room",
    "reopen_room",
    "bar_guest",
    "pay_deposit",
    "join_waitlist",
    "leave_waitlist",
    "reprice_season",
    "shift_season",
    "shorten_season",
]
Ground = Literal[
    "wrong_state",
    "in_the_past",
    "no_deposit",
    "out_of_turn",
    "same_room",
    "too_early",
    "already_barred",
    "below_first_night",
    "more_than_price",
    "same_percentage",
    "season_has_begun",
    "not_shorter",
    "too_many_people",
    "room_closed",
    "guest_barred",
    "room_taken",
    "guest_elsewhere",
    "too_many_requests",
    "stays_too_long",
    "waiting_twice",
    "seasons_overlap",
]
Measure = Literal["nights_booked", "open_requests", "line_length"]

GuestId = Annotated[str, Field(description="Id of a guest, such as GST-01.")]
PartOfName = Annotated[str | None, Field(description="Part of the name, in any case.")]
PartOfCity = Annotated[str | None, Field(description="Part of the city, in any case.")]
InStanding = Annotated[Standing | None, Field(description="Only those with this standing.")]
Page = Annotated[int, Field(description=f"Page of {PAGE_ROWS} rows, from 1; past the end it is empty.", ge=1)]
RoomId = Annotated[str, Field(description="Id of a room, such as RM-01.")]
PartOfNumber = Annotated[str | None, Field(description="Part of the number, in any case.")]
InRoomState = Annotated[RoomState | None, Field(description="Only those in this state.")]
BookingId = Annotated[str, Field(description="Id of a booking, such as BKN-01.")]
OfGuest = Annotated[str | None, Field(description="Only those of the guest with this id.")]
OfRoom = Annotated[str | None, Field(description="Only those of the room with this id.")]
ArrivesFrom = Annotated[
    dt.date | None, Field(description="Only those whose day of arrival is on or after this day, YYYY-MM-DD.")
]
ArrivesUntil = Annotated[
    dt.date | None, Field(description="Only those whose day of arrival is on or before this day, YYYY-MM-DD.")
]
InBookingState = Annotated[BookingState | None, Field(description="Only those in this state.")]
WaitlistEntryId = Annotated[str, Field(description="Id of a waitlist entry, such as WE-01.")]
InWaitlistEntryState = Annotated[WaitlistEntryState | None, Field(description="Only those in this state.")]
SeasonId = Annotated[str, Field(description="Id of a season, such as SSN-01.")]
StartsFrom = Annotated[
    dt.date | None, Field(description="Only those whose first day is on or after this day, YYYY-MM-DD.")
]
StartsUntil = Annotated[
    dt.date | None, Field(description="Only those whose first day is on or before this day, YYYY-MM-DD.")
]
Arrives = Annotated[dt.date, Field(description="Day of arrival, YYYY-MM-DD.", ge=FIRST_DAY, le=LAST_DAY)]
Nights = Annotated[int, Field(description="Length of stay, in nights, 1 to 9.", ge=1, le=9)]
Party = Annotated[int, Field(description="Party size, in people, 1 to 4.", ge=1, le=4)]
More = Annotated[int, Field(description="Extra nights, 1 to 4.", ge=1, le=4)]
Deposit = Annotated[int, Field(description="Deposit paid, in cents, 0 to 60000.", ge=0, le=60000)]
Percent = Annotated[int, Field(description="Percentage of the price, 70 to 150.", ge=70, le=150)]
Starts = Annotated[dt.date, Field(description="First day, YYYY-MM-DD.", ge=FIRST_DAY, le=LAST_DAY)]
Days = Annotated[int, Field(description="Length, in days, 4 to 12.", ge=4, le=12)]
GivenRequest = Annotated[Request, Field(description="Tool that was asked for.")]
GivenGround = Annotated[Ground, Field(description="Code with which the tool refuses it.")]
Note = Annotated[str, Field(description="Note, at most 500 characters.", min_length=1, max_length=500)]
About = Annotated[
    str | None,
    Field(description="Id of the row it is about, at most 200 characters.", min_length=1, max_length=200),
]
GivenMeasure = Annotated[Measure, Field(description="Name of the figure.")]
Figure = Annotated[int, Field(description="Value of the figure.")]

Row = TypeVar("Row")


class Guest(Entity):
    """A guest."""

    id: str
    name: str
    city: str
    standing: Standing


class Room(Entity):
    """A room."""

    id: str
    number: str
    floor: int
    beds: int
    rate: int  # nightly rate, in cents
    state: RoomState = "open"


class Booking(Entity):
    """A booking."""

    id: str
    guest_id: str
    room_id: str
    arrives: dt.date  # day of arrival
    nights: int  # length of stay, in nights
    party: int  # party size, in people
    price: int  # cents
    fee: int = 0  # cancellation fee, in cents
    deposit: int = 0  # deposit paid, in cents
    state: BookingState = "requested"

    @property
    def departs(self) -> dt.date:
        return self.arrives + dt.timedelta(self.nights)

    @property
    def holds(self) -> bool:
        return self.state in ("confirmed", "checked_in")


class WaitlistEntry(Entity):
    """A waitlist entry."""

    id: str
    guest_id: str
    room_id: str
    place: int  # place in line
    state: WaitlistEntryState = "waiting"


class Season(Entity):
    """A season."""

    id: str
    name: str
    starts: dt.date  # first day
    days: int  # length, in days
    percent: int  # percentage of the price

    @property
    def ends(self) -> dt.date:
        return self.starts + dt.timedelta(self.days)


class Decision(Entity):
    """A decision."""

    id: str
    request: Request
    about: str | None = None  # row it is about
    ground: Ground
    note: str = FREE_TEXT


class Report(Entity):
    """A report."""

    id: str
    measure: Measure
    about: str | None = None  # row it is about
    figure: int


class BookingSheet(Entity):
    """A booking and what follows from it."""

    booking: Booking
    departs: dt.date
    holds: bool


class WaitlistEntrySheet(Entity):
    """A waitlist entry and what follows from it."""

    waitlist_entry: WaitlistEntry
    first: bool  # first in line


class SeasonSheet(Entity):
    """A season and what follows from it."""

    season: Season
    ends: dt.date


class HotelBookings(Environment):
    """Hotel bookings."""

    guests: dict[str, Guest]
    rooms: dict[str, Room]
    bookings: dict[str, Booking]
    waitlist_entries: dict[str, WaitlistEntry]
    seasons: dict[str, Season]
    decisions: dict[str, Decision]
    reports: dict[str, Report]

    @read
    def get_guest(self, guest_id: GuestId) -> Guest:
        """Look up one guest."""
        return self.find(self.guests, guest_id, "guest")

    @read
    def search_guests(
        self, name: PartOfName = None, city: PartOfCity = None, standing: InStanding = None, page: Page = 1
    ) -> list[Guest]:
        """Find guests by name, city and standing, in order of id."""
        rows = [row for row in self.guests.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if (city or "").casefold() in row.city.casefold()]
        rows = [row for row in rows if standing in (None, row.standing)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_room(self, room_id: RoomId) -> Room:
        """Look up one room."""
        return self.find(self.rooms, room_id, "room")

    @read
    def search_rooms(
        self, number: PartOfNumber = None, state: InRoomState = None, page: Page = 1
    ) -> list[Room]:
        """Find rooms by number and state, in order of id."""
        rows = [row for row in self.rooms.values() if (number or "").casefold() in row.number.casefold()]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_booking(self, booking_id: BookingId) -> BookingSheet:
        """Look up a booking and what follows from it: departs and holds."""
        booking = self.find(self.bookings, booking_id, "booking")
        return BookingSheet(booking=booking, departs=booking.departs, holds=booking.holds)

    @read
    def search_bookings(
        self,
        *,
        guest_id: OfGuest = None,
        room_id: OfRoom = None,
        arrives_from: ArrivesFrom = None,
        arrives_until: ArrivesUntil = None,
        state: InBookingState = None,
        page: Page = 1,
    ) -> list[Booking]:
        """Find bookings by guest, room, day of arrival and state, in order of id."""
        rows = [row for row in self.bookings.values() if guest_id in (None, row.guest_id)]
        rows = [row for row in rows if room_id in (None, row.room_id)]
        rows = [row for row in rows if arrives_from is None or row.arrives >= arrives_from]
        rows = [row for row in rows if arrives_until is None or row.arrives <= arrives_until]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_waitlist_entry(self, waitlist_entry_id: WaitlistEntryId) -> WaitlistEntrySheet:
        """Look up a waitlist entry and what follows from it: first in line."""
        waitlist_entry = self.find(self.waitlist_entries, waitlist_entry_id, "waitlist entry")
        return WaitlistEntrySheet(waitlist_entry=waitlist_entry, first=self._first(waitlist_entry))

    @read
    def search_waitlist_entries(
        self,
        guest_id: OfGuest = None,
        room_id: OfRoom = None,
        state: InWaitlistEntryState = None,
        page: Page = 1,
    ) -> list[WaitlistEntry]:
        """Find waitlist entries by guest, room and state, in order of id."""
        rows = [row for row in self.waitlist_entries.values() if guest_id in (None, row.guest_id)]
        rows = [row for row in rows if room_id in (None, row.room_id)]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_season(self, season_id: SeasonId) -> SeasonSheet:
        """Look up a season and what follows from it: ends."""
        season = self.find(self.seasons, season_id, "season")
        return SeasonSheet(season=season, ends=season.ends)

    @read
    def search_seasons(
        self,
        name: PartOfName = None,
        starts_from: StartsFrom = None,
        starts_until: StartsUntil = None,
        page: Page = 1,
    ) -> list[Season]:
        """Find seasons by name and first day, in order of id."""
        rows = [row for row in self.seasons.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if starts_from is None or row.starts >= starts_from]
        rows = [row for row in rows if starts_until is None or row.starts <= starts_until]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @write
    def request_booking(
        self, guest_id: GuestId, room_id: RoomId, arrives: Arrives, nights: Nights, party: Party
    ) -> Booking:
        """Request a booking.

        Refused as: in_the_past, too_many_requests.
        """
        self.find(self.guests, guest_id, "guest")
        room = self.find(self.rooms, room_id, "room")
        if arrives < self.today():
            raise Refusal(
                "in_the_past",
                f"Not possible: the day of arrival ({arrives}) must not be before today ({self.today()}).",
            )
        booking = Booking(
            id=self.new_id("BKN"),
            guest_id=guest_id,
            room_id=room_id,
            arrives=arrives,
            nights=nights,
            party=party,
            price=room.rate * nights,
        )
        self.bookings[booking.id] = booking
        season = min(
            (
                season
                for season in self.seasons.values()
                if season.starts <= booking.arrives and booking.arrives < season.ends
            ),
            key=lambda season: season.id,
            default=None,
        )
        if season is not None:
            booking.price = booking.price * season.percent // 100
        self._refuse_too_many_requests(*self.guests.values())
        return booking

    @write
    def confirm_booking(self, booking_id: BookingId) -> Booking:
        """Confirm a booking.

        The booking must be requested. Refused as: no_deposit, out_of_turn, too_many_people, room_closed,
        guest_barred, room_taken, guest_elsewhere, stays_too_long.
        """
        booking = self._booking(booking_id, "requested")
        if booking.deposit <= 0 and self.guests[booking.guest_id].standing != "valued":
            raise Refusal(
                "no_deposit",
                f"Not possible: the deposit paid of the booking ({booking.deposit} cents) must be more than "
                "€0.00 or the standing of the guest of the booking "
                f"({self.guests[booking.guest_id].standing}) must be valued.",
            )
        if any(
            waitlist_entry.room_id == booking.room_id
            and waitlist_entry.state == "waiting"
            and self._first(waitlist_entry)
            and waitlist_entry.guest_id != booking.guest_id
            for waitlist_entry in self.waitlist_entries.values()
        ):
            raise Refusal(
                "out_of_turn",
                "Not possible: there must be no waiting waitlist entry for the room of the booking that is "
                "first in line and whose guest is not the guest of the booking.",
            )
        booking.state = "confirmed"
        for waitlist_entry in self.waitlist_entries.values():
            if (
                waitlist_entry.guest_id == booking.guest_id
                and waitlist_entry.room_id == booking.room_id
                and waitlist_entry.state == "waiting"
            ):
                waitlist_entry.state = "served"
        self._refuse_too_many_people(booking)
        self._refuse_room_closed(booking)
        self._refuse_guest_barred(booking)
        self._refuse_room_taken(booking)
        self._refuse_guest_elsewhere(booking)
        self._refuse_stays_too_long(booking)
        return booking

    @write
    def move_booking(self, booking_id: BookingId, room_id: RoomId) -> Booking:
        """Move a booking.

        The booking must be requested or confirmed. Refused as: same_room, too_many_people, room_closed,
        room_taken.
        """
        booking = self._booking(booking_id, "requested", "confirmed")
        room = self.find(self.rooms, room_id, "room")
        if room_id == booking.room_id:
            raise Refusal("same_room", "Not possible: the new room must not be the room of the booking.")
        booking.price = room.rate * booking.nights
        booking.room_id = room_id
        self._refuse_too_many_people(booking)
        self._refuse_room_closed(booking)
        self._refuse_room_taken(booking)
        return booking

    @write
    def change_party(self, booking_id: BookingId, party: Party) -> Booking:
        """Change the party of a booking.

        The booking must be requested or confirmed. Refused as: too_many_people.
        """
        booking = self._booking(booking_id, "requested", "confirmed")
        booking.party = party
        self._refuse_too_many_people(booking)
        return booking

    @write
    def extend_stay(self, booking_id: BookingId, more: More) -> Booking:
        """Extend a booking by a given number of nights.

        The booking must be confirmed or checked in. Refused as: room_taken, guest_elsewhere,
        stays_too_long.
        """
        booking = self._booking(booking_id, "confirmed", "checked_in")
        booking.nights = booking.nights + more
        booking.price = booking.price + self.rooms[booking.room_id].rate * more
        self._refuse_room_taken(booking)
        self._refuse_guest_elsewhere(booking)
        self._refuse_stays_too_long(booking)
        return booking

    @write
    def check_in(self, booking_id: BookingId) -> Booking:
        """Check in a booking.

        The booking must be confirmed. Refused as: too_early.
        """
        booking = self._booking(booking_id, "confirmed")
        if booking.arrives > self.today():
            raise Refusal(
                "too_early",
                f"Not possible: the day of arrival of the booking ({booking.arrives}) must not be after "
                f"today ({self.today()}).",
            )
        booking.state = "checked_in"
        return booking

    @write
    def check_out(self, booking_id: BookingId) -> Booking:
        """Check out a booking.

        The booking must be checked in.
        """
        booking = self._booking(booking_id, "checked_in")
        booking.state = "left"
        return booking

    @write
    def cancel_booking(self, booking_id: BookingId) -> Booking:
        """Cancel a booking.

        The booking must be requested or confirmed.
        """
        booking = self._booking(booking_id, "requested", "confirmed")
        booking.fee = (
            self.rooms[booking.room_id].rate
            if booking.state == "confirmed" and (booking.arrives - self.today()).days < 3
            else 0
        )
        booking.state = "cancelled"
        return booking

    @write
    def close_room(self, room_id: RoomId) -> Room:
        """Close a room.

        The room must be open. Refused as: room_closed.
        """
        room = self._room(room_id, "open")
        room.state = "closed"
        self._refuse_room_closed(*self.bookings.values())
        return room

    @write
    def reopen_room(self, room_id: RoomId) -> Room:
        """Reopen a room.

        The room must be closed.
        """
        room = self._room(room_id, "closed")
        room.state = "open"
        return room

    @write
    def bar_guest(self, guest_id: GuestId) -> Guest:
        """Bar a guest.

        Refused as: already_barred, guest_barred.
        """
        guest = self.find(self.guests, guest_id, "guest")
        if guest.standing == "barred":
            raise Refusal(
                "already_barred",
                f"Not possible: the standing of the guest ({guest.standing}) must not be barred.",
            )
        guest.standing = "barred"
        for booking in self.bookings.values():
            if booking.guest_id == guest_id and booking.state == "requested":
                booking.state = "cancelled"
        self._refuse_guest_barred(*self.bookings.values())
        return guest

    @write
    def pay_deposit(self, booking_id: BookingId, deposit: Deposit) -> Booking:
        """Pay the deposit of a booking.

        The booking must be requested or confirmed. Refused as: below_first_night, more_than_price.
        """
        booking = self._booking(booking_id, "requested", "confirmed")
        if deposit < self.rooms[booking.room_id].rate:
            raise Refusal(
                "below_first_night",
                f"Not possible: the new deposit paid ({deposit} cents) must be at least the nightly rate of "
                f"the room of the booking ({self.rooms[booking.room_id].rate} cents).",
            )
        if deposit > booking.price:
            raise Refusal(
                "more_than_price",
                f"Not possible: the new deposit paid ({deposit} cents) must be at most the price of the "
                f"booking ({booking.price} cents).",
            )
        booking.deposit = deposit
        return booking

    @write
    def join_waitlist(self, guest_id: GuestId, room_id: RoomId) -> WaitlistEntry:
        """Put a guest on the waitlist for a room.

        Refused as: waiting_twice.
        """
        self.find(self.guests, guest_id, "guest")
        self.find(self.rooms, room_id, "room")
        waitlist_entry = WaitlistEntry(
            id=self.new_id("WE"),
            guest_id=guest_id,
            room_id=room_id,
            place=1 + max(
                (
                    waitlist_entry.place
                    for waitlist_entry in self.waitlist_entries.values()
                    if waitlist_entry.room_id == room_id
                ),
                default=0,
            ),
        )
        self.waitlist_entries[waitlist_entry.id] = waitlist_entry
        self._refuse_waiting_twice(waitlist_entry)
        return waitlist_entry

    @write
    def leave_waitlist(self, waitlist_entry_id: WaitlistEntryId) -> WaitlistEntry:
        """Withdraw a waitlist entry.

        The waitlist entry must be waiting.
        """
        waitlist_entry = self._waitlist_entry(waitlist_entry_id, "waiting")
        waitlist_entry.state = "withdrawn"
        return waitlist_entry

    @write
    def reprice_season(self, season_id: SeasonId, percent: Percent) -> Season:
        """Reprice a season.

        Refused as: same_percentage.
        """
        season = self.find(self.seasons, season_id, "season")
        if percent == season.percent:
            raise Refusal(
                "same_percentage",
                f"Not possible: the new percentage of the price ({percent}) must not be the percentage of "
                f"the price of the season ({season.percent}).",
            )
        season.percent = percent
        for booking in self.bookings.values():
            if (
                booking.state == "requested"
                and season.starts <= booking.arrives
                and booking.arrives < season.ends
            ):
                booking.price = booking.price * season.percent // 100
        return season

    @write
    def shift_season(self, season_id: SeasonId, starts: Starts) -> Season:
        """Shift a season.

        Refused as: season_has_begun, seasons_overlap.
        """
        season = self.find(self.seasons, season_id, "season")
        if season.starts <= self.today() or starts <= self.today():
            raise Refusal(
                "season_has_begun",
                f"Not possible: the first day of the season ({season.starts}) must be after today "
                f"({self.today()}) and the new first day ({starts}) must be after today ({self.today()}).",
            )
        season.starts = starts
        self._refuse_seasons_overlap(season)
        return season

    @write
    def shorten_season(self, season_id: SeasonId, days: Days) -> Season:
        """Shorten a season.

        Refused as: not_shorter, seasons_overlap.
        """
        season = self.find(self.seasons, season_id, "season")
        if days >= season.days:
            raise Refusal(
                "not_shorter",
                f"Not possible: the new length ({days}) must be less than the length of the season "
                f"({season.days}).",
            )
        season.days = days
        self._refuse_seasons_overlap(season)
        return season

    @write
    def record_decision(
        self, request: GivenRequest, ground: GivenGround, note: Note, about: About = None
    ) -> Decision:
        """Record that a request was declined, and on which ground.

        Refused as: already_recorded.
        """
        if any(
            decision.request == request and decision.about == about for decision in self.decisions.values()
        ):
            raise Refusal("already_recorded", "This is on record already.")
        decision = Decision(id=self.new_id("DEC"), request=request, about=about, ground=ground, note=note)
        self.decisions[decision.id] = decision
        return decision

    @write
    def file_report(self, measure: GivenMeasure, figure: Figure, about: About = None) -> Report:
        """File a figure; it replaces an earlier one for the same measure and row."""
        report = Report(id=self.new_id("REP"), measure=measure, about=about, figure=figure)
        self.reports[report.id] = report
        for other in [
            other
            for other in self.reports.values()
            if other.id != report.id and other.measure == measure and other.about == about
        ]:
            del self.reports[other.id]
        return report

    @rule(
        "For every booking that is confirmed or checked in, its party size is at most the number of beds "
        "of its room."
    )
    def too_many_people(self) -> bool:
        return not any(self._too_many_people(row) for row in self.bookings.values())

    @rule("For every booking that is confirmed or checked in, its room is open.")
    def room_closed(self) -> bool:
        return not any(self._room_closed(row) for row in self.bookings.values())

    @rule("For every confirmed booking, the standing of its guest is not barred.")
    def guest_barred(self) -> bool:
        return not any(self._guest_barred(row) for row in self.bookings.values())

    @rule(
        "For every booking that is confirmed or checked in, there is no other booking in the same room "
        "that is confirmed or checked in and that overlaps with that booking (each from its day of arrival "
        "to its departure, the last day not included)."
    )
    def room_taken(self) -> bool:
        return not any(self._room_taken(row) for row in self.bookings.values())

    @rule(
        "For every booking that is confirmed or checked in, there is no other booking of the same guest "
        "that is confirmed or checked in and that overlaps with that booking (each from its day of arrival "
        "to its departure, the last day not included)."
    )
    def guest_elsewhere(self) -> bool:
        return not any(self._guest_elsewhere(row) for row in self.bookings.values())

    @rule("For every guest, the number of requested bookings of that guest is at most 3.")
    def too_many_requests(self) -> bool:
        return not any(self._too_many_requests(row) for row in self.guests.values())

    @rule(
        "For every booking that is confirmed or checked in, its length of stay is at most 7 nights or the "
        "standing of its guest is not regular."
    )
    def stays_too_long(self) -> bool:
        return not any(self._stays_too_long(row) for row in self.bookings.values())

    @rule(
        "For every waiting waitlist entry, there is no other waiting waitlist entry of the same guest for "
        "the same room."
    )
    def waiting_twice(self) -> bool:
        return not any(self._waiting_twice(row) for row in self.waitlist_entries.values())

    @rule(
        "For every season, there is no other season that overlaps with that season (each from its first "
        "day to its end, the last day not included)."
    )
    def seasons_overlap(self) -> bool:
        return not any(self._seasons_overlap(row) for row in self.seasons.values())

    def _too_many_people(self, booking: Booking) -> bool:
        return booking.holds and booking.party > self.rooms[booking.room_id].beds

    def _room_closed(self, booking: Booking) -> bool:
        return booking.holds and self.rooms[booking.room_id].state != "open"

    def _guest_barred(self, booking: Booking) -> bool:
        return booking.state == "confirmed" and self.guests[booking.guest_id].standing == "barred"

    def _room_taken(self, booking: Booking) -> bool:
        return (
            booking.holds
            and any(
                other.id != booking.id
                and other.room_id == booking.room_id
                and other.holds
                and other.arrives < booking.departs
                and booking.arrives < other.departs
                for other in self.bookings.values()
            )
        )

    def _guest_elsewhere(self, booking: Booking) -> bool:
        return (
            booking.holds
            and any(
                other.id != booking.id
                and other.guest_id == booking.guest_id
                and other.holds
                and other.arrives < booking.departs
                and booking.arrives < other.departs
                for other in self.bookings.values()
            )
        )

    def _too_many_requests(self, guest: Guest) -> bool:
        return (
            sum(
                1
                for booking in self.bookings.values()
                if booking.guest_id == guest.id and booking.state == "requested"
            )
            > 3
        )

    def _stays_too_long(self, booking: Booking) -> bool:
        return booking.holds and booking.nights > 7 and self.guests[booking.guest_id].standing == "regular"

    def _waiting_twice(self, waitlist_entry: WaitlistEntry) -> bool:
        return (
            waitlist_entry.state == "waiting"
            and any(
                other.id != waitlist_entry.id
                and other.guest_id == waitlist_entry.guest_id
                and other.room_id == waitlist_entry.room_id
                and other.state == "waiting"
                for other in self.waitlist_entries.values()
            )
        )

    def _seasons_overlap(self, season: Season) -> bool:
        return any(
            other.id != season.id and other.starts < season.ends and season.starts < other.ends
            for other in self.seasons.values()
        )

    def _refuse_too_many_people(self, *rows: Booking) -> None:
        for booking in rows:
            if self._too_many_people(booking):
                raise Refusal(
                    "too_many_people",
                    f"Not possible for {booking.id}: its party size ({booking.party}) must be at most the "
                    f"number of beds of its room ({self.rooms[booking.room_id].beds}).",
                )

    def _refuse_room_closed(self, *rows: Booking) -> None:
        for booking in rows:
            if self._room_closed(booking):
                raise Refusal(
                    "room_closed",
                    f"Not possible for {booking.id}: its room ({self.rooms[booking.room_id].state}) must be "
                    "open.",
                )

    def _refuse_guest_barred(self, *rows: Booking) -> None:
        for booking in rows:
            if self._guest_barred(booking):
                raise Refusal(
                    "guest_barred",
                    f"Not possible for {booking.id}: the standing of its guest "
                    f"({self.guests[booking.guest_id].standing}) must not be barred.",
                )

    def _refuse_room_taken(self, *rows: Booking) -> None:
        for booking in rows:
            if self._room_taken(booking):
                raise Refusal(
                    "room_taken",
                    f"Not possible for {booking.id}: there must be no other booking in the same room that "
                    "is confirmed or checked in and that overlaps with that booking (each from its day of "
                    "arrival to its departure, the last day not included).",
                )

    def _refuse_guest_elsewhere(self, *rows: Booking) -> None:
        for booking in rows:
            if self._guest_elsewhere(booking):
                raise Refusal(
                    "guest_elsewhere",
                    f"Not possible for {booking.id}: there must be no other booking of the same guest that "
                    "is confirmed or checked in and that overlaps with that booking (each from its day of "
                    "arrival to its departure, the last day not included).",
                )

    def _refuse_too_many_requests(self, *rows: Guest) -> None:
        for guest in rows:
            if self._too_many_requests(guest):
                raise Refusal(
                    "too_many_requests",
                    f"Not possible for {guest.id}: the number of requested bookings of that guest must be "
                    "at most 3.",
                )

    def _refuse_stays_too_long(self, *rows: Booking) -> None:
        for booking in rows:
            if self._stays_too_long(booking):
                raise Refusal(
                    "stays_too_long",
                    f"Not possible for {booking.id}: its length of stay ({booking.nights}) must be at most "
                    f"7 nights or the standing of its guest ({self.guests[booking.guest_id].standing}) must "
                    "not be regular.",
                )

    def _refuse_waiting_twice(self, *rows: WaitlistEntry) -> None:
        for waitlist_entry in rows:
            if self._waiting_twice(waitlist_entry):
                raise Refusal(
                    "waiting_twice",
                    f"Not possible for {waitlist_entry.id}: there must be no other waiting waitlist entry "
                    "of the same guest for the same room.",
                )

    def _refuse_seasons_overlap(self, *rows: Season) -> None:
        for season in rows:
            if self._seasons_overlap(season):
                raise Refusal(
                    "seasons_overlap",
                    f"Not possible for {season.id}: there must be no other season that overlaps with that "
                    "season (each from its first day to its end, the last day not included).",
                )

    def _first(self, waitlist_entry: WaitlistEntry) -> bool:
        return not any(
            other.state == "waiting"
            and other.room_id == waitlist_entry.room_id
            and other.place < waitlist_entry.place
            for other in self.waitlist_entries.values()
        )

    def _room(self, room_id: str, *states: RoomState) -> Room:
        room = self.find(self.rooms, room_id, "room")
        if room.state not in states:
            raise Refusal("wrong_state", f"{room_id} is {room.state}, not {' or '.join(states)}.")
        return room

    def _booking(self, booking_id: str, *states: BookingState) -> Booking:
        booking = self.find(self.bookings, booking_id, "booking")
        if booking.state not in states:
            raise Refusal("wrong_state", f"{booking_id} is {booking.state}, not {' or '.join(states)}.")
        return booking

    def _waitlist_entry(self, waitlist_entry_id: str, *states: WaitlistEntryState) -> WaitlistEntry:
        waitlist_entry = self.find(self.waitlist_entries, waitlist_entry_id, "waitlist entry")
        if waitlist_entry.state not in states:
            raise Refusal(
                "wrong_state", f"{waitlist_entry_id} is {waitlist_entry.state}, not {' or '.join(states)}."
            )
        return waitlist_entry


def _page(rows: list[Row], page: int) -> list[Row]:
    return rows[PAGE_ROWS * (page - 1) :][:PAGE_ROWS]
