# ruff: noqa: E501
"""Topic of a task: somebody wants to be reminded of the doses of a medicine."""

from __future__ import annotations

from tests.synthesis.rental import Part, field, reference, stored
from tests.synthesis.worlds.telling import Situation, Telling, added, becomes, kept, table
from tests.synthesis.worlds.world import World, getter, lister, lister_of, transition, writer

TIMES = ["morning", "noon", "evening", "night"]
STATE: Part = {
    "entities": [
        {
            "name": "Patient",
            "collection": "patients",
            "prefix": "PAT",
            "description": "Somebody who is reminded.",
            "fields": [stored("name"), stored("status", "choice", choices=["active", "paused"])],
        },
        {
            "name": "Medicine",
            "collection": "medicines",
            "prefix": "MED",
            "description": "What is taken.",
            "fields": [stored("name"), stored("most_per_day", "integer", minimum=1, maximum=4)],
        },
        {
            "name": "Prescription",
            "collection": "prescriptions",
            "prefix": "PRE",
            "description": "A medicine that a patient takes.",
            "fields": [
                stored("patient_id", "reference", refers_to="Patient"),
                stored("medicine_id", "reference", refers_to="Medicine"),
                stored("dose_mg", "integer", minimum=1, maximum=2000),
                stored("until", "date"),
                stored("status", "choice", choices=["running", "stopped"]),
            ],
        },
        {
            "name": "Reminder",
            "collection": "reminders",
            "prefix": "REM",
            "description": "A time of day at which a patient is reminded.",
            "fields": [
                stored("prescription_id", "reference", refers_to="Prescription"),
                stored("at", "choice", choices=TIMES),
                stored("status", "choice", choices=["on", "off"]),
            ],
        },
    ],
    "rules": [
        {
            "id": "once_a_time",
            "text": "A prescription has at most one reminder that is on for a time of day.",
            "executable": True,
        },
        {
            "id": "most_per_day",
            "text": "A prescription has at most as many reminders that are on as its medicine is taken a day.",
            "executable": True,
        },
        {
            "id": "stopped_is_silent",
            "text": "A stopped prescription has no reminder that is on.",
            "executable": True,
        },
        {
            "id": "paused_is_silent",
            "text": "A paused patient has no reminder that is on.",
            "executable": True,
        },
        {
            "id": "one_running",
            "text": "A patient has at most one running prescription of a medicine.",
            "executable": True,
        },
    ],
}
PATIENT, MEDICINE = reference("patient_id", "Patient"), reference("medicine_id", "Medicine")
PRESCRIPTION = reference("prescription_id", "Prescription")

