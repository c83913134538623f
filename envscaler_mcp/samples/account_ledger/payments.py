"""Scenarios in which money moves, or is kept from moving twice."""

from __future__ import annotations

from envscaler_mcp.spec.scenario import Frame, Grading, Scenario

from .task import balances, call, fields, goal, guard, result, task


def approve_and_settle() -> tuple[Scenario, Grading]:
    """Two payments look alike; only one of them is meant."""
    return task(
        2,
        "easy",
        "payment lookup",
        """Lucia Ferri has looked at the payment "Freight Malmö" that Jonas Weber asked for, and agrees to
        it. Please have it approved and paid today.""",
        checks=(
            goal("paid", "Jonas Weber's payment is approved by Lucia Ferri and settled today.", """
                def check(initial, final):
                    paid = {"status": "settled", "approvals": ["CL-08"], "value_date": "2026-04-02"}
                    return became(initial, final, "transfers", {"TR-0120": paid}, [])
            """),
            goal("booked", "4,200.00 went from Bergmann to Lindqvist, and nothing else happened.", """
                def check(initial, final):
                    balances = moved(initial, {"AC-1001": -420000, "AC-1018": 420000})
                    entries = posted("TR-0120", "AC-1001", "AC-1018", 420000, "2026-04-02")
                    return (
                        became(initial, final, "accounts", balances, [])
                        and became(initial, final, "entries", {}, entries)
                        and untouched(initial, final, "clerks holds days reports decisions")
                    )
            """),
            guard("namesake_waits", "The payment that Jonas Webber asked for still waits.", """
                def check(initial, final):
                    return final["transfers"].get("TR-0121") == initial["transfers"]["TR-0121"]
            """),
        ),
        frame=Frame(
            changed=(
                *fields("/transfers/TR-0120", "status approvals value_date"),
                *balances("AC-1001", "AC-1018"),
            ),
            created={"entries": 2},
        ),
        oracle=(
            call("search_transfers", reference="Freight Malmö"),
            call("list_clerks"),
            call("approve_transfer", transfer_id="TR-0120", clerk_id="CL-08"),
            call("settle_transfer", transfer_id="TR-0120"),
        ),
    )  # fmt: skip


def reject_the_double() -> tuple[Scenario, Grading]:
    """The other one of the two was entered by mistake."""
    return task(
        3,
        "easy",
        "payment lookup",
        """Jonas Webber has seen that his request for "Freight Malmö" repeats the one of Jonas Weber. He
        takes his own back; the other one stays as it is.""",
        checks=(
            goal("rejected", "Jonas Webber's request is rejected by himself, and nothing else happened.", """
                def check(initial, final):
                    rejected = {"status": "rejected", "rejected_by": "CL-05"}
                    others = "clerks accounts entries holds days reports decisions"
                    return became(initial, final, "transfers", {"TR-0121": rejected}, []) and untouched(
                        initial, final, others
                    )
            """),
            guard("namesake_waits", "The payment that Jonas Weber asked for still waits.", """
                def check(initial, final):
                    return final["transfers"].get("TR-0120") == initial["transfers"]["TR-0120"]
            """),
        ),
        frame=Frame(changed=fields("/transfers/TR-0121", "status rejected_by")),
        oracle=(
            call("search_transfers", reference="Freight Malmö"),
            call("list_clerks"),
            call("reject_transfer", transfer_id="TR-0121", clerk_id="CL-05"),
        ),
    )  # fmt: skip


def take_back_the_difference() -> tuple[Scenario, Grading]:
    """A part is reversed; how much has to be worked out."""
    return task(
        5,
        "medium",
        "reversal computed",
        """On 1 April 2026 Bergmann Logistik GmbH paid invoice 5533 to Ulmer Werkzeugbau with 3,255.00, but
        the invoice was for 3,082.50 only. Amara Diallo asks for the difference back and Lucia Ferri
        agrees. The money should be back on the account today.""",
        checks=(
            goal("taken_back", "172.50 of that payment is taken back, with Lucia Ferri's approval.", """
                def check(initial, final):
                    reversal = {
                        "source_id": "AC-1025", "target_id": "AC-1001", "amount": 17250,
                        "reference": "Invoice 5533", "requested_by": "CL-03", "requested_on": "2026-04-02",
                        "approvals": ["CL-08"], "status": "settled", "value_date": "2026-04-02",
                        "rejected_by": None, "reverses": "TR-0113",
                    }
                    changes = {"TR-0113": {"status": "reversed"}}
                    return became(initial, final, "transfers", changes, [reversal])
            """),
            goal("booked", "172.50 went back from Ulmer to Bergmann, and nothing else happened.", """
                def check(initial, final):
                    made = [row["id"] for row in created(initial, final, "transfers")]
                    balances = moved(initial, {"AC-1025": -17250, "AC-1001": 17250})
                    entries = posted(made[0] if made else None, "AC-1025", "AC-1001", 17250, "2026-04-02")
                    return (
                        became(initial, final, "accounts", balances, [])
                        and became(initial, final, "entries", {}, entries)
                        and untouched(initial, final, "clerks holds days reports decisions")
                    )
            """),
            guard("namesake_keeps", "The same invoice, paid by Bergman Logistics Ltd, stays paid.", """
                def check(initial, final):
                    return is_like(final["transfers"].get("TR-0114", {}), {"status": "settled"})
            """),
        ),
        frame=Frame(
            changed=("/transfers/TR-0113/status", *balances("AC-1001", "AC-1025")),
            created={"transfers": 1, "entries": 2},
        ),
        oracle=(
            call("search_transfers", reference="Invoice 5533"),
            call("search_accounts", holder="Bergmann"),
            call("list_clerks"),
            call("reverse_transfer", transfer_id="TR-0113", amount=17250, clerk_id="CL-03"),
            call("approve_transfer", transfer_id=result(3), clerk_id="CL-08"),
            call("settle_transfer", transfer_id=result(3)),
        ),
    )  # fmt: skip


