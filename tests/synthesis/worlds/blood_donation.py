# ruff: noqa: E501
"""Topic of a task: somebody wants to give blood tomorrow."""

from __future__ import annotations

from tests.synthesis.rental import Part, field, reference, stored
from tests.synthesis.worlds.telling import Situation, Telling, added, becomes, kept, table
from tests.synthesis.worlds.world import World, getter, lister, lister_of, writer

STATE: Part = {
    "entities": [
        {
            "name": "Donor",
            "collection": "donors",
            "prefix": "DON",
            "description": "Somebody who gives blood.",
            "fields": [
                stored("name"),
                stored("blood_type", "choice", choices=["A", "B", "AB", "O"]),
                stored("status", "choice", choices=["eligible", "deferred"]),
                stored("next_allowed_on", "date"),
            ],
        },
        {
            "name": "Session",
            "collection": "sessions",
            "prefix": "SES",
            "description": "A day on which blood is taken somewhere.",
            "fields": [
                stored("place"),
                stored("day", "date"),
                stored("seats", "integer", minimum=1, maximum=50),
                stored("status", "choice", choices=["open", "cancelled"]),
            ],
        },
        {
            "name": "Appointment",
            "collection": "appointments",
            "prefix": "APP",
            "description": "A donor's seat at a session.",
            "fields": [
                stored("donor_id", "reference", refers_to="Donor"),
                stored("session_id", "reference", refers_to="Session"),
                stored("status", "choice", choices=["booked", "donated", "cancelled"]),
            ],
        },
        {
            "name": "Donation",
            "collection": "donations",
            "prefix": "DNT",
            "description": "Blood that was given.",
            "fields": [
                stored("donor_id", "reference", refers_to="Donor"),
                stored("appointment_id", "reference", refers_to="Appointment"),
                stored("given_on", "date"),
                stored("millilitres", "integer", minimum=100, maximum=500),
            ],
        },
    ],
    "rules": [
        {
            "id": "seats_suffice",
            "text": "A session has at most as many booked appointments as seats.",
            "executable": True,
        },
        {"id": "one_booking", "text": "A donor has at most one booked appointment.", "executable": True},
        {
            "id": "cancelled_is_empty",
            "text": "A cancelled session has no booked appointment.",
            "executable": True,
        },
        {"id": "deferred_wait", "text": "A deferred donor has no booked appointment.", "executable": True},
        {
            "id": "given_once",
            "text": "An appointment has a donation exactly if it is donated, and then only one.",
            "executable": True,
        },
        {
            "id": "eight_weeks",
            "text": "Whoever gave blood may give again after 56 days.",
            "executable": False,
        },
    ],
}
DONOR, SESSION = reference("donor_id", "Donor"), reference("session_id", "Session")
APPOINTMENT = reference("appointment_id", "Appointment")

