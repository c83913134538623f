# ruff: noqa: D102 - the text of a rule is its docstring
"""Waitlists for surgery at one hospital.

Everything competes for one thing: a place on a theatre list. An entry of the waitlist gets its place by an
offer that its patient accepts, and keeps it only while time, skills, deadline and consent allow it. Other
tools move each of these: so a write asks `_obstacles` before it gives a place, and the rules ask the same of
every place that is held.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from ._runtime import FREE_TEXT, Entity, Environment, Refusal, read, rule, write

TURNOVER = 15  # minutes of cleaning that every case adds to its list
DAYS_TO_TREAT = {"P1": 7, "P2": 28, "P3": 90, "P4": 180}
CONSENT_DAYS = 90
ANSWER_DAYS = 3
PAGE_ROWS = 10
HOLDING = ("offered", "booked")

Priority = Literal["P1", "P2", "P3", "P4"]
Status = Literal["waiting", "offered", "booked", "closed"]
Obstacle = Literal[
    "list_closed", "not_skilled", "past_deadline", "no_consent", "patient_busy", "declined_here", "no_time"
]
Ground = Literal[Obstacle, "out_of_turn", "not_postponable", "can_be_placed"]
Subject = Literal["waiting_entries", "waiting_minutes", "free_minutes", "overdue_entries", "transferred"]

EntryId = Annotated[str, Field(description="Id of a waitlist entry, such as ENT-01.")]
ListId = Annotated[str, Field(description="Id of a theatre list, such as LST-01.")]
PatientId = Annotated[str, Field(description="Id of a patient, such as PAT-01.")]
ProcedureId = Annotated[str, Field(description="Id of a procedure, such as PRC-01.")]
SurgeonId = Annotated[str, Field(description="Id of a surgeon, such as SUR-1.")]
OfferId = Annotated[str, Field(description="Id of an offer, such as OFF-01.")]
Name = Annotated[str, Field(description="Part of a name, in any case.")]
PriorityClass = Annotated[Priority, Field(description="Priority class, from P1 (most urgent) to P4.")]
SignedOn = Annotated[dt.date, Field(description="Day on which the form was signed, YYYY-MM-DD.")]
Answer = Annotated[Literal["accepted", "declined", "lapsed"], Field(description="lapsed: the time is over.")]
Side = Annotated[Literal["patient", "hospital"], Field(description="Whose wish it is.")]
Ending = Annotated[Literal["withdrawn", "transferred"], Field(description="How the wait ends.")]
FirstGround = Annotated[Ground, Field(description="The first ground, in the policy's order, that applies.")]
Note = Annotated[str, Field(description="A sentence for the file, at most 500 characters.", max_length=500)]
Counted = Annotated[Subject, Field(description="What was counted or added up.")]
About = Annotated[str, Field(description='Id of the procedure, surgeon or list it is about, or "hospital".')]
Figure = Annotated[int, Field(description="The figure, 0 to 1000000.", ge=0, le=1_000_000)]
OfPatient = Annotated[str | None, Field(description="Only entries of the patient with this id.")]
OfProcedure = Annotated[str | None, Field(description="Only entries for the procedure with this id.")]
OfStatus = Annotated[Status | None, Field(description="Only entries of this status.")]
OfSurgeon = Annotated[str | None, Field(description="Only lists of the surgeon with this id.")]
Page = Annotated[int, Field(description=f"Page of {PAGE_ROWS} rows, from 1; past the end it is empty.", ge=1)]

Row = TypeVar("Row")


class Patient(Entity):
    """A person who may wait for several procedures."""

    id: str
    name: str
    born: dt.date


class Procedure(Entity):
    """An operation, and its minutes without turnover."""

    id: str
    name: str
    minutes: int


class Surgeon(Entity):
    """Someone who operates; `skills` are ids of procedures."""

    id: str
    name: str
    skills: list[str]


class TheatreList(Entity):
    """Half a day of a theatre in the hands of one surgeon."""

    id: str
    theatre: str
    surgeon_id: str
    day: dt.date
    period: Literal["morning", "afternoon"]
    minutes: int
    status: Literal["open", "cancelled"]


class Entry(Entity):
    """A patient's wait for one procedure; while offered or booked it holds a place on `list_id`."""

    id: str
    patient_id: str
    procedure_id: str
    priority: Priority
    referred_on: dt.date
    treat_by: dt.date
    consent_on: dt.date | None = None
    declines: int = 0
    postponements: int = 0
    status: Status = "waiting"
    list_id: str | None = None
    outcome: Literal["treated", "withdrawn", "transferred", "declined_twice"] | None = None

    def standing(self) -> tuple[str, dt.date, str]:
        """The order of the waitlist."""
        return self.priority, self.referred_on, self.id


