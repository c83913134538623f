# ruff: noqa: E501
"""Topic of a task: somebody asks how far an insurance claim has come."""

from __future__ import annotations

from tests.synthesis.rental import Part, field, reference, stored
from tests.synthesis.worlds.telling import Situation, Telling, added, becomes, kept, table
from tests.synthesis.worlds.world import World, getter, lister, lister_of, transition, writer

KINDS = ["car", "home", "health"]
STATE: Part = {
    "entities": [
        {
            "name": "Policy",
            "collection": "policies",
            "prefix": "POL",
            "description": "What somebody is insured for.",
            "fields": [
                stored("holder"),
                stored("kind", "choice", choices=KINDS),
                stored("deductible_cents", "integer", minimum=0),
                stored("limit_cents", "integer", minimum=1),
                stored("status", "choice", choices=["active", "lapsed"]),
            ],
        },
        {
            "name": "Adjuster",
            "collection": "adjusters",
            "prefix": "ADJ",
            "description": "Somebody who looks at claims of one kind.",
            "fields": [
                stored("name"),
                stored("kind", "choice", choices=KINDS),
                stored("most_claims", "integer", minimum=1, maximum=9),
            ],
        },
        {
            "name": "Claim",
            "collection": "claims",
            "prefix": "CLM",
            "description": "Damage that somebody wants to be paid for.",
            "fields": [
                stored("policy_id", "reference", refers_to="Policy"),
                stored("happened_on", "date"),
                stored("amount_cents", "integer", minimum=1),
                stored("adjuster_id", "reference", refers_to="Adjuster", optional=True),
                stored("approved_cents", "integer", optional=True),
                stored("status", "choice", choices=["filed", "review", "approved", "rejected", "paid"]),
            ],
        },
        {
            "name": "Payment",
            "collection": "payments",
            "prefix": "PAY",
            "description": "Money that went out for a claim.",
            "fields": [
                stored("claim_id", "reference", refers_to="Claim"),
                stored("paid_on", "date"),
                stored("cents", "integer", minimum=1),
            ],
        },
    ],
    "rules": [
        {
            "id": "paid_once",
            "text": "A claim has a payment exactly if it is paid, and then only one.",
            "executable": True,
        },
        {
            "id": "within_limit",
            "text": "What is approved for a claim is at most the limit of its policy.",
            "executable": True,
        },
        {
            "id": "adjuster_load",
            "text": "An adjuster has at most as many claims in review as the adjuster takes.",
            "executable": True,
        },
        {"id": "review_has_adjuster", "text": "A claim in review has an adjuster.", "executable": True},
        {
            "id": "approved_has_amount",
            "text": "A claim that is approved or paid has an approved amount.",
            "executable": True,
        },
        {
            "id": "what_is_paid",
            "text": "Approved is the amount of the claim less the deductible of its policy, at most the policy's limit.",
            "executable": False,
        },
    ],
}
POLICY, CLAIM = reference("policy_id", "Policy"), reference("claim_id", "Claim")
ADJUSTER = reference("adjuster_id", "Adjuster")