BOOK = writer(
    "book_appointment",
    "Book a seat at an open session, of today or later, for an eligible donor.",
    [DONOR, SESSION],
    "Appointment",
    "appointments",
    ["A booked appointment is added."],
    {
        "donor_deferred": "The donor is deferred.",
        "session_over": "The session is cancelled or before today.",
        "too_early": "The session is before the day from which the donor may give blood again.",
        "booked_already": "The donor has a booked appointment.",
        "session_full": "Every seat of the session is booked.",
    },
    (
        """
donor = self.find(self.donors, donor_id, "donor")
session = self.find(self.sessions, session_id, "session")
if donor.status == "deferred":
    raise Refusal("donor_deferred", f"{donor_id} is deferred.")
if session.status == "cancelled" or session.day < self.today():
    raise Refusal("session_over", f"{session_id} is {session.status}, on {session.day}.")
if session.day < donor.next_allowed_on:
    raise Refusal("too_early", f"{donor_id} may give blood again from {donor.next_allowed_on} on.")
booked = [one for one in self.appointments.values() if one.status == "booked"]
if any(one.donor_id == donor_id for one in booked):
    raise Refusal("booked_already", f"{donor_id} has a booked appointment.")
if len([one for one in booked if one.session_id == session_id]) >= session.seats:
    raise Refusal("session_full", f"{session_id} has {session.seats} seats, all of them booked.")
made = Appointment(id=self.new_id("APP"), donor_id=donor_id, session_id=session_id, status="booked")
self.appointments[made.id] = made
return made
""",
        """
donor = before["donors"].get(arguments["donor_id"])
session = before["sessions"].get(arguments["session_id"])
if donor is None:
    return ["unknown_donor"]
if session is None:
    return ["unknown_session"]
if donor["status"] == "deferred":
    return ["donor_deferred"]
if session["status"] == "cancelled" or session["day"] < now[:10]:
    return ["session_over"]
if session["day"] < donor["next_allowed_on"]:
    return ["too_early"]
booked = [one for one in before["appointments"].values() if one["status"] == "booked"]
if any(one["donor_id"] == donor["id"] for one in booked):
    return ["booked_already"]
taken = [one for one in booked if one["session_id"] == session["id"]]
return ["session_full"] if len(taken) >= session["seats"] else []
""",
        """
new = [key for key in after["appointments"] if key not in before["appointments"]]
if len(new) != 1:
    return False
made = {"id": new[0], "donor_id": arguments["donor_id"], "session_id": arguments["session_id"], "status": "booked"}
return result == made and after["appointments"] == {**before["appointments"], new[0]: made}
""",
    ),
    rules=["seats_suffice", "one_booking"],
    reads="donors sessions",
)
CANCEL = writer(
    "cancel_appointment",
    "Give a booked seat back.",
    [APPOINTMENT],
    "Appointment",
    "appointments",
    ["The appointment is cancelled."],
    {"not_booked": "The appointment is not booked."},
    (
        """
one = self.find(self.appointments, appointment_id, "appointment")
if one.status != "booked":
    raise Refusal("not_booked", f"{appointment_id} is {one.status}.")
one.status = "cancelled"
return one
""",
        """
one = before["appointments"].get(arguments["appointment_id"])
if one is None:
    return ["unknown_appointment"]
return [] if one["status"] == "booked" else ["not_booked"]
""",
        """
key = arguments["appointment_id"]
wanted = {**before["appointments"][key], "status": "cancelled"}
return result == wanted and after["appointments"] == {**before["appointments"], key: wanted}
""",
    ),
)
RECORD = writer(
    "record_donation",
    "Record what a donor gave today at a booked appointment of a session of today.",
    [APPOINTMENT, field("millilitres", "integer", minimum=100, maximum=500)],
    "Donation",
    "donations appointments donors",
    [
        "A donation of today with those millilitres is added.",
        "The appointment is donated.",
        "The donor may give blood again 56 days after today.",
    ],
    {
        "not_booked": "The appointment is not booked.",
        "not_today": "The session of the appointment is on another day.",
    },
    (
        """
one = self.find(self.appointments, appointment_id, "appointment")
if one.status != "booked":
    raise Refusal("not_booked", f"{appointment_id} is {one.status}.")
session = self.sessions[one.session_id]
if session.day != self.today():
    raise Refusal("not_today", f"{session.id} is on {session.day}.")
made = Donation(
    id=self.new_id("DNT"), donor_id=one.donor_id, appointment_id=one.id, given_on=self.today(), millilitres=millilitres
)
self.donations[made.id] = made
one.status = "donated"
self.donors[one.donor_id].next_allowed_on = self.today() + dt.timedelta(days=56)
return made
""",
        """
one = before["appointments"].get(arguments["appointment_id"])
if one is None:
    return ["unknown_appointment"]
if one["status"] != "booked":
    return ["not_booked"]
return [] if before["sessions"][one["session_id"]]["day"] == now[:10] else ["not_today"]
""",
        """
one = before["appointments"][arguments["appointment_id"]]
donor = before["donors"][one["donor_id"]]
again = (dt.date.fromisoformat(now[:10]) + dt.timedelta(days=56)).isoformat()
new = [key for key in after["donations"] if key not in before["donations"]]
if len(new) != 1:
    return False
made = {
    "id": new[0], "donor_id": donor["id"], "appointment_id": one["id"], "given_on": now[:10],
    "millilitres": arguments["millilitres"],
}
given = after["donations"] == {**before["donations"], new[0]: made} and result == made
donated = {**before["appointments"], one["id"]: {**one, "status": "donated"}}
waits = {**before["donors"], donor["id"]: {**donor, "next_allowed_on": again}}
return given and after["appointments"] == donated and after["donors"] == waits
""",
    ),
    rules=["given_once", "eight_weeks"],
    reads="sessions",
)
DEFER = writer(
    "defer_donor",
    "Defer an eligible donor until a day after today, and cancel the donor's booked appointment.",
    [DONOR, field("until", "date")],
    "Donor",
    "donors appointments",
    [
        "The donor is deferred, and may give blood again from that day on.",
        "A booked appointment of the donor is cancelled.",
    ],
    {
        "donor_deferred": "The donor is deferred already.",
        "not_later": "The day is today or earlier.",
    },
    (
        """
donor = self.find(self.donors, donor_id, "donor")
if donor.status == "deferred":
    raise Refusal("donor_deferred", f"{donor_id} is deferred already.")
if until <= self.today():
    raise Refusal("not_later", f"{until} is not after today.")
donor.status = "deferred"
donor.next_allowed_on = until
for one in self.appointments.values():
    if one.donor_id == donor_id and one.status == "booked":
        one.status = "cancelled"
return donor
""",
        """
donor = before["donors"].get(arguments["donor_id"])
if donor is None:
    return ["unknown_donor"]
if donor["status"] == "deferred":
    return ["donor_deferred"]
return ["not_later"] if arguments["until"] <= now[:10] else []
""",
        """
donor = before["donors"][arguments["donor_id"]]
wanted = {**donor, "status": "deferred", "next_allowed_on": arguments["until"]}
seats = {}
for key, one in before["appointments"].items():
    hit = one["donor_id"] == donor["id"] and one["status"] == "booked"
    seats[key] = {**one, "status": "cancelled"} if hit else one
donors = after["donors"] == {**before["donors"], donor["id"]: wanted}
return result == wanted and donors and after["appointments"] == seats
""",
    ),
    rules=["deferred_wait"],
)
READMIT = writer(
    "readmit_donor",
    "Make a deferred donor eligible again, from the day on that the donor's deferral ends.",
    [DONOR],
    "Donor",
    "donors",
    ["The donor is eligible."],
    {
        "not_deferred": "The donor is eligible already.",
        "too_early": "The deferral ends after today.",
    },
    (
        """
donor = self.find(self.donors, donor_id, "donor")
if donor.status != "deferred":
    raise Refusal("not_deferred", f"{donor_id} is eligible.")
if donor.next_allowed_on > self.today():
    raise Refusal("too_early", f"The deferral of {donor_id} ends on {donor.next_allowed_on}.")
donor.status = "eligible"
return donor
""",
        """
donor = before["donors"].get(arguments["donor_id"])
if donor is None:
    return ["unknown_donor"]
if donor["status"] != "deferred":
    return ["not_deferred"]
return ["too_early"] if donor["next_allowed_on"] > now[:10] else []
""",
        """
wanted = {**before["donors"][arguments["donor_id"]], "status": "eligible"}
return result == wanted and after["donors"] == {**before["donors"], arguments["donor_id"]: wanted}
""",
    ),
)
CLOSE = writer(
    "cancel_session",
    "Cancel an open session; everybody who is booked loses the seat.",
    [SESSION],
    "Session",
    "sessions appointments",
    ["The session is cancelled.", "Every booked appointment of the session is cancelled."],
    {"cancelled_already": "The session is cancelled already."},
    (
        """
session = self.find(self.sessions, session_id, "session")
if session.status == "cancelled":
    raise Refusal("cancelled_already", f"{session_id} is cancelled already.")
session.status = "cancelled"
for one in self.appointments.values():
    if one.session_id == session_id and one.status == "booked":
        one.status = "cancelled"
return session
""",
        """
session = before["sessions"].get(arguments["session_id"])
if session is None:
    return ["unknown_session"]
return ["cancelled_already"] if session["status"] == "cancelled" else []
""",
        """
key = arguments["session_id"]
wanted = {**before["sessions"][key], "status": "cancelled"}
seats = {}
for name, one in before["appointments"].items():
    hit = one["session_id"] == key and one["status"] == "booked"
    seats[name] = {**one, "status": "cancelled"} if hit else one
days = after["sessions"] == {**before["sessions"], key: wanted}
return result == wanted and days and after["appointments"] == seats
""",
    ),
    rules=["cancelled_is_empty"],
)

