# ruff: noqa: D102 - the text of a rule is its docstring
"""Food bank.

A food bank: what came in and keeps until when, which households may have how much, and the vans that bring
it.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from ._runtime import FREE_TEXT, Entity, Environment, Refusal, read, rule, write

PAGE_ROWS = 10
FIRST_DAY = dt.date(2000, 1, 1)
LAST_DAY = dt.date(2099, 12, 31)

Store = Literal["dry", "chilled"]
LotState = Literal["good", "spoilt"]
Cooling = Literal["cooled", "uncooled"]
VanState = Literal["running", "broken_down"]
AllotmentState = Literal["packed", "delivered", "unpacked"]
InspectionState = Literal["planned", "passed", "failed", "called_off"]
Request = Literal[
    "pack_parcel",
    "deliver_parcel",
    "unpack_parcel",
    "reload_parcel",
    "lighten_parcel",
    "write_off_lot",
    "extend_eligibility",
    "change_heads",
    "change_share",
    "take_off_road",
    "put_on_road",
    "plan_inspection",
    "pass_inspection",
    "fail_inspection",
    "call_off_inspection",
    "record_strike",
    "forgive_strike",
]
Ground = Literal[
    "wrong_state",
    "no_longer_eligible",
    "past_last_day",
    "earlier_lot_first",
    "struck_out",
    "not_inspected",
    "same_van",
    "nothing_left",
    "not_later",
    "same_size",
    "same_share",
    "inspection_in_the_past",
    "not_due_yet",
    "struck_out_already",
    "no_strikes",
    "lot_used_up",
    "beyond_fair_share",
    "van_overloaded",
    "not_cooled",
    "van_broken_down",
    "too_many_parcels",
    "food_spoilt",
    "inspector_full",
    "inspection_planned_already",
]
Measure = Literal["in_store", "given_to"]

FoodstuffId = Annotated[str, Field(description="Id of a foodstuff, such as FDS-01.")]
PartOfName = Annotated[str | None, Field(description="Part of the name, in any case.")]
InStore = Annotated[Store | None, Field(description="Only those with this kind of storage.")]
Page = Annotated[int, Field(description=f"Page of {PAGE_ROWS} rows, from 1; past the end it is empty.", ge=1)]
LotId = Annotated[str, Field(description="Id of a lot, such as LT-01.")]
PartOfCode = Annotated[str | None, Field(description="Part of the code, in any case.")]
OfFoodstuff = Annotated[str | None, Field(description="Only those of the foodstuff with this id.")]
KeepsFrom = Annotated[
    dt.date | None, Field(description="Only those whose last day is on or after this day, YYYY-MM-DD.")
]
KeepsUntil = Annotated[
    dt.date | None, Field(description="Only those whose last day is on or before this day, YYYY-MM-DD.")
]
InLotState = Annotated[LotState | None, Field(description="Only those in this state.")]
HouseholdId = Annotated[str, Field(description="Id of a household, such as HSH-01.")]
EligibleFrom = Annotated[
    dt.date | None,
    Field(description="Only those whose last day of eligibility is on or after this day, YYYY-MM-DD."),
]
EligibleUntil = Annotated[
    dt.date | None,
    Field(description="Only those whose last day of eligibility is on or before this day, YYYY-MM-DD."),
]
VanId = Annotated[str, Field(description="Id of a van, such as VN-01.")]
PartOfPlate = Annotated[str | None, Field(description="Part of the plate, in any case.")]
InCooling = Annotated[Cooling | None, Field(description="Only those with this body.")]
InVanState = Annotated[VanState | None, Field(description="Only those in this state.")]
AllotmentId = Annotated[str, Field(description="Id of a parcel, such as ALL-01.")]
OfHousehold = Annotated[str | None, Field(description="Only those of the household with this id.")]
OfLot = Annotated[str | None, Field(description="Only those of the lot with this id.")]
OfVan = Annotated[str | None, Field(description="Only those of the van with this id.")]
InAllotmentState = Annotated[AllotmentState | None, Field(description="Only those in this state.")]
InspectorId = Annotated[str, Field(description="Id of an inspector, such as INS-01.")]
InspectionId = Annotated[str, Field(description="Id of an inspection, such as IN-01.")]
OfInspector = Annotated[str | None, Field(description="Only those of the inspector with this id.")]
DayFrom = Annotated[
    dt.date | None, Field(description="Only those whose day is on or after this day, YYYY-MM-DD.")
]
DayUntil = Annotated[
    dt.date | None, Field(description="Only those whose day is on or before this day, YYYY-MM-DD.")
]
InInspectionState = Annotated[InspectionState | None, Field(description="Only those in this state.")]
Weight = Annotated[int, Field(description="Weight, in kilograms, 1 to 12.", ge=1, le=12)]
Less = Annotated[int, Field(description="Weight taken out, in kilograms, 1 to 5.", ge=1, le=5)]
Eligible = Annotated[
    dt.date, Field(description="Last day of eligibility, YYYY-MM-DD.", ge=FIRST_DAY, le=LAST_DAY)
]
Heads = Annotated[int, Field(description="Size, in people, 1 to 5.", ge=1, le=5)]
Share = Annotated[int, Field(description="Share per head, in kilograms, 2 to 5.", ge=2, le=5)]
Day = Annotated[dt.date, Field(description="Day, YYYY-MM-DD.", ge=FIRST_DAY, le=LAST_DAY)]
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


class Foodstuff(Entity):
    """A foodstuff."""

    id: str
    name: str
    store: Store  # kind of storage
    share: int  # share per head, in kilograms


class Lot(Entity):
    """A lot."""

    id: str
    code: str
    foodstuff_id: str
    keeps: dt.date  # last day
    weight: int  # weight left, in kilograms
    state: LotState = "good"


class Household(Entity):
    """A household."""

    id: str
    name: str
    heads: int  # size, in people
    eligible: dt.date  # last day of eligibility
    strikes: int = 0


class Van(Entity):
    """A van."""

    id: str
    plate: str
    load: int  # kilograms
    cooling: Cooling  # body
    state: VanState = "running"


class Allotment(Entity):
    """A parcel."""

    id: str
    household_id: str
    lot_id: str
    van_id: str
    weight: int  # kilograms
    state: AllotmentState = "packed"


class Inspector(Entity):
    """An inspector."""

    id: str
    name: str
    daily_limit: int  # inspections


class Inspection(Entity):
    """An inspection."""

    id: str
    van_id: str
    inspector_id: str
    day: dt.date
    state: InspectionState = "planned"


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


class FoodBank(Environment):
    """Food bank."""

    foodstuffs: dict[str, Foodstuff]
    lots: dict[str, Lot]
    households: dict[str, Household]
    vans: dict[str, Van]
    allotments: dict[str, Allotment]
    inspectors: dict[str, Inspector]
    inspections: dict[str, Inspection]
    decisions: dict[str, Decision]
    reports: dict[str, Report]

    @read
    def get_foodstuff(self, foodstuff_id: FoodstuffId) -> Foodstuff:
        """Look up one foodstuff."""
        return self.find(self.foodstuffs, foodstuff_id, "foodstuff")

    @read
    def search_foodstuffs(
        self, name: PartOfName = None, store: InStore = None, page: Page = 1
    ) -> list[Foodstuff]:
        """Find foodstuffs by name and kind of storage, in order of id."""
        rows = [row for row in self.foodstuffs.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if store in (None, row.store)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_lot(self, lot_id: LotId) -> Lot:
        """Look up one lot."""
        return self.find(self.lots, lot_id, "lot")

    @read
    def search_lots(
        self,
        *,
        code: PartOfCode = None,
        foodstuff_id: OfFoodstuff = None,
        keeps_from: KeepsFrom = None,
        keeps_until: KeepsUntil = None,
        state: InLotState = None,
        page: Page = 1,
    ) -> list[Lot]:
        """Find lots by code, foodstuff, last day and state, in order of id."""
        rows = [row for row in self.lots.values() if (code or "").casefold() in row.code.casefold()]
        rows = [row for row in rows if foodstuff_id in (None, row.foodstuff_id)]
        rows = [row for row in rows if keeps_from is None or row.keeps >= keeps_from]
        rows = [row for row in rows if keeps_until is None or row.keeps <= keeps_until]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_household(self, household_id: HouseholdId) -> Household:
        """Look up one household."""
        return self.find(self.households, household_id, "household")

    @read
    def search_households(
        self,
        name: PartOfName = None,
        eligible_from: EligibleFrom = None,
        eligible_until: EligibleUntil = None,
        page: Page = 1,
    ) -> list[Household]:
        """Find households by name and last day of eligibility, in order of id."""
        rows = [row for row in self.households.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if eligible_from is None or row.eligible >= eligible_from]
        rows = [row for row in rows if eligible_until is None or row.eligible <= eligible_until]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_van(self, van_id: VanId) -> Van:
        """Look up one van."""
        return self.find(self.vans, van_id, "van")

    @read
    def search_vans(
        self, plate: PartOfPlate = None, cooling: InCooling = None, state: InVanState = None, page: Page = 1
    ) -> list[Van]:
        """Find vans by plate, body and state, in order of id."""
        rows = [row for row in self.vans.values() if (plate or "").casefold() in row.plate.casefold()]
        rows = [row for row in rows if cooling in (None, row.cooling)]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_allotment(self, allotment_id: AllotmentId) -> Allotment:
        """Look up one parcel."""
        return self.find(self.allotments, allotment_id, "allotment")

    @read
    def search_allotments(
        self,
        household_id: OfHousehold = None,
        lot_id: OfLot = None,
        van_id: OfVan = None,
        state: InAllotmentState = None,
        page: Page = 1,
    ) -> list[Allotment]:
        """Find parcels by household, lot, van and state, in order of id."""
        rows = [row for row in self.allotments.values() if household_id in (None, row.household_id)]
        rows = [row for row in rows if lot_id in (None, row.lot_id)]
        rows = [row for row in rows if van_id in (None, row.van_id)]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_inspector(self, inspector_id: InspectorId) -> Inspector:
        """Look up one inspector."""
        return self.find(self.inspectors, inspector_id, "inspector")

    @read
    def search_inspectors(self, name: PartOfName = None, page: Page = 1) -> list[Inspector]:
        """Find inspectors by name, in order of id."""
        rows = [row for row in self.inspectors.values() if (name or "").casefold() in row.name.casefold()]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_inspection(self, inspection_id: InspectionId) -> Inspection:
        """Look up one inspection."""
        return self.find(self.inspections, inspection_id, "inspection")

    @read
    def search_inspections(
        self,
        *,
        van_id: OfVan = None,
        inspector_id: OfInspector = None,
        day_from: DayFrom = None,
        day_until: DayUntil = None,
        state: InInspectionState = None,
        page: Page = 1,
    ) -> list[Inspection]:
        """Find inspections by van, inspector, day and state, in order of id."""
        rows = [row for row in self.inspections.values() if van_id in (None, row.van_id)]
        rows = [row for row in rows if inspector_id in (None, row.inspector_id)]
        rows = [row for row in rows if day_from is None or row.day >= day_from]
        rows = [row for row in rows if day_until is None or row.day <= day_until]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @write
    def pack_parcel(
        self, household_id: HouseholdId, lot_id: LotId, van_id: VanId, weight: Weight
    ) -> Allotment:
        """Pack a parcel.

        Refused as: no_longer_eligible, past_last_day, earlier_lot_first, struck_out, lot_used_up,
        beyond_fair_share, van_overloaded, not_cooled, van_broken_down, too_many_parcels, food_spoilt.
        """
        household = self.find(self.households, household_id, "household")
        lot = self.find(self.lots, lot_id, "lot")
        self.find(self.vans, van_id, "van")
        if household.eligible < self.today():
            raise Refusal(
                "no_longer_eligible",
                f"Not possible: the last day of eligibility of the household ({household.eligible}) must "
                f"not be before today ({self.today()}).",
            )
        if lot.keeps <= self.today():
            raise Refusal(
                "past_last_day",
                f"Not possible: the last day of the lot ({lot.keeps}) must be after today ({self.today()}).",
            )
        if any(
            other.foodstuff_id == lot.foodstuff_id
            and other.state == "good"
            and other.keeps < lot.keeps
            and other.keeps > self.today()
            and other.weight >= weight
            for other in self.lots.values()
        ):
            raise Refusal(
                "earlier_lot_first",
                "Not possible: there must be no good lot of the same foodstuff whose last day is before "
                "the last day of the lot, whose last day is after today and whose weight left is at least "
                "the weight.",
            )
        if household.strikes >= 3:
            raise Refusal(
                "struck_out",
                f"Not possible: the number of strikes of the household ({household.strikes}) must be less "
                "than 3.",
            )
        allotment = Allotment(
            id=self.new_id("ALL"), household_id=household_id, lot_id=lot_id, van_id=van_id, weight=weight
        )
        self.allotments[allotment.id] = allotment
        lot.weight = lot.weight - weight
        self._refuse_lot_used_up(lot)
        self._refuse_beyond_fair_share(*self.allotments.values())
        self._refuse_van_overloaded(*self.vans.values())
        self._refuse_not_cooled(allotment)
        self._refuse_van_broken_down(allotment)
        self._refuse_too_many_parcels(*self.households.values())
        self._refuse_food_spoilt(allotment)
        return allotment

    @write
    def deliver_parcel(self, allotment_id: AllotmentId) -> Allotment:
        """Deliver a parcel.

        The parcel must be packed. Refused as: no_longer_eligible, not_inspected.
        """
        allotment = self._allotment(allotment_id, "packed")
        if self.households[allotment.household_id].eligible < self.today():
            raise Refusal(
                "no_longer_eligible",
                "Not possible: the last day of eligibility of the household of the parcel "
                f"({self.households[allotment.household_id].eligible}) must not be before today "
                f"({self.today()}).",
            )
        if not any(
            inspection.van_id == allotment.van_id
            and inspection.state == "passed"
            and inspection.day >= self.today() - dt.timedelta(30)
            for inspection in self.inspections.values()
        ):
            raise Refusal(
                "not_inspected",
                "Not possible: there must be a passed inspection of the van of the parcel whose day is not "
                "more than 30 days before today.",
            )
        allotment.state = "delivered"
        return allotment

    @write
    def unpack_parcel(self, allotment_id: AllotmentId) -> Allotment:
        """Unpack a parcel.

        The parcel must be packed. Refused as: lot_used_up.
        """
        allotment = self._allotment(allotment_id, "packed")
        allotment.state = "unpacked"
        self.lots[allotment.lot_id].weight = self.lots[allotment.lot_id].weight + allotment.weight
        self._refuse_lot_used_up(*self.lots.values())
        return allotment

    @write
    def reload_parcel(self, allotment_id: AllotmentId, van_id: VanId) -> Allotment:
        """Reload a parcel.

        The parcel must be packed. Refused as: same_van, van_overloaded, not_cooled, van_broken_down.
        """
        allotment = self._allotment(allotment_id, "packed")
        self.find(self.vans, van_id, "van")
        if van_id == allotment.van_id:
            raise Refusal("same_van", "Not possible: the new van must not be the van of the parcel.")
        allotment.van_id = van_id
        self._refuse_van_overloaded(*self.vans.values())
        self._refuse_not_cooled(allotment)
        self._refuse_van_broken_down(allotment)
        return allotment

    @write
    def lighten_parcel(self, allotment_id: AllotmentId, less: Less) -> Allotment:
        """Lighten a parcel.

        The parcel must be packed. Refused as: nothing_left, lot_used_up, beyond_fair_share,
        van_overloaded.
        """
        allotment = self._allotment(allotment_id, "packed")
        if allotment.weight <= less:
            raise Refusal(
                "nothing_left",
                f"Not possible: the weight of the parcel ({allotment.weight}) must be more than the weight "
                f"taken out ({less}).",
            )
        allotment.weight = allotment.weight - less
        self.lots[allotment.lot_id].weight = self.lots[allotment.lot_id].weight + less
        self._refuse_lot_used_up(*self.lots.values())
        self._refuse_beyond_fair_share(*self.allotments.values())
        self._refuse_van_overloaded(*self.vans.values())
        return allotment

    @write
    def write_off_lot(self, lot_id: LotId) -> Lot:
        """Write off a lot.

        The lot must be good. Refused as: food_spoilt.
        """
        lot = self._lot(lot_id, "good")
        lot.state = "spoilt"
        self._refuse_food_spoilt(*self.allotments.values())
        return lot

    @write
    def extend_eligibility(self, household_id: HouseholdId, eligible: Eligible) -> Household:
        """Extend the eligibility of a household to a given last day of eligibility.

        Refused as: not_later.
        """
        household = self.find(self.households, household_id, "household")
        if eligible <= household.eligible:
            raise Refusal(
                "not_later",
                f"Not possible: the new last day of eligibility ({eligible}) must be after the last day of "
                f"eligibility of the household ({household.eligible}).",
            )
        household.eligible = eligible
        return household

    @write
    def change_heads(self, household_id: HouseholdId, heads: Heads) -> Household:
        """Change the heads of a household.

        Refused as: same_size, beyond_fair_share.
        """
        household = self.find(self.households, household_id, "household")
        if heads == household.heads:
            raise Refusal(
                "same_size",
                f"Not possible: the new size ({heads}) must not be the size of the household "
                f"({household.heads}).",
            )
        household.heads = heads
        self._refuse_beyond_fair_share(*self.allotments.values())
        return household

    @write
    def change_share(self, foodstuff_id: FoodstuffId, share: Share) -> Foodstuff:
        """Change the share of a foodstuff.

        Refused as: same_share, beyond_fair_share.
        """
        foodstuff = self.find(self.foodstuffs, foodstuff_id, "foodstuff")
        if share == foodstuff.share:
            raise Refusal(
                "same_share",
                f"Not possible: the new share per head ({share}) must not be the share per head of the "
                f"foodstuff ({foodstuff.share}).",
            )
        foodstuff.share = share
        self._refuse_beyond_fair_share(*self.allotments.values())
        return foodstuff

    @write
    def take_off_road(self, van_id: VanId) -> Van:
        """Take a van off the road.

        The van must be running. Refused as: van_broken_down.
        """
        van = self._van(van_id, "running")
        van.state = "broken_down"
        self._refuse_van_broken_down(*self.allotments.values())
        return van

    @write
    def put_on_road(self, van_id: VanId) -> Van:
        """Put a van back on the road.

        The van must be broken down.
        """
        van = self._van(van_id, "broken_down")
        van.state = "running"
        return van

    @write
    def plan_inspection(self, van_id: VanId, inspector_id: InspectorId, day: Day) -> Inspection:
        """Plan an inspection.

        Refused as: inspection_in_the_past, inspector_full, inspection_planned_already.
        """
        self.find(self.vans, van_id, "van")
        self.find(self.inspectors, inspector_id, "inspector")
        if day < self.today():
            raise Refusal(
                "inspection_in_the_past",
                f"Not possible: the day ({day}) must not be before today ({self.today()}).",
            )
        inspection = Inspection(id=self.new_id("IN"), van_id=van_id, inspector_id=inspector_id, day=day)
        self.inspections[inspection.id] = inspection
        self._refuse_inspector_full(*self.inspections.values())
        self._refuse_inspection_planned_already(inspection)
        return inspection

    @write
    def pass_inspection(self, inspection_id: InspectionId) -> Inspection:
        """Pass an inspection.

        The inspection must be planned. Refused as: not_due_yet.
        """
        inspection = self._inspection(inspection_id, "planned")
        if inspection.day > self.today():
            raise Refusal(
                "not_due_yet",
                f"Not possible: the day of the inspection ({inspection.day}) must not be after today "
                f"({self.today()}).",
            )
        inspection.state = "passed"
        return inspection

    @write
    def fail_inspection(self, inspection_id: InspectionId) -> Inspection:
        """Fail an inspection.

        The inspection must be planned. Refused as: not_due_yet.
        """
        inspection = self._inspection(inspection_id, "planned")
        if inspection.day > self.today():
            raise Refusal(
                "not_due_yet",
                f"Not possible: the day of the inspection ({inspection.day}) must not be after today "
                f"({self.today()}).",
            )
        inspection.state = "failed"
        for other in self.inspections.values():
            if other.van_id == inspection.van_id and other.state == "passed":
                other.state = "called_off"
        return inspection

    @write
    def call_off_inspection(self, inspection_id: InspectionId) -> Inspection:
        """Call off an inspection.

        The inspection must be planned.
        """
        inspection = self._inspection(inspection_id, "planned")
        inspection.state = "called_off"
        return inspection

    @write
    def record_strike(self, household_id: HouseholdId) -> Household:
        """Record a strike against a household.

        Refused as: struck_out_already.
        """
        household = self.find(self.households, household_id, "household")
        if household.strikes >= 3:
            raise Refusal(
                "struck_out_already",
                f"Not possible: the number of strikes of the household ({household.strikes}) must be less "
                "than 3.",
            )
        household.strikes = household.strikes + 1
        if household.strikes >= 3:
            for allotment in self.allotments.values():
                if allotment.household_id == household_id and allotment.state == "packed":
                    allotment.state = "unpacked"
        return household

    @write
    def forgive_strike(self, household_id: HouseholdId) -> Household:
        """Take one strike off the file of a household.

        Refused as: no_strikes.
        """
        household = self.find(self.households, household_id, "household")
        if household.strikes <= 0:
            raise Refusal(
                "no_strikes",
                f"Not possible: the number of strikes of the household ({household.strikes}) must be more "
                "than 0.",
            )
        household.strikes = household.strikes - 1
        return household

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

    @rule("For every lot, its weight left is at least 0 kilograms.")
    def lot_used_up(self) -> bool:
        return not any(self._lot_used_up(row) for row in self.lots.values())

    @rule(
        "For every parcel that is not unpacked, the total weight of the parcels for the same household "
        "that are not unpacked and whose lot has the same foodstuff is at most the share per head of the "
        "foodstuff of its lot times the size of its household."
    )
    def beyond_fair_share(self) -> bool:
        return not any(self._beyond_fair_share(row) for row in self.allotments.values())

    @rule("For every van, the total weight of the packed parcels on that van is at most its load.")
    def van_overloaded(self) -> bool:
        return not any(self._van_overloaded(row) for row in self.vans.values())

    @rule(
        "For every packed parcel whose lot's foodstuff's kind of storage is chilled, the body of its van "
        "is cooled."
    )
    def not_cooled(self) -> bool:
        return not any(self._not_cooled(row) for row in self.allotments.values())

    @rule("For every packed parcel, its van is running.")
    def van_broken_down(self) -> bool:
        return not any(self._van_broken_down(row) for row in self.allotments.values())

    @rule("For every household, the number of packed parcels for that household is at most 3.")
    def too_many_parcels(self) -> bool:
        return not any(self._too_many_parcels(row) for row in self.households.values())

    @rule("For every packed parcel, its lot is good.")
    def food_spoilt(self) -> bool:
        return not any(self._food_spoilt(row) for row in self.allotments.values())

    @rule(
        "For every planned inspection, the number of planned inspections by the same inspector on the same "
        "day is at most the daily limit of its inspector."
    )
    def inspector_full(self) -> bool:
        return not any(self._inspector_full(row) for row in self.inspections.values())

    @rule("For every planned inspection, there is no other planned inspection of the same van.")
    def inspection_planned_already(self) -> bool:
        return not any(self._inspection_planned_already(row) for row in self.inspections.values())

    def _lot_used_up(self, lot: Lot) -> bool:
        return lot.weight < 0

    def _beyond_fair_share(self, allotment: Allotment) -> bool:
        return (
            allotment.state != "unpacked"
            and sum(
                other.weight
                for other in self.allotments.values()
                if other.household_id == allotment.household_id
                and other.state != "unpacked"
                and self.lots[other.lot_id].foodstuff_id == self.lots[allotment.lot_id].foodstuff_id
            )
            > self.foodstuffs[
                self.lots[allotment.lot_id].foodstuff_id
            ].share * self.households[allotment.household_id].heads
        )

    def _van_overloaded(self, van: Van) -> bool:
        return (
            sum(
                allotment.weight
                for allotment in self.allotments.values()
                if allotment.van_id == van.id and allotment.state == "packed"
            )
            > van.load
        )

    def _not_cooled(self, allotment: Allotment) -> bool:
        return (
            allotment.state == "packed"
            and self.foodstuffs[self.lots[allotment.lot_id].foodstuff_id].store == "chilled"
            and self.vans[allotment.van_id].cooling != "cooled"
        )

    def _van_broken_down(self, allotment: Allotment) -> bool:
        return allotment.state == "packed" and self.vans[allotment.van_id].state != "running"

    def _too_many_parcels(self, household: Household) -> bool:
        return (
            sum(
                1
                for allotment in self.allotments.values()
                if allotment.household_id == household.id and allotment.state == "packed"
            )
            > 3
        )

    def _food_spoilt(self, allotment: Allotment) -> bool:
        return allotment.state == "packed" and self.lots[allotment.lot_id].state != "good"

    def _inspector_full(self, inspection: Inspection) -> bool:
        return (
            inspection.state == "planned"
            and sum(
                1
                for other in self.inspections.values()
                if other.inspector_id == inspection.inspector_id
                and other.day == inspection.day
                and other.state == "planned"
            )
            > self.inspectors[inspection.inspector_id].daily_limit
        )

    def _inspection_planned_already(self, inspection: Inspection) -> bool:
        return (
            inspection.state == "planned"
            and any(
                other.id != inspection.id and other.van_id == inspection.van_id and other.state == "planned"
                for other in self.inspections.values()
            )
        )

    def _refuse_lot_used_up(self, *rows: Lot) -> None:
        for lot in rows:
            if self._lot_used_up(lot):
                raise Refusal(
                    "lot_used_up",
                    f"Not possible for {lot.id}: its weight left ({lot.weight}) must be at least 0 "
                    "kilograms.",
                )

    def _refuse_beyond_fair_share(self, *rows: Allotment) -> None:
        for allotment in rows:
            if self._beyond_fair_share(allotment):
                raise Refusal(
                    "beyond_fair_share",
                    f"Not possible for {allotment.id}: the total weight of the parcels for the same "
                    "household that are not unpacked and whose lot has the same foodstuff must be at most "
                    "the share per head of the foodstuff of its lot "
                    f"({self.foodstuffs[self.lots[allotment.lot_id].foodstuff_id].share}) times the size of "
                    f"its household ({self.households[allotment.household_id].heads}).",
                )

    def _refuse_van_overloaded(self, *rows: Van) -> None:
        for van in rows:
            if self._van_overloaded(van):
                raise Refusal(
                    "van_overloaded",
                    f"Not possible for {van.id}: the total weight of the packed parcels on that van must be "
                    f"at most its load ({van.load}).",
                )

    def _refuse_not_cooled(self, *rows: Allotment) -> None:
        for allotment in rows:
            if self._not_cooled(allotment):
                raise Refusal(
                    "not_cooled",
                    f"Not possible for {allotment.id}: the body of its van "
                    f"({self.vans[allotment.van_id].cooling}) must be cooled.",
                )

    def _refuse_van_broken_down(self, *rows: Allotment) -> None:
        for allotment in rows:
            if self._van_broken_down(allotment):
                raise Refusal(
                    "van_broken_down",
                    f"Not possible for {allotment.id}: its van ({self.vans[allotment.van_id].state}) must "
                    "be running.",
                )

    def _refuse_too_many_parcels(self, *rows: Household) -> None:
        for household in rows:
            if self._too_many_parcels(household):
                raise Refusal(
                    "too_many_parcels",
                    f"Not possible for {household.id}: the number of packed parcels for that household must "
                    "be at most 3.",
                )

    def _refuse_food_spoilt(self, *rows: Allotment) -> None:
        for allotment in rows:
            if self._food_spoilt(allotment):
                raise Refusal(
                    "food_spoilt",
                    f"Not possible for {allotment.id}: its lot ({self.lots[allotment.lot_id].state}) must "
                    "be good.",
                )

    def _refuse_inspector_full(self, *rows: Inspection) -> None:
        for inspection in rows:
            if self._inspector_full(inspection):
                raise Refusal(
                    "inspector_full",
                    f"Not possible for {inspection.id}: the number of planned inspections by the same "
                    "inspector on the same day must be at most the daily limit of its inspector "
                    f"({self.inspectors[inspection.inspector_id].daily_limit}).",
                )

    def _refuse_inspection_planned_already(self, *rows: Inspection) -> None:
        for inspection in rows:
            if self._inspection_planned_already(inspection):
                raise Refusal(
                    "inspection_planned_already",
                    f"Not possible for {inspection.id}: there must be no other planned inspection of the "
                    "same van.",
                )

    def _lot(self, lot_id: str, *states: LotState) -> Lot:
        lot = self.find(self.lots, lot_id, "lot")
        if lot.state not in states:
            raise Refusal("wrong_state", f"{lot_id} is {lot.state}, not {' or '.join(states)}.")
        return lot

    def _van(self, van_id: str, *states: VanState) -> Van:
        van = self.find(self.vans, van_id, "van")
        if van.state not in states:
            raise Refusal("wrong_state", f"{van_id} is {van.state}, not {' or '.join(states)}.")
        return van

    def _allotment(self, allotment_id: str, *states: AllotmentState) -> Allotment:
        allotment = self.find(self.allotments, allotment_id, "allotment")
        if allotment.state not in states:
            raise Refusal("wrong_state", f"{allotment_id} is {allotment.state}, not {' or '.join(states)}.")
        return allotment

    def _inspection(self, inspection_id: str, *states: InspectionState) -> Inspection:
        inspection = self.find(self.inspections, inspection_id, "inspection")
        if inspection.state not in states:
            raise Refusal("wrong_state", f"{inspection_id} is {inspection.state}, not {' or '.join(states)}.")
        return inspection


def _page(rows: list[Row], page: int) -> list[Row]:
    return rows[PAGE_ROWS * (page - 1) :][:PAGE_ROWS]
