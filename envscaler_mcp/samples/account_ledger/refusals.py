"""Scenarios of which a part has to be declined, and the rest done."""

from __future__ import annotations

from envscaler_mcp.spec.scenario import Call, Frame, Grading, Scenario

from .task import balances, call, fields, goal, guard, result, task

EXPLANATIONS = ("/decisions/*/explanation",)


def decline(action: str, subject_id: str, reason: str, explanation: str) -> Call:
    """The step of an oracle that says no."""
    return call(
        "record_decision", action=action, subject_id=subject_id, reason=reason, explanation=explanation
    )


def cap_two_accounts() -> tuple[Scenario, Grading]:
    """A limit cannot go below what went out already."""
    return task(
        7,
        "medium",
        "limit partial-refusal",
        """Marek Novak caps two operating accounts at 9,000.00 a day each: the one of Bergmann Logistik GmbH
        and the one of Castellan Trading AG.""",
        checks=(
            goal("capped", "Bergmann's limit is 9,000.00, set by Marek Novak; nothing else happened.", """
                def check(initial, final):
                    capped = {"daily_limit": 900000, "limit_set_by": "CL-02"}
                    return became(initial, final, "accounts", {"AC-1001": capped}, []) and untouched(
                        initial, final, "clerks transfers entries holds days reports"
                    )
            """),
            goal("declined", "Castellan's limit is declined: more has gone out today already.", """
                def check(initial, final):
                    no = {"action": "daily_limit", "subject_id": "AC-1004", "reason": "daily_limit_in_use"}
                    return became(initial, final, "decisions", {}, [no])
            """),
            guard("castellan_keeps", "Castellan's limit stays.", """
                def check(initial, final):
                    return is_like(final["accounts"].get("AC-1004", {}), {"daily_limit": 2000000})
            """),
        ),
        frame=Frame(
            changed=fields("/accounts/AC-1001", "daily_limit limit_set_by"),
            created={"decisions": 1},
            free=EXPLANATIONS,
        ),
        oracle=(
            call("search_accounts", holder="Bergmann"),
            call("search_accounts", holder="Castellan"),
            call("list_clerks"),
            call("get_standing", account_id="AC-1004"),
            call("set_daily_limit", account_id="AC-1001", amount=900_000, clerk_id="CL-02"),
            decline("daily_limit", "AC-1004", "daily_limit_in_use", "9,400.00 have gone out today."),
        ),
    )  # fmt: skip


def release_the_shops() -> tuple[Scenario, Grading]:
    """Three holds, and only one of them is hers to release."""
    return task(
        9,
        "medium",
        "hold partial-refusal",
        """Amara Diallo wants to release every active hold on the shop accounts of Okafor Foods Ltd.""",
        checks=(
            goal("released", "The deposit in Leipzig is released by Amara Diallo; nothing else happened.", """
                def check(initial, final):
                    released = {"status": "released", "released_by": "CL-03"}
                    return became(initial, final, "holds", {"HD-04": released}, []) and untouched(
                        initial, final, "clerks accounts transfers entries days reports"
                    )
            """),
            goal("declined", "Her own hold and the legal one are declined, each for its reason.", """
                def check(initial, final):
                    hers = {"action": "release", "subject_id": "HD-05", "reason": "own_hold"}
                    legal = {"action": "release", "subject_id": "HD-06", "reason": "supervisor_only"}
                    return became(initial, final, "decisions", {}, [hers, legal])
            """),
            guard("legal_held", "The legal hold stays.", """
                def check(initial, final):
                    return is_like(final["holds"].get("HD-06", {}), {"status": "active"})
            """),
        ),
        frame=Frame(
            changed=fields("/holds/HD-04", "status released_by"), created={"decisions": 2}, free=EXPLANATIONS
        ),
        oracle=(
            call("search_accounts", holder="Okafor"),
            call("get_standing", account_id="AC-1013"),
            call("get_standing", account_id="AC-1014"),
            call("get_standing", account_id="AC-1015"),
            call("list_clerks"),
            call("release_hold", hold_id="HD-04", clerk_id="CL-03"),
            decline("release", "HD-05", "own_hold", "Amara Diallo placed this hold herself."),
            decline("release", "HD-06", "supervisor_only", "A legal hold is released by a supervisor."),
        ),
    )  # fmt: skip


