# ruff: noqa: D102 - the text of a rule is its docstring
"""Conference programme.

The programme committee of a conference: talks in rooms and hours, speakers' constraints, tracks and
sponsors.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import Field

from ._runtime import FREE_TEXT, Entity, Environment, Refusal, read, rule, write

PAGE_ROWS = 10

RoomState = Literal["usable", "blocked"]
Kind = Literal["keynote", "regular", "sponsored"]
TalkState = Literal["accepted", "scheduled", "withdrawn"]
BookingState = Literal["fixed", "freed"]
OfficerState = Literal["present", "away"]
CaseworkerState = Literal["present", "absent"]
Request = Literal[
    "schedule_talk",
    "move_slot",
    "change_room",
    "swap_slots",
    "free_slot",
    "withdraw_talk",
    "reinstate_talk",
    "change_speaker",
    "change_interest",
    "delay_arrival",
    "block_room",
    "unblock_room",
    "approve",
    "take_back_approval",
    "send_officer_away",
    "welcome_officer_back",
    "assign_owner",
    "drop_owner",
    "mark_absent",
    "mark_present",
]
Ground = Literal[
    "wrong_state",
    "not_to_be_scheduled",
    "needs_two_approvals",
    "same_hour",
    "same_room",
    "not_fixed",
    "same_slot",
    "no_owner",
    "same_speaker",
    "same_audience",
    "not_later",
    "officer_away",
    "nothing_to_approve",
    "too_late",
    "owns_it_already",
    "caseworker_absent",
    "has_no_owner",
    "room_taken",
    "speaker_busy",
    "track_clash",
    "keynote_alone",
    "room_too_small",
    "speaker_not_there",
    "room_blocked",
    "track_full",
    "approved_already",
    "overloaded",
    "owner_is_absent",
]
Measure = Literal["talks_in_room", "unscheduled"]

TrackId = Annotated[str, Field(description="Id of a track, such as TRC-01.")]
PartOfName = Annotated[str | None, Field(description="Part of the name, in any case.")]
Page = Annotated[int, Field(description=f"Page of {PAGE_ROWS} rows, from 1; past the end it is empty.", ge=1)]
RoomId = Annotated[str, Field(description="Id of a room, such as RM-01.")]
InRoomState = Annotated[RoomState | None, Field(description="Only those in this state.")]
SpeakerId = Annotated[str, Field(description="Id of a speaker, such as SPK-01.")]
TalkId = Annotated[str, Field(description="Id of a talk, such as TLK-01.")]
OfSpeaker = Annotated[str | None, Field(description="Only those of the speaker with this id.")]
OfTrack = Annotated[str | None, Field(description="Only those of the track with this id.")]
InKind = Annotated[Kind | None, Field(description="Only those with this kind.")]
OfCaseworker = Annotated[str | None, Field(description="Only those of the caseworker with this id.")]
InTalkState = Annotated[TalkState | None, Field(description="Only those in this state.")]
BookingId = Annotated[str, Field(description="Id of a slot, such as BKN-01.")]
OfTalk = Annotated[str | None, Field(description="Only those of the talk with this id.")]
OfRoom = Annotated[str | None, Field(description="Only those of the room with this id.")]
InBookingState = Annotated[BookingState | None, Field(description="Only those in this state.")]
OfficerId = Annotated[str, Field(description="Id of an officer, such as OFF-01.")]
InOfficerState = Annotated[OfficerState | None, Field(description="Only those in this state.")]
ApprovalId = Annotated[str, Field(description="Id of an approval, such as APP-01.")]
OfOfficer = Annotated[str | None, Field(description="Only those of the officer with this id.")]
CaseworkerId = Annotated[str, Field(description="Id of a caseworker, such as CSW-01.")]
InCaseworkerState = Annotated[CaseworkerState | None, Field(description="Only those in this state.")]
Hour = Annotated[int, Field(description="Hour, 1 to 8.", ge=1, le=8)]
OtherId = Annotated[str, Field(description="Id of the other slot, such as BKN-01.")]
Interest = Annotated[int, Field(description="Expected audience, in listeners, 30 to 280.", ge=30, le=280)]
Arrives = Annotated[int, Field(description="First possible hour, 1 to 3.", ge=1, le=3)]
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


class Track(Entity):
    """A track."""

    id: str
    name: str
    most: int  # number of talks allowed


class Room(Entity):
    """A room."""

    id: str
    name: str
    chairs: int
    state: RoomState = "usable"


class Speaker(Entity):
    """A speaker."""

    id: str
    name: str
    arrives: int  # first possible hour
    leaves: int  # last possible hour


class Talk(Entity):
    """A talk."""

    id: str
    name: str
    speaker_id: str
    track_id: str
    interest: int  # expected audience, in listeners
    kind: Kind
    caseworker_id: str | None = None
    state: TalkState = "accepted"


class Booking(Entity):
    """A slot."""

    id: str
    talk_id: str
    room_id: str
    hour: int
    state: BookingState = "fixed"


class Officer(Entity):
    """An officer."""

    id: str
    name: str
    state: OfficerState = "present"


class Approval(Entity):
    """An approval."""

    id: str
    talk_id: str
    officer_id: str


class Caseworker(Entity):
    """A caseworker."""

    id: str
    name: str
    most: int  # load limit
    state: CaseworkerState = "present"


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


class CaseworkerSheet(Entity):
    """A caseworker and what follows from it."""

    caseworker: Caseworker
    load: int


class ConferenceProgramme(Environment):
    """Conference programme."""

    tracks: dict[str, Track]
    rooms: dict[str, Room]
    speakers: dict[str, Speaker]
    talks: dict[str, Talk]
    bookings: dict[str, Booking]
    officers: dict[str, Officer]
    approvals: dict[str, Approval]
    caseworkers: dict[str, Caseworker]
    decisions: dict[str, Decision]
    reports: dict[str, Report]

    @read
    def get_track(self, track_id: TrackId) -> Track:
        """Look up one track."""
        return self.find(self.tracks, track_id, "track")

    @read
    def search_tracks(self, name: PartOfName = None, page: Page = 1) -> list[Track]:
        """Find tracks by name, in order of id."""
        rows = [row for row in self.tracks.values() if (name or "").casefold() in row.name.casefold()]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_room(self, room_id: RoomId) -> Room:
        """Look up one room."""
        return self.find(self.rooms, room_id, "room")

    @read
    def search_rooms(self, name: PartOfName = None, state: InRoomState = None, page: Page = 1) -> list[Room]:
        """Find rooms by name and state, in order of id."""
        rows = [row for row in self.rooms.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_speaker(self, speaker_id: SpeakerId) -> Speaker:
        """Look up one speaker."""
        return self.find(self.speakers, speaker_id, "speaker")

    @read
    def search_speakers(self, name: PartOfName = None, page: Page = 1) -> list[Speaker]:
        """Find speakers by name, in order of id."""
        rows = [row for row in self.speakers.values() if (name or "").casefold() in row.name.casefold()]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_talk(self, talk_id: TalkId) -> Talk:
        """Look up one talk."""
        return self.find(self.talks, talk_id, "talk")

    @read
    def search_talks(
        self,
        *,
        name: PartOfName = None,
        speaker_id: OfSpeaker = None,
        track_id: OfTrack = None,
        kind: InKind = None,
        caseworker_id: OfCaseworker = None,
        state: InTalkState = None,
        page: Page = 1,
    ) -> list[Talk]:
        """Find talks by name, speaker, track, kind, caseworker and state, in order of id."""
        rows = [row for row in self.talks.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if speaker_id in (None, row.speaker_id)]
        rows = [row for row in rows if track_id in (None, row.track_id)]
        rows = [row for row in rows if kind in (None, row.kind)]
        rows = [row for row in rows if caseworker_id in (None, row.caseworker_id)]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_booking(self, booking_id: BookingId) -> Booking:
        """Look up one slot."""
        return self.find(self.bookings, booking_id, "booking")

    @read
    def search_bookings(
        self, talk_id: OfTalk = None, room_id: OfRoom = None, state: InBookingState = None, page: Page = 1
    ) -> list[Booking]:
        """Find slots by talk, room and state, in order of id."""
        rows = [row for row in self.bookings.values() if talk_id in (None, row.talk_id)]
        rows = [row for row in rows if room_id in (None, row.room_id)]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_officer(self, officer_id: OfficerId) -> Officer:
        """Look up one officer."""
        return self.find(self.officers, officer_id, "officer")

    @read
    def search_officers(
        self, name: PartOfName = None, state: InOfficerState = None, page: Page = 1
    ) -> list[Officer]:
        """Find officers by name and state, in order of id."""
        rows = [row for row in self.officers.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_approval(self, approval_id: ApprovalId) -> Approval:
        """Look up one approval."""
        return self.find(self.approvals, approval_id, "approval")

    @read
    def search_approvals(
        self, talk_id: OfTalk = None, officer_id: OfOfficer = None, page: Page = 1
    ) -> list[Approval]:
        """Find approvals by talk and officer, in order of id."""
        rows = [row for row in self.approvals.values() if talk_id in (None, row.talk_id)]
        rows = [row for row in rows if officer_id in (None, row.officer_id)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @read
    def get_caseworker(self, caseworker_id: CaseworkerId) -> CaseworkerSheet:
        """Look up a caseworker and what follows from it: load."""
        caseworker = self.find(self.caseworkers, caseworker_id, "caseworker")
        return CaseworkerSheet(caseworker=caseworker, load=self._load(caseworker))

    @read
    def search_caseworkers(
        self, name: PartOfName = None, state: InCaseworkerState = None, page: Page = 1
    ) -> list[Caseworker]:
        """Find caseworkers by name and state, in order of id."""
        rows = [row for row in self.caseworkers.values() if (name or "").casefold() in row.name.casefold()]
        rows = [row for row in rows if state in (None, row.state)]
        return _page(sorted(rows, key=lambda row: row.id), page)

    @write
    def schedule_talk(self, talk_id: TalkId, room_id: RoomId, hour: Hour) -> Booking:
        """Schedule a talk in a room for a given hour.

        Refused as: not_to_be_scheduled, needs_two_approvals, room_taken, speaker_busy, track_clash,
        keynote_alone, room_too_small, speaker_not_there, room_blocked, track_full.
        """
        talk = self.find(self.talks, talk_id, "talk")
        self.find(self.rooms, room_id, "room")
        if talk.state != "accepted":
            raise Refusal("not_to_be_scheduled", f"Not possible: the talk ({talk.state}) must be accepted.")
        if (
            talk.kind == "sponsored"
            and sum(1 for approval in self.approvals.values() if approval.talk_id == talk_id) < 2
        ):
            raise Refusal(
                "needs_two_approvals",
                f"Not possible: the kind of the talk ({talk.kind}) must not be sponsored or the number of "
                "approvals of the talk must be at least 2.",
            )
        booking = Booking(id=self.new_id("BKN"), talk_id=talk_id, room_id=room_id, hour=hour)
        self.bookings[booking.id] = booking
        talk.state = "scheduled"
        self._refuse_room_taken(booking)
        self._refuse_speaker_busy(booking)
        self._refuse_track_clash(booking)
        self._refuse_keynote_alone(*self.bookings.values())
        self._refuse_room_too_small(booking)
        self._refuse_speaker_not_there(booking)
        self._refuse_room_blocked(booking)
        self._refuse_track_full(*self.tracks.values())
        return booking

    @write
    def move_slot(self, booking_id: BookingId, hour: Hour) -> Booking:
        """Move a slot.

        The slot must be fixed. Refused as: same_hour, room_taken, speaker_busy, track_clash,
        keynote_alone, speaker_not_there.
        """
        booking = self._booking(booking_id, "fixed")
        if hour == booking.hour:
            raise Refusal(
                "same_hour",
                f"Not possible: the new hour ({hour}) must not be the hour of the slot ({booking.hour}).",
            )
        booking.hour = hour
        self._refuse_room_taken(booking)
        self._refuse_speaker_busy(booking)
        self._refuse_track_clash(booking)
        self._refuse_keynote_alone(*self.bookings.values())
        self._refuse_speaker_not_there(booking)
        return booking

    @write
    def change_room(self, booking_id: BookingId, room_id: RoomId) -> Booking:
        """Change the room of a slot.

        The slot must be fixed. Refused as: same_room, room_taken, room_too_small, room_blocked.
        """
        booking = self._booking(booking_id, "fixed")
        self.find(self.rooms, room_id, "room")
        if room_id == booking.room_id:
            raise Refusal("same_room", "Not possible: the new room must not be the room of the slot.")
        booking.room_id = room_id
        self._refuse_room_taken(booking)
        self._refuse_room_too_small(booking)
        self._refuse_room_blocked(booking)
        return booking

    @write
    def swap_slots(self, booking_id: BookingId, other_id: OtherId) -> Booking:
        """Swap the hours of a slot and another slot.

        The slot must be fixed. Refused as: not_fixed, same_slot, room_taken, speaker_busy, track_clash,
        keynote_alone, room_too_small, speaker_not_there, room_blocked, track_full.
        """
        booking = self._booking(booking_id, "fixed")
        other = self.find(self.bookings, other_id, "booking")
        if other.state != "fixed":
            raise Refusal("not_fixed", f"Not possible: the other slot ({other.state}) must be fixed.")
        if other.hour == booking.hour:
            raise Refusal(
                "same_slot",
                f"Not possible: the hour of the other slot ({other.hour}) must not be the hour of the slot "
                f"({booking.hour}).",
            )
        swapped = Booking(
            id=self.new_id("BKN"), talk_id=other.talk_id, room_id=other.room_id, hour=booking.hour
        )
        self.bookings[swapped.id] = swapped
        booking.hour = other.hour
        other.state = "freed"
        self._refuse_room_taken(booking, swapped)
        self._refuse_speaker_busy(booking, swapped)
        self._refuse_track_clash(booking, swapped)
        self._refuse_keynote_alone(*self.bookings.values())
        self._refuse_room_too_small(swapped)
        self._refuse_speaker_not_there(booking, swapped)
        self._refuse_room_blocked(swapped)
        self._refuse_track_full(*self.tracks.values())
        return booking

    @write
    def free_slot(self, booking_id: BookingId) -> Booking:
        """Free a slot.

        The slot must be fixed. Refused as: overloaded, owner_is_absent.
        """
        booking = self._booking(booking_id, "fixed")
        booking.state = "freed"
        self.talks[booking.talk_id].state = "accepted"
        self._refuse_overloaded(*self.caseworkers.values())
        self._refuse_owner_is_absent(*self.caseworkers.values())
        return booking

    @write
    def withdraw_talk(self, talk_id: TalkId) -> Talk:
        """Withdraw a talk.

        The talk must be accepted. Refused as: owner_is_absent.
        """
        talk = self._talk(talk_id, "accepted")
        talk.state = "withdrawn"
        self._refuse_owner_is_absent(*self.caseworkers.values())
        return talk

    @write
    def reinstate_talk(self, talk_id: TalkId) -> Talk:
        """Reinstate a talk.

        The talk must be withdrawn. Refused as: no_owner, overloaded, owner_is_absent.
        """
        talk = self._talk(talk_id, "withdrawn")
        if talk.caseworker_id is None:
            raise Refusal("no_owner", "Not possible: the talk must have a caseworker.")
        talk.state = "accepted"
        self._refuse_overloaded(*self.caseworkers.values())
        self._refuse_owner_is_absent(*self.caseworkers.values())
        return talk

    @write
    def change_speaker(self, talk_id: TalkId, speaker_id: SpeakerId) -> Talk:
        """Change the speaker of a talk.

        Refused as: same_speaker, speaker_busy, speaker_not_there.
        """
        talk = self.find(self.talks, talk_id, "talk")
        self.find(self.speakers, speaker_id, "speaker")
        if speaker_id == talk.speaker_id:
            raise Refusal(
                "same_speaker", "Not possible: the new speaker must not be the speaker of the talk."
            )
        talk.speaker_id = speaker_id
        self._refuse_speaker_busy(*self.bookings.values())
        self._refuse_speaker_not_there(*self.bookings.values())
        return talk

    @write
    def change_interest(self, talk_id: TalkId, interest: Interest) -> Talk:
        """Change the interest of a talk.

        Refused as: same_audience, room_too_small.
        """
        talk = self.find(self.talks, talk_id, "talk")
        if interest == talk.interest:
            raise Refusal(
                "same_audience",
                f"Not possible: the new expected audience ({interest}) must not be the expected audience of "
                f"the talk ({talk.interest}).",
            )
        talk.interest = interest
        self._refuse_room_too_small(*self.bookings.values())
        return talk

    @write
    def delay_arrival(self, speaker_id: SpeakerId, arrives: Arrives) -> Speaker:
        """Note that a speaker can speak only from a given first possible hour.

        Refused as: not_later, speaker_not_there.
        """
        speaker = self.find(self.speakers, speaker_id, "speaker")
        if arrives <= speaker.arrives:
            raise Refusal(
                "not_later",
                f"Not possible: the new first possible hour ({arrives}) must be more than the first "
                f"possible hour of the speaker ({speaker.arrives}).",
            )
        speaker.arrives = arrives
        self._refuse_speaker_not_there(*self.bookings.values())
        return speaker

    @write
    def block_room(self, room_id: RoomId) -> Room:
        """Block a room.

        The room must be usable. Refused as: room_blocked.
        """
        room = self._room(room_id, "usable")
        room.state = "blocked"
        self._refuse_room_blocked(*self.bookings.values())
        return room

    @write
    def unblock_room(self, room_id: RoomId) -> Room:
        """Unblock a room.

        The room must be blocked.
        """
        room = self._room(room_id, "blocked")
        room.state = "usable"
        return room

    @write
    def approve(self, talk_id: TalkId, officer_id: OfficerId) -> Approval:
        """Note that an officer has approved a talk.

        Refused as: officer_away, nothing_to_approve, approved_already.
        """
        talk = self.find(self.talks, talk_id, "talk")
        officer = self.find(self.officers, officer_id, "officer")
        if officer.state != "present":
            raise Refusal("officer_away", f"Not possible: the officer ({officer.state}) must be present.")
        if talk.state != "accepted":
            raise Refusal("nothing_to_approve", f"Not possible: the talk ({talk.state}) must be accepted.")
        approval = Approval(id=self.new_id("APP"), talk_id=talk_id, officer_id=officer_id)
        self.approvals[approval.id] = approval
        self._refuse_approved_already(approval)
        return approval

    @write
    def take_back_approval(self, approval_id: ApprovalId) -> Approval:
        """Take back an approval.

        Refused as: too_late.
        """
        approval = self.find(self.approvals, approval_id, "approval")
        if self.talks[approval.talk_id].state != "accepted":
            raise Refusal(
                "too_late",
                f"Not possible: the talk of the approval ({self.talks[approval.talk_id].state}) must be "
                "accepted.",
            )
        del self.approvals[approval_id]
        return approval

    @write
    def send_officer_away(self, officer_id: OfficerId) -> Officer:
        """Note that an officer is away.

        The officer must be present.
        """
        officer = self._officer(officer_id, "present")
        officer.state = "away"
        for approval in [
            approval
            for approval in self.approvals.values()
            if approval.officer_id == officer_id and self.talks[approval.talk_id].state == "accepted"
        ]:
            del self.approvals[approval.id]
        return officer

    @write
    def welcome_officer_back(self, officer_id: OfficerId) -> Officer:
        """Note that an officer is present again.

        The officer must be away.
        """
        officer = self._officer(officer_id, "away")
        officer.state = "present"
        return officer

    @write
    def assign_owner(self, talk_id: TalkId, caseworker_id: CaseworkerId) -> Talk:
        """Hand a talk over to a caseworker.

        Refused as: owns_it_already, caseworker_absent, overloaded, owner_is_absent.
        """
        talk = self.find(self.talks, talk_id, "talk")
        caseworker = self.find(self.caseworkers, caseworker_id, "caseworker")
        if talk.caseworker_id is not None and talk.caseworker_id == caseworker_id:
            raise Refusal(
                "owns_it_already",
                "Not possible: the talk must have no caseworker or the caseworker of the talk must not be "
                "the new caseworker.",
            )
        if caseworker.state != "present":
            raise Refusal(
                "caseworker_absent", f"Not possible: the new caseworker ({caseworker.state}) must be present."
            )
        talk.caseworker_id = caseworker_id
        self._refuse_overloaded(*self.caseworkers.values())
        self._refuse_owner_is_absent(*self.caseworkers.values())
        return talk

    @write
    def drop_owner(self, talk_id: TalkId) -> Talk:
        """Leave a talk without an owner.

        Refused as: has_no_owner, owner_is_absent.
        """
        talk = self.find(self.talks, talk_id, "talk")
        if talk.caseworker_id is None:
            raise Refusal("has_no_owner", "Not possible: the talk must have a caseworker.")
        talk.caseworker_id = None
        self._refuse_owner_is_absent(*self.caseworkers.values())
        return talk

    @write
    def mark_absent(self, caseworker_id: CaseworkerId) -> Caseworker:
        """Mark a caseworker as absent.

        The caseworker must be present. Refused as: owner_is_absent.
        """
        caseworker = self._caseworker(caseworker_id, "present")
        caseworker.state = "absent"
        self._refuse_owner_is_absent(caseworker)
        return caseworker

    @write
    def mark_present(self, caseworker_id: CaseworkerId) -> Caseworker:
        """Mark a caseworker as present.

        The caseworker must be absent.
        """
        caseworker = self._caseworker(caseworker_id, "absent")
        caseworker.state = "present"
        return caseworker

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

    @rule("For every fixed slot, there is no other fixed slot in the same room in the same hour.")
    def room_taken(self) -> bool:
        return not any(self._room_taken(row) for row in self.bookings.values())

    @rule(
        "For every fixed slot, there is no other fixed slot in the same hour whose talk has the same speaker."
    )
    def speaker_busy(self) -> bool:
        return not any(self._speaker_busy(row) for row in self.bookings.values())

    @rule(
        "For every fixed slot, there is no other fixed slot in the same hour whose talk has the same track."
    )
    def track_clash(self) -> bool:
        return not any(self._track_clash(row) for row in self.bookings.values())

    @rule(
        "For every fixed slot whose talk's kind is keynote, there is no other fixed slot in the same hour "
        "whose talk's kind is not sponsored."
    )
    def keynote_alone(self) -> bool:
        return not any(self._keynote_alone(row) for row in self.bookings.values())

    @rule(
        "For every fixed slot, the expected audience of its talk is at most the number of chairs of its room."
    )
    def room_too_small(self) -> bool:
        return not any(self._room_too_small(row) for row in self.bookings.values())

    @rule(
        "For every fixed slot, the first possible hour of the speaker of its talk is at most its hour and "
        "its hour is at most the last possible hour of the speaker of its talk."
    )
    def speaker_not_there(self) -> bool:
        return not any(self._speaker_not_there(row) for row in self.bookings.values())

    @rule("For every fixed slot, its room is usable.")
    def room_blocked(self) -> bool:
        return not any(self._room_blocked(row) for row in self.bookings.values())

    @rule(
        "For every track, the number of fixed slots whose talk's track is that track is at most its number "
        "of talks allowed."
    )
    def track_full(self) -> bool:
        return not any(self._track_full(row) for row in self.tracks.values())

    @rule("For every approval, there is no other approval of the same talk by the same officer.")
    def approved_already(self) -> bool:
        return not any(self._approved_already(row) for row in self.approvals.values())

    @rule("For every caseworker, their load is at most their load limit.")
    def overloaded(self) -> bool:
        return not any(self._overloaded(row) for row in self.caseworkers.values())

    @rule("For every absent caseworker, their load is 0.")
    def owner_is_absent(self) -> bool:
        return not any(self._owner_is_absent(row) for row in self.caseworkers.values())

    def _room_taken(self, booking: Booking) -> bool:
        return (
            booking.state == "fixed"
            and any(
                other.id != booking.id
                and other.room_id == booking.room_id
                and other.hour == booking.hour
                and other.state == "fixed"
                for other in self.bookings.values()
            )
        )

    def _speaker_busy(self, booking: Booking) -> bool:
        return (
            booking.state == "fixed"
            and any(
                other.id != booking.id
                and self.talks[other.talk_id].speaker_id == self.talks[booking.talk_id].speaker_id
                and other.hour == booking.hour
                and other.state == "fixed"
                for other in self.bookings.values()
            )
        )

    def _track_clash(self, booking: Booking) -> bool:
        return (
            booking.state == "fixed"
            and any(
                other.id != booking.id
                and self.talks[other.talk_id].track_id == self.talks[booking.talk_id].track_id
                and other.hour == booking.hour
                and other.state == "fixed"
                for other in self.bookings.values()
            )
        )

    def _keynote_alone(self, booking: Booking) -> bool:
        return (
            booking.state == "fixed"
            and self.talks[booking.talk_id].kind == "keynote"
            and any(
                other.id != booking.id
                and other.hour == booking.hour
                and self.talks[other.talk_id].kind != "sponsored"
                and other.state == "fixed"
                for other in self.bookings.values()
            )
        )

    def _room_too_small(self, booking: Booking) -> bool:
        return (
            booking.state == "fixed"
            and self.talks[booking.talk_id].interest > self.rooms[booking.room_id].chairs
        )

    def _speaker_not_there(self, booking: Booking) -> bool:
        return (
            booking.state == "fixed"
            and (
                self.speakers[self.talks[booking.talk_id].speaker_id].arrives > booking.hour
                or booking.hour > self.speakers[self.talks[booking.talk_id].speaker_id].leaves
            )
        )

    def _room_blocked(self, booking: Booking) -> bool:
        return booking.state == "fixed" and self.rooms[booking.room_id].state != "usable"

    def _track_full(self, track: Track) -> bool:
        return (
            sum(
                1
                for booking in self.bookings.values()
                if self.talks[booking.talk_id].track_id == track.id and booking.state == "fixed"
            )
            > track.most
        )

    def _approved_already(self, approval: Approval) -> bool:
        return any(
            other.id != approval.id
            and other.talk_id == approval.talk_id
            and other.officer_id == approval.officer_id
            for other in self.approvals.values()
        )

    def _overloaded(self, caseworker: Caseworker) -> bool:
        return self._load(caseworker) > caseworker.most

    def _owner_is_absent(self, caseworker: Caseworker) -> bool:
        return caseworker.state == "absent" and self._load(caseworker) != 0

    def _refuse_room_taken(self, *rows: Booking) -> None:
        for booking in rows:
            if self._room_taken(booking):
                raise Refusal(
                    "room_taken",
                    f"Not possible for {booking.id}: there must be no other fixed slot in the same room in "
                    "the same hour.",
                )

    def _refuse_speaker_busy(self, *rows: Booking) -> None:
        for booking in rows:
            if self._speaker_busy(booking):
                raise Refusal(
                    "speaker_busy",
                    f"Not possible for {booking.id}: there must be no other fixed slot in the same hour "
                    "whose talk has the same speaker.",
                )

    def _refuse_track_clash(self, *rows: Booking) -> None:
        for booking in rows:
            if self._track_clash(booking):
                raise Refusal(
                    "track_clash",
                    f"Not possible for {booking.id}: there must be no other fixed slot in the same hour "
                    "whose talk has the same track.",
                )

    def _refuse_keynote_alone(self, *rows: Booking) -> None:
        for booking in rows:
            if self._keynote_alone(booking):
                raise Refusal(
                    "keynote_alone",
                    f"Not possible for {booking.id}: there must be no other fixed slot in the same hour "
                    "whose talk's kind is not sponsored.",
                )

    def _refuse_room_too_small(self, *rows: Booking) -> None:
        for booking in rows:
            if self._room_too_small(booking):
                raise Refusal(
                    "room_too_small",
                    f"Not possible for {booking.id}: the expected audience of its talk "
                    f"({self.talks[booking.talk_id].interest}) must be at most the number of chairs of its "
                    f"room ({self.rooms[booking.room_id].chairs}).",
                )

    def _refuse_speaker_not_there(self, *rows: Booking) -> None:
        for booking in rows:
            if self._speaker_not_there(booking):
                raise Refusal(
                    "speaker_not_there",
                    f"Not possible for {booking.id}: the first possible hour of the speaker of its talk "
                    f"({self.speakers[self.talks[booking.talk_id].speaker_id].arrives}) must be at most its "
                    f"hour ({booking.hour}) and its hour ({booking.hour}) must be at most the last possible "
                    "hour of the speaker of its talk "
                    f"({self.speakers[self.talks[booking.talk_id].speaker_id].leaves}).",
                )

    def _refuse_room_blocked(self, *rows: Booking) -> None:
        for booking in rows:
            if self._room_blocked(booking):
                raise Refusal(
                    "room_blocked",
                    f"Not possible for {booking.id}: its room ({self.rooms[booking.room_id].state}) must be "
                    "usable.",
                )

    def _refuse_track_full(self, *rows: Track) -> None:
        for track in rows:
            if self._track_full(track):
                raise Refusal(
                    "track_full",
                    f"Not possible for {track.id}: the number of fixed slots whose talk's track is that "
                    f"track must be at most its number of talks allowed ({track.most}).",
                )

    def _refuse_approved_already(self, *rows: Approval) -> None:
        for approval in rows:
            if self._approved_already(approval):
                raise Refusal(
                    "approved_already",
                    f"Not possible for {approval.id}: there must be no other approval of the same talk by "
                    "the same officer.",
                )

    def _refuse_overloaded(self, *rows: Caseworker) -> None:
        for caseworker in rows:
            if self._overloaded(caseworker):
                raise Refusal(
                    "overloaded",
                    f"Not possible for {caseworker.id}: their load ({self._load(caseworker)}) must be at "
                    f"most their load limit ({caseworker.most}).",
                )

    def _refuse_owner_is_absent(self, *rows: Caseworker) -> None:
        for caseworker in rows:
            if self._owner_is_absent(caseworker):
                raise Refusal(
                    "owner_is_absent",
                    f"Not possible for {caseworker.id}: their load ({self._load(caseworker)}) must be 0.",
                )

    def _load(self, caseworker: Caseworker) -> int:
        return sum(
            1
            for talk in self.talks.values()
            if talk.caseworker_id == caseworker.id and talk.state in ("accepted", "scheduled")
        )

    def _room(self, room_id: str, *states: RoomState) -> Room:
        room = self.find(self.rooms, room_id, "room")
        if room.state not in states:
            raise Refusal("wrong_state", f"{room_id} is {room.state}, not {' or '.join(states)}.")
        return room

    def _talk(self, talk_id: str, *states: TalkState) -> Talk:
        talk = self.find(self.talks, talk_id, "talk")
        if talk.state not in states:
            raise Refusal("wrong_state", f"{talk_id} is {talk.state}, not {' or '.join(states)}.")
        return talk

    def _booking(self, booking_id: str, *states: BookingState) -> Booking:
        booking = self.find(self.bookings, booking_id, "booking")
        if booking.state not in states:
            raise Refusal("wrong_state", f"{booking_id} is {booking.state}, not {' or '.join(states)}.")
        return booking

    def _officer(self, officer_id: str, *states: OfficerState) -> Officer:
        officer = self.find(self.officers, officer_id, "officer")
        if officer.state not in states:
            raise Refusal("wrong_state", f"{officer_id} is {officer.state}, not {' or '.join(states)}.")
        return officer

    def _caseworker(self, caseworker_id: str, *states: CaseworkerState) -> Caseworker:
        caseworker = self.find(self.caseworkers, caseworker_id, "caseworker")
        if caseworker.state not in states:
            raise Refusal("wrong_state", f"{caseworker_id} is {caseworker.state}, not {' or '.join(states)}.")
        return caseworker


def _page(rows: list[Row], page: int) -> list[Row]:
    return rows[PAGE_ROWS * (page - 1) :][:PAGE_ROWS]