START = {
    "donors": table(
        "id",
        "name blood_type status next_allowed_on",
        """
DON-001 | Iris Jonas | O | eligible | 2026-03-01
DON-002 | Karl Lund | A | eligible | 2026-03-20
DON-003 | Lea Moreno | O | deferred | 2026-03-01
DON-004 | Lena Moreno | B | eligible | 2026-02-10
DON-005 | Nils Ortega | AB | deferred | 2026-05-01
DON-006 | Olga Pereira | O | eligible | 2026-01-15
""",
    ),
    "sessions": table(
        "id",
        "place day seats status",
        """
SES-001 | Town hall | 2026-03-02 | 2 | open
SES-002 | Town hall | 2026-03-03 | 1 | open
SES-003 | Library | 2026-03-24 | 4 | open
SES-004 | School | 2026-03-10 | 3 | cancelled
SES-005 | Library | 2026-02-20 | 3 | open
""",
    ),
    "appointments": table(
        "id",
        "donor_id session_id status",
        """
APP-001 | DON-001 | SES-001 | booked
APP-002 | DON-004 | SES-002 | booked
APP-003 | DON-006 | SES-005 | donated
APP-004 | DON-002 | SES-003 | cancelled
""",
    ),
    "donations": table(
        "id",
        "donor_id appointment_id given_on millilitres",
        """
DNT-001 | DON-006 | APP-003 | 2026-02-20 | 450
""",
    ),
}