def largest_first() -> tuple[Scenario, Grading]:
    """Three payments, room for two; the order decides which."""
    return task(
        10,
        "hard",
        "limit partial-refusal",
        """Lucia Ferri agrees to everything that is pending out of the operating account of Castellan Trading
        AG. Take it in the order of the amounts, the largest first; what the rules do not let through is
        declined. Nothing is to be settled yet.""",
        checks=(
            goal("approved", "The two largest are approved for today; nothing else happened.", """
                def check(initial, final):
                    approved = {"status": "approved", "approvals": ["CL-08"], "value_date": "2026-04-02"}
                    changes = {"TR-0122": approved, "TR-0123": approved}
                    return became(initial, final, "transfers", changes, []) and untouched(
                        initial, final, "clerks accounts entries holds days reports"
                    )
            """),
            goal("declined", "The smallest is declined, because it exceeds the daily limit.", """
                def check(initial, final):
                    no = {"action": "approval", "subject_id": "TR-0124", "reason": "daily_limit_exceeded"}
                    return became(initial, final, "decisions", {}, [no])
            """),
            guard("limit_keeps", "The daily limit stays.", """
                def check(initial, final):
                    return is_like(final["accounts"].get("AC-1004", {}), {"daily_limit": 2000000})
            """),
        ),
        frame=Frame(
            changed=(
                *fields("/transfers/TR-0122", "status approvals value_date"),
                *fields("/transfers/TR-0123", "status approvals value_date"),
            ),
            created={"decisions": 1},
            free=EXPLANATIONS,
        ),
        oracle=(
            call("search_accounts", holder="Castellan"),
            call("search_transfers", account_id="AC-1004", status="pending"),
            call("get_standing", account_id="AC-1004"),
            call("list_clerks"),
            call("approve_transfer", transfer_id="TR-0122", clerk_id="CL-08"),
            call("approve_transfer", transfer_id="TR-0123", clerk_id="CL-08"),
            decline("approval", "TR-0124", "daily_limit_exceeded", "1,900.00 are left of the daily limit."),
        ),
    )  # fmt: skip


def three_reversals() -> tuple[Scenario, Grading]:
    """One is too late, one was taken back before, one is just in time."""
    return task(
        11,
        "hard",
        "reversal partial-refusal",
        """Nordwind Energie eG wants three of its payments back in full: "Turbine parts 881" and "Turbine
        parts 918" to Ulmer Werkzeugbau, and "Grid fee February". Jonas Webber asks for the reversals and
        Amara Diallo agrees to them. What can come back should be back on the account today.""",
        checks=(
            goal("taken_back", "The parts 918 are taken back in full, with Amara Diallo's approval.", """
                def check(initial, final):
                    reversal = {
                        "source_id": "AC-1025", "target_id": "AC-1010", "amount": 390000,
                        "reference": "Turbine parts 918", "requested_by": "CL-05",
                        "requested_on": "2026-04-02", "approvals": ["CL-03"], "status": "settled",
                        "value_date": "2026-04-02", "rejected_by": None, "reverses": "TR-0104",
                    }
                    changes = {"TR-0104": {"status": "reversed"}}
                    return became(initial, final, "transfers", changes, [reversal])
            """),
            goal("booked", "3,900.00 went back from Ulmer to Nordwind, and nothing else happened.", """
                def check(initial, final):
                    made = [row["id"] for row in created(initial, final, "transfers")]
                    balances = moved(initial, {"AC-1025": -390000, "AC-1010": 390000})
                    entries = posted(made[0] if made else None, "AC-1025", "AC-1010", 390000, "2026-04-02")
                    return (
                        became(initial, final, "accounts", balances, [])
                        and became(initial, final, "entries", {}, entries)
                        and untouched(initial, final, "clerks holds days reports")
                    )
            """),
            goal("declined", "The parts 881 come too late, and the grid fee was taken back before.", """
                def check(initial, final):
                    late = {"action": "reversal", "subject_id": "TR-0103", "reason": "window_passed"}
                    twice = {"action": "reversal", "subject_id": "TR-0110", "reason": "already_reversed"}
                    return became(initial, final, "decisions", {}, [late, twice])
            """),
            guard("namesake_keeps", "The same parts, bought by Nordwind Energy BV, stay paid.", """
                def check(initial, final):
                    return is_like(final["transfers"].get("TR-0105", {}), {"status": "settled"})
            """),
        ),
        frame=Frame(
            changed=("/transfers/TR-0104/status", *balances("AC-1010", "AC-1025")),
            created={"transfers": 1, "entries": 2, "decisions": 2},
            free=EXPLANATIONS,
        ),
        oracle=(
            call("search_accounts", holder="Nordwind"),
            call("search_transfers", account_id="AC-1010"),
            call("list_days"),
            call("list_clerks"),
            call("reverse_transfer", transfer_id="TR-0104", amount=390_000, clerk_id="CL-05"),
            call("approve_transfer", transfer_id=result(4), clerk_id="CL-03"),
            call("settle_transfer", transfer_id=result(4)),
            decline("reversal", "TR-0103", "window_passed", "27 March is four business days ago."),
            decline("reversal", "TR-0110", "already_reversed", "It was taken back on 1 April."),
        ),
    )  # fmt: skip


