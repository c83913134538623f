# ruff: noqa: D102 - the text of a rule is its docstring
"""Car rental.

A car rental with several stations: hires that end elsewhere, licences, services that fall due, and
deposits.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from ._runtime import FREE_TEXT, Entity, Environment, Refusal, read, rule, write

PAGE_ROWS = 10
FIRST_DAY = dt.date(2000, 1, 1)
LAST_DAY = dt.date(2099, 12, 31)

StationState = Literal["staffed", "unstaffed"]
CarState = Literal["ready", "in_service", "sold"]
HireState = Literal["booked", "out", "back", "cancelled"]
Request = Literal[
    "book_car",
    "hand_out_car",
    "take_back_car",
    "switch_car",
    "change_return",
    "extend_hire",
    "cancel_hire",
    "send_to_service",
    "finish_service",
    "sell_car",
    "drive_over",
    "renew_licence",
    "close_counter",
    "open_counter",
    "reprice_season",
    "shift_season",
    "shorten_season",
    "record_strike",
    "forgive_strike",
]
Ground = Literal[
    "wrong_state",
    "in_the_past",
    "struck_out",
    "too_early",
    "another_hire_out",
    "same_car",
    "lower_class",
    "same_station",
    "hardly_driven",
    "there_already",
    "car_is_out",
    "too_far_for_one_service",
    "not_later",
    "same_percentage",
    "season_has_begun",
    "not_shorter",
    "struck_out_already",
    "no_strikes",
    "car_taken",
    "driver_on_the_road",
    "too_young",
    "licence_runs_out",
    "car_not_ready",
    "station_overfull",
    "station_unstaffed",
    "service_due",
    "seasons_overlap",
]
Measure = Literal["cars_parked", "one_way_fees"]

StationId = Annotated[str, Field(description="Id of a station, such as STT-01.")]
PartOfName = Annotated[str | None, Field(description="Part of the name, in any case.")]
InStationState = Annotated[StationState | None, Field(description="Only those in this state.")]
Page = Annotated[int, Field(description=f"Page of {PAGE_ROWS} rows, from 1; past the end it is empty.", ge=1)]
CarId = Annotated[str, Field(description="Id of a car, such as CR-01.")]
PartOfPlate = Annotated[str | None, Field(description="Part of the plate, in any case.")]
OfStation = Annotated[str | None, Field(description="Only those of the station with this id.")]
InCarState = Annotated[CarState | None, Field(description="Only those in this state.")]
DriverId = Annotated[str, Field(description="Id of a driver, such as DRV-01.")]
LicenceUntilFrom = Annotated[
    dt.date | None,
    Field(description="Only those whose last day of the licence is on or after this day, YYYY-MM-DD."),
]
LicenceUntilUntil = Annotated[
    dt.date | None,
    Field(description="Only those whose last day of the licence is on or before this day, YYYY-MM-DD."),
]
HireId = Annotated[str, Field(description="Id of a hire, such as HR-01.")]
OfDriver = Annotated[str | None, Field(description="Only those of the driver with this id.")]
OfCar = Annotated[str | None, Field(description="Only those of the car with this id.")]
StartsFrom = Annotated[
    dt.date | None, Field(description="Only those whose first day is on or after this day, YYYY-MM-DD.")
]
StartsUntil = Annotated[
    dt.date | None, Field(description="Only those whose first day is on or before this day, YYYY-MM-DD.")
]
OfDropOff = Annotated[str | None, Field(description="Only those of the station of return with this id.")]
InHireState = Annotated[HireState | None, Field(description="Only those in this state.")]
SeasonId = Annotated[str, Field(description="Id of a season, such as SSN-01.")]
Starts = Annotated[dt.date, Field(description="First day, YYYY-MM-DD.", ge=FIRST_DAY, le=LAST_DAY)]
Days = Annotated[int, Field(description="Length, in days, 1 to 8.", ge=1, le=8)]
DropOffId = Annotated[str, Field(description="Id of the station of return, such as STT-01.")]
Distance = Annotated[int, Field(description="Agreed distance, in kilometres, 100 to 2500.", ge=100, le=2500)]
More = Annotated[int, Field(description="Extension, in days, 1 to 4.", ge=1, le=4)]
LicenceUntil = Annotated[
    dt.date, Field(description="Last day of the licence, YYYY-MM-DD.", ge=FIRST_DAY, le=LAST_DAY)
]
Percent = Annotated[int, Field(description="Percentage of the price, 70 to 150.", ge=70, le=150)]
GivenDays = Annotated[int, Field(description="Length, in days, 4 to 12.", ge=4, le=12)]
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


class Station(Entity):
    """A station."""

    id: str
    name: str
    bays: int
    state: StationState = "staffed"


class Car(Entity):
    """A car."""

    id: str
    plate: str
    station_id: str
    grade: int  # class
    mileage: int  # distance since the last service, in kilometres
    state: CarState = "ready"


class Driver(Entity):
    """A driver."""

    id: str
    name: str
    age: int  # years
    licence_until: dt.date  # last day of the licence
    strikes: int = 0


class Hire(Entity):
    """A hire."""

    id: str
    driver_id: str
    car_id: str
    starts: dt.date  # first day
    days: int  # length, in days
    drop_off_id: str  # station of return
    distance: int  # agreed distance, in kilometres
    fee: int = 0  # one-way fee, in cents
    state: HireState = "booked"

    @property
    def ends(self) -> dt.date:
        return self.starts + dt.timedelta(self.days)

    @property
    def binds(self) -> bool:
        return self.state in ("booked", "out")


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


class StationSheet(Entity):
    """A station and what follows from it."""

    station: Station
    parked: int  # number of parked cars


class HireSheet(Entity):
    """A hire and what follows from it."""

    hire: Hire
    ends: dt.date
    binds: bool


class SeasonSheet(Entity):
    """A season and what follows from it."""

    season: Season
    ends: dt.date


class CarRental(Environment):
    """Car rental."""

    stations: dict[str, Station]
    cars: dict[str, Car]
    drivers: dict[str, Driver]
    hires: dict[str, Hire]
    seasons: dict[str, Season]
    decisions: dict[str, Decision]
    reports: dict[str, Report]

    @read
    def get_station(self, station_id: StationId) -> StationSheet:
        """Look up a station and what follows from it: number of parked cars."""
        station = self.find(self.stations, station_id, "station")
        return StationSheet(station=station, parked=self._parked(station))

    @read
    def search_stations(
        self, name: PartOfName = None, state: InStationState = None, page: Page = 1
    ) -> list[Station]:
        """Find stations by name and state, in order of id."""
        rows = [row for row in self.stations.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_car(self, car_id: CarId) -> Car:
        """Look up one car."""
        return self.find(self.cars, car_id, "car")

    @read
    def search_cars(
        self,
        plate: PartOfPlate = None,
        station_id: OfStation = None,
        state: InCarState = None,
        page: Page = 1,
    ) -> list[Car]:
        """Find cars by plate, station and state, in order of id."""
        rows = [row for row in self.cars.values() if (plate or "").casefold() in row.plate.casefold()]
        rows = [row for row in rows if station_id in (None, row.station_id)]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_driver(self, driver_id: DriverId) -> Driver:
        """Look up one driver."""
        return self.find(self.drivers, driver_id, "driver")

    @read
    def search_drivers(
        self,
        name: PartOfName = None,
        licence_until_from: LicenceUntilFrom = None,
        licence_until_until: LicenceUntilUntil = None,
        page: Page = 1,
    ) -> list[Driver]:
        """Find drivers by name and last day of the licence, in order of id."""
        rows = [row for row in self.drivers.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if licence_until_from is None or row.licence_until >= licence_until_from]
        rows = [
            row for row in rows if licence_until_until is None or row.licence_until <= licence_until_until
        ]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_hire(self, hire_id: HireId) -> HireSheet:
        """Look up a hire and what follows from it: ends and binds."""
        hire = self.find(self.hires, hire_id, "hire")
        return HireSheet(hire=hire, ends=hire.ends, binds=hire.binds)

    @read
    def search_hires(
        self,
        *,
        driver_id: OfDriver = None,
        car_id: OfCar = None,
        starts_from: StartsFrom = None,
        starts_until: StartsUntil = None,
        drop_off_id: OfDropOff = None,
        state: InHireState = None,
        page: Page = 1,
    ) -> list[Hire]:
        """Find hires by driver, car, first day, station of return and state, in order of id."""
        rows = [row for row in self.hires.values() if driver_id in (None, row.driver_id)]
        rows = [row for row in rows if car_id in (None, row.car_id)]
        rows = [row for row in rows if starts_from is None or row.starts >= starts_from]
        rows = [row for row in rows if starts_until is None or row.starts <= starts_until]
        rows = [row for row in rows if drop_off_id in (None, row.drop_off_id)]
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
    def book_car(
        self,
        *,
        driver_id: DriverId,
        car_id: CarId,
        starts: Starts,
        days: Days,
        drop_off_id: DropOffId,
        distance: Distance,
    ) -> Hire:
        """Book a car for a driver from a given first day for a given number of days.

        Refused as: in_the_past, struck_out, car_taken, driver_on_the_road, too_young, licence_runs_out,
        car_not_ready, station_overfull, station_unstaffed, service_due.
        """
        driver = self.find(self.drivers, driver_id, "driver")
        car = self.find(self.cars, car_id, "car")
        self.find(self.stations, drop_off_id, "station")
        if starts < self.today():
            raise Refusal(
                "in_the_past",
                f"Not possible: the first day ({starts}) must not be before today ({self.today()}).",
            )
        if driver.strikes >= 3:
            raise Refusal(
                "struck_out",
                f"Not possible: the number of strikes of the driver ({driver.strikes}) must be less than 3.",
            )
        hire = Hire(
            id=self.new_id("HR"),
            driver_id=driver_id,
            car_id=car_id,
            starts=starts,
            days=days,
            drop_off_id=drop_off_id,
            distance=distance,
            fee=0 if drop_off_id == car.station_id else 6000 * car.grade,
        )
        self.hires[hire.id] = hire
        season = min(
            (
                season
                for season in self.seasons.values()
                if season.starts <= hire.starts and hire.starts < season.ends
            ),
            key=lambda season: season.id,
            default=None,
        )
        if season is not None:
            hire.fee = hire.fee * season.percent // 100
        self._refuse_car_taken(hire)
        self._refuse_driver_on_the_road(hire)
        self._refuse_too_young(hire)
        self._refuse_licence_runs_out(hire)
        self._refuse_car_not_ready(hire)
        self._refuse_station_overfull(*self.stations.values())
        self._refuse_station_unstaffed(hire)
        self._refuse_service_due(hire)
        return hire

    @write
    def hand_out_car(self, hire_id: HireId) -> Hire:
        """Hand out a hire.

        The hire must be booked. Refused as: too_early, another_hire_out.
        """
        hire = self._hire(hire_id, "booked")
        if hire.starts > self.today() + dt.timedelta(1):
            raise Refusal(
                "too_early",
                f"Not possible: the first day of the hire ({hire.starts}) must not be after tomorrow.",
            )
        if any(other.car_id == hire.car_id and other.state == "out" for other in self.hires.values()):
            raise Refusal(
                "another_hire_out", "Not possible: there must be no hire of the same car that is out."
            )
        hire.state = "out"
        return hire

    @write
    def take_back_car(self, hire_id: HireId) -> Hire:
        """Record a hire as returned.

        The hire must be out. Refused as: station_overfull, service_due.
        """
        hire = self._hire(hire_id, "out")
        hire.state = "back"
        self.cars[hire.car_id].station_id = hire.drop_off_id
        self.cars[hire.car_id].mileage = self.cars[hire.car_id].mileage + hire.distance
        self._refuse_station_overfull(*self.stations.values())
        self._refuse_service_due(*self.hires.values())
        return hire

    @write
    def switch_car(self, hire_id: HireId, car_id: CarId) -> Hire:
        """Switch the car of a hire.

        The hire must be booked. Refused as: same_car, lower_class, car_taken, too_young, car_not_ready,
        station_overfull, service_due.
        """
        hire = self._hire(hire_id, "booked")
        car = self.find(self.cars, car_id, "car")
        if car_id == hire.car_id:
            raise Refusal("same_car", "Not possible: the new car must not be the car of the hire.")
        if car.grade < self.cars[hire.car_id].grade:
            raise Refusal(
                "lower_class",
                f"Not possible: the class of the new car ({car.grade}) must be at least the class of the "
                f"car of the hire ({self.cars[hire.car_id].grade}).",
            )
        hire.car_id = car_id
        self._refuse_car_taken(hire)
        self._refuse_too_young(hire)
        self._refuse_car_not_ready(hire)
        self._refuse_station_overfull(*self.stations.values())
        self._refuse_service_due(hire)
        return hire

    @write
    def change_return(self, hire_id: HireId, drop_off_id: DropOffId) -> Hire:
        """Let a hire be returned to a station of return.

        The hire must be booked or out. Refused as: same_station, station_overfull, station_unstaffed.
        """
        hire = self._hire(hire_id, "booked", "out")
        self.find(self.stations, drop_off_id, "station")
        if drop_off_id == hire.drop_off_id:
            raise Refusal(
                "same_station",
                "Not possible: the new station of return must not be the station of return of the hire.",
            )
        hire.fee = 0 if drop_off_id == self.cars[hire.car_id].station_id else hire.fee + 3000
        hire.drop_off_id = drop_off_id
        self._refuse_station_overfull(*self.stations.values())
        self._refuse_station_unstaffed(hire)
        return hire

    @write
    def extend_hire(self, hire_id: HireId, more: More) -> Hire:
        """Extend a hire.

        The hire must be booked or out. Refused as: car_taken, driver_on_the_road, licence_runs_out.
        """
        hire = self._hire(hire_id, "booked", "out")
        hire.days = hire.days + more
        self._refuse_car_taken(hire)
        self._refuse_driver_on_the_road(hire)
        self._refuse_licence_runs_out(hire)
        return hire

    @write
    def cancel_hire(self, hire_id: HireId) -> Hire:
        """Cancel a hire.

        The hire must be booked.
        """
        hire = self._hire(hire_id, "booked")
        hire.state = "cancelled"
        return hire

    @write
    def send_to_service(self, car_id: CarId) -> Car:
        """Send a car in for service.

        The car must be ready. Refused as: car_not_ready.
        """
        car = self._car(car_id, "ready")
        car.state = "in_service"
        self._refuse_car_not_ready(*self.hires.values())
        return car

    @write
    def finish_service(self, car_id: CarId) -> Car:
        """Fetch a car back from service.

        The car must be in service. Refused as: service_due.
        """
        car = self._car(car_id, "in_service")
        car.mileage = 0
        car.state = "ready"
        self._refuse_service_due(*self.hires.values())
        return car

    @write
    def sell_car(self, car_id: CarId) -> Car:
        """Sell a car.

        The car must be in service. Refused as: hardly_driven.
        """
        car = self._car(car_id, "in_service")
        if car.mileage < 4000:
            raise Refusal(
                "hardly_driven",
                f"Not possible: the distance since the last service of the car ({car.mileage}) must be at "
                "least 4,000 kilometres.",
            )
        car.state = "sold"
        return car

    @write
    def drive_over(self, car_id: CarId, station_id: StationId) -> Car:
        """Drive over a car.

        The car must be ready or in service. Refused as: there_already, car_is_out,
        too_far_for_one_service, station_overfull, service_due.
        """
        car = self._car(car_id, "ready", "in_service")
        self.find(self.stations, station_id, "station")
        if station_id == car.station_id:
            raise Refusal(
                "there_already", "Not possible: the new station must not be the station of the car."
            )
        if any(hire.car_id == car_id and hire.state == "out" for hire in self.hires.values()):
            raise Refusal("car_is_out", "Not possible: there must be no hire of the car that is out.")
        if car.mileage + 300 > 10000:
            raise Refusal(
                "too_far_for_one_service",
                f"Not possible: the distance since the last service of the car ({car.mileage}) plus 300 "
                "kilometres must be at most 10,000 kilometres.",
            )
        car.mileage = car.mileage + 300
        car.station_id = station_id
        self._refuse_station_overfull(*self.stations.values())
        self._refuse_service_due(*self.hires.values())
        return car

    @write
    def renew_licence(self, driver_id: DriverId, licence_until: LicenceUntil) -> Driver:
        """Note that the licence of a driver runs until a given last day of the licence.

        Refused as: not_later, licence_runs_out.
        """
        driver = self.find(self.drivers, driver_id, "driver")
        if licence_until <= driver.licence_until:
            raise Refusal(
                "not_later",
                f"Not possible: the new last day of the licence ({licence_until}) must be after the last "
                f"day of the licence of the driver ({driver.licence_until}).",
            )
        driver.licence_until = licence_until
        self._refuse_licence_runs_out(*self.hires.values())
        return driver

    @write
    def close_counter(self, station_id: StationId) -> Station:
        """Close the counter in a station.

        The station must be staffed. Refused as: station_unstaffed.
        """
        station = self._station(station_id, "staffed")
        station.state = "unstaffed"
        self._refuse_station_unstaffed(*self.hires.values())
        return station

    @write
    def open_counter(self, station_id: StationId) -> Station:
        """Open the counter in a station again.

        The station must be unstaffed.
        """
        station = self._station(station_id, "unstaffed")
        station.state = "staffed"
        return station

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
        for hire in self.hires.values():
            if hire.state == "booked" and season.starts <= hire.starts and hire.starts < season.ends:
                hire.fee = hire.fee * season.percent // 100
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
    def shorten_season(self, season_id: SeasonId, days: GivenDays) -> Season:
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
    def record_strike(self, driver_id: DriverId) -> Driver:
        """Record a strike against a driver.

        Refused as: struck_out_already.
        """
        driver = self.find(self.drivers, driver_id, "driver")
        if driver.strikes >= 3:
            raise Refusal(
                "struck_out_already",
                f"Not possible: the number of strikes of the driver ({driver.strikes}) must be less than 3.",
            )
        driver.strikes = driver.strikes + 1
        if driver.strikes >= 3:
            for hire in self.hires.values():
                if hire.driver_id == driver_id and hire.state == "booked":
                    hire.state = "cancelled"
        return driver

    @write
    def forgive_strike(self, driver_id: DriverId) -> Driver:
        """Take one strike off the file of a driver.

        Refused as: no_strikes.
        """
        driver = self.find(self.drivers, driver_id, "driver")
        if driver.strikes <= 0:
            raise Refusal(
                "no_strikes",
                f"Not possible: the number of strikes of the driver ({driver.strikes}) must be more than 0.",
            )
        driver.strikes = driver.strikes - 1
        return driver

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
        "For every hire that is booked or out, there is no other hire of the same car that is booked or "
        "out and that overlaps with that hire (each from its first day to its end, the last day not "
        "included)."
    )
    def car_taken(self) -> bool:
        return not any(self._car_taken(row) for row in self.hires.values())

    @rule(
        "For every hire that is booked or out, there is no other hire of the same driver that is booked or "
        "out and that overlaps with that hire (each from its first day to its end, the last day not "
        "included)."
    )
    def driver_on_the_road(self) -> bool:
        return not any(self._driver_on_the_road(row) for row in self.hires.values())

    @rule(
        "For every hire that is booked or out, the age of its driver is at least 20 plus 2 times the class "
        "of its car."
    )
    def too_young(self) -> bool:
        return not any(self._too_young(row) for row in self.hires.values())

    @rule(
        "For every hire that is booked or out, the last day of the licence of its driver is not before its "
        "end."
    )
    def licence_runs_out(self) -> bool:
        return not any(self._licence_runs_out(row) for row in self.hires.values())

    @rule("For every hire that is booked or out, its car is ready.")
    def car_not_ready(self) -> bool:
        return not any(self._car_not_ready(row) for row in self.hires.values())

    @rule(
        "For every station, its number of parked cars plus the number of hires returning to that station "
        "that are booked or out and whose car's station is not that station is at most its number of bays "
        "plus 2."
    )
    def station_overfull(self) -> bool:
        return not any(self._station_overfull(row) for row in self.stations.values())

    @rule("For every hire that is booked or out, its station of return is staffed.")
    def station_unstaffed(self) -> bool:
        return not any(self._station_unstaffed(row) for row in self.hires.values())

    @rule(
        "For every booked hire, the distance since the last service of its car plus its agreed distance is "
        "at most 10,000 kilometres."
    )
    def service_due(self) -> bool:
        return not any(self._service_due(row) for row in self.hires.values())

    @rule(
        "For every season, there is no other season that overlaps with that season (each from its first "
        "day to its end, the last day not included)."
    )
    def seasons_overlap(self) -> bool:
        return not any(self._seasons_overlap(row) for row in self.seasons.values())

    def _car_taken(self, hire: Hire) -> bool:
        return (
            hire.binds
            and any(
                other.id != hire.id
                and other.car_id == hire.car_id
                and other.binds
                and other.starts < hire.ends
                and hire.starts < other.ends
                for other in self.hires.values()
            )
        )

    def _driver_on_the_road(self, hire: Hire) -> bool:
        return (
            hire.binds
            and any(
                other.id != hire.id
                and other.driver_id == hire.driver_id
                and other.binds
                and other.starts < hire.ends
                and hire.starts < other.ends
                for other in self.hires.values()
            )
        )

    def _too_young(self, hire: Hire) -> bool:
        return hire.binds and self.drivers[hire.driver_id].age < 20 + self.cars[hire.car_id].grade * 2

    def _licence_runs_out(self, hire: Hire) -> bool:
        return hire.binds and self.drivers[hire.driver_id].licence_until < hire.ends

    def _car_not_ready(self, hire: Hire) -> bool:
        return hire.binds and self.cars[hire.car_id].state != "ready"

    def _station_overfull(self, station: Station) -> bool:
        return (
            self._parked(station)
            + sum(
                1
                for hire in self.hires.values()
                if hire.drop_off_id == station.id
                and hire.binds
                and self.cars[hire.car_id].station_id != station.id
            )
            > station.bays + 2
        )

    def _station_unstaffed(self, hire: Hire) -> bool:
        return hire.binds and self.stations[hire.drop_off_id].state != "staffed"

    def _service_due(self, hire: Hire) -> bool:
        return hire.state == "booked" and self.cars[hire.car_id].mileage + hire.distance > 10000

    def _seasons_overlap(self, season: Season) -> bool:
        return any(
            other.id != season.id and other.starts < season.ends and season.starts < other.ends
            for other in self.seasons.values()
        )

    def _refuse_car_taken(self, *rows: Hire) -> None:
        for hire in rows:
            if self._car_taken(hire):
                raise Refusal(
                    "car_taken",
                    f"Not possible for {hire.id}: there must be no other hire of the same car that is "
                    "booked or out and that overlaps with that hire (each from its first day to its end, "
                    "the last day not included).",
                )

    def _refuse_driver_on_the_road(self, *rows: Hire) -> None:
        for hire in rows:
            if self._driver_on_the_road(hire):
                raise Refusal(
                    "driver_on_the_road",
                    f"Not possible for {hire.id}: there must be no other hire of the same driver that is "
                    "booked or out and that overlaps with that hire (each from its first day to its end, "
                    "the last day not included).",
                )

    def _refuse_too_young(self, *rows: Hire) -> None:
        for hire in rows:
            if self._too_young(hire):
                raise Refusal(
                    "too_young",
                    f"Not possible for {hire.id}: the age of its driver "
                    f"({self.drivers[hire.driver_id].age}) must be at least 20 plus 2 times the class of "
                    f"its car ({self.cars[hire.car_id].grade}).",
                )

    def _refuse_licence_runs_out(self, *rows: Hire) -> None:
        for hire in rows:
            if self._licence_runs_out(hire):
                raise Refusal(
                    "licence_runs_out",
                    f"Not possible for {hire.id}: the last day of the licence of its driver "
                    f"({self.drivers[hire.driver_id].licence_until}) must not be before its end "
                    f"({hire.ends}).",
                )

    def _refuse_car_not_ready(self, *rows: Hire) -> None:
        for hire in rows:
            if self._car_not_ready(hire):
                raise Refusal(
                    "car_not_ready",
                    f"Not possible for {hire.id}: its car ({self.cars[hire.car_id].state}) must be ready.",
                )

    def _refuse_station_overfull(self, *rows: Station) -> None:
        for station in rows:
            if self._station_overfull(station):
                raise Refusal(
                    "station_overfull",
                    f"Not possible for {station.id}: its number of parked cars ({self._parked(station)}) "
                    "plus the number of hires returning to that station that are booked or out and whose "
                    f"car's station is not that station must be at most its number of bays ({station.bays}) "
                    "plus 2.",
                )

    def _refuse_station_unstaffed(self, *rows: Hire) -> None:
        for hire in rows:
            if self._station_unstaffed(hire):
                raise Refusal(
                    "station_unstaffed",
                    f"Not possible for {hire.id}: its station of return "
                    f"({self.stations[hire.drop_off_id].state}) must be staffed.",
                )

    def _refuse_service_due(self, *rows: Hire) -> None:
        for hire in rows:
            if self._service_due(hire):
                raise Refusal(
                    "service_due",
                    f"Not possible for {hire.id}: the distance since the last service of its car "
                    f"({self.cars[hire.car_id].mileage}) plus its agreed distance ({hire.distance}) must be "
                    "at most 10,000 kilometres.",
                )

    def _refuse_seasons_overlap(self, *rows: Season) -> None:
        for season in rows:
            if self._seasons_overlap(season):
                raise Refusal(
                    "seasons_overlap",
                    f"Not possible for {season.id}: there must be no other season that overlaps with that "
                    "season (each from its first day to its end, the last day not included).",
                )

    def _parked(self, station: Station) -> int:
        return sum(1 for car in self.cars.values() if car.station_id == station.id and car.state != "sold")

    def _station(self, station_id: str, *states: StationState) -> Station:
        station = self.find(self.stations, station_id, "station")
        if station.state not in states:
            raise Refusal("wrong_state", f"{station_id} is {station.state}, not {' or '.join(states)}.")
        return station

    def _car(self, car_id: str, *states: CarState) -> Car:
        car = self.find(self.cars, car_id, "car")
        if car.state not in states:
            raise Refusal("wrong_state", f"{car_id} is {car.state}, not {' or '.join(states)}.")
        return car

    def _hire(self, hire_id: str, *states: HireState) -> Hire:
        hire = self.find(self.hires, hire_id, "hire")
        if hire.state not in states:
            raise Refusal("wrong_state", f"{hire_id} is {hire.state}, not {' or '.join(states)}.")
        return hire


def _page(rows: list[Row], page: int) -> list[Row]:
    return rows[PAGE_ROWS * (page - 1) :][:PAGE_ROWS]