class Offer(Entity):
    """A place held for an entry until its patient has answered."""

    id: str
    entry_id: str
    list_id: str
    answer_by: dt.date
    status: Literal["live", "accepted", "declined", "lapsed", "withdrawn"] = "live"


class Decision(Entity):
    """A request that policy did not allow, and the ground on which it was declined."""

    id: str
    entry_id: str
    ground: Ground
    note: str = FREE_TEXT


class Report(Entity):
    """One figure for those who plan."""

    id: str
    subject: Subject
    about: str
    figure: int


class ListSheet(Entity):
    """A theatre list, the entries that hold a place there, every offer made of it, and the minutes left."""

    theatre_list: TheatreList
    entries: list[Entry]
    offers: list[Offer]
    free_minutes: int


class SurgeryWaitlists(Environment):
    """Waitlists for surgery at one hospital."""

    patients: dict[str, Patient]
    procedures: dict[str, Procedure]
    surgeons: dict[str, Surgeon]
    lists: dict[str, TheatreList]
    entries: dict[str, Entry]
    offers: dict[str, Offer]
    decisions: dict[str, Decision]
    reports: dict[str, Report]

    @read
    def search_patients(self, name: Name, page: Page = 1) -> list[Patient]:
        """Find patients by name, in order of id. Patients may share a name: compare the dates of birth."""
        return _page([row for row in self.patients.values() if name.casefold() in row.name.casefold()], page)

    @read
    def list_procedures(self, page: Page = 1) -> list[Procedure]:
        """List the procedures with their minutes, turnover not included."""
        return _page(list(self.procedures.values()), page)

    @read
    def list_surgeons(self, page: Page = 1) -> list[Surgeon]:
        """List the surgeons with the ids of the procedures they perform."""
        return _page(list(self.surgeons.values()), page)

    @read
    def search_lists(self, surgeon_id: OfSurgeon = None, page: Page = 1) -> list[TheatreList]:
        """Find theatre lists, open and cancelled, by day, then id."""
        rows = [row for row in self.lists.values() if surgeon_id in (None, row.surgeon_id)]
        return _page(sorted(rows, key=lambda row: (row.day, row.id)), page)

    @read
    def get_list(self, list_id: ListId) -> ListSheet:
        """Look up one theatre list: the entries offered or booked there, its offers, its free minutes."""
        target = self.find(self.lists, list_id, "list")
        offers = [row for row in self.offers.values() if row.list_id == list_id]
        places = self._places(target)
        free = target.minutes - sum(map(self._minutes, places))
        return ListSheet(theatre_list=target, entries=places, offers=offers, free_minutes=free)

    @read
    def search_waitlist(
        self,
        patient_id: OfPatient = None,
        procedure_id: OfProcedure = None,
        status: OfStatus = None,
        page: Page = 1,
    ) -> list[Entry]:
        """Find waitlist entries, in the order of the waitlist: class, then referral date, then id."""
        rows = [row for row in self.entries.values() if patient_id in (None, row.patient_id)]
        rows = [row for row in rows if procedure_id in (None, row.procedure_id)]
        rows = [row for row in rows if status in (None, row.status)]
        return _page(sorted(rows, key=Entry.standing), page)

    @write
    def add_entry(self, patient_id: PatientId, procedure_id: ProcedureId, priority: PriorityClass) -> Entry:
        """Put a patient on the waitlist, referred today, without consent; once only for one procedure."""
        self.find(self.patients, patient_id, "patient")
        self.find(self.procedures, procedure_id, "procedure")
        if (patient_id, procedure_id) in self._waits():
            raise Refusal("already_listed", f"{patient_id} already waits for {procedure_id}.")
        entry = Entry(
            id=self.new_id("ENT"), patient_id=patient_id, procedure_id=procedure_id, priority=priority,
            referred_on=self.today(), treat_by=_deadline(self.today(), priority),
        )  # fmt: skip
        self.entries[entry.id] = entry
        return entry

    @write
    def change_priority(self, entry_id: EntryId, priority: PriorityClass) -> Entry:
        """Give an open entry another class. Its deadline follows, but not to before a day it is placed on."""
        entry = self._entry(entry_id, "waiting", "offered", "booked")
        treat_by = _deadline(entry.referred_on, priority)
        if entry.list_id and self.lists[entry.list_id].day > treat_by:
            raise Refusal("past_deadline", f"Its place on {entry.list_id} would lie after {treat_by}.")
        entry.priority, entry.treat_by = priority, treat_by
        return entry

    @write
    def record_consent(self, entry_id: EntryId, signed_on: SignedOn) -> Entry:
        """Put a consent form on file: at most 90 days old, and not older than the one it replaces."""
        entry = self._entry(entry_id, "waiting", "offered", "booked")
        age = (self.today() - signed_on).days
        if not 0 <= age <= CONSENT_DAYS or signed_on < (entry.consent_on or signed_on):
            raise Refusal("bad_date", f"A form of {signed_on} is too old, in the future or superseded.")
        entry.consent_on = signed_on
        return entry

    @write
    def withdraw_consent(self, entry_id: EntryId) -> Entry:
        """Take an open entry's consent off file, at its patient's wish; any place it holds is lost."""
        entry = self._entry(entry_id, "waiting", "offered", "booked")
        self._vacate(entry)
        entry.consent_on = None
        return entry

    @write
    def offer_place(self, entry_id: EntryId, list_id: ListId) -> Offer:
        """Offer the entry that is next in line a place on an open list; its time is held until the answer."""
        entry, target = self._entry(entry_id, "waiting"), self.find(self.lists, list_id, "list")
        self._require_place(entry, target)
        ahead = [row for row in self.entries.values() if row.standing() < entry.standing()]
        if any(row.status == "waiting" and not self._obstacles(row, target) for row in ahead):
            raise Refusal("out_of_turn", f"An entry that could take this place stands before {entry_id}.")
        answer_by = min(self.today() + dt.timedelta(ANSWER_DAYS), target.day - dt.timedelta(1))
        offer = Offer(id=self.new_id("OFF"), entry_id=entry_id, list_id=list_id, answer_by=answer_by)
        self.offers[offer.id] = offer
        entry.status, entry.list_id = "offered", list_id
        return offer

    @write
    def record_answer(self, offer_id: OfferId, answer: Answer) -> Entry:
        """Close a live offer. Accepted books the place; else it is a decline, the second closes the entry."""
        offer = self.find(self.offers, offer_id, "offer")
        if offer.status != "live" or (answer == "lapsed") != (self.today() > offer.answer_by):
            raise Refusal("wrong_answer", f"{offer_id} is {offer.status}, its last day {offer.answer_by}.")
        entry, offer.status = self.entries[offer.entry_id], answer
        if answer == "accepted":
            entry.status = "booked"
        else:
            self._count_decline(entry)
        return entry

    @write
    def move_booking(self, entry_id: EntryId, list_id: ListId) -> Entry:
        """Move a booked entry to another open list; to a later day it is a postponement by the hospital."""
        entry, target = self._entry(entry_id, "booked"), self.find(self.lists, list_id, "list")
        self._require_place(entry, target)
        if target.day > self.lists[entry.list_id or ""].day:
            self._postpone(entry)
        entry.status, entry.list_id = "booked", list_id
        return entry

    @write
    def release_booking(self, entry_id: EntryId, wish: Side) -> Entry:
        """Take a booked entry off its list: a decline by the patient or a postponement by the hospital."""
        entry = self._entry(entry_id, "booked")
        if wish == "patient":
            self._count_decline(entry)
        else:
            self._postpone(entry)
        return entry

    @write
    def cancel_list(self, list_id: ListId) -> TheatreList:
        """Cancel an open list: its offers are withdrawn, its booked entries are postponed and wait again."""
        target = self._open_list(list_id)
        places = self._places(target)
        self._postpone(*(entry for entry in places if entry.status == "booked"))
        for entry in places:
            self._vacate(entry)
        target.status = "cancelled"
        return target

    @write
    def reassign_list(self, list_id: ListId, surgeon_id: SurgeonId) -> TheatreList:
        """Give an open list to another surgeon, free at the time and skilled in all that is placed on it."""
        target, surgeon = self._open_list(list_id), self.find(self.surgeons, surgeon_id, "surgeon")
        if any(entry.procedure_id not in surgeon.skills for entry in self._places(target)):
            raise Refusal("not_skilled", f"{surgeon_id} does not perform everything placed on {list_id}.")
        if (surgeon_id, target.day, target.period) in self._sessions():
            raise Refusal("surgeon_busy", f"{surgeon_id} already has an open list at that time.")
        target.surgeon_id = surgeon_id
        return target

    @write
    def close_entry(self, entry_id: EntryId, outcome: Ending) -> Entry:
        """Close a waiting entry: withdrawn by its patient, or transferred when no open list can take it."""
        entry = self._entry(entry_id, "waiting")
        can_be_placed = not all(self._obstacles(entry, target) for target in self.lists.values())
        if outcome == "transferred" and can_be_placed:
            raise Refusal("can_be_placed", f"An open list can still take {entry_id}.")
        entry.status, entry.outcome = "closed", outcome
        return entry

    @write
    def decline_request(self, entry_id: EntryId, ground: FirstGround, note: Note) -> Decision:
        """Record that a request about an entry was declined, and on which ground; once for each ground."""
        self.find(self.entries, entry_id, "entry")
        if (entry_id, ground) in [(row.entry_id, row.ground) for row in self.decisions.values()]:
            raise Refusal("already_recorded", f"{ground} is on record for {entry_id}.")
        decision = Decision(id=self.new_id("DEC"), entry_id=entry_id, ground=ground, note=note)
        self.decisions[decision.id] = decision
        return decision

    @write
    def file_report(self, subject: Counted, about: About, figure: Figure) -> Report:
        """File a figure. A second report of the same subject about the same thing replaces the first."""
        if about not in ["hospital", *self.procedures, *self.surgeons, *self.lists]:
            raise Refusal("unknown_about", f"There is no procedure, surgeon or list {about!r}.")
        filed = [row for row in self.reports.values() if (row.subject, row.about) == (subject, about)]
        report_id = filed[0].id if filed else self.new_id("REP")
        self.reports[report_id] = Report(id=report_id, subject=subject, about=about, figure=figure)
        return self.reports[report_id]

    @rule("A place lies on an open list after today.")
    def places_are_open(self) -> bool:
        return not self._held_despite("list_closed")

    @rule("The cases of a list, each with its turnover, fit into its minutes.")
    def lists_have_time(self) -> bool:
        return not self._held_despite("no_time")

    @rule("A surgeon performs every procedure placed on their lists.")
    def surgeons_are_skilled(self) -> bool:
        return not self._held_despite("not_skilled")

    @rule("No place lies after the deadline of its entry.")
    def deadlines_are_kept(self) -> bool:
        return not self._held_despite("past_deadline")

    @rule("The consent on file covers the day of the place.")
    def consents_are_valid(self) -> bool:
        return not self._held_despite("no_consent")

    @rule("A patient has at most one place on a day.")
    def one_place_a_day(self) -> bool:
        return not self._held_despite("patient_busy")

    @rule("A surgeon has at most one open list at a time.")
    def one_list_at_a_time(self) -> bool:
        return len(self._sessions()) == len(set(self._sessions()))

    @rule("A patient has at most one open entry for a procedure.")
    def one_open_entry(self) -> bool:
        return len(self._waits()) == len(set(self._waits()))

    @rule("An entry is offered a place exactly while one offer of that place is live.")
    def one_live_offer(self) -> bool:
        live = [(row.entry_id, row.list_id) for row in self.offers.values() if row.status == "live"]
        offered = [(row.id, row.list_id) for row in self.entries.values() if row.status == "offered"]
        return sorted(live) == sorted(offered)

    @rule("An entry holds a place exactly while it is offered or booked.")
    def places_are_held(self) -> bool:
        return all((row.list_id is None) == (row.status not in HOLDING) for row in self.entries.values())

    @rule("The second decline closes an entry.")
    def two_declines_close(self) -> bool:
        return all((row.declines >= 2) == (row.outcome == "declined_twice") for row in self.entries.values())

    @rule("The hospital postpones an entry at most once.")
    def postponed_once(self) -> bool:
        return all(row.postponements <= 1 for row in self.entries.values())

    @rule("The deadline follows from referral date and class.")
    def deadlines_follow(self) -> bool:
        return all(row.treat_by == _deadline(row.referred_on, row.priority) for row in self.entries.values())

    def _obstacles(self, entry: Entry, target: TheatreList) -> list[Obstacle]:
        """On which grounds, in the policy's order, the entry cannot have a place on the list."""
        return [ground for ground, stands in self._grounds(entry, target).items() if stands()]

    def _grounds(self, entry: Entry, target: TheatreList) -> dict[Obstacle, Callable[[], bool]]:
        """Ground → whether it stands; to be asked, for a rule asks one of them about every place held."""
        return {
            "list_closed": lambda: target.status != "open" or target.day <= self.today(),
            "not_skilled": lambda: entry.procedure_id not in self.surgeons[target.surgeon_id].skills,
            "past_deadline": lambda: target.day > entry.treat_by,
            "no_consent": lambda: not entry.consent_on or (target.day - entry.consent_on).days > CONSENT_DAYS,
            "patient_busy": lambda: target.day in self._other_days(entry),
            "declined_here": lambda: self._is_declined(entry, target),
            "no_time": lambda: self._minutes_beside(entry, target) + self._minutes(entry) > target.minutes,
        }

    def _other_days(self, entry: Entry) -> list[dt.date]:
        """The days on which the patient has another place."""
        rows = [row for row in self.entries.values() if row.list_id and row is not entry]
        return [self.lists[row.list_id or ""].day for row in rows if row.patient_id == entry.patient_id]

    def _is_declined(self, entry: Entry, target: TheatreList) -> bool:
        pair = (entry.id, target.id)
        past = [row.status for row in self.offers.values() if (row.entry_id, row.list_id) == pair]
        return "declined" in past or "lapsed" in past

    def _minutes_beside(self, entry: Entry, target: TheatreList) -> int:
        """The minutes of a list that others hold."""
        rows = [row for row in self.entries.values() if row.list_id == target.id and row is not entry]
        return sum(map(self._minutes, rows))

    def _require_place(self, entry: Entry, target: TheatreList) -> None:
        grounds = self._obstacles(entry, target)
        _refuse("list_closed", grounds, f"{target.id} is cancelled or does not lie after today.")
        _refuse("not_skilled", grounds, f"{target.surgeon_id} does not perform {entry.procedure_id}.")
        _refuse("past_deadline", grounds, f"{target.day} lies after the deadline {entry.treat_by}.")
        _refuse("no_consent", grounds, f"No consent on file for {entry.id} covers {target.day}.")
        _refuse("patient_busy", grounds, f"{entry.patient_id} has another place on {target.day}.")
        _refuse("declined_here", grounds, f"An offer of {target.id} was declined before, or lapsed.")
        _refuse("no_time", grounds, f"{target.id} has less than {self._minutes(entry)} free minutes.")

    def _held_despite(self, ground: Obstacle) -> bool:
        held = [(row, self.lists[row.list_id]) for row in self.entries.values() if row.list_id]
        return any(self._grounds(entry, target)[ground]() for entry, target in held)

    def _entry(self, entry_id: str, *statuses: Status) -> Entry:
        entry = self.find(self.entries, entry_id, "entry")
        if entry.status not in statuses:
            raise Refusal("wrong_status", f"{entry_id} is {entry.status}, not {' or '.join(statuses)}.")
        return entry

    def _open_list(self, list_id: str) -> TheatreList:
        target = self.find(self.lists, list_id, "list")
        if target.status != "open" or target.day <= self.today():
            raise Refusal("list_closed", f"{list_id} is {target.status}, on {target.day}.")
        return target

    def _places(self, target: TheatreList) -> list[Entry]:
        return sorted((row for row in self.entries.values() if row.list_id == target.id), key=Entry.standing)

    def _waits(self) -> list[tuple[str, str]]:
        return [(row.patient_id, row.procedure_id) for row in self.entries.values() if row.status != "closed"]

    def _sessions(self) -> list[tuple[str, dt.date, str]]:
        return [(row.surgeon_id, row.day, row.period) for row in self.lists.values() if row.status == "open"]

    def _minutes(self, entry: Entry) -> int:
        return self.procedures[entry.procedure_id].minutes + TURNOVER

    def _vacate(self, entry: Entry) -> None:
        for offer in self.offers.values():
            if offer.entry_id == entry.id and offer.status == "live":
                offer.status = "withdrawn"
        if entry.list_id:
            entry.status, entry.list_id = "waiting", None

    def _count_decline(self, entry: Entry) -> None:
        self._vacate(entry)
        entry.declines += 1
        if entry.declines == 2:
            entry.status, entry.outcome = "closed", "declined_twice"

    def _postpone(self, *entries: Entry) -> None:
        for entry in entries:
            if entry.priority == "P1" or entry.postponements:
                raise Refusal("not_postponable", f"{entry.id} is P1 or has been postponed before.")
        for entry in entries:
            self._vacate(entry)
            entry.postponements += 1


def _refuse(ground: Obstacle, grounds: list[Obstacle], message: str) -> None:
    if ground in grounds:
        raise Refusal(ground, message)


def _deadline(referred_on: dt.date, priority: Priority) -> dt.date:
    return referred_on + dt.timedelta(DAYS_TO_TREAT[priority])


def _page(rows: list[Row], page: int) -> list[Row]:
    return rows[PAGE_ROWS * (page - 1) :][:PAGE_ROWS] if page > 0 else []