PRESCRIBE = writer(
    "prescribe",
    "Start a prescription of a medicine for an active patient, until a day after today.",
    [PATIENT, MEDICINE, field("dose_mg", "integer", minimum=1, maximum=2000), field("until", "date")],
    "Prescription",
    "prescriptions",
    ["A running prescription with that dose and that day is added."],
    {
        "patient_paused": "The patient is paused.",
        "not_later": "The day is today or earlier.",
        "running_already": "The patient has a running prescription of the medicine.",
    },
    (
        """
patient = self.find(self.patients, patient_id, "patient")
self.find(self.medicines, medicine_id, "medicine")
if patient.status == "paused":
    raise Refusal("patient_paused", f"{patient_id} is paused.")
if until <= self.today():
    raise Refusal("not_later", f"{until} is not after today.")
for one in self.prescriptions.values():
    if (one.patient_id, one.medicine_id, one.status) == (patient_id, medicine_id, "running"):
        raise Refusal("running_already", f"{one.id} is running.")
made = Prescription(
    id=self.new_id("PRE"), patient_id=patient_id, medicine_id=medicine_id, dose_mg=dose_mg, until=until, status="running"
)
self.prescriptions[made.id] = made
return made
""",
        """
patient = before["patients"].get(arguments["patient_id"])
if patient is None:
    return ["unknown_patient"]
if arguments["medicine_id"] not in before["medicines"]:
    return ["unknown_medicine"]
if patient["status"] == "paused":
    return ["patient_paused"]
if arguments["until"] <= now[:10]:
    return ["not_later"]
wanted = (arguments["patient_id"], arguments["medicine_id"], "running")
said = [(one["patient_id"], one["medicine_id"], one["status"]) for one in before["prescriptions"].values()]
return ["running_already"] if wanted in said else []
""",
        """
new = [key for key in after["prescriptions"] if key not in before["prescriptions"]]
if len(new) != 1:
    return False
made = {
    "id": new[0], "patient_id": arguments["patient_id"], "medicine_id": arguments["medicine_id"],
    "dose_mg": arguments["dose_mg"], "until": arguments["until"], "status": "running",
}
return result == made and after["prescriptions"] == {**before["prescriptions"], new[0]: made}
""",
    ),
    rules=["one_running"],
    reads="patients medicines",
)
REMIND = writer(
    "add_reminder",
    "Remind the active patient of a running prescription at one more time of day.",
    [PRESCRIPTION, field("at", "choice", choices=TIMES)],
    "Reminder",
    "reminders",
    ["A reminder for that time that is on is added."],
    {
        "not_running": "The prescription is stopped.",
        "patient_paused": "The patient is paused.",
        "reminded_already": "A reminder of the prescription for that time is on.",
        "too_many": "The prescription has as many reminders that are on as its medicine is taken a day.",
    },
    (
        """
prescription = self.find(self.prescriptions, prescription_id, "prescription")
if prescription.status != "running":
    raise Refusal("not_running", f"{prescription_id} is stopped.")
if self.patients[prescription.patient_id].status == "paused":
    raise Refusal("patient_paused", f"{prescription.patient_id} is paused.")
times = [one.at for one in self.reminders.values() if one.prescription_id == prescription_id and one.status == "on"]
if at in times:
    raise Refusal("reminded_already", f"{prescription_id} has a reminder for the {at}.")
if len(times) >= self.medicines[prescription.medicine_id].most_per_day:
    raise Refusal("too_many", f"{prescription_id} has {len(times)} reminders already.")
made = Reminder(id=self.new_id("REM"), prescription_id=prescription_id, at=at, status="on")
self.reminders[made.id] = made
return made
""",
        """
prescription = before["prescriptions"].get(arguments["prescription_id"])
if prescription is None:
    return ["unknown_prescription"]
if prescription["status"] != "running":
    return ["not_running"]
if before["patients"][prescription["patient_id"]]["status"] == "paused":
    return ["patient_paused"]
on = [one for one in before["reminders"].values() if one["status"] == "on"]
times = [one["at"] for one in on if one["prescription_id"] == prescription["id"]]
if arguments["at"] in times:
    return ["reminded_already"]
most = before["medicines"][prescription["medicine_id"]]["most_per_day"]
return ["too_many"] if len(times) >= most else []
""",
        """
new = [key for key in after["reminders"] if key not in before["reminders"]]
if len(new) != 1:
    return False
made = {"id": new[0], "prescription_id": arguments["prescription_id"], "at": arguments["at"], "status": "on"}
return result == made and after["reminders"] == {**before["reminders"], new[0]: made}
""",
    ),
    rules=["once_a_time", "most_per_day"],
    reads="prescriptions patients medicines",
)
STOP = writer(
    "stop_prescription",
    "Stop a running prescription; nobody is reminded of it any more.",
    [PRESCRIPTION],
    "Prescription",
    "prescriptions reminders",
    ["The prescription is stopped.", "Every reminder of it that is on is off."],
    {"not_running": "The prescription is stopped already."},
    (
        """
prescription = self.find(self.prescriptions, prescription_id, "prescription")
if prescription.status != "running":
    raise Refusal("not_running", f"{prescription_id} is stopped already.")
prescription.status = "stopped"
for one in self.reminders.values():
    if one.prescription_id == prescription_id and one.status == "on":
        one.status = "off"
return prescription
""",
        """
one = before["prescriptions"].get(arguments["prescription_id"])
if one is None:
    return ["unknown_prescription"]
return [] if one["status"] == "running" else ["not_running"]
""",
        """
key = arguments["prescription_id"]
wanted = {**before["prescriptions"][key], "status": "stopped"}
calls = {}
for name, one in before["reminders"].items():
    calls[name] = {**one, "status": "off"} if one["prescription_id"] == key else one
stopped = after["prescriptions"] == {**before["prescriptions"], key: wanted}
return result == wanted and stopped and after["reminders"] == calls
""",
    ),
    rules=["stopped_is_silent"],
)
PAUSE = writer(
    "pause_patient",
    "Pause an active patient; all reminders of the patient are switched off.",
    [PATIENT],
    "Patient",
    "patients reminders",
    ["The patient is paused.", "Every reminder of the patient's prescriptions that is on is off."],
    {"patient_paused": "The patient is paused already."},
    (
        """
patient = self.find(self.patients, patient_id, "patient")
if patient.status == "paused":
    raise Refusal("patient_paused", f"{patient_id} is paused already.")
patient.status = "paused"
for one in self.reminders.values():
    if one.status == "on" and self.prescriptions[one.prescription_id].patient_id == patient_id:
        one.status = "off"
return patient
""",
        """
one = before["patients"].get(arguments["patient_id"])
if one is None:
    return ["unknown_patient"]
return ["patient_paused"] if one["status"] == "paused" else []
""",
        """
key = arguments["patient_id"]
wanted = {**before["patients"][key], "status": "paused"}
calls = {}
for name, one in before["reminders"].items():
    hit = before["prescriptions"][one["prescription_id"]]["patient_id"] == key
    calls[name] = {**one, "status": "off"} if hit else one
paused = after["patients"] == {**before["patients"], key: wanted}
return result == wanted and paused and after["reminders"] == calls
""",
    ),
    rules=["paused_is_silent"],
    reads="prescriptions",
)