FILE = writer(
    "file_claim",
    "File a claim on an active policy for damage of today or earlier.",
    [POLICY, field("happened_on", "date"), field("amount_cents", "integer", minimum=1)],
    "Claim",
    "claims",
    ["A filed claim with that day and amount is added."],
    {"policy_lapsed": "The policy is lapsed.", "in_future": "The day is after today."},
    (
        """
policy = self.find(self.policies, policy_id, "policy")
if policy.status == "lapsed":
    raise Refusal("policy_lapsed", f"{policy_id} is lapsed.")
if happened_on > self.today():
    raise Refusal("in_future", f"{happened_on} is after today.")
made = Claim(
    id=self.new_id("CLM"), policy_id=policy_id, happened_on=happened_on, amount_cents=amount_cents,
    adjuster_id=None, approved_cents=None, status="filed",
)
self.claims[made.id] = made
return made
""",
        """
policy = before["policies"].get(arguments["policy_id"])
if policy is None:
    return ["unknown_policy"]
if policy["status"] == "lapsed":
    return ["policy_lapsed"]
return ["in_future"] if arguments["happened_on"] > now[:10] else []
""",
        """
new = [key for key in after["claims"] if key not in before["claims"]]
if len(new) != 1:
    return False
made = {
    "id": new[0], "policy_id": arguments["policy_id"], "happened_on": arguments["happened_on"],
    "amount_cents": arguments["amount_cents"], "adjuster_id": None, "approved_cents": None, "status": "filed",
}
return result == made and after["claims"] == {**before["claims"], new[0]: made}
""",
    ),
    reads="policies",
)
ASSIGN = writer(
    "assign_adjuster",
    "Give a filed claim to an adjuster of its kind; it is in review then.",
    [CLAIM, ADJUSTER],
    "Claim",
    "claims",
    ["The claim has that adjuster and is in review."],
    {
        "not_filed": "The claim is not filed any more.",
        "wrong_kind": "The adjuster looks at claims of another kind.",
        "adjuster_busy": "The adjuster has as many claims in review as the adjuster takes.",
    },
    (
        """
claim = self.find(self.claims, claim_id, "claim")
adjuster = self.find(self.adjusters, adjuster_id, "adjuster")
if claim.status != "filed":
    raise Refusal("not_filed", f"{claim_id} is {claim.status}.")
if self.policies[claim.policy_id].kind != adjuster.kind:
    raise Refusal("wrong_kind", f"{adjuster_id} looks at {adjuster.kind} claims.")
held = [one for one in self.claims.values() if one.adjuster_id == adjuster_id and one.status == "review"]
if len(held) >= adjuster.most_claims:
    raise Refusal("adjuster_busy", f"{adjuster_id} has {len(held)} claims in review.")
claim.adjuster_id = adjuster_id
claim.status = "review"
return claim
""",
        """
claim = before["claims"].get(arguments["claim_id"])
adjuster = before["adjusters"].get(arguments["adjuster_id"])
if claim is None:
    return ["unknown_claim"]
if adjuster is None:
    return ["unknown_adjuster"]
if claim["status"] != "filed":
    return ["not_filed"]
if before["policies"][claim["policy_id"]]["kind"] != adjuster["kind"]:
    return ["wrong_kind"]
held = [one for one in before["claims"].values() if one["status"] == "review"]
held = [one for one in held if one["adjuster_id"] == adjuster["id"]]
return ["adjuster_busy"] if len(held) >= adjuster["most_claims"] else []
""",
        """
key = arguments["claim_id"]
wanted = {**before["claims"][key], "adjuster_id": arguments["adjuster_id"], "status": "review"}
return result == wanted and after["claims"] == {**before["claims"], key: wanted}
""",
    ),
    rules=["adjuster_load", "review_has_adjuster"],
    reads="policies adjusters",
)
APPROVE = writer(
    "approve_claim",
    "Approve a claim in review: its amount less the deductible of its policy, at most the policy's limit.",
    [CLAIM],
    "Claim",
    "claims",
    ["The claim is approved, with what is approved for it."],
    {
        "not_in_review": "The claim is not in review.",
        "below_deductible": "The amount is not above the deductible of the policy.",
    },
    (
        """
claim = self.find(self.claims, claim_id, "claim")
if claim.status != "review":
    raise Refusal("not_in_review", f"{claim_id} is {claim.status}.")
policy = self.policies[claim.policy_id]
if claim.amount_cents <= policy.deductible_cents:
    raise Refusal("below_deductible", f"The deductible of {policy.id} is {policy.deductible_cents}.")
claim.approved_cents = min(claim.amount_cents - policy.deductible_cents, policy.limit_cents)
claim.status = "approved"
return claim
""",
        """
claim = before["claims"].get(arguments["claim_id"])
if claim is None:
    return ["unknown_claim"]
if claim["status"] != "review":
    return ["not_in_review"]
policy = before["policies"][claim["policy_id"]]
return ["below_deductible"] if claim["amount_cents"] <= policy["deductible_cents"] else []
""",
        """
claim = before["claims"][arguments["claim_id"]]
policy = before["policies"][claim["policy_id"]]
cents = min(claim["amount_cents"] - policy["deductible_cents"], policy["limit_cents"])
wanted = {**claim, "approved_cents": cents, "status": "approved"}
return result == wanted and after["claims"] == {**before["claims"], claim["id"]: wanted}
""",
    ),
    rules=["within_limit", "approved_has_amount", "what_is_paid"],
    reads="policies",
)
PAY = writer(
    "pay_claim",
    "Pay what was approved for a claim, today.",
    [CLAIM],
    "Payment",
    "payments claims",
    ["A payment of today over what was approved is added.", "The claim is paid."],
    {"not_approved": "The claim is not approved."},
    (
        """
claim = self.find(self.claims, claim_id, "claim")
if claim.status != "approved" or claim.approved_cents is None:
    raise Refusal("not_approved", f"{claim_id} is {claim.status}.")
made = Payment(id=self.new_id("PAY"), claim_id=claim_id, paid_on=self.today(), cents=claim.approved_cents)
self.payments[made.id] = made
claim.status = "paid"
return made
""",
        """
claim = before["claims"].get(arguments["claim_id"])
if claim is None:
    return ["unknown_claim"]
return [] if claim["status"] == "approved" else ["not_approved"]
""",
        """
claim = before["claims"][arguments["claim_id"]]
new = [key for key in after["payments"] if key not in before["payments"]]
if len(new) != 1:
    return False
made = {"id": new[0], "claim_id": claim["id"], "paid_on": now[:10], "cents": claim["approved_cents"]}
paid = after["claims"] == {**before["claims"], claim["id"]: {**claim, "status": "paid"}}
return result == made and paid and after["payments"] == {**before["payments"], new[0]: made}
""",
    ),
    rules=["paid_once"],
)
LAPSE = writer(
    "lapse_policy",
    "Let an active policy lapse; its claims that are still filed are rejected.",
    [POLICY],
    "Policy",
    "policies claims",
    ["The policy is lapsed.", "Every filed claim on it is rejected."],
    {"policy_lapsed": "The policy is lapsed already."},
    (
        """
policy = self.find(self.policies, policy_id, "policy")
if policy.status == "lapsed":
    raise Refusal("policy_lapsed", f"{policy_id} is lapsed already.")
policy.status = "lapsed"
for one in self.claims.values():
    if one.policy_id == policy_id and one.status == "filed":
        one.status = "rejected"
return policy
""",
        """
policy = before["policies"].get(arguments["policy_id"])
if policy is None:
    return ["unknown_policy"]
return ["policy_lapsed"] if policy["status"] == "lapsed" else []
""",
        """
key = arguments["policy_id"]
wanted = {**before["policies"][key], "status": "lapsed"}
claims = {}
for name, one in before["claims"].items():
    hit = one["policy_id"] == key and one["status"] == "filed"
    claims[name] = {**one, "status": "rejected"} if hit else one
lapsed = after["policies"] == {**before["policies"], key: wanted}
return result == wanted and lapsed and after["claims"] == claims
""",
    ),
)

