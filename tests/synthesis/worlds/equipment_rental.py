# ruff: noqa: E501
"""Topic of a task: somebody wants to rent fitness equipment for a month."""

from __future__ import annotations

from tests.synthesis import rental
from tests.synthesis.rental import RENTAL, field, reference
from tests.synthesis.worlds.telling import Situation, Telling, added, becomes, kept, table
from tests.synthesis.worlds.world import Code, World, getter, lister, writer

WISH = reference("reservation_id", "Reservation")


def _ready(name: str) -> Code:
    outline = next(one for one in rental.TOOLS["tools"] if one["name"] == name)
    return Code(outline, rental.BODIES[name], *rental.CONTRACTS[name])


EXTEND = writer(
    "extend_rental",
    "Let a running rental end on a later day.",
    [RENTAL, field("due_on", "date")],
    "Rental",
    "rentals",
    ["The rental is due on that day."],
    {
        "already_returned": "The rental was returned before.",
        "overdue": "The rental was due before today.",
        "not_later": "The day is not after the day on which it is due now.",
    },
    (
        """
rental = self.find(self.rentals, rental_id, "rental")
if rental.returned_on is not None:
    raise Refusal("already_returned", f"{rental_id} was returned on {rental.returned_on}.")
if rental.due_on < self.today():
    raise Refusal("overdue", f"{rental_id} was due on {rental.due_on}.")
if due_on <= rental.due_on:
    raise Refusal("not_later", f"{rental_id} is due on {rental.due_on} already.")
rental.due_on = due_on
return rental
""",
        """
rental = before["rentals"].get(arguments["rental_id"])
if rental is None:
    return ["unknown_rental"]
if rental["returned_on"] is not None:
    return ["already_returned"]
if rental["due_on"] < now[:10]:
    return ["overdue"]
return ["not_later"] if arguments["due_on"] <= rental["due_on"] else []
""",
        """
wanted = {**before["rentals"][arguments["rental_id"]], "due_on": arguments["due_on"]}
return result == wanted and after["rentals"] == {**before["rentals"], arguments["rental_id"]: wanted}
""",
    ),
    rules=["due_later"],
)
CANCEL = writer(
    "cancel_reservation",
    "Cancel an open reservation.",
    [WISH],
    "Reservation",
    "reservations",
    ["The reservation is cancelled."],
    {"not_open": "The reservation is not open."},
    (
        """
wish = self.find(self.reservations, reservation_id, "reservation")
if wish.status != "open":
    raise Refusal("not_open", f"{reservation_id} is {wish.status}.")
wish.status = "cancelled"
return wish
""",
        """
wish = before["reservations"].get(arguments["reservation_id"])
if wish is None:
    return ["unknown_reservation"]
return [] if wish["status"] == "open" else ["not_open"]
""",
        """
key = arguments["reservation_id"]
wanted = {**before["reservations"][key], "status": "cancelled"}
return result == wanted and after["reservations"] == {**before["reservations"], key: wanted}
""",
    ),
)

MEMBERS = table("id", "name status most_rentals", """
MEM-001 | Ada Berg | active | 2
MEM-002 | Ben Costa | active | 1
MEM-003 | Cora Diaz | blocked | 2
MEM-004 | Dan Ellis | active | 3
MEM-005 | Dana Ellis | active | 2
""")  # fmt: skip
ARTICLES = table("id", "title daily_cents status", """
ART-001 | Rowing machine | 500 | out
ART-002 | Treadmill | 750 | free
ART-003 | Cross trainer | 1200 | free
ART-004 | Exercise bike | 300 | repair
ART-005 | Weight bench | 900 | out
ART-006 | Folding treadmill | 650 | out
""")  # fmt: skip
RENTALS = table("id", "member_id article_id taken_on due_on returned_on charge_cents", """
REN-001 | MEM-002 | ART-001 | 2026-02-26 | 2026-03-05 | null | null
REN-002 | MEM-001 | ART-005 | 2026-03-01 | 2026-03-03 | null | null
REN-003 | MEM-004 | ART-003 | 2026-02-01 | 2026-02-04 | 2026-02-04 | 3600
REN-004 | MEM-005 | ART-006 | 2026-02-20 | 2026-03-01 | null | null
""")  # fmt: skip
WISHES = table("id", "member_id article_id status", """
RES-001 | MEM-004 | ART-001 | open
RES-002 | MEM-004 | ART-002 | open
RES-003 | MEM-001 | ART-004 | open
RES-004 | MEM-003 | ART-001 | cancelled
RES-005 | MEM-001 | ART-001 | met
RES-006 | MEM-005 | ART-001 | open
""")  # fmt: skip
STATE = {"members": MEMBERS, "articles": ARTICLES, "rentals": RENTALS, "reservations": WISHES}
RUNNING = {"returned_on": None, "charge_cents": None}

