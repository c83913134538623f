"""Easy scenarios: one thing to do, and a neighbour that looks like it."""

from __future__ import annotations

from .grading import accepted, becomes, call, created, frame, offer, untouched
from .tasks import Task

CONSENT_ON_FILE = Task(
    id="consent-on-file",
    band="easy",
    tags=("same-name",),
    instruction="""
        Jonas Berg, born 3 February 1961, has handed in the consent form for his cataract surgery. He
        signed it on Friday, 27 February 2026. Please put it on file.
    """,
    oracle=(call("record_consent", entry_id="ENT-38", signed_on="2026-02-27"),),
    checks=(
        becomes("entries", "ENT-38", "The consent of 27 February is on file.", consent_on="2026-02-27"),
        untouched("entries", "ENT-13", "The other Jonas Berg's entry is as it was."),
    ),
    frame=frame("entries/ENT-38: consent_on"),
)

NEXT_IN_LINE = Task(
    id="next-in-line",
    band="easy",
    tags=("turn",),
    instruction="""
        There is free time on Amara Okafor's list of Wednesday, 11 March 2026. Please offer it to the
        patient who is next in line. We have her on the phone, and she accepts.
    """,
    oracle=accepted("ENT-22", "LST-08", 0),
    checks=(
        created("offers", "The next in line was asked.", offer("ENT-22", "LST-08", "2026-03-05")),
        becomes("entries", "ENT-22", "Aisha Khan is booked.", status="booked", list_id="LST-08"),
    ),
    frame=frame("entries/ENT-22: status list_id", offers=1),
)

ANOTHER_SURGEON = Task(
    id="another-surgeon",
    band="easy",
    tags=("skills",),
    instruction="""
        Ingrid Halvorsen is away on Monday, 16 March 2026. Her list of that morning is to be held all
        the same: please give it to the colleague who may take it.
    """,
    oracle=(call("reassign_list", list_id="LST-11", surgeon_id="SUR-7"),),
    checks=(
        becomes("lists", "LST-11", "Piotr Nowak has the list of 16 March.", surgeon_id="SUR-7"),
        untouched("entries", "ENT-10", "The patient on the list keeps the place."),
    ),
    frame=frame("lists/LST-11: surgeon_id"),
)

EASY = (CONSENT_ON_FILE, NEXT_IN_LINE, ANOTHER_SURGEON)