START = {
    "patients": table(
        "id",
        "name status",
        """
PAT-001 | Jon Smith | active
PAT-002 | Joan Smith | active
PAT-003 | Vera Wolf | paused
PAT-004 | Will Xander | active
""",
    ),
    "medicines": table(
        "id",
        "name most_per_day",
        """
MED-001 | Lisinopril | 1
MED-002 | Metformin | 3
MED-003 | Ibuprofen | 2
MED-004 | Vitamin D | 1
""",
    ),
    "prescriptions": table(
        "id",
        "patient_id medicine_id dose_mg until status",
        """
PRE-001 | PAT-001 | MED-001 | 10 | 2026-06-30 | running
PRE-002 | PAT-002 | MED-002 | 500 | 2026-04-30 | running
PRE-003 | PAT-002 | MED-003 | 400 | 2026-03-06 | running
PRE-004 | PAT-004 | MED-002 | 850 | 2026-05-31 | running
PRE-005 | PAT-001 | MED-003 | 200 | 2026-02-10 | stopped
PRE-006 | PAT-003 | MED-004 | 25 | 2026-09-30 | running
""",
    ),
    "reminders": table(
        "id",
        "prescription_id at status",
        """
REM-001 | PRE-001 | morning | on
REM-002 | PRE-002 | morning | on
REM-003 | PRE-002 | evening | on
REM-004 | PRE-003 | noon | on
REM-005 | PRE-004 | morning | on
REM-006 | PRE-005 | noon | off
REM-007 | PRE-006 | morning | off
""",
    ),
}

