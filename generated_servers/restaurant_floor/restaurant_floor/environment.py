# ruff: noqa: D102 - the text of a rule is its docstring
"""Restaurant floor.

The floor of one restaurant on its busy evenings: tables, the waiters who serve them, and parties with their
turn.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from ._runtime import FREE_TEXT, Entity, Environment, Refusal, read, rule, write

PAGE_ROWS = 10
FIRST_DAY = dt.date(2000, 1, 1)
LAST_DAY = dt.date(2099, 12, 31)

WaiterState = Literal["at_work", "off_work"]
Area = Literal["terrace", "hall", "gallery"]
Allergy = Literal["nuts", "shellfish", "gluten", "nothing"]
ReservationState = Literal["booked", "seated", "gone", "dropped"]
WaitlistEntryState = Literal["waiting", "served", "withdrawn"]
MembershipState = Literal["active", "paused", "ended"]
Request = Literal[
    "reserve_table",
    "take_deposit",
    "move_party",
    "shift_hour",
    "change_guests",
    "seat_party",
    "see_off",
    "drop_reservation",
    "record_no_show",
    "forgive_no_shows",
    "reassign_table",
    "send_home",
    "call_in",
    "join_waitlist",
    "leave_waitlist",
    "start_membership",
    "pause_membership",
    "resume_membership",
    "end_membership",
]
Ground = Literal[
    "wrong_state",
    "missed_too_often",
    "below_rate",
    "same_table",
    "out_of_turn",
    "same_hour",
    "not_a_member",
    "same_size",
    "deposit_missing",
    "never_missed",
    "same_waiter",
    "backdated",
    "table_too_small",
    "table_wasted",
    "table_taken",
    "diner_elsewhere",
    "waiter_overrun",
    "waiter_off_work",
    "nut_free_gallery",
    "waiting_twice",
    "memberships_overlap",
]
Measure = Literal["guests_of", "deposits_taken", "line_length"]

WaiterId = Annotated[str, Field(description="Id of a waiter, such as WTR-01.")]
PartOfName = Annotated[str | None, Field(description="Part of the name, in any case.")]
InWaiterState = Annotated[WaiterState | None, Field(description="Only those in this state.")]
Page = Annotated[int, Field(description=f"Page of {PAGE_ROWS} rows, from 1; past the end it is empty.", ge=1)]
SeatingId = Annotated[str, Field(description="Id of a table, such as STN-01.")]
PartOfNumber = Annotated[str | None, Field(description="Part of the number, in any case.")]
InArea = Annotated[Area | None, Field(description="Only those with this area.")]
OfWaiter = Annotated[str | None, Field(description="Only those of the waiter with this id.")]
RegularId = Annotated[str, Field(description="Id of a diner, such as RGL-01.")]
InAllergy = Annotated[Allergy | None, Field(description="Only those with this allergy.")]
ReservationId = Annotated[str, Field(description="Id of a reservation, such as RSR-01.")]
OfRegular = Annotated[str | None, Field(description="Only those of the diner with this id.")]
OfSeating = Annotated[str | None, Field(description="Only those of the table with this id.")]
InReservationState = Annotated[ReservationState | None, Field(description="Only those in this state.")]
WaitlistEntryId = Annotated[str, Field(description="Id of a waitlist entry, such as WE-01.")]
InWaitlistEntryState = Annotated[WaitlistEntryState | None, Field(description="Only those in this state.")]
MembershipId = Annotated[str, Field(description="Id of a membership, such as MMB-01.")]
StartsFrom = Annotated[
    dt.date | None, Field(description="Only those whose first day is on or after this day, YYYY-MM-DD.")
]
StartsUntil = Annotated[
    dt.date | None, Field(description="Only those whose first day is on or before this day, YYYY-MM-DD.")
]
InMembershipState = Annotated[MembershipState | None, Field(description="Only those in this state.")]
Hour = Annotated[int, Field(description="Hour, 17 to 22.", ge=17, le=22)]
Guests = Annotated[int, Field(description="Party size, in guests, 1 to 8.", ge=1, le=8)]
Deposit = Annotated[int, Field(description="Deposit, in cents, 0 to 20000.", ge=0, le=20000)]
Starts = Annotated[dt.date, Field(description="First day, YYYY-MM-DD.", ge=FIRST_DAY, le=LAST_DAY)]
Months = Annotated[int, Field(description="Length, in months, 1 to 6.", ge=1, le=6)]
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


class Waiter(Entity):
    """A waiter."""

    id: str
    name: str
    covers: int  # number of guests at a time
    state: WaiterState = "at_work"


class Seating(Entity):
    """A table."""

    id: str
    number: str
    seats: int
    area: Area
    waiter_id: str


class Regular(Entity):
    """A diner."""

    id: str
    name: str
    allergy: Allergy
    no_shows: int  # number of evenings missed


class Reservation(Entity):
    """A reservation."""

    id: str
    regular_id: str  # diner
    seating_id: str  # table
    hour: int
    guests: int  # party size, in guests
    deposit: int = 0  # cents
    state: ReservationState = "booked"

    @property
    def leaves(self) -> int:
        return self.hour + (3 if self.guests > 4 else 2)

    @property
    def holds(self) -> bool:
        return self.state in ("booked", "seated")


class WaitlistEntry(Entity):
    """A waitlist entry."""

    id: str
    regular_id: str  # diner
    seating_id: str  # table
    place: int  # place in line
    state: WaitlistEntryState = "waiting"


class Membership(Entity):
    """A membership."""

    id: str
    regular_id: str  # diner
    starts: dt.date  # first day
    months: int  # length, in months
    state: MembershipState = "active"

    @property
    def ends(self) -> dt.date:
        return self.starts + dt.timedelta(self.months * 30)


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


class ReservationSheet(Entity):
    """A reservation and what follows from it."""

    reservation: Reservation
    leaves: int  # hour of leaving
    holds: bool


class WaitlistEntrySheet(Entity):
    """A waitlist entry and what follows from it."""

    waitlist_entry: WaitlistEntry
    first: bool  # first in line


class MembershipSheet(Entity):
    """A membership and what follows from it."""

    membership: Membership
    ends: dt.date


class RestaurantFloor(Environment):
    """Restaurant floor."""

    waiters: dict[str, Waiter]
    seatings: dict[str, Seating]
    regulars: dict[str, Regular]
    reservations: dict[str, Reservation]
    waitlist_entries: dict[str, WaitlistEntry]
    memberships: dict[str, Membership]
    decisions: dict[str, Decision]
    reports: dict[str, Report]

    @read
    def get_waiter(self, waiter_id: WaiterId) -> Waiter:
        """Look up one waiter."""
        return self.find(self.waiters, waiter_id, "waiter")

    @read
    def search_waiters(
        self, name: PartOfName = None, state: InWaiterState = None, page: Page = 1
    ) -> list[Waiter]:
        """Find waiters by name and state, in order of id."""
        rows = [row for row in self.waiters.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_seating(self, seating_id: SeatingId) -> Seating:
        """Look up one table."""
        return self.find(self.seatings, seating_id, "seating")

    @read
    def search_seatings(
        self, number: PartOfNumber = None, area: InArea = None, waiter_id: OfWaiter = None, page: Page = 1
    ) -> list[Seating]:
        """Find tables by number, area and waiter, in order of id."""
        rows = [row for row in self.seatings.values() if (number or "").casefold() in row.number.casefold()]
        rows = [row for row in rows if area in (None, row.area)]
        rows = [row for row in rows if waiter_id in (None, row.waiter_id)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_regular(self, regular_id: RegularId) -> Regular:
        """Look up one diner."""
        return self.find(self.regulars, regular_id, "regular")

    @read
    def search_regulars(
        self, name: PartOfName = None, allergy: InAllergy = None, page: Page = 1
    ) -> list[Regular]:
        """Find diners by name and allergy, in order of id."""
        rows = [row for row in self.regulars.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if allergy in (None, row.allergy)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_reservation(self, reservation_id: ReservationId) -> ReservationSheet:
        """Look up a reservation and what follows from it: hour of leaving and holds."""
        reservation = self.find(self.reservations, reservation_id, "reservation")
        return ReservationSheet(reservation=reservation, leaves=reservation.leaves, holds=reservation.holds)

    @read
    def search_reservations(
        self,
        regular_id: OfRegular = None,
        seating_id: OfSeating = None,
        state: InReservationState = None,
        page: Page = 1,
    ) -> list[Reservation]:
        """Find reservations by diner, table and state, in order of id."""
        rows = [row for row in self.reservations.values() if regular_id in (None, row.regular_id)]
        rows = [row for row in rows if seating_id in (None, row.seating_id)]
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
        regular_id: OfRegular = None,
        seating_id: OfSeating = None,
        state: InWaitlistEntryState = None,
        page: Page = 1,
    ) -> list[WaitlistEntry]:
        """Find waitlist entries by diner, table and state, in order of id."""
        rows = [row for row in self.waitlist_entries.values() if regular_id in (None, row.regular_id)]
        rows = [row for row in rows if seating_id in (None, row.seating_id)]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_membership(self, membership_id: MembershipId) -> MembershipSheet:
        """Look up a membership and what follows from it: ends."""
        membership = self.find(self.memberships, membership_id, "membership")
        return MembershipSheet(membership=membership, ends=membership.ends)

    @read
    def search_memberships(
        self,
        regular_id: OfRegular = None,
        starts_from: StartsFrom = None,
        starts_until: StartsUntil = None,
        state: InMembershipState = None,
        page: Page = 1,
    ) -> list[Membership]:
        """Find memberships by diner, first day and state, in order of id."""
        rows = [row for row in self.memberships.values() if regular_id in (None, row.regular_id)]
        rows = [row for row in rows if starts_from is None or row.starts >= starts_from]
        rows = [row for row in rows if starts_until is None or row.starts <= starts_until]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @write
    def reserve_table(
        self, regular_id: RegularId, seating_id: SeatingId, hour: Hour, guests: Guests
    ) -> Reservation:
        """Reserve a table for a diner at a given hour, for a given number of guests.

        Refused as: missed_too_often, table_too_small, table_wasted, table_taken, diner_elsewhere,
        waiter_overrun, waiter_off_work, nut_free_gallery.
        """
        regular = self.find(self.regulars, regular_id, "regular")
        self.find(self.seatings, seating_id, "seating")
        if regular.no_shows >= 3:
            raise Refusal(
                "missed_too_often",
                f"Not possible: the number of evenings missed of the diner ({regular.no_shows}) must be "
                "less than 3.",
            )
        reservation = Reservation(
            id=self.new_id("RSR"), regular_id=regular_id, seating_id=seating_id, hour=hour, guests=guests
        )
        self.reservations[reservation.id] = reservation
        self._refuse_table_too_small(reservation)
        self._refuse_table_wasted(reservation)
        self._refuse_table_taken(reservation)
        self._refuse_diner_elsewhere(reservation)
        self._refuse_waiter_overrun(*self.reservations.values())
        self._refuse_waiter_off_work(reservation)
        self._refuse_nut_free_gallery(reservation)
        return reservation

    @write
    def take_deposit(self, reservation_id: ReservationId, deposit: Deposit) -> Reservation:
        """Take the deposit of a reservation.

        The reservation must be booked. Refused as: below_rate.
        """
        reservation = self._reservation(reservation_id, "booked")
        if deposit < reservation.guests * 1000:
            raise Refusal(
                "below_rate",
                f"Not possible: the new deposit ({deposit} cents) must be at least €10.00 times the party "
                f"size of the reservation ({reservation.guests}).",
            )
        reservation.deposit = deposit
        return reservation

    @write
    def move_party(self, reservation_id: ReservationId, seating_id: SeatingId) -> Reservation:
        """Move a reservation to a table.

        The reservation must be booked or seated. Refused as: same_table, out_of_turn, table_too_small,
        table_wasted, table_taken, waiter_overrun, waiter_off_work, nut_free_gallery.
        """
        reservation = self._reservation(reservation_id, "booked", "seated")
        self.find(self.seatings, seating_id, "seating")
        if seating_id == reservation.seating_id:
            raise Refusal(
                "same_table", "Not possible: the new table must not be the table of the reservation."
            )
        if any(
            waitlist_entry.seating_id == seating_id
            and waitlist_entry.state == "waiting"
            and self._first(waitlist_entry)
            and waitlist_entry.regular_id != reservation.regular_id
            for waitlist_entry in self.waitlist_entries.values()
        ):
            raise Refusal(
                "out_of_turn",
                "Not possible: there must be no waiting waitlist entry for the new table that is first in "
                "line and whose diner is not the diner of the reservation.",
            )
        reservation.seating_id = seating_id
        for waitlist_entry in self.waitlist_entries.values():
            if (
                waitlist_entry.regular_id == reservation.regular_id
                and waitlist_entry.seating_id == seating_id
                and waitlist_entry.state == "waiting"
            ):
                waitlist_entry.state = "served"
        self._refuse_table_too_small(reservation)
        self._refuse_table_wasted(reservation)
        self._refuse_table_taken(reservation)
        self._refuse_waiter_overrun(*self.reservations.values())
        self._refuse_waiter_off_work(reservation)
        self._refuse_nut_free_gallery(reservation)
        return reservation

    @write
    def shift_hour(self, reservation_id: ReservationId, hour: Hour) -> Reservation:
        """Shift the hour of a reservation.

        The reservation must be booked. Refused as: same_hour, not_a_member, table_taken, diner_elsewhere,
        waiter_overrun.
        """
        reservation = self._reservation(reservation_id, "booked")
        if hour == reservation.hour:
            raise Refusal(
                "same_hour",
                f"Not possible: the new hour ({hour}) must not be the hour of the reservation "
                f"({reservation.hour}).",
            )
        if not any(
            membership.regular_id == reservation.regular_id
            and membership.state == "active"
            and membership.starts <= self.today()
            and self.today() < membership.ends
            for membership in self.memberships.values()
        ):
            raise Refusal(
                "not_a_member",
                "Not possible: there must be an active membership of the diner of the reservation whose "
                "first day is not after today and whose end is after today.",
            )
        reservation.hour = hour
        self._refuse_table_taken(reservation)
        self._refuse_diner_elsewhere(reservation)
        self._refuse_waiter_overrun(*self.reservations.values())
        return reservation

    @write
    def change_guests(self, reservation_id: ReservationId, guests: Guests) -> Reservation:
        """Change the guests of a reservation.

        The reservation must be booked or seated. Refused as: same_size, table_too_small, table_wasted,
        table_taken, diner_elsewhere, waiter_overrun.
        """
        reservation = self._reservation(reservation_id, "booked", "seated")
        if guests == reservation.guests:
            raise Refusal(
                "same_size",
                f"Not possible: the new party size ({guests}) must not be the party size of the reservation "
                f"({reservation.guests}).",
            )
        reservation.guests = guests
        self._refuse_table_too_small(reservation)
        self._refuse_table_wasted(reservation)
        self._refuse_table_taken(reservation)
        self._refuse_diner_elsewhere(reservation)
        self._refuse_waiter_overrun(*self.reservations.values())
        return reservation

    @write
    def seat_party(self, reservation_id: ReservationId) -> Reservation:
        """Seat a reservation.

        The reservation must be booked. Refused as: deposit_missing.
        """
        reservation = self._reservation(reservation_id, "booked")
        if reservation.guests > 4 and reservation.deposit <= 0:
            raise Refusal(
                "deposit_missing",
                f"Not possible: the party size of the reservation ({reservation.guests}) must be at most 4 "
                f"guests or the deposit of the reservation ({reservation.deposit} cents) must be more than "
                "€0.00.",
            )
        reservation.state = "seated"
        return reservation

    @write
    def see_off(self, reservation_id: ReservationId) -> Reservation:
        """See off a reservation.

        The reservation must be seated.
        """
        reservation = self._reservation(reservation_id, "seated")
        reservation.state = "gone"
        return reservation

    @write
    def drop_reservation(self, reservation_id: ReservationId) -> Reservation:
        """Drop a reservation.

        The reservation must be booked.
        """
        reservation = self._reservation(reservation_id, "booked")
        reservation.state = "dropped"
        return reservation

    @write
    def record_no_show(self, reservation_id: ReservationId) -> Reservation:
        """Note that nobody came for a reservation.

        The reservation must be booked.
        """
        reservation = self._reservation(reservation_id, "booked")
        reservation.state = "dropped"
        self.regulars[reservation.regular_id].no_shows = min(
            3, self.regulars[reservation.regular_id].no_shows + 1
        )
        if self.regulars[reservation.regular_id].no_shows >= 3:
            for other in self.reservations.values():
                if other.regular_id == reservation.regular_id and other.state == "booked":
                    other.state = "dropped"
        return reservation

    @write
    def forgive_no_shows(self, regular_id: RegularId) -> Regular:
        """Forgive a diner the evenings missed.

        Refused as: never_missed.
        """
        regular = self.find(self.regulars, regular_id, "regular")
        if regular.no_shows <= 0:
            raise Refusal(
                "never_missed",
                f"Not possible: the number of evenings missed of the diner ({regular.no_shows}) must be "
                "more than 0.",
            )
        regular.no_shows = 0
        return regular

    @write
    def reassign_table(self, seating_id: SeatingId, waiter_id: WaiterId) -> Seating:
        """Reassign a table.

        Refused as: same_waiter, waiter_overrun, waiter_off_work.
        """
        seating = self.find(self.seatings, seating_id, "seating")
        self.find(self.waiters, waiter_id, "waiter")
        if waiter_id == seating.waiter_id:
            raise Refusal("same_waiter", "Not possible: the new waiter must not be the waiter of the table.")
        seating.waiter_id = waiter_id
        self._refuse_waiter_overrun(*self.reservations.values())
        self._refuse_waiter_off_work(*self.reservations.values())
        return seating

    @write
    def send_home(self, waiter_id: WaiterId) -> Waiter:
        """Send a waiter home.

        The waiter must be at work. Refused as: waiter_off_work.
        """
        waiter = self._waiter(waiter_id, "at_work")
        waiter.state = "off_work"
        self._refuse_waiter_off_work(*self.reservations.values())
        return waiter

    @write
    def call_in(self, waiter_id: WaiterId) -> Waiter:
        """Call in a waiter.

        The waiter must be off work.
        """
        waiter = self._waiter(waiter_id, "off_work")
        waiter.state = "at_work"
        return waiter

    @write
    def join_waitlist(self, regular_id: RegularId, seating_id: SeatingId) -> WaitlistEntry:
        """Put a diner on the waitlist for a table.

        Refused as: waiting_twice.
        """
        self.find(self.regulars, regular_id, "regular")
        self.find(self.seatings, seating_id, "seating")
        waitlist_entry = WaitlistEntry(
            id=self.new_id("WE"),
            regular_id=regular_id,
            seating_id=seating_id,
            place=1 + max(
                (
                    waitlist_entry.place
                    for waitlist_entry in self.waitlist_entries.values()
                    if waitlist_entry.seating_id == seating_id
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
    def start_membership(self, regular_id: RegularId, starts: Starts, months: Months) -> Membership:
        """Start a membership.

        Refused as: backdated, memberships_overlap.
        """
        self.find(self.regulars, regular_id, "regular")
        if starts < self.today():
            raise Refusal(
                "backdated",
                f"Not possible: the first day ({starts}) must not be before today ({self.today()}).",
            )
        membership = Membership(id=self.new_id("MMB"), regular_id=regular_id, starts=starts, months=months)
        self.memberships[membership.id] = membership
        self._refuse_memberships_overlap(membership)
        return membership

    @write
    def pause_membership(self, membership_id: MembershipId) -> Membership:
        """Pause a membership.

        The membership must be active.
        """
        membership = self._membership(membership_id, "active")
        membership.state = "paused"
        return membership

    @write
    def resume_membership(self, membership_id: MembershipId) -> Membership:
        """Resume a membership.

        The membership must be paused.
        """
        membership = self._membership(membership_id, "paused")
        membership.state = "active"
        return membership

    @write
    def end_membership(self, membership_id: MembershipId) -> Membership:
        """End a membership.

        The membership must be active or paused.
        """
        membership = self._membership(membership_id, "active", "paused")
        membership.state = "ended"
        return membership

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
        "For every reservation that is booked or seated, its party size is at most the number of seats of "
        "its table."
    )
    def table_too_small(self) -> bool:
        return not any(self._table_too_small(row) for row in self.reservations.values())

    @rule(
        "For every reservation that is booked or seated, the number of seats of its table is at most its "
        "party size plus 4 guests."
    )
    def table_wasted(self) -> bool:
        return not any(self._table_wasted(row) for row in self.reservations.values())

    @rule(
        "For every reservation that is booked or seated, there is no other reservation at the same table "
        "that is booked or seated, whose hour is less than the hour of leaving of that reservation and "
        "whose hour of leaving is more than the hour of that reservation."
    )
    def table_taken(self) -> bool:
        return not any(self._table_taken(row) for row in self.reservations.values())

    @rule(
        "For every reservation that is booked or seated, there is no other reservation of the same diner "
        "that is booked or seated, whose hour is less than the hour of leaving of that reservation and "
        "whose hour of leaving is more than the hour of that reservation."
    )
    def diner_elsewhere(self) -> bool:
        return not any(self._diner_elsewhere(row) for row in self.reservations.values())

    @rule(
        "For every reservation that is booked or seated, the total party size of the reservations that are "
        "booked or seated, whose hour is at most the hour of that reservation, whose hour of leaving is "
        "more than the hour of that reservation and whose table has the same waiter is at most the number "
        "of guests at a time of the waiter of its table."
    )
    def waiter_overrun(self) -> bool:
        return not any(self._waiter_overrun(row) for row in self.reservations.values())

    @rule("For every reservation that is booked or seated, the waiter of its table is at work.")
    def waiter_off_work(self) -> bool:
        return not any(self._waiter_off_work(row) for row in self.reservations.values())

    @rule(
        "For every reservation that is booked or seated and whose diner's allergy is nuts, the area of its "
        "table is not gallery."
    )
    def nut_free_gallery(self) -> bool:
        return not any(self._nut_free_gallery(row) for row in self.reservations.values())

    @rule(
        "For every waiting waitlist entry, there is no other waiting waitlist entry of the same diner for "
        "the same table."
    )
    def waiting_twice(self) -> bool:
        return not any(self._waiting_twice(row) for row in self.waitlist_entries.values())

    @rule(
        "For every membership that is not ended, there is no other membership of the same diner that is "
        "not ended and that overlaps with that membership (each from its first day to its end, the last "
        "day not included)."
    )
    def memberships_overlap(self) -> bool:
        return not any(self._memberships_overlap(row) for row in self.memberships.values())

    def _table_too_small(self, reservation: Reservation) -> bool:
        return reservation.holds and reservation.guests > self.seatings[reservation.seating_id].seats

    def _table_wasted(self, reservation: Reservation) -> bool:
        return reservation.holds and self.seatings[reservation.seating_id].seats > reservation.guests + 4

    def _table_taken(self, reservation: Reservation) -> bool:
        return (
            reservation.holds
            and any(
                other.id != reservation.id
                and other.seating_id == reservation.seating_id
                and other.holds
                and other.hour < reservation.leaves
                and reservation.hour < other.leaves
                for other in self.reservations.values()
            )
        )

    def _diner_elsewhere(self, reservation: Reservation) -> bool:
        return (
            reservation.holds
            and any(
                other.id != reservation.id
                and other.regular_id == reservation.regular_id
                and other.holds
                and other.hour < reservation.leaves
                and reservation.hour < other.leaves
                for other in self.reservations.values()
            )
        )

    def _waiter_overrun(self, reservation: Reservation) -> bool:
        return (
            reservation.holds
            and sum(
                other.guests
                for other in self.reservations.values()
                if self.seatings[other.seating_id].waiter_id
                == self.seatings[reservation.seating_id].waiter_id
                and other.holds
                and other.hour <= reservation.hour
                and reservation.hour < other.leaves
            )
            > self.waiters[self.seatings[reservation.seating_id].waiter_id].covers
        )

    def _waiter_off_work(self, reservation: Reservation) -> bool:
        return (
            reservation.holds
            and self.waiters[self.seatings[reservation.seating_id].waiter_id].state != "at_work"
        )

    def _nut_free_gallery(self, reservation: Reservation) -> bool:
        return (
            reservation.holds
            and self.regulars[reservation.regular_id].allergy == "nuts"
            and self.seatings[reservation.seating_id].area == "gallery"
        )

    def _waiting_twice(self, waitlist_entry: WaitlistEntry) -> bool:
        return (
            waitlist_entry.state == "waiting"
            and any(
                other.id != waitlist_entry.id
                and other.regular_id == waitlist_entry.regular_id
                and other.seating_id == waitlist_entry.seating_id
                and other.state == "waiting"
                for other in self.waitlist_entries.values()
            )
        )

    def _memberships_overlap(self, membership: Membership) -> bool:
        return (
            membership.state != "ended"
            and any(
                other.id != membership.id
                and other.regular_id == membership.regular_id
                and other.state != "ended"
                and other.starts < membership.ends
                and membership.starts < other.ends
                for other in self.memberships.values()
            )
        )

    def _refuse_table_too_small(self, *rows: Reservation) -> None:
        for reservation in rows:
            if self._table_too_small(reservation):
                raise Refusal(
                    "table_too_small",
                    f"Not possible for {reservation.id}: its party size ({reservation.guests}) must be at "
                    f"most the number of seats of its table ({self.seatings[reservation.seating_id].seats}).",
                )

    def _refuse_table_wasted(self, *rows: Reservation) -> None:
        for reservation in rows:
            if self._table_wasted(reservation):
                raise Refusal(
                    "table_wasted",
                    f"Not possible for {reservation.id}: the number of seats of its table "
                    f"({self.seatings[reservation.seating_id].seats}) must be at most its party size "
                    f"({reservation.guests}) plus 4 guests.",
                )

    def _refuse_table_taken(self, *rows: Reservation) -> None:
        for reservation in rows:
            if self._table_taken(reservation):
                raise Refusal(
                    "table_taken",
                    f"Not possible for {reservation.id}: there must be no other reservation at the same "
                    "table that is booked or seated, whose hour is less than the hour of leaving of that "
                    "reservation and whose hour of leaving is more than the hour of that reservation.",
                )

    def _refuse_diner_elsewhere(self, *rows: Reservation) -> None:
        for reservation in rows:
            if self._diner_elsewhere(reservation):
                raise Refusal(
                    "diner_elsewhere",
                    f"Not possible for {reservation.id}: there must be no other reservation of the same "
                    "diner that is booked or seated, whose hour is less than the hour of leaving of that "
                    "reservation and whose hour of leaving is more than the hour of that reservation.",
                )

    def _refuse_waiter_overrun(self, *rows: Reservation) -> None:
        for reservation in rows:
            if self._waiter_overrun(reservation):
                raise Refusal(
                    "waiter_overrun",
                    f"Not possible for {reservation.id}: the total party size of the reservations that are "
                    "booked or seated, whose hour is at most the hour of that reservation, whose hour of "
                    "leaving is more than the hour of that reservation and whose table has the same waiter "
                    "must be at most the number of guests at a time of the waiter of its table "
                    f"({self.waiters[self.seatings[reservation.seating_id].waiter_id].covers}).",
                )

    def _refuse_waiter_off_work(self, *rows: Reservation) -> None:
        for reservation in rows:
            if self._waiter_off_work(reservation):
                raise Refusal(
                    "waiter_off_work",
                    f"Not possible for {reservation.id}: the waiter of its table "
                    f"({self.waiters[self.seatings[reservation.seating_id].waiter_id].state}) must be at "
                    "work.",
                )

    def _refuse_nut_free_gallery(self, *rows: Reservation) -> None:
        for reservation in rows:
            if self._nut_free_gallery(reservation):
                raise Refusal(
                    "nut_free_gallery",
                    f"Not possible for {reservation.id}: the area of its table "
                    f"({self.seatings[reservation.seating_id].area}) must not be gallery.",
                )

    def _refuse_waiting_twice(self, *rows: WaitlistEntry) -> None:
        for waitlist_entry in rows:
            if self._waiting_twice(waitlist_entry):
                raise Refusal(
                    "waiting_twice",
                    f"Not possible for {waitlist_entry.id}: there must be no other waiting waitlist entry "
                    "of the same diner for the same table.",
                )

    def _refuse_memberships_overlap(self, *rows: Membership) -> None:
        for membership in rows:
            if self._memberships_overlap(membership):
                raise Refusal(
                    "memberships_overlap",
                    f"Not possible for {membership.id}: there must be no other membership of the same diner "
                    "that is not ended and that overlaps with that membership (each from its first day to "
                    "its end, the last day not included).",
                )

    def _first(self, waitlist_entry: WaitlistEntry) -> bool:
        return not any(
            other.state == "waiting"
            and other.seating_id == waitlist_entry.seating_id
            and other.place < waitlist_entry.place
            for other in self.waitlist_entries.values()
        )

    def _waiter(self, waiter_id: str, *states: WaiterState) -> Waiter:
        waiter = self.find(self.waiters, waiter_id, "waiter")
        if waiter.state not in states:
            raise Refusal("wrong_state", f"{waiter_id} is {waiter.state}, not {' or '.join(states)}.")
        return waiter

    def _reservation(self, reservation_id: str, *states: ReservationState) -> Reservation:
        reservation = self.find(self.reservations, reservation_id, "reservation")
        if reservation.state not in states:
            raise Refusal(
                "wrong_state", f"{reservation_id} is {reservation.state}, not {' or '.join(states)}."
            )
        return reservation

    def _waitlist_entry(self, waitlist_entry_id: str, *states: WaitlistEntryState) -> WaitlistEntry:
        waitlist_entry = self.find(self.waitlist_entries, waitlist_entry_id, "waitlist entry")
        if waitlist_entry.state not in states:
            raise Refusal(
                "wrong_state", f"{waitlist_entry_id} is {waitlist_entry.state}, not {' or '.join(states)}."
            )
        return waitlist_entry

    def _membership(self, membership_id: str, *states: MembershipState) -> Membership:
        membership = self.find(self.memberships, membership_id, "membership")
        if membership.state not in states:
            raise Refusal("wrong_state", f"{membership_id} is {membership.state}, not {' or '.join(states)}.")
        return membership


def _page(rows: list[Row], page: int) -> list[Row]:
    return rows[PAGE_ROWS * (page - 1) :][:PAGE_ROWS]