def whatever_she_may() -> tuple[Scenario, Grading]:
    """Five payments to one holder, and three different reasons to say no."""
    return task(
        14,
        "hard",
        "approval partial-refusal boundary",
        """Amara Diallo wants to approve everything that is pending in favour of Ulmer Werkzeugbau. What she
        may not approve, or what the ledger does not let through, is declined. Nothing is to be settled
        yet.""",
        checks=(
            goal("approved", "The tooling deposit and the kitchen line are approved; nothing else.", """
                def check(initial, final):
                    approved = {"status": "approved", "approvals": ["CL-03"], "value_date": "2026-04-02"}
                    changes = {"TR-0122": approved, "TR-0135": approved}
                    return became(initial, final, "transfers", changes, []) and untouched(
                        initial, final, "clerks accounts entries holds days reports"
                    )
            """),
            goal("declined", "Winch, oven parts and turbine parts are declined, each for its reason.", """
                def check(initial, final):
                    winch = {"action": "approval", "subject_id": "TR-0130", "reason": "over_authority"}
                    oven = {"action": "approval", "subject_id": "TR-0134", "reason": "own_request"}
                    turbine = {"action": "approval", "subject_id": "TR-0136", "reason": "insufficient_funds"}
                    return became(initial, final, "decisions", {}, [winch, oven, turbine])
            """),
            guard("hold_keeps", "The hold that leaves too little for the turbine parts stays.", """
                def check(initial, final):
                    return is_like(final["holds"].get("HD-03", {}), {"status": "active"})
            """),
        ),
        frame=Frame(
            changed=(
                *fields("/transfers/TR-0122", "status approvals value_date"),
                *fields("/transfers/TR-0135", "status approvals value_date"),
            ),
            created={"decisions": 3},
            free=EXPLANATIONS,
        ),
        oracle=(
            call("search_accounts", holder="Ulmer"),
            call("search_transfers", account_id="AC-1025", status="pending"),
            call("list_clerks"),
            call("approve_transfer", transfer_id="TR-0122", clerk_id="CL-03"),
            call("approve_transfer", transfer_id="TR-0135", clerk_id="CL-03"),
            decline("approval", "TR-0130", "over_authority", "Amara Diallo approves up to 10,000.00."),
            decline("approval", "TR-0134", "own_request", "Amara Diallo asked for this payment herself."),
            decline("approval", "TR-0136", "insufficient_funds", "2,749.99 are available on the account."),
        ),
    )  # fmt: skip