FIRST = Situation(
    "2026-03-02T09:00:00Z",
    "A Monday with a session in the town hall, and a full one the day after",
    START,
    (
        Telling(
            "Iris gives, Olga takes a seat",
            "Iris Jonas has just given 450 millilitres at her appointment here, please record it. Olga Pereira "
            "would like to give tomorrow, but that session is full: book her for the next one that is open and has "
            "room after that.",
            {
                "It was 450 millilitres.": "how much Iris gave",
                "Olga Pereira wants tomorrow or, if that is full, the next one with room.": "who else wants what",
            },
            {
                "Iris's donation of 450 ml is recorded": added(
                    "donations",
                    {
                        "donor_id": "DON-001",
                        "appointment_id": "APP-001",
                        "given_on": "2026-03-02",
                        "millilitres": 450,
                    },
                ),
                "Her appointment is donated": becomes("appointments", "APP-001", status="donated"),
                "She may give again on 27 April": becomes("donors", "DON-001", next_allowed_on="2026-04-27"),
                "Olga has a seat at the library on 24 March": added(
                    "appointments", {"donor_id": "DON-006", "session_id": "SES-003", "status": "booked"}
                ),
                "Lena keeps her seat of tomorrow": kept("appointments", "APP-002"),
            },
            (
                ("list_sessions", {"status": "open"}),
                ("record_donation", {"appointment_id": "APP-001", "millilitres": 450}),
                ("book_appointment", {"donor_id": "DON-006", "session_id": "SES-003"}),
            ),
        ),
        Telling(
            "Lena cannot come tomorrow",
            "Lena Moreno cannot come tomorrow and gives her seat back; she would like one at the library session "
            "later this month instead. Her sister Lea was deferred until yesterday: readmit her, and give her the "
            "seat of tomorrow that has become free.",
            {
                "Lena would rather come to the library later this month.": "what Lena wants instead",
                "Lea was deferred until yesterday and takes the seat of tomorrow.": "who takes the free seat",
            },
            {
                "Lena's seat of tomorrow is given back": becomes(
                    "appointments", "APP-002", status="cancelled"
                ),
                "Lea is eligible": becomes("donors", "DON-003", status="eligible"),
                "Lena sits in the library, Lea in the town hall tomorrow": added(
                    "appointments",
                    {"donor_id": "DON-004", "session_id": "SES-003", "status": "booked"},
                    {"donor_id": "DON-003", "session_id": "SES-002", "status": "booked"},
                ),
                "Iris keeps her seat": kept("appointments", "APP-001"),
            },
            (
                ("cancel_appointment", {"appointment_id": "APP-002"}),
                ("book_appointment", {"donor_id": "DON-004", "session_id": "SES-003"}),
                ("readmit_donor", {"donor_id": "DON-003"}),
                ("book_appointment", {"donor_id": "DON-003", "session_id": "SES-002"}),
            ),
        ),
        Telling(
            "The town hall is shut tomorrow",
            "The heating in the town hall has failed, so call off the session of tomorrow there. Whoever was booked "
            "for it gets a seat at the library on 24 March 2026. Today's session goes on as it is.",
            {"They get a seat at the library on 24 March 2026.": "what becomes of those who were booked"},
            {
                "The session of tomorrow is cancelled": becomes("sessions", "SES-002", status="cancelled"),
                "Lena has lost her seat of tomorrow": becomes("appointments", "APP-002", status="cancelled"),
                "Lena has a seat at the library": added(
                    "appointments", {"donor_id": "DON-004", "session_id": "SES-003", "status": "booked"}
                ),
                "Today's session and its seat stay": kept("sessions", "SES-001"),
            },
            (
                ("list_appointments_of_session", {"session_id": "SES-002"}),
                ("cancel_session", {"session_id": "SES-002"}),
                ("book_appointment", {"donor_id": "DON-004", "session_id": "SES-003"}),
            ),
        ),
        Telling(
            "Iris has a cold",
            "Iris Jonas came with a cold and cannot give today: defer her until 16 March 2026. Karl Lund asks for "
            "her seat of today. Should he not be allowed to give that early, book him for the library session of "
            "24 March 2026 instead.",
            {
                "Defer her until 16 March 2026.": "until when",
                "If Karl may not give that early, the library session of 24 March 2026.": "what else Karl would take",
            },
            {
                "Iris is deferred until 16 March": becomes(
                    "donors", "DON-001", status="deferred", next_allowed_on="2026-03-16"
                ),
                "Her seat is given back": becomes("appointments", "APP-001", status="cancelled"),
                "Karl has a seat at the library": added(
                    "appointments", {"donor_id": "DON-002", "session_id": "SES-003", "status": "booked"}
                ),
                "Karl himself stays as he is": kept("donors", "DON-002"),
            },
            (
                ("defer_donor", {"donor_id": "DON-001", "until": "2026-03-16"}),
                ("book_appointment", {"donor_id": "DON-002", "session_id": "SES-001"}),
                ("book_appointment", {"donor_id": "DON-002", "session_id": "SES-003"}),
            ),
        ),
    ),
)
SECOND = Situation(
    "2026-09-14T13:00:00Z",
    "A busy afternoon on the mobile unit, with one seat left",
    {
        "donors": table(
            "id",
            "name blood_type status next_allowed_on",
            """
DON-021 | Rita Sand | O | eligible | 2026-09-01
DON-022 | Sven Tal | A | eligible | 2026-08-11
DON-023 | Tove Ulm | B | eligible | 2026-07-30
DON-024 | Udo Vale | O | deferred | 2026-09-14
""",
        ),
        "sessions": table(
            "id",
            "place day seats status",
            """
SES-021 | Mobile unit | 2026-09-14 | 3 | open
SES-022 | Mobile unit | 2026-09-28 | 2 | open
""",
        ),
        "appointments": table(
            "id",
            "donor_id session_id status",
            """
APP-021 | DON-021 | SES-021 | booked
APP-022 | DON-022 | SES-021 | booked
""",
        ),
        "donations": [],
    },
    (
        Telling(
            "Two give, one is let in",
            "Both who are booked for today have given: Rita Sand 400 millilitres and Sven Tal 350. Udo Vale's "
            "deferral ends today, so readmit him and book him for the next session of the mobile unit in two weeks.",
            {
                "Rita gave 400 millilitres, Sven 350.": "how much each gave",
                "Udo Vale is readmitted and booked in two weeks.": "whether there is anything else",
            },
            {
                "Both donations are recorded": added(
                    "donations",
                    {
                        "donor_id": "DON-021",
                        "appointment_id": "APP-021",
                        "given_on": "2026-09-14",
                        "millilitres": 400,
                    },
                    {
                        "donor_id": "DON-022",
                        "appointment_id": "APP-022",
                        "given_on": "2026-09-14",
                        "millilitres": 350,
                    },
                ),
                "Rita's appointment is donated": becomes("appointments", "APP-021", status="donated"),
                "Sven's appointment is donated": becomes("appointments", "APP-022", status="donated"),
                "Rita may give again on 9 November": becomes(
                    "donors", "DON-021", next_allowed_on="2026-11-09"
                ),
                "Sven may give again on 9 November": becomes(
                    "donors", "DON-022", next_allowed_on="2026-11-09"
                ),
                "Udo is eligible": becomes("donors", "DON-024", status="eligible"),
                "Udo is booked for 28 September": added(
                    "appointments", {"donor_id": "DON-024", "session_id": "SES-022", "status": "booked"}
                ),
                "Tove stays as she is": kept("donors", "DON-023"),
            },
            (
                ("record_donation", {"appointment_id": "APP-021", "millilitres": 400}),
                ("record_donation", {"appointment_id": "APP-022", "millilitres": 350}),
                ("readmit_donor", {"donor_id": "DON-024"}),
                ("book_appointment", {"donor_id": "DON-024", "session_id": "SES-022"}),
            ),
        ),
        Telling(
            "Sven swaps with Tove",
            "Sven Tal has to leave and cannot give today, move him to the session in two weeks. Tove Ulm is here and "
            "takes a seat of today; she has given 300 millilitres already, so record that as well.",
            {
                "Sven comes in two weeks instead.": "what becomes of Sven",
                "Tove Ulm gave 300 millilitres.": "how much Tove gave",
            },
            {
                "Sven's seat of today is given back": becomes("appointments", "APP-022", status="cancelled"),
                "Sven is booked in two weeks, and Tove's seat of today is donated": added(
                    "appointments",
                    {"donor_id": "DON-022", "session_id": "SES-022", "status": "booked"},
                    {"donor_id": "DON-023", "session_id": "SES-021", "status": "donated"},
                ),
                "Tove may give again on 9 November": becomes(
                    "donors", "DON-023", next_allowed_on="2026-11-09"
                ),
                "Tove's 300 ml are recorded": (
                    "goal",
                    "def check(initial, final):\n"
                    "    seats = [key for key, row in final['appointments'].items() if row['donor_id'] == 'DON-023']\n"
                    "    rows = list(final['donations'].values())\n"
                    "    if len(rows) != 1 or len(seats) != 1:\n"
                    "        return False\n"
                    "    wanted = {'donor_id': 'DON-023', 'appointment_id': seats[0], 'given_on': '2026-09-14', 'millilitres': 300}\n"
                    "    return {**rows[0], 'id': ''} == {'id': '', **wanted}\n",
                ),
                "Rita keeps her seat": kept("appointments", "APP-021"),
            },
            (
                ("cancel_appointment", {"appointment_id": "APP-022"}),
                ("book_appointment", {"donor_id": "DON-022", "session_id": "SES-022"}),
                ("book_appointment", {"donor_id": "DON-023", "session_id": "SES-021"}),
            ),
            then=(
                (
                    "record_donation",
                    {"appointment_id": r're:"id":"(APP-[^"]+)","donor_id":"DON-023"', "millilitres": 300},
                ),
            ),
        ),
    ),
)