FIRST = Situation(
    "2026-03-02T09:00:00Z",
    "A Monday with two patients called Smith, and one paused",
    START,
    (
        Telling(
            "Joan's painkiller ends",
            "Joan Smith no longer needs the ibuprofen, stop it. Her metformin goes up to three times a day: remind "
            "her of it at noon as well. Jon Smith would rather be reminded of his lisinopril in the evening than in "
            "the morning.",
            {
                "Her metformin is now three times a day, at noon as well.": "what else changes for Joan",
                "Jon wants his lisinopril in the evening.": "what Jon wants",
            },
            {
                "Joan's ibuprofen is stopped": becomes("prescriptions", "PRE-003", status="stopped"),
                "Its reminder is off": becomes("reminders", "REM-004", status="off"),
                "Jon's morning reminder is off": becomes("reminders", "REM-001", status="off"),
                "Joan is reminded at noon, Jon in the evening": added(
                    "reminders",
                    {"prescription_id": "PRE-002", "at": "noon", "status": "on"},
                    {"prescription_id": "PRE-001", "at": "evening", "status": "on"},
                ),
                "Will's reminder stays": kept("reminders", "REM-005", "REM-002", "REM-003"),
            },
            (
                ("list_prescriptions_of_patient", {"patient_id": "PAT-002"}),
                ("stop_prescription", {"prescription_id": "PRE-003"}),
                ("add_reminder", {"prescription_id": "PRE-002", "at": "noon"}),
                ("switch_off_reminder", {"reminder_id": "REM-001"}),
                ("add_reminder", {"prescription_id": "PRE-001", "at": "evening"}),
            ),
        ),
        Telling(
            "Vera is back",
            "Vera Wolf is back from hospital, let her service run again and remind her of the vitamin D in the "
            "evening. She also starts on lisinopril today, 5 milligrams until 30 June 2026; no reminder for that, she "
            "takes it with her husband.",
            {
                "The vitamin D in the evening.": "what she is reminded of",
                "Lisinopril, 5 milligrams until 30 June 2026, without a reminder.": "what is new",
            },
            {
                "Vera is active": becomes("patients", "PAT-003", status="active"),
                "She is reminded of the vitamin D in the evening only": added(
                    "reminders", {"prescription_id": "PRE-006", "at": "evening", "status": "on"}
                ),
                "She takes 5 mg of lisinopril until 30 June": added(
                    "prescriptions",
                    {
                        "patient_id": "PAT-003",
                        "medicine_id": "MED-001",
                        "dose_mg": 5,
                        "until": "2026-06-30",
                        "status": "running",
                    },
                ),
                "Her old morning reminder stays off": kept("reminders", "REM-007"),
            },
            (
                ("resume_patient", {"patient_id": "PAT-003"}),
                ("add_reminder", {"prescription_id": "PRE-006", "at": "evening"}),
                (
                    "prescribe",
                    {"patient_id": "PAT-003", "medicine_id": "MED-001", "dose_mg": 5, "until": "2026-06-30"},
                ),
            ),
        ),
        Telling(
            "Will's dose changes",
            "Will Xander's metformin changes from 850 to 1000 milligrams, until 31 August 2026. A dose is changed by "
            "stopping the old prescription and starting a new one. Afterwards remind him of the new one at noon and "
            "at night.",
            {
                "1000 in place of 850 milligrams, until 31 August 2026.": "the new dose",
                "He is reminded at noon and at night.": "when he is reminded",
            },
            {
                "The old prescription is stopped": becomes("prescriptions", "PRE-004", status="stopped"),
                "Its reminder is off": becomes("reminders", "REM-005", status="off"),
                "He takes 1000 mg until 31 August": added(
                    "prescriptions",
                    {
                        "patient_id": "PAT-004",
                        "medicine_id": "MED-002",
                        "dose_mg": 1000,
                        "until": "2026-08-31",
                        "status": "running",
                    },
                ),
                "He is reminded of it at noon and at night": (
                    "goal",
                    "def check(initial, final):\n"
                    "    made = [key for key in final['prescriptions'] if key not in initial['prescriptions']]\n"
                    "    new = [row for key, row in final['reminders'].items() if key not in initial['reminders']]\n"
                    "    said = sorted((row['prescription_id'], row['at'], row['status']) for row in new)\n"
                    "    return len(made) == 1 and said == [(made[0], 'night', 'on'), (made[0], 'noon', 'on')]\n",
                ),
                "Joan's metformin stays as it is": kept("prescriptions", "PRE-002"),
            },
            (
                ("stop_prescription", {"prescription_id": "PRE-004"}),
                (
                    "prescribe",
                    {
                        "patient_id": "PAT-004",
                        "medicine_id": "MED-002",
                        "dose_mg": 1000,
                        "until": "2026-08-31",
                    },
                ),
            ),
            then=(
                (
                    "add_reminder",
                    {
                        "prescription_id": r're:"id":"(PRE-[^"]+)","patient_id":"PAT-004","medicine_id":"MED-002","dose_mg":1000',
                        "at": "noon",
                    },
                ),
                (
                    "add_reminder",
                    {
                        "prescription_id": r're:"id":"(PRE-[^"]+)","patient_id":"PAT-004","medicine_id":"MED-002","dose_mg":1000',
                        "at": "night",
                    },
                ),
            ),
        ),
        Telling(
            "Joan goes on holiday",
            "Joan Smith is away and does not want to be reminded of anything for now: pause her. Jon Smith needs "
            "ibuprofen again, 400 milligrams until 9 March 2026. Jon's old prescription of it stays stopped.",
            {"400 milligrams of ibuprofen until 9 March 2026.": "what Jon needs"},
            {
                "Joan is paused": becomes("patients", "PAT-002", status="paused"),
                "Her morning reminder is off": becomes("reminders", "REM-002", status="off"),
                "Her evening reminder is off": becomes("reminders", "REM-003", status="off"),
                "Her noon reminder is off": becomes("reminders", "REM-004", status="off"),
                "Jon takes 400 mg of ibuprofen until 9 March": added(
                    "prescriptions",
                    {
                        "patient_id": "PAT-001",
                        "medicine_id": "MED-003",
                        "dose_mg": 400,
                        "until": "2026-03-09",
                        "status": "running",
                    },
                ),
                "Joan's prescriptions go on, Jon's old one does not": kept(
                    "prescriptions", "PRE-002", "PRE-003", "PRE-005"
                ),
            },
            (
                ("pause_patient", {"patient_id": "PAT-002"}),
                (
                    "prescribe",
                    {
                        "patient_id": "PAT-001",
                        "medicine_id": "MED-003",
                        "dose_mg": 400,
                        "until": "2026-03-09",
                    },
                ),
            ),
        ),
    ),
)
SECOND = Situation(
    "2026-10-05T07:30:00Z",
    "An early morning after a change of the medicine list",
    {
        "patients": table(
            "id",
            "name status",
            """
PAT-011 | Yara Zane | active
PAT-012 | Zeno Abel | active
PAT-013 | Anna Beck | paused
""",
        ),
        "medicines": table(
            "id",
            "name most_per_day",
            """
MED-011 | Atorvastatin | 1
MED-012 | Amoxicillin | 3
""",
        ),
        "prescriptions": table(
            "id",
            "patient_id medicine_id dose_mg until status",
            """
PRE-011 | PAT-011 | MED-011 | 20 | 2027-01-31 | running
PRE-012 | PAT-012 | MED-012 | 250 | 2026-10-12 | running
""",
        ),
        "reminders": table(
            "id",
            "prescription_id at status",
            """
REM-011 | PRE-011 | night | on
REM-012 | PRE-012 | morning | on
REM-013 | PRE-012 | noon | on
REM-014 | PRE-012 | night | on
""",
        ),
    },
    (
        Telling(
            "Zeno has finished early",
            "Zeno Abel's infection is gone, so his amoxicillin ends today. Yara Zane has caught it: the same medicine "
            "for her, 500 milligrams until 15 October 2026. Anna Beck comes back to the service today, nothing else "
            "for her.",
            {
                "For Yara 500 milligrams until 15 October 2026.": "what Yara gets",
                "Anna Beck comes back to the service.": "whether there is anything else",
            },
            {
                "Zeno's amoxicillin is stopped": becomes("prescriptions", "PRE-012", status="stopped"),
                "His morning reminder is off": becomes("reminders", "REM-012", status="off"),
                "His noon reminder is off": becomes("reminders", "REM-013", status="off"),
                "His night reminder is off": becomes("reminders", "REM-014", status="off"),
                "Yara takes 500 mg until 15 October": added(
                    "prescriptions",
                    {
                        "patient_id": "PAT-011",
                        "medicine_id": "MED-012",
                        "dose_mg": 500,
                        "until": "2026-10-15",
                        "status": "running",
                    },
                ),
                "Anna is active": becomes("patients", "PAT-013", status="active"),
                "Yara's other reminder stays": kept("reminders", "REM-011"),
            },
            (
                ("stop_prescription", {"prescription_id": "PRE-012"}),
                (
                    "prescribe",
                    {
                        "patient_id": "PAT-011",
                        "medicine_id": "MED-012",
                        "dose_mg": 500,
                        "until": "2026-10-15",
                    },
                ),
                ("resume_patient", {"patient_id": "PAT-013"}),
            ),
        ),
        Telling(
            "Evenings, not nights",
            "Both Yara Zane and Zeno Abel go to bed early now. Whatever they are reminded of at night, remind them of "
            "in the evening instead; a medicine has its limit a day, so switch the old reminder off first.",
            {"Evening in place of night, for both of them.": "what exactly changes"},
            {
                "Yara's night reminder is off": becomes("reminders", "REM-011", status="off"),
                "Zeno's night reminder is off": becomes("reminders", "REM-014", status="off"),
                "Both are reminded in the evening": added(
                    "reminders",
                    {"prescription_id": "PRE-011", "at": "evening", "status": "on"},
                    {"prescription_id": "PRE-012", "at": "evening", "status": "on"},
                ),
                "Zeno's other reminders stay": kept("reminders", "REM-012", "REM-013"),
            },
            (
                ("switch_off_reminder", {"reminder_id": "REM-011"}),
                ("add_reminder", {"prescription_id": "PRE-011", "at": "evening"}),
                ("switch_off_reminder", {"reminder_id": "REM-014"}),
                ("add_reminder", {"prescription_id": "PRE-012", "at": "evening"}),
            ),
        ),
    ),
)