FIRST = Situation(
    "2026-03-02T09:00:00Z",
    "A Monday morning, three articles out, one overdue and one in repair",
    STATE,
    (
        Telling(
            "Hand the rowing machine on",
            "Ben Costa is at the desk and brings the rowing machine back today. Dan Ellis has been waiting for "
            "just that machine, so please take it back first and then rent it to Dan until 9 March 2026. Leave "
            "his other wishes as they are.",
            {
                "It is the rowing machine.": "which article it is",
                "Dan Ellis, not Dana, takes it until 9 March 2026.": "who wants it, and how long",
            },
            {
                "Ben's rental is returned today, four days charged": becomes(
                    "rentals", "REN-001", returned_on="2026-03-02", charge_cents=2000
                ),
                "Dan has the rowing machine until 9 March": added(
                    "rentals",
                    {
                        "member_id": "MEM-004",
                        "article_id": "ART-001",
                        "taken_on": "2026-03-02",
                        "due_on": "2026-03-09",
                        **RUNNING,
                    },
                ),
                "Dan's reservation of the rowing machine is met": becomes(
                    "reservations", "RES-001", status="met"
                ),
                "Dan's and Dana's other wishes stay open": kept("reservations", "RES-002", "RES-006"),
            },
            (
                ("list_reservations", {"status": "open"}),
                ("return_article", {"rental_id": "REN-001"}),
                ("rent_article", {"member_id": "MEM-004", "article_id": "ART-001", "due_on": "2026-03-09"}),
            ),
        ),
        Telling(
            "Block Ada and reserve the bike",
            "Ada Berg has damaged things twice. Take back what she has out today, and after that block her. Dan "
            "Ellis would like the exercise bike that is in repair: reserve it for him. Nobody else is to be "
            "touched.",
            {
                "Take back what she has out before you block her.": "what about her rentals",
                "Reserve the exercise bike for Dan Ellis.": "whether there is anything else",
            },
            {
                "Ada's weight bench is back, one day charged": becomes(
                    "rentals", "REN-002", returned_on="2026-03-02", charge_cents=900
                ),
                "The weight bench is free": becomes("articles", "ART-005", status="free"),
                "Ada is blocked": becomes("members", "MEM-001", status="blocked"),
                "Ada's open reservation is cancelled": becomes("reservations", "RES-003", status="cancelled"),
                "Dan has reserved the exercise bike": added(
                    "reservations", {"member_id": "MEM-004", "article_id": "ART-004", "status": "open"}
                ),
                "Dana Ellis and her rental stay as they are": kept("rentals", "REN-004", "REN-001"),
            },
            (
                ("return_article", {"rental_id": "REN-002"}),
                ("block_member", {"member_id": "MEM-001"}),
                ("reserve_article", {"member_id": "MEM-004", "article_id": "ART-004"}),
            ),
        ),
        Telling(
            "A week longer where that is possible",
            "Ben Costa and Dana Ellis both call and would like to keep what they have out until 12 March 2026. "
            "Let it run on wherever that is still possible. Where it is not, because the thing is overdue, take "
            "it as brought back today.",
            {
                "Both would keep it until 12 March 2026.": "until when",
                "What is overdue counts as brought back today.": "what to do where it is not possible",
            },
            {
                "Ben's rental is due on 12 March": becomes("rentals", "REN-001", due_on="2026-03-12"),
                "Dana's rental is returned, ten days charged": becomes(
                    "rentals", "REN-004", returned_on="2026-03-02", charge_cents=6500
                ),
                "The folding treadmill is free": becomes("articles", "ART-006", status="free"),
                "Ada's rental stays as it is": kept("rentals", "REN-002"),
            },
            (
                ("list_rentals", {"member_id": "MEM-005"}),
                ("extend_rental", {"rental_id": "REN-001", "due_on": "2026-03-12"}),
                ("extend_rental", {"rental_id": "REN-004", "due_on": "2026-03-12"}),
                ("return_article", {"rental_id": "REN-004"}),
            ),
        ),
        Telling(
            "Dan changes his mind",
            "Dan Ellis no longer wants the rowing machine, so take that wish off the list. He picks up the "
            "treadmill that he has reserved today and keeps it until 6 March 2026. Besides that he would like to "
            "be put down for the folding treadmill.",
            {
                "He keeps the treadmill until 6 March 2026.": "how long",
                "He also wants to be put down for the folding treadmill.": "whether there is anything else",
            },
            {
                "The wish for the rowing machine is cancelled": becomes(
                    "reservations", "RES-001", status="cancelled"
                ),
                "The wish for the treadmill is met": becomes("reservations", "RES-002", status="met"),
                "The treadmill is out": becomes("articles", "ART-002", status="out"),
                "Dan rents the treadmill until 6 March": added(
                    "rentals",
                    {
                        "member_id": "MEM-004",
                        "article_id": "ART-002",
                        "taken_on": "2026-03-02",
                        "due_on": "2026-03-06",
                        **RUNNING,
                    },
                ),
                "Dan waits for the folding treadmill": added(
                    "reservations", {"member_id": "MEM-004", "article_id": "ART-006", "status": "open"}
                ),
                "Dana's wish for the rowing machine stays": kept("reservations", "RES-006"),
            },
            (
                ("cancel_reservation", {"reservation_id": "RES-001"}),
                ("rent_article", {"member_id": "MEM-004", "article_id": "ART-002", "due_on": "2026-03-06"}),
                ("reserve_article", {"member_id": "MEM-004", "article_id": "ART-006"}),
            ),
        ),
    ),
)
SECOND = Situation(
    "2026-06-12T16:30:00Z",
    "A Friday afternoon before a long weekend, nearly everything is out",
    {
        "members": table(
            "id",
            "name status most_rentals",
            """
MEM-011 | Femi Grant | active | 2
MEM-012 | Gina Holt | active | 1
MEM-013 | Hana Ito | active | 3
MEM-014 | Hanna Ito | blocked | 1
""",
        ),
        "articles": table(
            "id",
            "title daily_cents status",
            """
ART-021 | Spin bike | 800 | out
ART-022 | Kettlebell set | 250 | free
ART-023 | Boxing stand | 400 | out
ART-024 | Climbing rack | 1100 | free
""",
        ),
        "rentals": table(
            "id",
            "member_id article_id taken_on due_on returned_on charge_cents",
            """
REN-031 | MEM-012 | ART-021 | 2026-06-05 | 2026-06-15 | null | null
REN-032 | MEM-011 | ART-023 | 2026-06-12 | 2026-06-19 | null | null
""",
        ),
        "reservations": table(
            "id",
            "member_id article_id status",
            """
RES-041 | MEM-013 | ART-021 | open
RES-042 | MEM-011 | ART-021 | open
RES-043 | MEM-013 | ART-024 | open
""",
        ),
    },
    (
        Telling(
            "Gina swaps the spin bike",
            "Gina Holt brings the spin bike back early and takes the climbing rack instead, until 22 June 2026; "
            "she may have one thing at a time only. Hana Ito no longer needs the rack, so her wish for it can go, "
            "but she still waits for the bike.",
            {
                "She takes the climbing rack until 22 June 2026.": "what she wants instead, and how long",
                "Hana Ito's wish for the rack can go.": "whether somebody waits for the rack",
            },
            {
                "The spin bike is back, seven days charged": becomes(
                    "rentals", "REN-031", returned_on="2026-06-12", charge_cents=5600
                ),
                "The spin bike is free": becomes("articles", "ART-021", status="free"),
                "Gina has the climbing rack until 22 June": added(
                    "rentals",
                    {
                        "member_id": "MEM-012",
                        "article_id": "ART-024",
                        "taken_on": "2026-06-12",
                        "due_on": "2026-06-22",
                        **RUNNING,
                    },
                ),
                "The climbing rack is out": becomes("articles", "ART-024", status="out"),
                "Hana's wish for the rack is cancelled": becomes(
                    "reservations", "RES-043", status="cancelled"
                ),
                "The wishes for the bike stay open": kept("reservations", "RES-041", "RES-042"),
            },
            (
                ("return_article", {"rental_id": "REN-031"}),
                ("cancel_reservation", {"reservation_id": "RES-043"}),
                ("rent_article", {"member_id": "MEM-012", "article_id": "ART-024", "due_on": "2026-06-22"}),
            ),
        ),
        Telling(
            "Femi before the long weekend",
            "Femi Grant would like the boxing stand for longer, until 26 June 2026, and takes the kettlebells for "
            "the same time. Both Ito sisters ask for the boxing stand as well: put down whoever of the two may "
            "still reserve anything.",
            {
                "Both until 26 June 2026.": "how long",
                "The Ito sisters ask for the boxing stand; put down whoever may reserve.": "who else",
            },
            {
                "The boxing stand is due on 26 June": becomes("rentals", "REN-032", due_on="2026-06-26"),
                "Femi has the kettlebells until 26 June": added(
                    "rentals",
                    {
                        "member_id": "MEM-011",
                        "article_id": "ART-022",
                        "taken_on": "2026-06-12",
                        "due_on": "2026-06-26",
                        **RUNNING,
                    },
                ),
                "The kettlebells are out": becomes("articles", "ART-022", status="out"),
                "Only Hana waits for the boxing stand": added(
                    "reservations", {"member_id": "MEM-013", "article_id": "ART-023", "status": "open"}
                ),
                "Femi's own wish stays open": kept("reservations", "RES-042"),
            },
            (
                ("get_member", {"member_id": "MEM-014"}),
                ("extend_rental", {"rental_id": "REN-032", "due_on": "2026-06-26"}),
                ("rent_article", {"member_id": "MEM-011", "article_id": "ART-022", "due_on": "2026-06-26"}),
                ("reserve_article", {"member_id": "MEM-013", "article_id": "ART-023"}),
            ),
        ),
    ),
)