WORLD = World(
    topic="Blood donation appointments",
    name="blood_donation_appointments",
    state=STATE,
    tools=(
        getter(STATE, "Donor"),
        getter(STATE, "Session"),
        lister(STATE, "Donor", "status"),
        lister(STATE, "Session", "status"),
        lister_of(STATE, "Appointment", "Session"),
        lister_of(STATE, "Appointment", "Donor"),
        BOOK,
        CANCEL,
        RECORD,
        DEFER,
        READMIT,
        CLOSE,
    ),
    invariants={
        "seats_suffice": """
held = [one.session_id for one in self.appointments.values() if one.status == "booked"]
return all(held.count(one.id) <= one.seats for one in self.sessions.values())
""",
        "one_booking": """
held = [one.donor_id for one in self.appointments.values() if one.status == "booked"]
return len(set(held)) == len(held)
""",
        "cancelled_is_empty": """
gone = [one.id for one in self.sessions.values() if one.status == "cancelled"]
return not any(one.session_id in gone for one in self.appointments.values() if one.status == "booked")
""",
        "deferred_wait": """
waiting = [one.id for one in self.donors.values() if one.status == "deferred"]
return not any(one.donor_id in waiting for one in self.appointments.values() if one.status == "booked")
""",
        "given_once": """
given = [one.appointment_id for one in self.donations.values()]
return all(given.count(one.id) == (1 if one.status == "donated" else 0) for one in self.appointments.values())
""",
    },
    guidance=(
        "A seat is moved by giving the old one back and booking a new one.",
        "Do what is asked and nothing beyond it; where a part cannot be done, do what was said for that case.",
        "Tomorrow and in two weeks are counted from today.",
    ),
    start=START,
    proposals={
        "book_appointment": [
            {"donor_id": "DON-006", "session_id": "SES-003"},
            {"donor_id": "DON-002", "session_id": "SES-001"},
            {"donor_id": "DON-006", "session_id": "SES-002"},
        ],
        "cancel_appointment": [{"appointment_id": "APP-001"}, {"appointment_id": "APP-003"}],
        "record_donation": [
            {"appointment_id": "APP-001", "millilitres": 450},
            {"appointment_id": "APP-002", "millilitres": 450},
        ],
        "defer_donor": [{"donor_id": "DON-001", "until": "2026-03-16"}],
        "readmit_donor": [{"donor_id": "DON-003"}, {"donor_id": "DON-005"}],
        "cancel_session": [{"session_id": "SES-002"}, {"session_id": "SES-004"}],
        "get_donor": [{"donor_id": "DON-001"}],
        "get_session": [{"session_id": "SES-001"}],
        "list_appointments_of_session": [{"session_id": "SES-001"}],
        "list_appointments_of_donor": [{"donor_id": "DON-001"}],
    },
    situations=(FIRST, SECOND),
)