def release_if_needed() -> tuple[Scenario, Grading]:
    """Holds decide whether a condition applies, and which of them ends soonest."""
    return task(
        8,
        "medium",
        "payment conditional",
        """Jonas Weber asks for 7,500.00 from the operating account of Nordwind Energie eG to its grid fee
        account, reference "Grid fee March"; Amara Diallo agrees, and it is to be paid today. If the
        account has not enough available for that, Jonas Webber first releases the hold on it that ends
        soonest; otherwise the holds stay.""",
        checks=(
            goal("released", "Jonas Webber released the deposit hold that ends soonest, and no other.", """
                def check(initial, final):
                    released = {"status": "released", "released_by": "CL-05"}
                    return became(initial, final, "holds", {"HD-01": released}, [])
            """),
            goal("paid", "The payment is requested by Jonas Weber, approved by Amara Diallo and settled.", """
                def check(initial, final):
                    payment = {
                        "source_id": "AC-1010", "target_id": "AC-1011", "amount": 750000,
                        "reference": "Grid fee March", "requested_by": "CL-04", "requested_on": "2026-04-02",
                        "approvals": ["CL-03"], "status": "settled", "value_date": "2026-04-02",
                        "rejected_by": None, "reverses": None,
                    }
                    return became(initial, final, "transfers", {}, [payment])
            """),
            goal("booked", "7,500.00 went from one account to the other, and nothing else happened.", """
                def check(initial, final):
                    made = [row["id"] for row in created(initial, final, "transfers")]
                    balances = moved(initial, {"AC-1010": -750000, "AC-1011": 750000})
                    entries = posted(made[0] if made else None, "AC-1010", "AC-1011", 750000, "2026-04-02")
                    return (
                        became(initial, final, "accounts", balances, [])
                        and became(initial, final, "entries", {}, entries)
                        and untouched(initial, final, "clerks days reports decisions")
                    )
            """),
            guard("dispute_held", "The dispute hold on the account stays.", """
                def check(initial, final):
                    return is_like(final["holds"].get("HD-02", {}), {"status": "active"})
            """),
        ),
        frame=Frame(
            changed=(*fields("/holds/HD-01", "status released_by"), *balances("AC-1010", "AC-1011")),
            created={"transfers": 1, "entries": 2},
        ),
        oracle=(
            call("search_accounts", holder="Nordwind"),
            call("get_standing", account_id="AC-1010"),
            call("list_clerks"),
            call("release_hold", hold_id="HD-01", clerk_id="CL-05"),
            call(
                "request_transfer", source_id="AC-1010", target_id="AC-1011", amount=750_000,
                reference="Grid fee March", clerk_id="CL-04",
            ),
            call("approve_transfer", transfer_id=result(4), clerk_id="CL-03"),
            call("settle_transfer", transfer_id=result(4)),
        ),
    )  # fmt: skip