WORLD = World(
    topic="Fitness equipment rental desk",
    name="fitness_equipment_rental_desk",
    state=rental.STATE,
    tools=(
        *map(_ready, [one["name"] for one in rental.TOOLS["tools"]]),
        getter(rental.STATE, "Rental"),
        lister(rental.STATE, "Reservation", "status"),
        EXTEND,
        CANCEL,
    ),
    invariants=rental.INVARIANTS,
    guidance=(
        "Whoever brings an article back is charged on the spot; nobody has to ask for it.",
        "Do what is asked and nothing beyond it; where a part cannot be done, leave that part undone.",
        "When something is to be taken back and handed on, it is taken back first.",
    ),
    start=STATE,
    proposals={
        "get_member": [{"member_id": "MEM-001"}, {"member_id": "MEM-999"}],
        "search_articles": [{"status": "free"}, {}],
        "list_rentals": [{"member_id": "MEM-001"}],
        "get_article": [{"article_id": "ART-001"}],
        "rent_article": [
            {"member_id": "MEM-004", "article_id": "ART-002", "due_on": "2026-03-09"},
            {"member_id": "MEM-003", "article_id": "ART-002", "due_on": "2026-03-09"},
        ],
        "return_article": [{"rental_id": "REN-001"}, {"rental_id": "REN-003"}],
        "reserve_article": [{"member_id": "MEM-002", "article_id": "ART-001"}],
        "block_member": [{"member_id": "MEM-001"}, {"member_id": "MEM-003"}],
        "get_rental": [{"rental_id": "REN-001"}],
        "list_reservations": [{"status": "open"}],
        "extend_rental": [
            {"rental_id": "REN-001", "due_on": "2026-03-08"},
            {"rental_id": "REN-004", "due_on": "2026-03-08"},
        ],
        "cancel_reservation": [{"reservation_id": "RES-001"}, {"reservation_id": "RES-005"}],
    },
    situations=(FIRST, SECOND),
)
