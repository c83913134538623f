# ruff: noqa: D102 - the text of a rule is its docstring
"""Blood bank.

The blood bank of one hospital: units by group and age, what is kept for whom, and what must stay on the
shelf.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from ._runtime import FREE_TEXT, Entity, Environment, Refusal, read, rule, write

PAGE_ROWS = 10
FIRST_DAY = dt.date(2000, 1, 1)
LAST_DAY = dt.date(2099, 12, 31)

DonorState = Literal["eligible", "deferred"]
BloodUnitState = Literal["tested", "kept", "issued", "discarded"]
Urgency = Literal["planned", "urgent", "emergency"]
ReservationState = Literal["standing", "transfused", "released"]
Reason = Literal["complaints", "missing_papers", "safety_concerns", "unpaid_bills"]
HoldState = Literal["standing", "lifted"]
Request = Literal[
    "take_donation",
    "keep_unit",
    "extend_reservation",
    "release_reservation",
    "transfuse",
    "swap_unit",
    "discard_unit",
    "defer_donor",
    "readmit_donor",
    "change_urgency",
    "correct_group",
    "change_least",
    "place_hold",
    "lift_hold",
]
Ground = Literal[
    "wrong_state",
    "donor_deferred",
    "donated_too_recently",
    "on_hold",
    "unit_not_free",
    "in_the_past",
    "stock_too_low",
    "much_older_unit_first",
    "not_later",
    "planned_patients_wait",
    "blood_still_kept",
    "same_urgency",
    "same_group",
    "same_stock",
    "not_compatible",
    "kept_twice",
    "expires_before",
    "too_many_units",
    "unit_not_usable",
    "unit_without_reservation",
    "held_for_that_already",
    "changed_too_often",
    "blood_unit_code_taken",
]
Measure = Literal["free_units", "standing_for", "standing_holds", "changes_made"]

BloodGroupId = Annotated[str, Field(description="Id of a blood group, such as BG-01.")]
PartOfName = Annotated[str | None, Field(description="Part of the name, in any case.")]
WithGivesTo = Annotated[
    str | None, Field(description="Only those with the blood group of this id among the recipient groups.")
]
Page = Annotated[int, Field(description=f"Page of {PAGE_ROWS} rows, from 1; past the end it is empty.", ge=1)]
DonorId = Annotated[str, Field(description="Id of a donor, such as DNR-01.")]
OfBloodGroup = Annotated[str | None, Field(description="Only those of the blood group with this id.")]
NextDonationFrom = Annotated[
    dt.date | None,
    Field(description="Only those whose next possible donation is on or after this day, YYYY-MM-DD."),
]
NextDonationUntil = Annotated[
    dt.date | None,
    Field(description="Only those whose next possible donation is on or before this day, YYYY-MM-DD."),
]
InDonorState = Annotated[DonorState | None, Field(description="Only those in this state.")]
BloodUnitId = Annotated[str, Field(description="Id of a blood unit, such as BU-01.")]
PartOfCode = Annotated[str | None, Field(description="Part of the code, in any case.")]
OfDonor = Annotated[str | None, Field(description="Only those of the donor with this id.")]
ExpiresFrom = Annotated[
    dt.date | None, Field(description="Only those whose expiry date is on or after this day, YYYY-MM-DD.")
]
ExpiresUntil = Annotated[
    dt.date | None, Field(description="Only those whose expiry date is on or before this day, YYYY-MM-DD.")
]
InBloodUnitState = Annotated[BloodUnitState | None, Field(description="Only those in this state.")]
PatientId = Annotated[str, Field(description="Id of a patient, such as PTN-01.")]
InUrgency = Annotated[Urgency | None, Field(description="Only those with this urgency.")]
ReservationId = Annotated[str, Field(description="Id of a reservation, such as RSR-01.")]
OfPatient = Annotated[str | None, Field(description="Only those of the patient with this id.")]
OfBloodUnit = Annotated[str | None, Field(description="Only those of the blood unit with this id.")]
UntilFrom = Annotated[
    dt.date | None, Field(description="Only those whose last day is on or after this day, YYYY-MM-DD.")
]
UntilUntil = Annotated[
    dt.date | None, Field(description="Only those whose last day is on or before this day, YYYY-MM-DD.")
]
InReservationState = Annotated[ReservationState | None, Field(description="Only those in this state.")]
HoldId = Annotated[str, Field(description="Id of a hold, such as HLD-01.")]
InReason = Annotated[Reason | None, Field(description="Only those with this reason.")]
PlacedFrom = Annotated[
    dt.date | None, Field(description="Only those whose starting day is on or after this day, YYYY-MM-DD.")
]
PlacedUntil = Annotated[
    dt.date | None, Field(description="Only those whose starting day is on or before this day, YYYY-MM-DD.")
]
InHoldState = Annotated[HoldState | None, Field(description="Only those in this state.")]
ChangeId = Annotated[str, Field(description="Id of a change, such as CHN-01.")]
OfReservation = Annotated[str | None, Field(description="Only those of the reservation with this id.")]
DayFrom = Annotated[
    dt.date | None, Field(description="Only those whose day is on or after this day, YYYY-MM-DD.")
]
DayUntil = Annotated[
    dt.date | None, Field(description="Only those whose day is on or before this day, YYYY-MM-DD.")
]
Code = Annotated[str, Field(description="Code, at most 200 characters.", min_length=1, max_length=200)]
Until = Annotated[dt.date, Field(description="Last day, YYYY-MM-DD.", ge=FIRST_DAY, le=LAST_DAY)]
GivenUrgency = Annotated[Urgency, Field(description="Urgency.")]
Least = Annotated[int, Field(description="Minimum stock, in units, 1 to 2.", ge=1, le=2)]
GivenReason = Annotated[Reason, Field(description="Reason.")]
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


class BloodGroup(Entity):
    """A blood group."""

    id: str
    name: str
    gives_to_ids: list[str]  # recipient groups
    least: int  # minimum stock, in units


class Donor(Entity):
    """A donor."""

    id: str
    name: str
    blood_group_id: str
    next_donation: dt.date  # next possible donation
    state: DonorState = "eligible"


class BloodUnit(Entity):
    """A blood unit."""

    id: str
    code: str
    donor_id: str
    expires: dt.date  # expiry date
    state: BloodUnitState = "tested"


class Patient(Entity):
    """A patient."""

    id: str
    name: str
    blood_group_id: str
    urgency: Urgency


class Reservation(Entity):
    """A reservation."""

    id: str
    patient_id: str
    blood_unit_id: str
    until: dt.date  # last day
    state: ReservationState = "standing"


class Hold(Entity):
    """A hold."""

    id: str
    donor_id: str
    reason: Reason
    placed: dt.date  # starting day
    state: HoldState = "standing"


class Change(Entity):
    """A change."""

    id: str
    reservation_id: str
    day: dt.date
    round: int  # number in the log


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


class BloodUnitSheet(Entity):
    """A blood unit and what follows from it."""

    blood_unit: BloodUnit
    group: str  # blood group


class BloodBank(Environment):
    """Blood bank."""

    blood_groups: dict[str, BloodGroup]
    donors: dict[str, Donor]
    blood_units: dict[str, BloodUnit]
    patients: dict[str, Patient]
    reservations: dict[str, Reservation]
    holds: dict[str, Hold]
    changes: dict[str, Change]
    decisions: dict[str, Decision]
    reports: dict[str, Report]

    @read
    def get_blood_group(self, blood_group_id: BloodGroupId) -> BloodGroup:
        """Look up one blood group."""
        return self.find(self.blood_groups, blood_group_id, "blood group")

    @read
    def search_blood_groups(
        self, name: PartOfName = None, gives_to_id: WithGivesTo = None, page: Page = 1
    ) -> list[BloodGroup]:
        """Find blood groups by name and recipient groups, in order of id."""
        rows = [row for row in self.blood_groups.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if gives_to_id is None or gives_to_id in row.gives_to_ids]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_donor(self, donor_id: DonorId) -> Donor:
        """Look up one donor."""
        return self.find(self.donors, donor_id, "donor")

    @read
    def search_donors(
        self,
        *,
        name: PartOfName = None,
        blood_group_id: OfBloodGroup = None,
        next_donation_from: NextDonationFrom = None,
        next_donation_until: NextDonationUntil = None,
        state: InDonorState = None,
        page: Page = 1,
    ) -> list[Donor]:
        """Find donors by name, blood group, next possible donation and state, in order of id."""
        rows = [row for row in self.donors.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if blood_group_id in (None, row.blood_group_id)]
        rows = [row for row in rows if next_donation_from is None or row.next_donation >= next_donation_from]
        rows = [
            row for row in rows if next_donation_until is None or row.next_donation <= next_donation_until
        ]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_blood_unit(self, blood_unit_id: BloodUnitId) -> BloodUnitSheet:
        """Look up a blood unit and what follows from it: blood group."""
        blood_unit = self.find(self.blood_units, blood_unit_id, "blood unit")
        return BloodUnitSheet(blood_unit=blood_unit, group=self._group(blood_unit))

    @read
    def search_blood_units(
        self,
        *,
        code: PartOfCode = None,
        donor_id: OfDonor = None,
        expires_from: ExpiresFrom = None,
        expires_until: ExpiresUntil = None,
        state: InBloodUnitState = None,
        page: Page = 1,
    ) -> list[BloodUnit]:
        """Find blood units by code, donor, expiry date and state, in order of id."""
        rows = [row for row in self.blood_units.values() if (code or "").casefold() in row.code.casefold()]
        rows = [row for row in rows if donor_id in (None, row.donor_id)]
        rows = [row for row in rows if expires_from is None or row.expires >= expires_from]
        rows = [row for row in rows if expires_until is None or row.expires <= expires_until]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_patient(self, patient_id: PatientId) -> Patient:
        """Look up one patient."""
        return self.find(self.patients, patient_id, "patient")

    @read
    def search_patients(
        self,
        name: PartOfName = None,
        blood_group_id: OfBloodGroup = None,
        urgency: InUrgency = None,
        page: Page = 1,
    ) -> list[Patient]:
        """Find patients by name, blood group and urgency, in order of id."""
        rows = [row for row in self.patients.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if blood_group_id in (None, row.blood_group_id)]
        rows = [row for row in rows if urgency in (None, row.urgency)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_reservation(self, reservation_id: ReservationId) -> Reservation:
        """Look up one reservation."""
        return self.find(self.reservations, reservation_id, "reservation")

    @read
    def search_reservations(
        self,
        *,
        patient_id: OfPatient = None,
        blood_unit_id: OfBloodUnit = None,
        until_from: UntilFrom = None,
        until_until: UntilUntil = None,
        state: InReservationState = None,
        page: Page = 1,
    ) -> list[Reservation]:
        """Find reservations by patient, blood unit, last day and state, in order of id."""
        rows = [row for row in self.reservations.values() if patient_id in (None, row.patient_id)]
        rows = [row for row in rows if blood_unit_id in (None, row.blood_unit_id)]
        rows = [row for row in rows if until_from is None or row.until >= until_from]
        rows = [row for row in rows if until_until is None or row.until <= until_until]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_hold(self, hold_id: HoldId) -> Hold:
        """Look up one hold."""
        return self.find(self.holds, hold_id, "hold")

    @read
    def search_holds(
        self,
        *,
        donor_id: OfDonor = None,
        reason: InReason = None,
        placed_from: PlacedFrom = None,
        placed_until: PlacedUntil = None,
        state: InHoldState = None,
        page: Page = 1,
    ) -> list[Hold]:
        """Find holds by donor, reason, starting day and state, in order of id."""
        rows = [row for row in self.holds.values() if donor_id in (None, row.donor_id)]
        rows = [row for row in rows if reason in (None, row.reason)]
        rows = [row for row in rows if placed_from is None or row.placed >= placed_from]
        rows = [row for row in rows if placed_until is None or row.placed <= placed_until]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_change(self, change_id: ChangeId) -> Change:
        """Look up one change."""
        return self.find(self.changes, change_id, "change")

    @read
    def search_changes(
        self,
        reservation_id: OfReservation = None,
        day_from: DayFrom = None,
        day_until: DayUntil = None,
        page: Page = 1,
    ) -> list[Change]:
        """Find changes by reservation and day, in order of id."""
        rows = [row for row in self.changes.values() if reservation_id in (None, row.reservation_id)]
        rows = [row for row in rows if day_from is None or row.day >= day_from]
        rows = [row for row in rows if day_until is None or row.day <= day_until]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @write
    def take_donation(self, code: Code, donor_id: DonorId) -> BloodUnit:
        """Take a donation from a donor and label it a given code.

        Refused as: donor_deferred, donated_too_recently, on_hold, blood_unit_code_taken.
        """
        donor = self.find(self.donors, donor_id, "donor")
        if donor.state != "eligible":
            raise Refusal("donor_deferred", f"Not possible: the donor ({donor.state}) must be eligible.")
        if donor.next_donation > self.today():
            raise Refusal(
                "donated_too_recently",
                f"Not possible: the next possible donation of the donor ({donor.next_donation}) must not be "
                f"after today ({self.today()}).",
            )
        if any(hold.donor_id == donor_id and hold.state == "standing" for hold in self.holds.values()):
            raise Refusal("on_hold", "Not possible: there must be no standing hold on the donor.")
        blood_unit = BloodUnit(
            id=self.new_id("BU"), code=code, donor_id=donor_id, expires=self.today() + dt.timedelta(42)
        )
        self.blood_units[blood_unit.id] = blood_unit
        donor.next_donation = self.today() + dt.timedelta(56)
        self._refuse_blood_unit_code_taken(blood_unit)
        return blood_unit

    @write
    def keep_unit(self, patient_id: PatientId, blood_unit_id: BloodUnitId, until: Until) -> Reservation:
        """Keep a blood unit for a patient until a given last day.

        Refused as: unit_not_free, in_the_past, stock_too_low, much_older_unit_first, on_hold,
        not_compatible, kept_twice, expires_before, too_many_units, unit_not_usable,
        unit_without_reservation, changed_too_often.
        """
        patient = self.find(self.patients, patient_id, "patient")
        blood_unit = self.find(self.blood_units, blood_unit_id, "blood unit")
        if blood_unit.state != "tested":
            raise Refusal(
                "unit_not_free", f"Not possible: the blood unit ({blood_unit.state}) must be tested."
            )
        if until <= self.today():
            raise Refusal(
                "in_the_past", f"Not possible: the last day ({until}) must be after today ({self.today()})."
            )
        if (
            patient.urgency == "planned"
            and sum(
                1
                for other in self.blood_units.values()
                if self.donors[other.donor_id].blood_group_id
                == self.donors[blood_unit.donor_id].blood_group_id
                and other.state == "tested"
            )
            <= self.blood_groups[self.donors[blood_unit.donor_id].blood_group_id].least
        ):
            raise Refusal(
                "stock_too_low",
                f"Not possible: the urgency of the patient ({patient.urgency}) must not be planned or the "
                "number of tested blood units whose donor has the same blood group must be more than the "
                "minimum stock of the blood group of the donor of the blood unit "
                f"({self.blood_groups[self.donors[blood_unit.donor_id].blood_group_id].least}).",
            )
        if any(
            other.state == "tested"
            and self.donors[other.donor_id].blood_group_id == self.donors[blood_unit.donor_id].blood_group_id
            and other.expires + dt.timedelta(7) < blood_unit.expires
            and other.expires >= until
            for other in self.blood_units.values()
        ):
            raise Refusal(
                "much_older_unit_first",
                "Not possible: there must be no tested blood unit whose expiry date is more than 7 days "
                "before the expiry date of the blood unit, whose expiry date is not before the last day "
                "and whose donor has the same blood group.",
            )
        if any(
            hold.donor_id == blood_unit.donor_id and hold.state == "standing" for hold in self.holds.values()
        ):
            raise Refusal(
                "on_hold", "Not possible: there must be no standing hold on the donor of the blood unit."
            )
        reservation = Reservation(
            id=self.new_id("RSR"), patient_id=patient_id, blood_unit_id=blood_unit_id, until=until
        )
        self.reservations[reservation.id] = reservation
        blood_unit.state = "kept"
        self._refuse_not_compatible(reservation)
        self._refuse_kept_twice(reservation)
        self._refuse_expires_before(reservation)
        self._refuse_too_many_units(*self.patients.values())
        self._refuse_unit_not_usable(reservation)
        self._refuse_unit_without_reservation(*self.blood_units.values())
        self._refuse_changed_too_often(reservation)
        return reservation

    @write
    def extend_reservation(self, reservation_id: ReservationId, until: Until) -> Reservation:
        """Extend a reservation.

        The reservation must be standing. Refused as: not_later, expires_before, changed_too_often.
        """
        reservation = self._reservation(reservation_id, "standing")
        if until <= reservation.until:
            raise Refusal(
                "not_later",
                f"Not possible: the new last day ({until}) must be after the last day of the reservation "
                f"({reservation.until}).",
            )
        reservation.until = until
        change = Change(
            id=self.new_id("CHN"),
            reservation_id=reservation_id,
            day=self.today(),
            round=1 + sum(1 for change in self.changes.values() if change.reservation_id == reservation_id),
        )
        self.changes[change.id] = change
        self._refuse_expires_before(reservation)
        self._refuse_changed_too_often(*self.reservations.values())
        return reservation

    @write
    def release_reservation(self, reservation_id: ReservationId) -> Reservation:
        """Release a reservation.

        The reservation must be standing. Refused as: unit_not_usable, unit_without_reservation.
        """
        reservation = self._reservation(reservation_id, "standing")
        reservation.state = "released"
        self.blood_units[reservation.blood_unit_id].state = "tested"
        self._refuse_unit_not_usable(*self.reservations.values())
        self._refuse_unit_without_reservation(*self.blood_units.values())
        return reservation

    @write
    def transfuse(self, reservation_id: ReservationId) -> Reservation:
        """Transfuse a reservation.

        The reservation must be standing. Refused as: planned_patients_wait, unit_not_usable,
        unit_without_reservation.
        """
        reservation = self._reservation(reservation_id, "standing")
        if (
            self.patients[reservation.patient_id].urgency == "planned"
            and any(
                self.patients[other.patient_id].urgency == "emergency" and other.state == "standing"
                for other in self.reservations.values()
            )
        ):
            raise Refusal(
                "planned_patients_wait",
                "Not possible: the urgency of the patient of the reservation "
                f"({self.patients[reservation.patient_id].urgency}) must not be planned or there must be no "
                "standing reservation whose patient's urgency is emergency.",
            )
        reservation.state = "transfused"
        self.blood_units[reservation.blood_unit_id].state = "issued"
        self._refuse_unit_not_usable(*self.reservations.values())
        self._refuse_unit_without_reservation(*self.blood_units.values())
        return reservation

    @write
    def swap_unit(self, reservation_id: ReservationId, blood_unit_id: BloodUnitId) -> Reservation:
        """Switch a reservation to a blood unit.

        The reservation must be standing. Refused as: unit_not_free, not_compatible, kept_twice,
        expires_before, unit_not_usable, unit_without_reservation, changed_too_often.
        """
        reservation = self._reservation(reservation_id, "standing")
        blood_unit = self.find(self.blood_units, blood_unit_id, "blood unit")
        if blood_unit.state != "tested":
            raise Refusal(
                "unit_not_free", f"Not possible: the new blood unit ({blood_unit.state}) must be tested."
            )
        reservation.blood_unit_id = blood_unit_id
        blood_unit.state = "kept"
        for other in self.blood_units.values():
            if (
                other.state == "kept"
                and not any(
                    other_reservation.blood_unit_id == other.id and other_reservation.state == "standing"
                    for other_reservation in self.reservations.values()
                )
            ):
                other.state = "tested"
        change = Change(
            id=self.new_id("CHN"),
            reservation_id=reservation_id,
            day=self.today(),
            round=1 + sum(1 for change in self.changes.values() if change.reservation_id == reservation_id),
        )
        self.changes[change.id] = change
        self._refuse_not_compatible(reservation)
        self._refuse_kept_twice(reservation)
        self._refuse_expires_before(reservation)
        self._refuse_unit_not_usable(*self.reservations.values())
        self._refuse_unit_without_reservation(*self.blood_units.values())
        self._refuse_changed_too_often(*self.reservations.values())
        return reservation

    @write
    def discard_unit(self, blood_unit_id: BloodUnitId) -> BloodUnit:
        """Discard a blood unit.

        The blood unit must be tested or kept. Refused as: unit_not_usable.
        """
        blood_unit = self._blood_unit(blood_unit_id, "tested", "kept")
        blood_unit.state = "discarded"
        self._refuse_unit_not_usable(*self.reservations.values())
        return blood_unit

    @write
    def defer_donor(self, donor_id: DonorId) -> Donor:
        """Defer a donor.

        The donor must be eligible.
        """
        donor = self._donor(donor_id, "eligible")
        donor.state = "deferred"
        return donor

    @write
    def readmit_donor(self, donor_id: DonorId) -> Donor:
        """Readmit a donor.

        The donor must be deferred. Refused as: blood_still_kept.
        """
        donor = self._donor(donor_id, "deferred")
        if any(
            blood_unit.donor_id == donor_id and blood_unit.state == "kept"
            for blood_unit in self.blood_units.values()
        ):
            raise Refusal(
                "blood_still_kept", "Not possible: there must be no kept blood unit given by the donor."
            )
        donor.state = "eligible"
        return donor

    @write
    def change_urgency(self, patient_id: PatientId, urgency: GivenUrgency) -> Patient:
        """Change the urgency of a patient.

        Refused as: same_urgency.
        """
        patient = self.find(self.patients, patient_id, "patient")
        if urgency == patient.urgency:
            raise Refusal(
                "same_urgency",
                f"Not possible: the new urgency ({urgency}) must not be the urgency of the patient "
                f"({patient.urgency}).",
            )
        patient.urgency = urgency
        return patient

    @write
    def correct_group(self, patient_id: PatientId, blood_group_id: BloodGroupId) -> Patient:
        """Correct the blood group of a patient to a blood group.

        Refused as: same_group, not_compatible.
        """
        patient = self.find(self.patients, patient_id, "patient")
        self.find(self.blood_groups, blood_group_id, "blood group")
        if blood_group_id == patient.blood_group_id:
            raise Refusal(
                "same_group", "Not possible: the new blood group must not be the blood group of the patient."
            )
        patient.blood_group_id = blood_group_id
        self._refuse_not_compatible(*self.reservations.values())
        return patient

    @write
    def change_least(self, blood_group_id: BloodGroupId, least: Least) -> BloodGroup:
        """Change the least of a blood group.

        Refused as: same_stock.
        """
        blood_group = self.find(self.blood_groups, blood_group_id, "blood group")
        if least == blood_group.least:
            raise Refusal(
                "same_stock",
                f"Not possible: the new minimum stock ({least}) must not be the minimum stock of the blood "
                f"group ({blood_group.least}).",
            )
        blood_group.least = least
        return blood_group

    @write
    def place_hold(self, donor_id: DonorId, reason: GivenReason) -> Hold:
        """Place a hold.

        Refused as: held_for_that_already.
        """
        self.find(self.donors, donor_id, "donor")
        hold = Hold(id=self.new_id("HLD"), donor_id=donor_id, reason=reason, placed=self.today())
        self.holds[hold.id] = hold
        self._refuse_held_for_that_already(hold)
        return hold

    @write
    def lift_hold(self, hold_id: HoldId) -> Hold:
        """Lift a hold.

        The hold must be standing.
        """
        hold = self._hold(hold_id, "standing")
        hold.state = "lifted"
        return hold

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
        "For every reservation that is not released, the blood group of its patient is the blood group of "
        "the donor of its blood unit or the blood group of its patient is among the recipient groups of "
        "the blood group of the donor of its blood unit."
    )
    def not_compatible(self) -> bool:
        return not any(self._not_compatible(row) for row in self.reservations.values())

    @rule("For every standing reservation, there is no other standing reservation of the same blood unit.")
    def kept_twice(self) -> bool:
        return not any(self._kept_twice(row) for row in self.reservations.values())

    @rule("For every standing reservation, its last day is not after the expiry date of its blood unit.")
    def expires_before(self) -> bool:
        return not any(self._expires_before(row) for row in self.reservations.values())

    @rule("For every patient, the number of standing reservations for that patient is at most 2.")
    def too_many_units(self) -> bool:
        return not any(self._too_many_units(row) for row in self.patients.values())

    @rule("For every standing reservation, its blood unit is kept.")
    def unit_not_usable(self) -> bool:
        return not any(self._unit_not_usable(row) for row in self.reservations.values())

    @rule("For every kept blood unit, there is a standing reservation of that blood unit.")
    def unit_without_reservation(self) -> bool:
        return not any(self._unit_without_reservation(row) for row in self.blood_units.values())

    @rule("For every standing hold, there is no other standing hold on the same donor with the same reason.")
    def held_for_that_already(self) -> bool:
        return not any(self._held_for_that_already(row) for row in self.holds.values())

    @rule("For every reservation, the number of changes to that reservation is at most 3.")
    def changed_too_often(self) -> bool:
        return not any(self._changed_too_often(row) for row in self.reservations.values())

    @rule("For every blood unit, there is no other blood unit with the same code.")
    def blood_unit_code_taken(self) -> bool:
        return not any(self._blood_unit_code_taken(row) for row in self.blood_units.values())

    def _not_compatible(self, reservation: Reservation) -> bool:
        return (
            reservation.state != "released"
            and self.patients[reservation.patient_id].blood_group_id
            != self.donors[self.blood_units[reservation.blood_unit_id].donor_id].blood_group_id
            and self.patients[reservation.patient_id].blood_group_id
            not
            in self.blood_groups[
                self.donors[self.blood_units[reservation.blood_unit_id].donor_id].blood_group_id
            ].gives_to_ids
        )

    def _kept_twice(self, reservation: Reservation) -> bool:
        return (
            reservation.state == "standing"
            and any(
                other.id != reservation.id
                and other.blood_unit_id == reservation.blood_unit_id
                and other.state == "standing"
                for other in self.reservations.values()
            )
        )

    def _expires_before(self, reservation: Reservation) -> bool:
        return (
            reservation.state == "standing"
            and reservation.until > self.blood_units[reservation.blood_unit_id].expires
        )

    def _too_many_units(self, patient: Patient) -> bool:
        return (
            sum(
                1
                for reservation in self.reservations.values()
                if reservation.patient_id == patient.id and reservation.state == "standing"
            )
            > 2
        )

    def _unit_not_usable(self, reservation: Reservation) -> bool:
        return reservation.state == "standing" and self.blood_units[reservation.blood_unit_id].state != "kept"

    def _unit_without_reservation(self, blood_unit: BloodUnit) -> bool:
        return (
            blood_unit.state == "kept"
            and not any(
                reservation.blood_unit_id == blood_unit.id and reservation.state == "standing"
                for reservation in self.reservations.values()
            )
        )

    def _held_for_that_already(self, hold: Hold) -> bool:
        return (
            hold.state == "standing"
            and any(
                other.id != hold.id
                and other.state == "standing"
                and other.donor_id == hold.donor_id
                and other.reason == hold.reason
                for other in self.holds.values()
            )
        )

    def _changed_too_often(self, reservation: Reservation) -> bool:
        return sum(1 for change in self.changes.values() if change.reservation_id == reservation.id) > 3

    def _blood_unit_code_taken(self, blood_unit: BloodUnit) -> bool:
        return any(
            other.id != blood_unit.id and other.code == blood_unit.code for other in self.blood_units.values()
        )

    def _refuse_not_compatible(self, *rows: Reservation) -> None:
        for reservation in rows:
            if self._not_compatible(reservation):
                raise Refusal(
                    "not_compatible",
                    f"Not possible for {reservation.id}: the blood group of its patient must be the blood "
                    "group of the donor of its blood unit or the blood group of its patient must be among "
                    "the recipient groups of the blood group of the donor of its blood unit.",
                )

    def _refuse_kept_twice(self, *rows: Reservation) -> None:
        for reservation in rows:
            if self._kept_twice(reservation):
                raise Refusal(
                    "kept_twice",
                    f"Not possible for {reservation.id}: there must be no other standing reservation of the "
                    "same blood unit.",
                )

    def _refuse_expires_before(self, *rows: Reservation) -> None:
        for reservation in rows:
            if self._expires_before(reservation):
                raise Refusal(
                    "expires_before",
                    f"Not possible for {reservation.id}: its last day ({reservation.until}) must not be "
                    "after the expiry date of its blood unit "
                    f"({self.blood_units[reservation.blood_unit_id].expires}).",
                )

    def _refuse_too_many_units(self, *rows: Patient) -> None:
        for patient in rows:
            if self._too_many_units(patient):
                raise Refusal(
                    "too_many_units",
                    f"Not possible for {patient.id}: the number of standing reservations for that patient "
                    "must be at most 2.",
                )

    def _refuse_unit_not_usable(self, *rows: Reservation) -> None:
        for reservation in rows:
            if self._unit_not_usable(reservation):
                raise Refusal(
                    "unit_not_usable",
                    f"Not possible for {reservation.id}: its blood unit "
                    f"({self.blood_units[reservation.blood_unit_id].state}) must be kept.",
                )

    def _refuse_unit_without_reservation(self, *rows: BloodUnit) -> None:
        for blood_unit in rows:
            if self._unit_without_reservation(blood_unit):
                raise Refusal(
                    "unit_without_reservation",
                    f"Not possible for {blood_unit.id}: there must be a standing reservation of that blood "
                    "unit.",
                )

    def _refuse_held_for_that_already(self, *rows: Hold) -> None:
        for hold in rows:
            if self._held_for_that_already(hold):
                raise Refusal(
                    "held_for_that_already",
                    f"Not possible for {hold.id}: there must be no other standing hold on the same donor "
                    "with the same reason.",
                )

    def _refuse_changed_too_often(self, *rows: Reservation) -> None:
        for reservation in rows:
            if self._changed_too_often(reservation):
                raise Refusal(
                    "changed_too_often",
                    f"Not possible for {reservation.id}: the number of changes to that reservation must be "
                    "at most 3.",
                )

    def _refuse_blood_unit_code_taken(self, *rows: BloodUnit) -> None:
        for blood_unit in rows:
            if self._blood_unit_code_taken(blood_unit):
                raise Refusal(
                    "blood_unit_code_taken",
                    f"Not possible for {blood_unit.id}: there must be no other blood unit with the same "
                    "code.",
                )

    def _group(self, blood_unit: BloodUnit) -> str:
        return self.donors[blood_unit.donor_id].blood_group_id

    def _donor(self, donor_id: str, *states: DonorState) -> Donor:
        donor = self.find(self.donors, donor_id, "donor")
        if donor.state not in states:
            raise Refusal("wrong_state", f"{donor_id} is {donor.state}, not {' or '.join(states)}.")
        return donor

    def _blood_unit(self, blood_unit_id: str, *states: BloodUnitState) -> BloodUnit:
        blood_unit = self.find(self.blood_units, blood_unit_id, "blood unit")
        if blood_unit.state not in states:
            raise Refusal("wrong_state", f"{blood_unit_id} is {blood_unit.state}, not {' or '.join(states)}.")
        return blood_unit

    def _reservation(self, reservation_id: str, *states: ReservationState) -> Reservation:
        reservation = self.find(self.reservations, reservation_id, "reservation")
        if reservation.state not in states:
            raise Refusal(
                "wrong_state", f"{reservation_id} is {reservation.state}, not {' or '.join(states)}."
            )
        return reservation

    def _hold(self, hold_id: str, *states: HoldState) -> Hold:
        hold = self.find(self.holds, hold_id, "hold")
        if hold.state not in states:
            raise Refusal("wrong_state", f"{hold_id} is {hold.state}, not {' or '.join(states)}.")
        return hold


def _page(rows: list[Row], page: int) -> list[Row]:
    return rows[PAGE_ROWS * (page - 1) :][:PAGE_ROWS]