def sweep_the_shops() -> tuple[Scenario, Grading]:
    """What is available, and not the balance, decides how much each shop gives."""
    return task(
        15,
        "hard",
        "payment aggregate computed",
        """Jonas Weber sweeps the shop accounts of Okafor Foods Ltd: from each of them, what is available
        above 5,000.00 goes to the treasury account, reference "Sweep April". Amara Diallo agrees; settle
        it today.""",
        checks=(
            goal("swept", "Leipzig gives 1,560.00 and Bremen 2,053.00; Hamburg has nothing to give.", """
                def check(initial, final):
                    swept = {
                        "target_id": "AC-1016", "reference": "Sweep April", "requested_by": "CL-04",
                        "requested_on": "2026-04-02", "approvals": ["CL-03"], "status": "settled",
                        "value_date": "2026-04-02", "rejected_by": None, "reverses": None,
                    }
                    leipzig = {**swept, "source_id": "AC-1013", "amount": 156000}
                    bremen = {**swept, "source_id": "AC-1015", "amount": 205300}
                    return became(initial, final, "transfers", {}, [leipzig, bremen])
            """),
            goal("booked", "3,613.00 came to the treasury, and nothing else happened.", """
                def check(initial, final):
                    made = {row["source_id"]: row["id"] for row in created(initial, final, "transfers")}
                    balances = moved(initial, {"AC-1013": -156000, "AC-1015": -205300, "AC-1016": 361300})
                    leipzig = posted(made.get("AC-1013"), "AC-1013", "AC-1016", 156000, "2026-04-02")
                    bremen = posted(made.get("AC-1015"), "AC-1015", "AC-1016", 205300, "2026-04-02")
                    return (
                        became(initial, final, "accounts", balances, [])
                        and became(initial, final, "entries", {}, leipzig + bremen)
                        and untouched(initial, final, "clerks holds days reports decisions")
                    )
            """),
            guard("hamburg_keeps", "Hamburg keeps its money.", """
                def check(initial, final):
                    return final["accounts"].get("AC-1014") == initial["accounts"]["AC-1014"]
            """),
        ),
        frame=Frame(
            changed=balances("AC-1013", "AC-1015", "AC-1016"),
            created={"transfers": 2, "entries": 4},
        ),
        oracle=(
            call("search_accounts", holder="Okafor"),
            call("get_standing", account_id="AC-1013"),
            call("get_standing", account_id="AC-1014"),
            call("get_standing", account_id="AC-1015"),
            call("list_clerks"),
            call(
                "request_transfer", source_id="AC-1013", target_id="AC-1016", amount=156_000,
                reference="Sweep April", clerk_id="CL-04",
            ),
            call("approve_transfer", transfer_id=result(5), clerk_id="CL-03"),
            call("settle_transfer", transfer_id=result(5)),
            call(
                "request_transfer", source_id="AC-1015", target_id="AC-1016", amount=205_300,
                reference="Sweep April", clerk_id="CL-04",
            ),
            call("approve_transfer", transfer_id=result(8), clerk_id="CL-03"),
            call("settle_transfer", transfer_id=result(8)),
        ),
    )  # fmt: skip


def make_room_for_the_winch() -> tuple[Scenario, Grading]:
    """What went out earlier today counts, too."""
    return task(
        16,
        "hard",
        "limit payment computed",
        """The "Winch" that Lindqvist Marine AB buys from Ulmer Werkzeugbau has to be paid today, but the
        daily limit of the account is too low for it. Ingrid Solheim sets the limit to exactly what has to
        go out of the account today, the winch included. She and Lucia Ferri agree to the payment; have it
        settled.""",
        checks=(
            goal("limit_set", "Ingrid Solheim set the limit to 16,100.00.", """
                def check(initial, final):
                    limit = {"daily_limit": 1610000, "limit_set_by": "CL-01"}
                    return is_like(final["accounts"].get("AC-1018", {}), limit)
            """),
            goal("paid", "The winch is approved by both and settled today; no other transfer changed.", """
                def check(initial, final):
                    paid = {"status": "settled", "approvals": ["CL-01", "CL-08"], "value_date": "2026-04-02"}
                    return became(initial, final, "transfers", {"TR-0130": paid}, [])
            """),
            goal("booked", "14,000.00 went from Lindqvist to Ulmer, and nothing else happened.", """
                def check(initial, final):
                    changes = moved(initial, {"AC-1018": -1400000, "AC-1025": 1400000})
                    payer = {**changes["AC-1018"], "daily_limit": 1610000, "limit_set_by": "CL-01"}
                    entries = posted("TR-0130", "AC-1018", "AC-1025", 1400000, "2026-04-02")
                    return (
                        became(initial, final, "accounts", {**changes, "AC-1018": payer}, [])
                        and became(initial, final, "entries", {}, entries)
                        and untouched(initial, final, "clerks holds days reports decisions")
                    )
            """),
            guard("dollars_keep", "The limit of the dollar account stays.", """
                def check(initial, final):
                    return final["accounts"].get("AC-1019") == initial["accounts"]["AC-1019"]
            """),
        ),
        frame=Frame(
            changed=(
                *fields("/accounts/AC-1018", "daily_limit limit_set_by balance"),
                *balances("AC-1025"),
                *fields("/transfers/TR-0130", "status approvals value_date"),
            ),
            created={"entries": 2},
        ),
        oracle=(
            call("search_transfers", reference="Winch"),
            call("search_transfers", account_id="AC-1018"),
            call("get_standing", account_id="AC-1018"),
            call("list_clerks"),
            call("set_daily_limit", account_id="AC-1018", amount=1_610_000, clerk_id="CL-01"),
            call("approve_transfer", transfer_id="TR-0130", clerk_id="CL-01"),
            call("approve_transfer", transfer_id="TR-0130", clerk_id="CL-08"),
            call("settle_transfer", transfer_id="TR-0130"),
        ),
    )  # fmt: skip