START = {
    "policies": table(
        "id",
        "holder kind deductible_cents limit_cents status",
        """
POL-001 | Bo Carver | car | 30000 | 1000000 | active
POL-002 | Bo Carver | home | 50000 | 250000 | active
POL-003 | Beth Carver | car | 15000 | 800000 | active
POL-004 | Cleo Dorn | health | 10000 | 500000 | lapsed
POL-005 | Cleo Dorn | home | 20000 | 400000 | active
""",
    ),
    "adjusters": table(
        "id",
        "name kind most_claims",
        """
ADJ-001 | Emil Frost | car | 1
ADJ-002 | Fay Gale | car | 2
ADJ-003 | Gus Hale | home | 3
ADJ-004 | Ines Joy | health | 1
""",
    ),
    "claims": table(
        "id",
        "policy_id happened_on amount_cents adjuster_id approved_cents status",
        """
CLM-001 | POL-001 | 2026-02-11 | 180000 | ADJ-001 | null | review
CLM-002 | POL-003 | 2026-02-20 | 95000 | null | null | filed
CLM-003 | POL-002 | 2026-01-30 | 420000 | ADJ-003 | null | review
CLM-004 | POL-004 | 2025-11-03 | 60000 | ADJ-004 | 50000 | approved
CLM-005 | POL-005 | 2026-02-27 | 15000 | ADJ-003 | null | review
CLM-006 | POL-005 | 2025-12-12 | 90000 | ADJ-003 | 70000 | paid
CLM-007 | POL-002 | 2026-02-28 | 130000 | null | null | filed
""",
    ),
    "payments": table(
        "id",
        "claim_id paid_on cents",
        """
PAY-001 | CLM-006 | 2026-01-15 | 70000
""",
    ),
}

