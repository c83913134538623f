"""Hard scenarios: two or more mechanics meet."""

from __future__ import annotations

from .grading import accepted, becomes, call, created, custom, frame, offer, result, untouched
from .tasks import Task

MORE_URGENT = Task(
    id="more-urgent",
    band="hard",
    tags=("conditional", "deadline", "capacity"),
    instruction="""
        Grace Adeyemi's knee has become much worse: from today her knee replacement is P2. If her
        present date is too late for that class, move her to the earliest list that can take her; she
        cannot come before Friday, 6 March 2026. If it is not too late, leave it.
    """,
    oracle=(
        call("move_booking", entry_id="ENT-04", list_id="LST-11"),
        call("change_priority", entry_id="ENT-04", priority="P2"),
    ),
    checks=(
        becomes(
            "entries", "ENT-04", "She is P2, her deadline is 20 March, her place on the list of 16 March.",
            priority="P2", treat_by="2026-03-20", list_id="LST-11",
        ),
    ),
    frame=frame("entries/ENT-04: priority treat_by list_id"),
)  # fmt: skip

DOWN_THE_LINE = Task(
    id="down-the-line",
    band="hard",
    tags=("implied-consequence", "turn", "consent"),
    instruction="""
        The free hour on Tomás Rivera's list of Tuesday, 10 March 2026, is to be filled down the
        waitlist. Fatima Noor has told us that she will decline anything on a Tuesday; everybody else
        who is asked will accept.
    """,
    oracle=(
        call("offer_place", entry_id="ENT-12", list_id="LST-07"),
        call("record_answer", offer_id=result(0), answer="declined"),
        *accepted("ENT-13", "LST-07", 2),
    ),
    checks=(
        created(
            "offers", "Fatima Noor was asked in her turn and declined, the next one accepted.",
            offer("ENT-12", "LST-07", "2026-03-05", "declined"),
            offer("ENT-13", "LST-07", "2026-03-05"),
        ),
        becomes(
            "entries", "ENT-12", "It was her second decline: the entry is closed.",
            declines=2, status="closed", outcome="declined_twice",
        ),
        becomes("entries", "ENT-13", "Jonas Berg, born 1991, is booked.", status="booked", list_id="LST-07"),
        untouched("entries", "ENT-11", "Whose consent ends on 9 March is passed over."),
    ),
    frame=frame("entries/ENT-12: declines status outcome", "entries/ENT-13: status list_id", offers=2),
)  # fmt: skip

OVERDUE_REVIEW = Task(
    id="overdue-review",
    band="hard",
    tags=("aggregate", "implied-consequence", "deadline"),
    instruction="""
        Please review the waitlists: deal with every overdue entry in the way that the policy lays down,
        and file how many entries were transferred in this review.
    """,
    oracle=(
        call("close_entry", entry_id="ENT-37", outcome="transferred"),
        call("close_entry", entry_id="ENT-40", outcome="transferred"),
        call("close_entry", entry_id="ENT-42", outcome="transferred"),
        call("file_report", subject="transferred", about="hospital", figure=3),
    ),
    checks=(
        becomes("entries", "ENT-37", "Overdue since 16 February.", status="closed", outcome="transferred"),
        becomes("entries", "ENT-40", "Overdue since 18 February.", status="closed", outcome="transferred"),
        becomes("entries", "ENT-42", "Overdue since yesterday.", status="closed", outcome="transferred"),
        created(
            "reports", "Three are reported.", {"subject": "transferred", "about": "hospital", "figure": 3}
        ),
        untouched("entries", "ENT-41", "A deadline of today is not overdue."),
    ),
    frame=frame(
        "entries/ENT-37: status outcome",
        "entries/ENT-40: status outcome",
        "entries/ENT-42: status outcome",
        reports=1,
    ),
)  # fmt: skip

SURGEON_AWAY = Task(
    id="surgeon-away",
    band="hard",
    tags=("conditional", "cascade", "postponement", "skills"),
    instruction="""
        Ingrid Halvorsen is called to court on Monday, 9 March 2026, and cannot hold her list. If a
        colleague may take it over as it stands, give it to them. If not, cancel it, and before that
        find another place for anyone on it whom we may not postpone.
    """,
    oracle=(
        call("move_booking", entry_id="ENT-01", list_id="LST-01"),
        call("cancel_list", list_id="LST-06"),
    ),
    checks=(
        becomes("lists", "LST-06", "The list is cancelled.", status="cancelled"),
        becomes("entries", "ENT-01", "Who was postponed before is moved ahead.", list_id="LST-01"),
        becomes(
            "entries", "ENT-02", "Who may be postponed waits again.",
            status="waiting", list_id=None, postponements=1,
        ),
        untouched("lists", "LST-19", "Piotr Nowak keeps his own list of that morning."),
    ),
    frame=frame(
        "lists/LST-06: status", "entries/ENT-01: list_id", "entries/ENT-02: status list_id postponements"
    ),
)  # fmt: skip

