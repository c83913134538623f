# ruff: noqa: D102 - the text of a rule is its docstring
"""Airline rebooking.

The transfer desk of an airline at its hub: trips of one flight in and one flight out, kept together through
disruption.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from ._runtime import FREE_TEXT, Entity, Environment, Refusal, read, rule, write

PAGE_ROWS = 10

Direction = Literal["arriving", "departing"]
FlightState = Literal["scheduled", "disrupted", "cancelled"]
Fare = Literal["basic", "flexible", "premium"]
TripState = Literal["booked", "refunded"]
WaitlistEntryState = Literal["waiting", "served", "withdrawn"]
Request = Literal[
    "book_trip",
    "rebook_inbound",
    "rebook_outbound",
    "refund_trip",
    "upgrade_fare",
    "declare_disruption",
    "end_disruption",
    "cancel_flight",
    "change_aircraft",
    "retime_flight",
    "add_to_company",
    "leave_company",
    "dissolve_company",
    "join_waitlist",
    "leave_waitlist",
]
Ground = Literal[
    "wrong_state",
    "not_an_inbound_flight",
    "not_an_outbound_flight",
    "same_flight",
    "fare_not_changeable",
    "out_of_turn",
    "fare_not_refundable",
    "not_an_upgrade",
    "same_size",
    "same_hour",
    "in_a_company_already",
    "in_no_company",
    "nobody_left",
    "flight_full",
    "flight_cancelled",
    "connection_missed",
    "out_before_in",
    "stranded_too_long",
    "back_where_it_began",
    "traveller_elsewhere",
    "company_split",
    "company_too_large",
    "waiting_twice",
]
Measure = Literal["seats_left", "fees_charged", "trips_from", "line_length"]

DestinationId = Annotated[str, Field(description="Id of a destination, such as DST-01.")]
PartOfName = Annotated[str | None, Field(description="Part of the name, in any case.")]
Page = Annotated[int, Field(description=f"Page of {PAGE_ROWS} rows, from 1; past the end it is empty.", ge=1)]
FlightId = Annotated[str, Field(description="Id of a flight, such as FLG-01.")]
PartOfNumber = Annotated[str | None, Field(description="Part of the number, in any case.")]
InDirection = Annotated[Direction | None, Field(description="Only those with this direction.")]
OfDestination = Annotated[str | None, Field(description="Only those of the destination with this id.")]
DayFrom = Annotated[
    dt.date | None, Field(description="Only those whose day is on or after this day, YYYY-MM-DD.")
]
DayUntil = Annotated[
    dt.date | None, Field(description="Only those whose day is on or before this day, YYYY-MM-DD.")
]
InFlightState = Annotated[FlightState | None, Field(description="Only those in this state.")]
TravellerId = Annotated[str, Field(description="Id of a traveller, such as TRV-01.")]
InFare = Annotated[Fare | None, Field(description="Only those with this fare class.")]
TripId = Annotated[str, Field(description="Id of a trip, such as TRP-01.")]
OfTraveller = Annotated[str | None, Field(description="Only those of the traveller with this id.")]
OfInbound = Annotated[str | None, Field(description="Only those of the flight in with this id.")]
OfOutbound = Annotated[str | None, Field(description="Only those of the flight out with this id.")]
OfCompany = Annotated[str | None, Field(description="Only those of the company with this id.")]
InTripState = Annotated[TripState | None, Field(description="Only those in this state.")]
CompanyId = Annotated[str, Field(description="Id of a company, such as CMP-01.")]
WaitlistEntryId = Annotated[str, Field(description="Id of a waitlist entry, such as WE-01.")]
OfFlight = Annotated[str | None, Field(description="Only those of the flight with this id.")]
InWaitlistEntryState = Annotated[WaitlistEntryState | None, Field(description="Only those in this state.")]
InboundId = Annotated[str, Field(description="Id of the flight in, such as FLG-01.")]
OutboundId = Annotated[str, Field(description="Id of the flight out, such as FLG-01.")]
GivenFare = Annotated[Fare, Field(description="Fare class.")]
Seats = Annotated[int, Field(description="Capacity, in seats, 3 to 7.", ge=3, le=7)]
Hour = Annotated[int, Field(description="Hour of departure, 5 to 22.", ge=5, le=22)]
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


class Destination(Entity):
    """A destination."""

    id: str
    name: str


class Flight(Entity):
    """A flight."""

    id: str
    number: str
    direction: Direction
    destination_id: str  # other end
    day: dt.date
    hour: int  # hour of departure
    seats: int  # capacity, in seats
    state: FlightState = "scheduled"


class Traveller(Entity):
    """A traveller."""

    id: str
    name: str
    fare: Fare  # fare class


class Trip(Entity):
    """A trip."""

    id: str
    traveller_id: str
    inbound_id: str  # flight in
    outbound_id: str  # flight out
    changes: int = 0  # number of changes
    fees: int = 0  # change fees, in cents
    company_id: str | None = None
    state: TripState = "booked"


class Company(Entity):
    """A company."""

    id: str
    name: str
    most: int  # size limit


class WaitlistEntry(Entity):
    """A waitlist entry."""

    id: str
    traveller_id: str
    flight_id: str
    place: int  # place in line
    state: WaitlistEntryState = "waiting"


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


class FlightSheet(Entity):
    """A flight and what follows from it."""

    flight: Flight
    taken: int  # number of taken seats
    left: int  # number of free seats


class WaitlistEntrySheet(Entity):
    """A waitlist entry and what follows from it."""

    waitlist_entry: WaitlistEntry
    first: bool  # first in line


class AirlineRebooking(Environment):
    """Airline rebooking."""

    destinations: dict[str, Destination]
    flights: dict[str, Flight]
    travellers: dict[str, Traveller]
    trips: dict[str, Trip]
    companies: dict[str, Company]
    waitlist_entries: dict[str, WaitlistEntry]
    decisions: dict[str, Decision]
    reports: dict[str, Report]

    @read
    def get_destination(self, destination_id: DestinationId) -> Destination:
        """Look up one destination."""
        return self.find(self.destinations, destination_id, "destination")

    @read
    def search_destinations(self, name: PartOfName = None, page: Page = 1) -> list[Destination]:
        """Find destinations by name, in order of id."""
        rows = [row for row in self.destinations.values() if (name or "").casefold() in row.name.casefold()]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_flight(self, flight_id: FlightId) -> FlightSheet:
        """Look up a flight and what follows from it: number of taken seats and number of free seats."""
        flight = self.find(self.flights, flight_id, "flight")
        return FlightSheet(flight=flight, taken=self._taken(flight), left=self._left(flight))

    @read
    def search_flights(
        self,
        *,
        number: PartOfNumber = None,
        direction: InDirection = None,
        destination_id: OfDestination = None,
        day_from: DayFrom = None,
        day_until: DayUntil = None,
        state: InFlightState = None,
        page: Page = 1,
    ) -> list[Flight]:
        """Find flights by number, direction, other end, day and state, in order of id."""
        rows = [row for row in self.flights.values() if (number or "").casefold() in row.number.casefold()]
        rows = [row for row in rows if direction in (None, row.direction)]
        rows = [row for row in rows if destination_id in (None, row.destination_id)]
        rows = [row for row in rows if day_from is None or row.day >= day_from]
        rows = [row for row in rows if day_until is None or row.day <= day_until]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_traveller(self, traveller_id: TravellerId) -> Traveller:
        """Look up one traveller."""
        return self.find(self.travellers, traveller_id, "traveller")

    @read
    def search_travellers(
        self, name: PartOfName = None, fare: InFare = None, page: Page = 1
    ) -> list[Traveller]:
        """Find travellers by name and fare class, in order of id."""
        rows = [row for row in self.travellers.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if fare in (None, row.fare)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_trip(self, trip_id: TripId) -> Trip:
        """Look up one trip."""
        return self.find(self.trips, trip_id, "trip")

    @read
    def search_trips(
        self,
        *,
        traveller_id: OfTraveller = None,
        inbound_id: OfInbound = None,
        outbound_id: OfOutbound = None,
        company_id: OfCompany = None,
        state: InTripState = None,
        page: Page = 1,
    ) -> list[Trip]:
        """Find trips by traveller, flight in, flight out, company and state, in order of id."""
        rows = [row for row in self.trips.values() if traveller_id in (None, row.traveller_id)]
        rows = [row for row in rows if inbound_id in (None, row.inbound_id)]
        rows = [row for row in rows if outbound_id in (None, row.outbound_id)]
        rows = [row for row in rows if company_id in (None, row.company_id)]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_company(self, company_id: CompanyId) -> Company:
        """Look up one company."""
        return self.find(self.companies, company_id, "company")

    @read
    def search_companies(self, name: PartOfName = None, page: Page = 1) -> list[Company]:
        """Find companies by name, in order of id."""
        rows = [row for row in self.companies.values() if (name or "").casefold() in row.name.casefold()]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_waitlist_entry(self, waitlist_entry_id: WaitlistEntryId) -> WaitlistEntrySheet:
        """Look up a waitlist entry and what follows from it: first in line."""
        waitlist_entry = self.find(self.waitlist_entries, waitlist_entry_id, "waitlist entry")
        return WaitlistEntrySheet(waitlist_entry=waitlist_entry, first=self._first(waitlist_entry))

    @read
    def search_waitlist_entries(
        self,
        traveller_id: OfTraveller = None,
        flight_id: OfFlight = None,
        state: InWaitlistEntryState = None,
        page: Page = 1,
    ) -> list[WaitlistEntry]:
        """Find waitlist entries by traveller, flight and state, in order of id."""
        rows = [row for row in self.waitlist_entries.values() if traveller_id in (None, row.traveller_id)]
        rows = [row for row in rows if flight_id in (None, row.flight_id)]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @write
    def book_trip(self, traveller_id: TravellerId, inbound_id: InboundId, outbound_id: OutboundId) -> Trip:
        """Book a trip.

        Refused as: not_an_inbound_flight, not_an_outbound_flight, flight_full, flight_cancelled,
        connection_missed, out_before_in, stranded_too_long, back_where_it_began, traveller_elsewhere.
        """
        self.find(self.travellers, traveller_id, "traveller")
        inbound = self.find(self.flights, inbound_id, "flight")
        outbound = self.find(self.flights, outbound_id, "flight")
        if inbound.direction != "arriving":
            raise Refusal(
                "not_an_inbound_flight",
                f"Not possible: the direction of the flight in ({inbound.direction}) must be arriving.",
            )
        if outbound.direction != "departing":
            raise Refusal(
                "not_an_outbound_flight",
                f"Not possible: the direction of the flight out ({outbound.direction}) must be departing.",
            )
        trip = Trip(
            id=self.new_id("TRP"), traveller_id=traveller_id, inbound_id=inbound_id, outbound_id=outbound_id
        )
        self.trips[trip.id] = trip
        self._refuse_flight_full(*self.flights.values())
        self._refuse_flight_cancelled(trip)
        self._refuse_connection_missed(trip)
        self._refuse_out_before_in(trip)
        self._refuse_stranded_too_long(trip)
        self._refuse_back_where_it_began(trip)
        self._refuse_traveller_elsewhere(trip)
        return trip

    @write
    def rebook_inbound(self, trip_id: TripId, inbound_id: InboundId) -> Trip:
        """Rebook the inbound of a trip.

        The trip must be booked. Refused as: same_flight, not_an_inbound_flight, fare_not_changeable,
        flight_full, flight_cancelled, connection_missed, out_before_in, stranded_too_long,
        back_where_it_began, traveller_elsewhere.
        """
        trip = self._trip(trip_id, "booked")
        inbound = self.find(self.flights, inbound_id, "flight")
        if inbound_id == trip.inbound_id:
            raise Refusal(
                "same_flight", "Not possible: the new flight in must not be the flight in of the trip."
            )
        if inbound.direction != "arriving":
            raise Refusal(
                "not_an_inbound_flight",
                f"Not possible: the direction of the new flight in ({inbound.direction}) must be arriving.",
            )
        if (
            self.travellers[trip.traveller_id].fare == "basic"
            and self.flights[trip.inbound_id].state != "disrupted"
        ):
            raise Refusal(
                "fare_not_changeable",
                "Not possible: the fare class of the traveller of the trip "
                f"({self.travellers[trip.traveller_id].fare}) must not be basic or the flight in of the "
                f"trip ({self.flights[trip.inbound_id].state}) must be disrupted.",
            )
        trip.changes = trip.changes + 1
        trip.fees = (
            trip.fees
            + (
                0
                if self.flights[trip.inbound_id].state == "disrupted"
                or self.travellers[trip.traveller_id].fare == "premium"
                else 4500
            )
        )
        trip.inbound_id = inbound_id
        self._refuse_flight_full(*self.flights.values())
        self._refuse_flight_cancelled(trip)
        self._refuse_connection_missed(trip)
        self._refuse_out_before_in(trip)
        self._refuse_stranded_too_long(trip)
        self._refuse_back_where_it_began(trip)
        self._refuse_traveller_elsewhere(trip)
        return trip

    @write
    def rebook_outbound(self, trip_id: TripId, outbound_id: OutboundId) -> Trip:
        """Rebook the outbound of a trip.

        The trip must be booked. Refused as: same_flight, not_an_outbound_flight, fare_not_changeable,
        out_of_turn, flight_full, flight_cancelled, connection_missed, out_before_in, stranded_too_long,
        back_where_it_began, traveller_elsewhere, company_split.
        """
        trip = self._trip(trip_id, "booked")
        outbound = self.find(self.flights, outbound_id, "flight")
        if outbound_id == trip.outbound_id:
            raise Refusal(
                "same_flight", "Not possible: the new flight out must not be the flight out of the trip."
            )
        if outbound.direction != "departing":
            raise Refusal(
                "not_an_outbound_flight",
                f"Not possible: the direction of the new flight out ({outbound.direction}) must be "
                "departing.",
            )
        if (
            self.travellers[trip.traveller_id].fare == "basic"
            and self.flights[trip.outbound_id].state != "disrupted"
        ):
            raise Refusal(
                "fare_not_changeable",
                "Not possible: the fare class of the traveller of the trip "
                f"({self.travellers[trip.traveller_id].fare}) must not be basic or the flight out of the "
                f"trip ({self.flights[trip.outbound_id].state}) must be disrupted.",
            )
        if any(
            waitlist_entry.flight_id == outbound_id
            and waitlist_entry.state == "waiting"
            and self._first(waitlist_entry)
            and waitlist_entry.traveller_id != trip.traveller_id
            for waitlist_entry in self.waitlist_entries.values()
        ):
            raise Refusal(
                "out_of_turn",
                "Not possible: there must be no waiting waitlist entry for the new flight out that is "
                "first in line and whose traveller is not the traveller of the trip.",
            )
        trip.changes = trip.changes + 1
        trip.fees = (
            trip.fees
            + (
                0
                if self.flights[trip.outbound_id].state == "disrupted"
                or self.travellers[trip.traveller_id].fare == "premium"
                else 4500
            )
        )
        trip.outbound_id = outbound_id
        for waitlist_entry in self.waitlist_entries.values():
            if (
                waitlist_entry.traveller_id == trip.traveller_id
                and waitlist_entry.flight_id == outbound_id
                and waitlist_entry.state == "waiting"
            ):
                waitlist_entry.state = "served"
        self._refuse_flight_full(*self.flights.values())
        self._refuse_flight_cancelled(trip)
        self._refuse_connection_missed(trip)
        self._refuse_out_before_in(trip)
        self._refuse_stranded_too_long(trip)
        self._refuse_back_where_it_began(trip)
        self._refuse_traveller_elsewhere(trip)
        self._refuse_company_split(trip)
        return trip

    @write
    def refund_trip(self, trip_id: TripId) -> Trip:
        """Refund a trip.

        The trip must be booked. Refused as: fare_not_refundable.
        """
        trip = self._trip(trip_id, "booked")
        if (
            self.travellers[trip.traveller_id].fare == "basic"
            and self.flights[trip.inbound_id].state != "disrupted"
            and self.flights[trip.outbound_id].state != "disrupted"
        ):
            raise Refusal(
                "fare_not_refundable",
                "Not possible: the fare class of the traveller of the trip "
                f"({self.travellers[trip.traveller_id].fare}) must not be basic or the flight in of the "
                f"trip ({self.flights[trip.inbound_id].state}) must be disrupted or the flight out of the "
                f"trip ({self.flights[trip.outbound_id].state}) must be disrupted.",
            )
        trip.state = "refunded"
        return trip

    @write
    def upgrade_fare(self, traveller_id: TravellerId, fare: GivenFare) -> Traveller:
        """Upgrade the fare of a traveller.

        Refused as: not_an_upgrade.
        """
        traveller = self.find(self.travellers, traveller_id, "traveller")
        if (
            (traveller.fare != "basic" or fare == "basic")
            and (traveller.fare != "flexible" or fare != "premium")
        ):
            raise Refusal(
                "not_an_upgrade",
                f"Not possible: either the fare class of the traveller ({traveller.fare}) must be basic and "
                f"the new fare class ({fare}) must not be basic, or the fare class of the traveller "
                f"({traveller.fare}) must be flexible and the new fare class ({fare}) must be premium.",
            )
        traveller.fare = fare
        return traveller

    @write
    def declare_disruption(self, flight_id: FlightId) -> Flight:
        """Declare a flight disrupted.

        The flight must be scheduled. Refused as: flight_cancelled.
        """
        flight = self._flight(flight_id, "scheduled")
        flight.state = "disrupted"
        self._refuse_flight_cancelled(*self.trips.values())
        return flight

    @write
    def end_disruption(self, flight_id: FlightId) -> Flight:
        """Declare a flight back on schedule.

        The flight must be disrupted. Refused as: flight_cancelled.
        """
        flight = self._flight(flight_id, "disrupted")
        flight.state = "scheduled"
        self._refuse_flight_cancelled(*self.trips.values())
        return flight

    @write
    def cancel_flight(self, flight_id: FlightId) -> Flight:
        """Cancel a flight.

        The flight must be disrupted. Refused as: flight_cancelled.
        """
        flight = self._flight(flight_id, "disrupted")
        flight.state = "cancelled"
        self._refuse_flight_cancelled(*self.trips.values())
        return flight

    @write
    def change_aircraft(self, flight_id: FlightId, seats: Seats) -> Flight:
        """Put an aircraft with a given number of seats on a flight.

        The flight must be scheduled or disrupted. Refused as: same_size, flight_full.
        """
        flight = self._flight(flight_id, "scheduled", "disrupted")
        if seats == flight.seats:
            raise Refusal(
                "same_size",
                f"Not possible: the new capacity ({seats}) must not be the capacity of the flight "
                f"({flight.seats}).",
            )
        flight.seats = seats
        self._refuse_flight_full(flight)
        return flight

    @write
    def retime_flight(self, flight_id: FlightId, hour: Hour) -> Flight:
        """Retime a flight.

        The flight must be scheduled or disrupted. Refused as: same_hour, connection_missed.
        """
        flight = self._flight(flight_id, "scheduled", "disrupted")
        if hour == flight.hour:
            raise Refusal(
                "same_hour",
                f"Not possible: the new hour of departure ({hour}) must not be the hour of departure of the "
                f"flight ({flight.hour}).",
            )
        flight.hour = hour
        self._refuse_connection_missed(*self.trips.values())
        return flight

    @write
    def add_to_company(self, trip_id: TripId, company_id: CompanyId) -> Trip:
        """Add a trip to a company.

        Refused as: in_a_company_already, company_split, company_too_large.
        """
        trip = self.find(self.trips, trip_id, "trip")
        self.find(self.companies, company_id, "company")
        if trip.company_id is not None:
            raise Refusal("in_a_company_already", "Not possible: the trip must have no company.")
        trip.company_id = company_id
        self._refuse_company_split(trip)
        self._refuse_company_too_large(*self.companies.values())
        return trip

    @write
    def leave_company(self, trip_id: TripId) -> Trip:
        """Let a trip leave its company.

        Refused as: in_no_company.
        """
        trip = self.find(self.trips, trip_id, "trip")
        if trip.company_id is None:
            raise Refusal("in_no_company", "Not possible: the trip must have a company.")
        trip.company_id = None
        return trip

    @write
    def dissolve_company(self, company_id: CompanyId) -> Company:
        """Dissolve a company.

        Refused as: nobody_left.
        """
        company = self.find(self.companies, company_id, "company")
        if not any(trip.company_id == company_id and trip.state == "booked" for trip in self.trips.values()):
            raise Refusal(
                "nobody_left", "Not possible: there must be a booked trip belonging to the company."
            )
        for trip in self.trips.values():
            if trip.company_id == company_id:
                trip.company_id = None
        return company

    @write
    def join_waitlist(self, traveller_id: TravellerId, flight_id: FlightId) -> WaitlistEntry:
        """Put a traveller on the waitlist for a flight.

        Refused as: waiting_twice.
        """
        self.find(self.travellers, traveller_id, "traveller")
        self.find(self.flights, flight_id, "flight")
        waitlist_entry = WaitlistEntry(
            id=self.new_id("WE"),
            traveller_id=traveller_id,
            flight_id=flight_id,
            place=1 + max(
                (
                    waitlist_entry.place
                    for waitlist_entry in self.waitlist_entries.values()
                    if waitlist_entry.flight_id == flight_id
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

    @rule("For every flight, its number of taken seats is at most its capacity.")
    def flight_full(self) -> bool:
        return not any(self._flight_full(row) for row in self.flights.values())

    @rule("For every booked trip, its flight in is not cancelled and its flight out is not cancelled.")
    def flight_cancelled(self) -> bool:
        return not any(self._flight_cancelled(row) for row in self.trips.values())

    @rule(
        "For every booked trip, the day of its flight out is after the day of its flight in or the hour of "
        "departure of its flight out is at least the hour of departure of its flight in plus 3."
    )
    def connection_missed(self) -> bool:
        return not any(self._connection_missed(row) for row in self.trips.values())

    @rule("For every booked trip, the day of its flight out is not before the day of its flight in.")
    def out_before_in(self) -> bool:
        return not any(self._out_before_in(row) for row in self.trips.values())

    @rule("For every booked trip, the day of its flight out is at most 1 day after the day of its flight in.")
    def stranded_too_long(self) -> bool:
        return not any(self._stranded_too_long(row) for row in self.trips.values())

    @rule("For every booked trip, the other end of its flight in is not the other end of its flight out.")
    def back_where_it_began(self) -> bool:
        return not any(self._back_where_it_began(row) for row in self.trips.values())

    @rule(
        "For every booked trip, there is no other booked trip of the same traveller that overlaps with "
        "that trip (each from the day of its flight in to the day of its flight out, the last day "
        "included)."
    )
    def traveller_elsewhere(self) -> bool:
        return not any(self._traveller_elsewhere(row) for row in self.trips.values())

    @rule(
        "For every booked trip that has a company, there is no other booked trip belonging to the same "
        "company with another flight out."
    )
    def company_split(self) -> bool:
        return not any(self._company_split(row) for row in self.trips.values())

    @rule(
        "For every company, the number of booked trips belonging to that company is at most its size limit."
    )
    def company_too_large(self) -> bool:
        return not any(self._company_too_large(row) for row in self.companies.values())

    @rule(
        "For every waiting waitlist entry, there is no other waiting waitlist entry of the same traveller "
        "for the same flight."
    )
    def waiting_twice(self) -> bool:
        return not any(self._waiting_twice(row) for row in self.waitlist_entries.values())

    def _flight_full(self, flight: Flight) -> bool:
        return self._taken(flight) > flight.seats

    def _flight_cancelled(self, trip: Trip) -> bool:
        return (
            trip.state == "booked"
            and "cancelled" in (self.flights[trip.inbound_id].state, self.flights[trip.outbound_id].state)
        )

    def _connection_missed(self, trip: Trip) -> bool:
        return (
            trip.state == "booked"
            and self.flights[trip.outbound_id].day <= self.flights[trip.inbound_id].day
            and self.flights[trip.outbound_id].hour < self.flights[trip.inbound_id].hour + 3
        )

    def _out_before_in(self, trip: Trip) -> bool:
        return (
            trip.state == "booked" and self.flights[trip.outbound_id].day < self.flights[trip.inbound_id].day
        )

    def _stranded_too_long(self, trip: Trip) -> bool:
        return (
            trip.state == "booked"
            and (self.flights[trip.outbound_id].day - self.flights[trip.inbound_id].day).days > 1
        )

    def _back_where_it_began(self, trip: Trip) -> bool:
        return (
            trip.state == "booked"
            and self.flights[trip.inbound_id].destination_id == self.flights[trip.outbound_id].destination_id
        )

    def _traveller_elsewhere(self, trip: Trip) -> bool:
        return (
            trip.state == "booked"
            and any(
                other.id != trip.id
                and other.traveller_id == trip.traveller_id
                and other.state == "booked"
                and self.flights[other.inbound_id].day <= self.flights[trip.outbound_id].day
                and self.flights[trip.inbound_id].day <= self.flights[other.outbound_id].day
                for other in self.trips.values()
            )
        )

    def _company_split(self, trip: Trip) -> bool:
        return (
            trip.company_id is not None
            and trip.state == "booked"
            and any(
                other.id != trip.id
                and other.company_id == trip.company_id
                and other.outbound_id != trip.outbound_id
                and other.state == "booked"
                for other in self.trips.values()
            )
        )

    def _company_too_large(self, company: Company) -> bool:
        return (
            sum(1 for trip in self.trips.values() if trip.company_id == company.id and trip.state == "booked")
            > company.most
        )

    def _waiting_twice(self, waitlist_entry: WaitlistEntry) -> bool:
        return (
            waitlist_entry.state == "waiting"
            and any(
                other.id != waitlist_entry.id
                and other.traveller_id == waitlist_entry.traveller_id
                and other.flight_id == waitlist_entry.flight_id
                and other.state == "waiting"
                for other in self.waitlist_entries.values()
            )
        )

    def _refuse_flight_full(self, *rows: Flight) -> None:
        for flight in rows:
            if self._flight_full(flight):
                raise Refusal(
                    "flight_full",
                    f"Not possible for {flight.id}: its number of taken seats ({self._taken(flight)}) must "
                    f"be at most its capacity ({flight.seats}).",
                )

    def _refuse_flight_cancelled(self, *rows: Trip) -> None:
        for trip in rows:
            if self._flight_cancelled(trip):
                raise Refusal(
                    "flight_cancelled",
                    f"Not possible for {trip.id}: its flight in ({self.flights[trip.inbound_id].state}) "
                    f"must not be cancelled and its flight out ({self.flights[trip.outbound_id].state}) "
                    "must not be cancelled.",
                )

    def _refuse_connection_missed(self, *rows: Trip) -> None:
        for trip in rows:
            if self._connection_missed(trip):
                raise Refusal(
                    "connection_missed",
                    f"Not possible for {trip.id}: the day of its flight out "
                    f"({self.flights[trip.outbound_id].day}) must be after the day of its flight in "
                    f"({self.flights[trip.inbound_id].day}) or the hour of departure of its flight out "
                    f"({self.flights[trip.outbound_id].hour}) must be at least the hour of departure of its "
                    f"flight in ({self.flights[trip.inbound_id].hour}) plus 3.",
                )

    def _refuse_out_before_in(self, *rows: Trip) -> None:
        for trip in rows:
            if self._out_before_in(trip):
                raise Refusal(
                    "out_before_in",
                    f"Not possible for {trip.id}: the day of its flight out "
                    f"({self.flights[trip.outbound_id].day}) must not be before the day of its flight in "
                    f"({self.flights[trip.inbound_id].day}).",
                )

    def _refuse_stranded_too_long(self, *rows: Trip) -> None:
        for trip in rows:
            if self._stranded_too_long(trip):
                raise Refusal(
                    "stranded_too_long",
                    f"Not possible for {trip.id}: the day of its flight out "
                    f"({self.flights[trip.outbound_id].day}) must be at most 1 day after the day of its "
                    f"flight in ({self.flights[trip.inbound_id].day}).",
                )

    def _refuse_back_where_it_began(self, *rows: Trip) -> None:
        for trip in rows:
            if self._back_where_it_began(trip):
                raise Refusal(
                    "back_where_it_began",
                    f"Not possible for {trip.id}: the other end of its flight in must not be the other end "
                    "of its flight out.",
                )

    def _refuse_traveller_elsewhere(self, *rows: Trip) -> None:
        for trip in rows:
            if self._traveller_elsewhere(trip):
                raise Refusal(
                    "traveller_elsewhere",
                    f"Not possible for {trip.id}: there must be no other booked trip of the same traveller "
                    "that overlaps with that trip (each from the day of its flight in to the day of its "
                    "flight out, the last day included).",
                )

    def _refuse_company_split(self, *rows: Trip) -> None:
        for trip in rows:
            if self._company_split(trip):
                raise Refusal(
                    "company_split",
                    f"Not possible for {trip.id}: there must be no other booked trip belonging to the same "
                    "company with another flight out.",
                )

    def _refuse_company_too_large(self, *rows: Company) -> None:
        for company in rows:
            if self._company_too_large(company):
                raise Refusal(
                    "company_too_large",
                    f"Not possible for {company.id}: the number of booked trips belonging to that company "
                    f"must be at most its size limit ({company.most}).",
                )

    def _refuse_waiting_twice(self, *rows: WaitlistEntry) -> None:
        for waitlist_entry in rows:
            if self._waiting_twice(waitlist_entry):
                raise Refusal(
                    "waiting_twice",
                    f"Not possible for {waitlist_entry.id}: there must be no other waiting waitlist entry "
                    "of the same traveller for the same flight.",
                )

    def _taken(self, flight: Flight) -> int:
        return sum(
            1
            for trip in self.trips.values()
            if flight.id in (trip.inbound_id, trip.outbound_id) and trip.state == "booked"
        )

    def _left(self, flight: Flight) -> int:
        return flight.seats - self._taken(flight)

    def _first(self, waitlist_entry: WaitlistEntry) -> bool:
        return not any(
            other.state == "waiting"
            and other.flight_id == waitlist_entry.flight_id
            and other.place < waitlist_entry.place
            for other in self.waitlist_entries.values()
        )

    def _flight(self, flight_id: str, *states: FlightState) -> Flight:
        flight = self.find(self.flights, flight_id, "flight")
        if flight.state not in states:
            raise Refusal("wrong_state", f"{flight_id} is {flight.state}, not {' or '.join(states)}.")
        return flight

    def _trip(self, trip_id: str, *states: TripState) -> Trip:
        trip = self.find(self.trips, trip_id, "trip")
        if trip.state not in states:
            raise Refusal("wrong_state", f"{trip_id} is {trip.state}, not {' or '.join(states)}.")
        return trip

    def _waitlist_entry(self, waitlist_entry_id: str, *states: WaitlistEntryState) -> WaitlistEntry:
        waitlist_entry = self.find(self.waitlist_entries, waitlist_entry_id, "waitlist entry")
        if waitlist_entry.state not in states:
            raise Refusal(
                "wrong_state", f"{waitlist_entry_id} is {waitlist_entry.state}, not {' or '.join(states)}."
            )
        return waitlist_entry


def _page(rows: list[Row], page: int) -> list[Row]:
    return rows[PAGE_ROWS * (page - 1) :][:PAGE_ROWS]