FIRST = Situation(
    "2026-03-02T09:00:00Z",
    "A Monday with a storm behind it, one adjuster already full",
    START,
    (
        Telling(
            "Two Carvers and one car",
            "The photographs in Bo Carver's car claim are fine: approve it and pay it out. Beth Carver's car claim is "
            "still lying about, give it to a car adjuster who had room for it this morning. Bo's other claims wait.",
            {"Beth's goes to a car adjuster who had room this morning.": "who gets Beth's claim"},
            {
                "Bo's car claim is approved with 1,500.00 and paid": becomes(
                    "claims", "CLM-001", approved_cents=150000, status="paid"
                ),
                "1,500.00 are paid for it": added(
                    "payments", {"claim_id": "CLM-001", "paid_on": "2026-03-02", "cents": 150000}
                ),
                "Beth's claim is in review with Fay Gale": becomes(
                    "claims", "CLM-002", adjuster_id="ADJ-002", status="review"
                ),
                "Bo's other claims stay": kept("claims", "CLM-003", "CLM-007"),
            },
            (
                ("list_adjusters", {"kind": "car"}),
                ("assign_adjuster", {"claim_id": "CLM-002", "adjuster_id": "ADJ-002"}),
                ("approve_claim", {"claim_id": "CLM-001"}),
                ("pay_claim", {"claim_id": "CLM-001"}),
            ),
        ),
        Telling(
            "Cleo's two claims",
            "Cleo Dorn's health claim was approved before the policy lapsed, so it is still to be paid. Her home claim "
            "of 27 February 2026 cannot be approved because the damage is below the deductible: try no further and "
            "reject it.",
            {"The home claim of 27 February 2026 is rejected.": "what becomes of the home claim"},
            {
                "The health claim is paid": becomes("claims", "CLM-004", status="paid"),
                "500.00 are paid for it": added(
                    "payments", {"claim_id": "CLM-004", "paid_on": "2026-03-02", "cents": 50000}
                ),
                "The home claim of February is rejected": becomes("claims", "CLM-005", status="rejected"),
                "The home claim of December stays paid": kept("claims", "CLM-006"),
            },
            (
                ("list_claims", {"status": "approved"}),
                ("pay_claim", {"claim_id": "CLM-004"}),
                ("reject_claim", {"claim_id": "CLM-005"}),
            ),
        ),
        Telling(
            "A branch through the roof",
            "A branch went through Cleo Dorn's roof on 1 March 2026, file that on her home policy with 3,200.00 of "
            "damage. Gus Hale gets Bo Carver's home claim that nobody has looked at yet, and Bo's other home claim is "
            "approved, it is not paid before Friday.",
            {
                "3,200.00 of damage on 1 March 2026.": "when, and how much",
                "Bo's other home claim is approved, and not paid before Friday.": "what else",
            },
            {
                "A claim of 3,200.00 is filed on Cleo's home policy": added(
                    "claims",
                    {
                        "policy_id": "POL-005",
                        "happened_on": "2026-03-01",
                        "amount_cents": 320000,
                        "adjuster_id": None,
                        "approved_cents": None,
                        "status": "filed",
                    },
                ),
                "Bo's filed home claim is in review with Gus Hale": becomes(
                    "claims", "CLM-007", adjuster_id="ADJ-003", status="review"
                ),
                "Bo's other home claim is approved up to the limit": becomes(
                    "claims", "CLM-003", approved_cents=250000, status="approved"
                ),
                "Nothing is paid": (
                    "guard",
                    "def check(initial, final):\n    return final['payments'] == initial['payments']\n",
                ),
            },
            (
                ("file_claim", {"policy_id": "POL-005", "happened_on": "2026-03-01", "amount_cents": 320000}),
                ("approve_claim", {"claim_id": "CLM-003"}),
                ("assign_adjuster", {"claim_id": "CLM-007", "adjuster_id": "ADJ-003"}),
            ),
        ),
        Telling(
            "Beth sells her car",
            "Beth Carver has sold her car. Her claim of February is to be looked at all the same, so give it to Fay "
            "Gale before the policy ends, and then let the policy lapse. Bo Carver's policies have nothing to do with "
            "that.",
            {"Her claim goes to Fay Gale before the policy ends.": "what becomes of her claim"},
            {
                "Beth's claim is in review with Fay Gale": becomes(
                    "claims", "CLM-002", adjuster_id="ADJ-002", status="review"
                ),
                "Beth's policy is lapsed": becomes("policies", "POL-003", status="lapsed"),
                "Bo's policies stay": kept("policies", "POL-001", "POL-002"),
            },
            (
                ("assign_adjuster", {"claim_id": "CLM-002", "adjuster_id": "ADJ-002"}),
                ("lapse_policy", {"policy_id": "POL-003"}),
            ),
        ),
    ),
)
SECOND = Situation(
    "2026-11-20T15:00:00Z",
    "A quiet Friday with two health claims and one adjuster for them",
    {
        "policies": table(
            "id",
            "holder kind deductible_cents limit_cents status",
            """
POL-011 | Jana Kirk | health | 5000 | 300000 | active
POL-012 | Kip Lowe | health | 5000 | 300000 | active
POL-013 | Kip Lowe | car | 25000 | 900000 | active
""",
        ),
        "adjusters": table(
            "id",
            "name kind most_claims",
            """
ADJ-011 | Mona Nash | health | 1
ADJ-012 | Ned Orr | car | 1
""",
        ),
        "claims": table(
            "id",
            "policy_id happened_on amount_cents adjuster_id approved_cents status",
            """
CLM-011 | POL-011 | 2026-11-02 | 45000 | ADJ-011 | null | review
CLM-012 | POL-012 | 2026-11-10 | 365000 | null | null | filed
CLM-013 | POL-013 | 2026-11-11 | 70000 | null | null | filed
""",
        ),
        "payments": [],
    },
    (
        Telling(
            "One after the other",
            "Mona Nash takes one claim at a time. Jana Kirk's is in order, approve and pay it; then give her Kip Lowe's "
            "health claim and approve that as well. It is paid next week, not today.",
            {"Kip Lowe's health claim is approved next, and paid next week.": "what comes after Jana's"},
            {
                "Jana's claim is approved with 400.00 and paid": becomes(
                    "claims", "CLM-011", approved_cents=40000, status="paid"
                ),
                "400.00 are paid": added(
                    "payments", {"claim_id": "CLM-011", "paid_on": "2026-11-20", "cents": 40000}
                ),
                "Kip's health claim is approved up to the limit": becomes(
                    "claims", "CLM-012", adjuster_id="ADJ-011", approved_cents=300000, status="approved"
                ),
                "Kip's car claim stays": kept("claims", "CLM-013"),
            },
            (
                ("approve_claim", {"claim_id": "CLM-011"}),
                ("pay_claim", {"claim_id": "CLM-011"}),
                ("assign_adjuster", {"claim_id": "CLM-012", "adjuster_id": "ADJ-011"}),
                ("approve_claim", {"claim_id": "CLM-012"}),
            ),
        ),
        Telling(
            "Kip gives up the car",
            "Kip Lowe gives the car up and wants that policy to end today, the claim on it may fall with it. Jana Kirk's "
            "claim turns out to be a hoax: reject it. Then Mona Nash has room for Kip's health claim, so give it to her.",
            {
                "The claim on the car may fall with the policy.": "what becomes of the car claim",
                "Jana's is rejected, and Mona Nash takes Kip's health claim.": "what else",
            },
            {
                "Kip's car policy is lapsed": becomes("policies", "POL-013", status="lapsed"),
                "The claim on it is rejected": becomes("claims", "CLM-013", status="rejected"),
                "Jana's claim is rejected": becomes("claims", "CLM-011", status="rejected"),
                "Kip's health claim is in review with Mona Nash": becomes(
                    "claims", "CLM-012", adjuster_id="ADJ-011", status="review"
                ),
                "Kip's health policy goes on": kept("policies", "POL-012"),
            },
            (
                ("lapse_policy", {"policy_id": "POL-013"}),
                ("reject_claim", {"claim_id": "CLM-011"}),
                ("assign_adjuster", {"claim_id": "CLM-012", "adjuster_id": "ADJ-011"}),
            ),
        ),
    ),
)