WORLD = World(
    topic="Medication dosage reminders",
    name="medication_dosage_reminders",
    state=STATE,
    tools=(
        getter(STATE, "Patient"),
        getter(STATE, "Medicine"),
        lister(STATE, "Patient", "status"),
        lister(STATE, "Prescription", "status"),
        lister_of(STATE, "Prescription", "Patient"),
        lister_of(STATE, "Reminder", "Prescription"),
        PRESCRIBE,
        REMIND,
        STOP,
        PAUSE,
        transition(STATE, "Patient", "resume_patient", "paused", "active"),
        transition(STATE, "Reminder", "switch_off_reminder", "on", "off"),
    ),
    invariants={
        "once_a_time": """
on = [(one.prescription_id, one.at) for one in self.reminders.values() if one.status == "on"]
return len(set(on)) == len(on)
""",
        "most_per_day": """
on = [one.prescription_id for one in self.reminders.values() if one.status == "on"]
return all(on.count(one.id) <= self.medicines[one.medicine_id].most_per_day for one in self.prescriptions.values())
""",
        "stopped_is_silent": """
on = [one.prescription_id for one in self.reminders.values() if one.status == "on"]
return not any(one.id in on for one in self.prescriptions.values() if one.status == "stopped")
""",
        "paused_is_silent": """
on = [one.prescription_id for one in self.reminders.values() if one.status == "on"]
reminded = [one.patient_id for one in self.prescriptions.values() if one.id in on]
return not any(one.id in reminded for one in self.patients.values() if one.status == "paused")
""",
        "one_running": """
running = [(one.patient_id, one.medicine_id) for one in self.prescriptions.values() if one.status == "running"]
return len(set(running)) == len(running)
""",
    },
    guidance=(
        "A time is changed by switching the old reminder off and adding a new one.",
        "Reminders that were switched off by a pause stay off when the patient comes back; they are added anew where somebody asks for it.",
        "Do what is asked and nothing beyond it.",
    ),
    start=START,
    proposals={
        "prescribe": [
            {"patient_id": "PAT-001", "medicine_id": "MED-004", "dose_mg": 25, "until": "2026-09-30"},
            {"patient_id": "PAT-001", "medicine_id": "MED-001", "dose_mg": 25, "until": "2026-09-30"},
        ],
        "add_reminder": [
            {"prescription_id": "PRE-002", "at": "noon"},
            {"prescription_id": "PRE-001", "at": "evening"},
        ],
        "stop_prescription": [{"prescription_id": "PRE-002"}, {"prescription_id": "PRE-005"}],
        "pause_patient": [{"patient_id": "PAT-002"}, {"patient_id": "PAT-003"}],
        "resume_patient": [{"patient_id": "PAT-003"}],
        "switch_off_reminder": [{"reminder_id": "REM-001"}],
        "get_patient": [{"patient_id": "PAT-001"}],
        "get_medicine": [{"medicine_id": "MED-001"}],
        "list_prescriptions_of_patient": [{"patient_id": "PAT-002"}],
        "list_reminders_of_prescription": [{"prescription_id": "PRE-002"}],
    },
    situations=(FIRST, SECOND),
)