_EMERGENCY_ENTRY = """\
def check(initial, final):
    new = [row for key, row in final["entries"].items() if key not in initial["entries"]]
    expected = {
        "patient_id": "PAT-32", "procedure_id": "PRC-10", "priority": "P1",
        "referred_on": "2026-03-02", "treat_by": "2026-03-09", "consent_on": "2026-03-02",
        "declines": 0, "postponements": 0, "status": "booked", "list_id": "LST-02", "outcome": None,
    }
    return len(new) == 1 and new[0] == {"id": new[0]["id"], **expected}
"""

_EMERGENCY_OFFER = """\
def check(initial, final):
    entries = [key for key in final["entries"] if key not in initial["entries"]]
    new = [row for key, row in final["offers"].items() if key not in initial["offers"]]
    said = [[row["entry_id"], row["list_id"], row["answer_by"], row["status"]] for row in new]
    return len(entries) == 1 and said == [[entries[0], "LST-02", "2026-03-03", "accepted"]]
"""

EMERGENCY = Task(
    id="emergency",
    band="hard",
    tags=("capacity", "postponement", "created-rows"),
    instruction="""
        Peter Novak, born 17 May 1970, needs a colon resection, class P1. He is referred today and has
        signed the consent form this morning. Please put him on the waitlist with his consent and offer
        him a place on Amara Okafor's list of 4 March 2026, making room on it as far as it is needed; he
        will accept.
    """,
    oracle=(
        call("add_entry", patient_id="PAT-32", procedure_id="PRC-10", priority="P1"),
        call("record_consent", entry_id=result(0), signed_on="2026-03-02"),
        call("release_booking", entry_id="ENT-19", wish="hospital"),
        call("release_booking", entry_id="ENT-17", wish="hospital"),
        *accepted(result(0), "LST-02", 4),
    ),
    checks=(
        custom("the-entry", "Peter Novak is on the waitlist, consented and booked.", _EMERGENCY_ENTRY),
        custom("the-offer", "His place came by an offer that he accepted.", _EMERGENCY_OFFER),
        becomes(
            "entries", "ENT-19", "Daniel Cohen is postponed and waits again.",
            status="waiting", list_id=None, postponements=1,
        ),
        becomes(
            "entries", "ENT-17", "George Mensah is postponed and waits again.",
            status="waiting", list_id=None, postponements=1,
        ),
        untouched("entries", "ENT-18", "Sofia Almeida, postponed once before, keeps her place."),
    ),
    frame=frame(
        "entries/ENT-17: status list_id postponements",
        "entries/ENT-19: status list_id postponements",
        entries=1,
        offers=1,
    ),
)  # fmt: skip

FILL_TWO_LISTS = Task(
    id="fill-two-lists",
    band="hard",
    tags=("capacity", "turn", "deadline", "long"),
    instruction="""
        Wei Zhang's lists of 6 and 12 March 2026 are not full. Please fill both from the waitlist, as
        far as there is anybody on it who can have a place. Everybody who is asked will accept.
    """,
    oracle=(
        *accepted("ENT-34", "LST-05", 0),
        *accepted("ENT-35", "LST-05", 2),
        *accepted("ENT-36", "LST-09", 4),
        *accepted("ENT-39", "LST-09", 6),
    ),
    checks=(
        created(
            "offers", "Four places were offered and accepted.",
            offer("ENT-34", "LST-05", "2026-03-05"),
            offer("ENT-35", "LST-05", "2026-03-05"),
            offer("ENT-36", "LST-09", "2026-03-05"),
            offer("ENT-39", "LST-09", "2026-03-05"),
        ),
        becomes("entries", "ENT-34", "Elena Petrova is booked.", status="booked", list_id="LST-05"),
        becomes("entries", "ENT-35", "Ruth Abrams is booked.", status="booked", list_id="LST-05"),
        becomes("entries", "ENT-36", "Paul Fischer is booked.", status="booked", list_id="LST-09"),
        becomes("entries", "ENT-39", "Tom Ivers is booked.", status="booked", list_id="LST-09"),
        untouched("entries", "ENT-38", "Who has signed no consent waits."),
    ),
    frame=frame(
        "entries/ENT-34: status list_id",
        "entries/ENT-35: status list_id",
        "entries/ENT-36: status list_id",
        "entries/ENT-39: status list_id",
        offers=4,
    ),
)  # fmt: skip

HARD = (MORE_URGENT, DOWN_THE_LINE, OVERDUE_REVIEW, SURGEON_AWAY, EMERGENCY, FILL_TWO_LISTS)