WORLD = World(
    topic="Insurance claims desk",
    name="insurance_claims_desk",
    state=STATE,
    tools=(
        getter(STATE, "Policy"),
        getter(STATE, "Claim"),
        lister(STATE, "Policy", "kind"),
        lister(STATE, "Adjuster", "kind"),
        lister(STATE, "Claim", "status"),
        lister_of(STATE, "Claim", "Policy"),
        FILE,
        ASSIGN,
        APPROVE,
        PAY,
        LAPSE,
        transition(STATE, "Claim", "reject_claim", "review", "rejected", code="not_in_review"),
    ),
    invariants={
        "paid_once": """
paid = [one.claim_id for one in self.payments.values()]
return all(paid.count(one.id) == (1 if one.status == "paid" else 0) for one in self.claims.values())
""",
        "within_limit": """
known = [one for one in self.claims.values() if one.approved_cents is not None]
return all(one.approved_cents <= self.policies[one.policy_id].limit_cents for one in known)
""",
        "adjuster_load": """
held = [one.adjuster_id for one in self.claims.values() if one.status == "review"]
return all(held.count(one.id) <= one.most_claims for one in self.adjusters.values())
""",
        "review_has_adjuster": 'return all(one.adjuster_id is not None for one in self.claims.values() if one.status == "review")',
        "approved_has_amount": """
due = [one for one in self.claims.values() if one.status in ("approved", "paid")]
return all(one.approved_cents is not None for one in due)
""",
    },
    guidance=(
        "Amounts in the tools are cents: 1,500.00 is 150000.",
        "A claim that is rejected keeps its adjuster.",
        "Do what is asked and nothing beyond it.",
    ),
    start=START,
    proposals={
        "file_claim": [
            {"policy_id": "POL-005", "happened_on": "2026-03-01", "amount_cents": 320000},
            {"policy_id": "POL-004", "happened_on": "2026-03-01", "amount_cents": 320000},
        ],
        "assign_adjuster": [
            {"claim_id": "CLM-002", "adjuster_id": "ADJ-002"},
            {"claim_id": "CLM-002", "adjuster_id": "ADJ-001"},
            {"claim_id": "CLM-002", "adjuster_id": "ADJ-003"},
        ],
        "approve_claim": [{"claim_id": "CLM-003"}, {"claim_id": "CLM-005"}],
        "pay_claim": [{"claim_id": "CLM-004"}, {"claim_id": "CLM-001"}],
        "lapse_policy": [{"policy_id": "POL-002"}, {"policy_id": "POL-004"}],
        "reject_claim": [{"claim_id": "CLM-001"}, {"claim_id": "CLM-002"}],
        "get_policy": [{"policy_id": "POL-001"}],
        "get_claim": [{"claim_id": "CLM-001"}],
        "list_claims_of_policy": [{"policy_id": "POL-005"}],
    },
    situations=(FIRST, SECOND),
)
