"""Scenarios about what keeps money where it is (holds, freezes, the calendar), and a figure to report."""

from __future__ import annotations

from envscaler_mcp.spec.scenario import Frame, Grading, Scenario

from .task import AFTER_CUTOFF, balances, call, fields, goal, guard, task


def hold_a_disputed_amount() -> tuple[Scenario, Grading]:
    """One step, if the right account is found."""
    return task(
        1,
        "easy",
        "hold lookup",
        """Priya Raman needs a dispute hold of 1,250.00 on the payroll account of Bergmann Logistik GmbH. It
        lasts up to and including 9 April 2026.""",
        checks=(
            goal("held", "The hold is on the account, and nothing else happened.", """
                def check(initial, final):
                    hold = {
                        "account_id": "AC-1002", "kind": "dispute", "amount": 125000,
                        "expires_on": "2026-04-09", "placed_by": "CL-06", "status": "active",
                        "released_by": None,
                    }
                    others = "clerks accounts transfers entries days reports decisions"
                    return became(initial, final, "holds", {}, [hold]) and untouched(initial, final, others)
            """),
            guard("namesake_free", "Nothing is held on the accounts of Bergman Logistics Ltd.", """
                def check(initial, final):
                    return not any(row["account_id"] == "AC-1003" for row in final["holds"].values())
            """),
        ),
        frame=Frame(created={"holds": 1}),
        oracle=(
            call("search_accounts", holder="Bergmann"),
            call("list_clerks"),
            call(
                "place_hold", account_id="AC-1002", kind="dispute", amount=125_000, expires_on="2026-04-09",
                clerk_id="CL-06",
            ),
        ),
    )  # fmt: skip


def count_for_the_audit() -> tuple[Scenario, Grading]:
    """Value dates count, not the days of the requests, and only what went to somebody else."""
    return task(
        4,
        "medium",
        "report aggregate",
        """For the audit of Bergmann Logistik GmbH: how many payments with a value date from 27 March to 1
        April 2026 have been settled from its accounts to other holders, and how much are they together?
        File one report on all of its accounts.""",
        checks=(
            goal("reported", "Four payments, 25,385.00 together, on both accounts; nothing else.", """
                def check(initial, final):
                    report = {"account_ids": ["AC-1001", "AC-1002"], "count": 4, "total": 2538500}
                    return became(initial, final, "reports", {}, [report]) and untouched(
                        initial, final, "clerks accounts transfers entries holds days decisions"
                    )
            """),
        ),
        frame=Frame(created={"reports": 1}, free=("/reports/*/title",)),
        oracle=(
            call("search_accounts", holder="Bergmann"),
            call("search_transfers", account_id="AC-1001"),
            call("search_transfers", account_id="AC-1002"),
            call(
                "file_report", title="Payments to other holders, 27 March to 1 April 2026",
                account_ids=["AC-1001", "AC-1002"], count=4, total=2_538_500,
            ),
        ),
    )  # fmt: skip


def freeze_a_holder() -> tuple[Scenario, Grading]:
    """A freeze reaches the transfers that are on their way."""
    return task(
        6,
        "medium",
        "freeze cascade",
        """A court has seized everything that Castellan Trading AG has with us. Marek Novak orders every
        account of this holder frozen at once. Nothing else is to be done about it.""",
        checks=(
            goal("frozen", "The three accounts are frozen by Marek Novak, and no others.", """
                def check(initial, final):
                    frozen = {"frozen_by": "CL-02"}
                    accounts = {"AC-1004": frozen, "AC-1005": frozen, "AC-1006": frozen}
                    return became(initial, final, "accounts", accounts, [])
            """),
            goal("suspended", "Their unfinished transfers are suspended and lost their approvals.", """
                def check(initial, final):
                    suspended = {"status": "suspended", "approvals": [], "value_date": None}
                    unfinished = ["TR-0122", "TR-0123", "TR-0124", "TR-0125", "TR-0126"]
                    changes = {key: suspended for key in unfinished}
                    return became(initial, final, "transfers", changes, []) and untouched(
                        initial, final, "clerks entries holds days reports decisions"
                    )
            """),
            guard("namesake_free", "The account of Castellan Textiles SA is not frozen.", """
                def check(initial, final):
                    return is_like(final["accounts"].get("AC-1007", {}), {"frozen_by": None})
            """),
        ),
        frame=Frame(
            changed=(
                "/accounts/AC-1004/frozen_by",
                "/accounts/AC-1005/frozen_by",
                "/accounts/AC-1006/frozen_by",
                "/transfers/TR-0122/status",
                "/transfers/TR-0123/status",
                "/transfers/TR-0124/status",
                *fields("/transfers/TR-0125", "status approvals value_date"),
                *fields("/transfers/TR-0126", "status approvals"),
            )
        ),
        oracle=(
            call("search_accounts", holder="Castellan"),
            call("list_clerks"),
            call("freeze_account", account_id="AC-1004", clerk_id="CL-02"),
            call("freeze_account", account_id="AC-1005", clerk_id="CL-02"),
            call("freeze_account", account_id="AC-1006", clerk_id="CL-02"),
        ),
    )  # fmt: skip


