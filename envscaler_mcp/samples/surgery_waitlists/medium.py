"""Medium scenarios: something follows from what is asked, or part of it must be declined."""

from __future__ import annotations

from .grading import accepted, becomes, call, created, frame, offer, untouched
from .tasks import Task

UNANSWERED_OFFER = Task(
    id="unanswered-offer",
    band="medium",
    tags=("implied-consequence", "turn", "offer"),
    instruction="""
        On Lena Brandt's list of Thursday, 5 March 2026, a place was offered and nobody ever answered.
        Please settle that, and offer a place on the list to whoever is then next in line. That patient
        will say yes.
    """,
    oracle=(
        call("record_answer", offer_id="OFF-01", answer="lapsed"),
        *accepted("ENT-23", "LST-03", 1),
    ),
    checks=(
        becomes("offers", "OFF-01", "The unanswered offer has lapsed.", status="lapsed"),
        becomes(
            "entries", "ENT-21", "It was the second decline: the entry is closed.",
            declines=2, status="closed", list_id=None, outcome="declined_twice",
        ),
        created("offers", "The next in line was asked.", offer("ENT-23", "LST-03", "2026-03-04")),
        becomes("entries", "ENT-23", "Paul Fischer is booked.", status="booked", list_id="LST-03"),
        untouched("entries", "ENT-22", "Who declined this list before is not asked again."),
    ),
    frame=frame(
        "offers/OFF-01: status",
        "entries/ENT-21: declines status list_id outcome",
        "entries/ENT-23: status list_id",
        offers=1,
    ),
)  # fmt: skip

PLACE_GIVEN_UP = Task(
    id="place-given-up",
    band="medium",
    tags=("implied-consequence", "turn"),
    instruction="""
        Hannah Weiss rang: she cannot come for her hernia repair on 11 March 2026 and gives up her
        place. Please take her off the list, and offer a place on that list to whoever is next in line;
        the answer is yes.
    """,
    oracle=(
        call("release_booking", entry_id="ENT-26", wish="patient"),
        *accepted("ENT-22", "LST-08", 1),
    ),
    checks=(
        becomes(
            "entries", "ENT-26", "Giving up the place was the second decline: the entry is closed.",
            declines=2, status="closed", list_id=None, outcome="declined_twice",
        ),
        created("offers", "The next in line was asked.", offer("ENT-22", "LST-08", "2026-03-05")),
        becomes("entries", "ENT-22", "Aisha Khan is booked.", status="booked", list_id="LST-08"),
    ),
    frame=frame(
        "entries/ENT-26: declines status list_id outcome", "entries/ENT-22: status list_id", offers=1
    ),
)  # fmt: skip

THREE_REQUESTS = Task(
    id="three-requests",
    band="medium",
    tags=("partial-refusal", "postponement", "deadline"),
    instruction="""
        Three requests came in this morning. Tom Ivers would like to have his hip replacement on Ingrid
        Halvorsen's list of 16 March 2026 instead of the one of 9 March. Sofia Almeida would like to
        have her hernia repair on Amara Okafor's list of 18 March instead of the one of 4 March. And
        Ruth Abrams would like a place for her cataract surgery on Wei Zhang's list of 12 March. Please
        see to all three.
    """,
    oracle=(
        call("move_booking", entry_id="ENT-02", list_id="LST-11"),
        call("decline_request", entry_id="ENT-18", ground="not_postponable", note="Postponed before."),
        call("decline_request", entry_id="ENT-35", ground="past_deadline", note="Deadline 9 March."),
    ),
    checks=(
        becomes(
            "entries", "ENT-02", "Tom Ivers is moved, which counts as a postponement.",
            list_id="LST-11", postponements=1,
        ),
        created(
            "decisions", "The other two are declined, each on its ground.",
            {"entry_id": "ENT-18", "ground": "not_postponable"},
            {"entry_id": "ENT-35", "ground": "past_deadline"},
        ),
        untouched("entries", "ENT-18", "Sofia Almeida keeps her place."),
        untouched("entries", "ENT-35", "Ruth Abrams waits as before."),
    ),
    frame=frame("entries/ENT-02: list_id postponements", free=("/decisions/*/note",), decisions=2),
)  # fmt: skip

A_FAVOUR = Task(
    id="a-favour",
    band="medium",
    tags=("partial-refusal", "turn"),
    instruction="""
        Ingrid Solberg, whose family knows our director, signed a new consent form for her gallbladder
        removal on Saturday, 28 February 2026; please put it on file. Then offer her the free time on
        Lena Brandt's list of 12 March. She will take it.
    """,
    oracle=(
        call("record_consent", entry_id="ENT-24", signed_on="2026-02-28"),
        call("decline_request", entry_id="ENT-24", ground="out_of_turn", note="Not next in line."),
    ),
    checks=(
        becomes("entries", "ENT-24", "The new consent is on file; she waits.", consent_on="2026-02-28"),
        created("decisions", "The offer is declined.", {"entry_id": "ENT-24", "ground": "out_of_turn"}),
        untouched("entries", "ENT-22", "Who is next in line was not asked for and still waits."),
    ),
    frame=frame("entries/ENT-24: consent_on", free=("/decisions/*/note",), decisions=1),
)

CONSENT_WITHDRAWN = Task(
    id="consent-withdrawn",
    band="medium",
    tags=("cascade", "consent", "turn"),
    instruction="""
        Tom Ivers has withdrawn his consent to the hip replacement. He wants to think it over and stays
        on the waitlist. Please note that, and offer a place on the list that he was booked on to
        whoever is next in line, who accepts.
    """,
    oracle=(
        call("withdraw_consent", entry_id="ENT-02"),
        *accepted("ENT-15", "LST-06", 1),
    ),
    checks=(
        becomes(
            "entries", "ENT-02", "Without consent the place is lost, without decline or postponement.",
            consent_on=None, status="waiting", list_id=None,
        ),
        created("offers", "The next in line was asked.", offer("ENT-15", "LST-06", "2026-03-05")),
        becomes("entries", "ENT-15", "Viktor Hansen is booked.", status="booked", list_id="LST-06"),
        untouched("entries", "ENT-39", "His consent to the cataract surgery stands."),
    ),
    frame=frame("entries/ENT-02: consent_on status list_id", "entries/ENT-15: status list_id", offers=1),
)  # fmt: skip

TWO_FIGURES = Task(
    id="two-figures",
    band="medium",
    tags=("aggregate",),
    instruction="""
        For the planning meeting, please file two figures: how many minutes of theatre time the waiting
        gallbladder removals need, and how many free minutes Amara Okafor has on her lists.
    """,
    oracle=(
        call("file_report", subject="waiting_minutes", about="PRC-09", figure=285),
        call("file_report", subject="free_minutes", about="SUR-3", figure=470),
    ),
    checks=(
        created(
            "reports", "Three waiting cases of 95 minutes each; 470 free minutes on four lists.",
            {"subject": "waiting_minutes", "about": "PRC-09", "figure": 285},
            {"subject": "free_minutes", "about": "SUR-3", "figure": 470},
        ),
    ),
    frame=frame(reports=2),
)  # fmt: skip

MEDIUM = (UNANSWERED_OFFER, PLACE_GIVEN_UP, THREE_REQUESTS, A_FAVOUR, CONSENT_WITHDRAWN, TWO_FIGURES)