def thaw_and_pay() -> tuple[Scenario, Grading]:
    """Who froze an account may not unfreeze it, and what was suspended needs its approvals anew."""
    return task(
        12,
        "hard",
        "freeze payment implied-consequence",
        """Compliance has cleared the client money account of Harrow & Finch LLP. Ingrid Solheim and Marek
        Novak stand ready for whatever takes one of them or both: have the freeze lifted and "Settlement
        Doyle" paid today. The search fees stay unapproved.""",
        checks=(
            goal("thawed", "Marek Novak, and not Ingrid Solheim who froze it, lifted the freeze.", """
                def check(initial, final):
                    return is_like(final["accounts"].get("AC-1008", {}), {"frozen_by": None})
            """),
            goal("paid", "The settlement is approved by both and settled; the search fees are pending.", """
                def check(initial, final):
                    paid = {"status": "settled", "approvals": ["CL-01", "CL-02"], "value_date": "2026-04-02"}
                    changes = {"TR-0127": paid, "TR-0128": {"status": "pending"}}
                    return became(initial, final, "transfers", changes, [])
            """),
            goal("booked", "12,500.00 went from Harrow & Finch to Tollgate, and nothing else happened.", """
                def check(initial, final):
                    changes = moved(initial, {"AC-1008": -1250000, "AC-1024": 1250000})
                    payer = {**changes["AC-1008"], "frozen_by": None}
                    entries = posted("TR-0127", "AC-1008", "AC-1024", 1250000, "2026-04-02")
                    return (
                        became(initial, final, "accounts", {**changes, "AC-1008": payer}, [])
                        and became(initial, final, "entries", {}, entries)
                        and untouched(initial, final, "clerks holds days reports decisions")
                    )
            """),
            guard("fees_unapproved", "Nobody approved the search fees.", """
                def check(initial, final):
                    return is_like(final["transfers"].get("TR-0128", {}), {"approvals": []})
            """),
        ),
        frame=Frame(
            changed=(
                *fields("/accounts/AC-1008", "frozen_by balance"),
                *balances("AC-1024"),
                *fields("/transfers/TR-0127", "status approvals value_date"),
                "/transfers/TR-0128/status",
            ),
            created={"entries": 2},
        ),
        oracle=(
            call("search_accounts", holder="Harrow"),
            call("search_transfers", account_id="AC-1008"),
            call("list_clerks"),
            call("unfreeze_account", account_id="AC-1008", clerk_id="CL-02"),
            call("approve_transfer", transfer_id="TR-0127", clerk_id="CL-01"),
            call("approve_transfer", transfer_id="TR-0127", clerk_id="CL-02"),
            call("settle_transfer", transfer_id="TR-0127"),
        ),
    )  # fmt: skip


def close_before_easter() -> tuple[Scenario, Grading]:
    """After the cut-off a payment counts for the next business day, and closing a day moves much else."""
    return task(
        13,
        "hard",
        "closing payment implied-consequence",
        """Lucia Ferri agrees to the payment "Freight Malmö" that Jonas Webber asked for, and Marek Novak
        closes the day. The freight is to be settled as soon as the ledger allows it.""",
        checks=(
            goal("closed", "Marek Novak closed 2 April, and no other day is closed.", """
                def check(initial, final):
                    return became(initial, final, "days", {"2026-04-02": {"closed_by": "CL-02"}}, [])
            """),
            goal("lapsed", "The holds that end before the next business day have lapsed.", """
                def check(initial, final):
                    lapsed = {"status": "lapsed"}
                    return became(initial, final, "holds", {"HD-04": lapsed, "HD-05": lapsed}, [])
            """),
            goal("paid", "The freight is settled on 7 April, what was due on 2 April on that day.", """
                def check(initial, final):
                    settled = {"status": "settled"}
                    freight = {"status": "settled", "approvals": ["CL-08"], "value_date": "2026-04-07"}
                    changes = {"TR-0121": freight, "TR-0125": settled, "TR-0131": settled, "TR-0132": settled}
                    return became(initial, final, "transfers", changes, [])
            """),
            goal("booked", "All four are in the books, and nothing else happened.", """
                def check(initial, final):
                    amounts = {
                        "AC-1001": -420000, "AC-1018": 420000, "AC-1005": -1000000, "AC-1004": 1000000,
                        "AC-1013": -96000, "AC-1020": 96000, "AC-1016": -270000, "AC-1024": 270000,
                    }
                    entries = (
                        posted("TR-0121", "AC-1001", "AC-1018", 420000, "2026-04-07")
                        + posted("TR-0125", "AC-1005", "AC-1004", 1000000, "2026-04-02")
                        + posted("TR-0131", "AC-1013", "AC-1020", 96000, "2026-04-02")
                        + posted("TR-0132", "AC-1016", "AC-1024", 270000, "2026-04-02")
                    )
                    return (
                        became(initial, final, "accounts", moved(initial, amounts), [])
                        and became(initial, final, "entries", {}, entries)
                        and untouched(initial, final, "clerks reports decisions")
                    )
            """),
            guard("namesake_waits", "The payment that Jonas Weber asked for still waits.", """
                def check(initial, final):
                    return final["transfers"].get("TR-0120") == initial["transfers"]["TR-0120"]
            """),
        ),
        frame=Frame(
            changed=(
                "/days/2026-04-02/closed_by",
                "/holds/HD-04/status",
                "/holds/HD-05/status",
                *fields("/transfers/TR-0121", "status approvals value_date"),
                "/transfers/TR-0125/status",
                "/transfers/TR-0131/status",
                "/transfers/TR-0132/status",
                *balances("AC-1001", "AC-1018", "AC-1004", "AC-1005"),
                *balances("AC-1013", "AC-1020", "AC-1016", "AC-1024"),
            ),
            created={"entries": 8},
        ),
        oracle=(
            call("search_transfers", reference="Freight Malmö"),
            call("list_clerks"),
            call("list_days"),
            call("approve_transfer", transfer_id="TR-0121", clerk_id="CL-08"),
            call("close_day", clerk_id="CL-02"),
            call("settle_transfer", transfer_id="TR-0121"),
        ),
        now=AFTER_CUTOFF,
    )  # fmt: skip
