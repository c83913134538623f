"""The start state: one house on the Thursday before Easter 2026, a half day with its cut-off at noon."""

from __future__ import annotations

from collections import Counter
from typing import Any

Rows = dict[str, dict[str, Any]]

TODAY = "2026-04-02"

CLERKS = (
    ("CL-01", "Ingrid Solheim", "supervisor", 10_000_000, False),
    ("CL-02", "Marek Novak", "supervisor", 5_000_000, False),
    ("CL-03", "Amara Diallo", "clerk", 1_000_000, False),
    ("CL-04", "Jonas Weber", "clerk", 500_000, False),
    ("CL-05", "Jonas Webber", "clerk", 1_500_000, False),
    ("CL-06", "Priya Raman", "clerk", 0, False),
    ("CL-07", "Tomás Herrera", "clerk", 2_500_000, True),
    ("CL-08", "Lucia Ferri", "clerk", 2_500_000, False),
    ("CL-09", "Helen Okoro", "supervisor", 2_000_000, True),
)

# id, holder, purpose, currency, balance, overdraft, daily limit, limit set by, frozen by
ACCOUNTS = (
    ("AC-1001", "Bergmann Logistik GmbH", "operating", "EUR", 4_812_300, 1_000_000, 3_000_000, "CL-01", None),
    ("AC-1002", "Bergmann Logistik GmbH", "payroll", "EUR", 2_150_000, 0, 2_500_000, "CL-01", None),
    ("AC-1003", "Bergman Logistics Ltd", "payroll", "EUR", 1_930_450, 0, 1_500_000, "CL-02", None),
    ("AC-1004", "Castellan Trading AG", "operating", "EUR", 3_275_000, 500_000, 2_000_000, "CL-02", None),
    ("AC-1005", "Castellan Trading AG", "reserve", "EUR", 6_000_000, 0, 1_000_000, "CL-01", None),
    ("AC-1006", "Castellan Trading AG", "dollars", "USD", 2_440_000, 0, 2_000_000, "CL-02", None),
    ("AC-1007", "Castellan Textiles SA", "operating", "EUR", 880_000, 100_000, 800_000, "CL-02", None),
    ("AC-1008", "Harrow & Finch LLP", "client money", "EUR", 5_420_000, 0, 2_500_000, "CL-01", "CL-01"),
    ("AC-1009", "Harrow & Finch LLP", "office", "EUR", 745_500, 200_000, 500_000, "CL-02", None),
    ("AC-1010", "Nordwind Energie eG", "operating", "EUR", 1_284_900, 0, 1_500_000, "CL-09", None),
    ("AC-1011", "Nordwind Energie eG", "grid fees", "EUR", 402_000, 0, 600_000, "CL-09", None),
    ("AC-1012", "Nordwind Energy BV", "operating", "EUR", 394_999, 0, 1_200_000, "CL-02", None),
    ("AC-1013", "Okafor Foods Ltd", "shop Leipzig", "EUR", 812_000, 0, 500_000, "CL-02", None),
    ("AC-1014", "Okafor Foods Ltd", "shop Hamburg", "EUR", 540_000, 0, 500_000, "CL-02", None),
    ("AC-1015", "Okafor Foods Ltd", "shop Bremen", "EUR", 905_300, 0, 500_000, "CL-02", None),
    ("AC-1016", "Okafor Foods Ltd", "treasury", "EUR", 7_318_650, 0, 4_000_000, "CL-01", None),
    ("AC-1017", "Okafor Foods Ltd", "dollars", "USD", 1_066_000, 0, 700_000, "CL-02", None),
    ("AC-1018", "Lindqvist Marine AB", "operating", "EUR", 2_708_400, 0, 1_500_000, "CL-02", None),
    ("AC-1019", "Lindqvist Marine AB", "dollars", "USD", 955_000, 0, 1_500_000, "CL-02", None),
    ("AC-1020", "Petrov & Sons Bakery", "operating", "EUR", 318_200, 150_000, 400_000, "CL-09", None),
    ("AC-1021", "Saffron Catering", "operating", "EUR", 1_145_000, 0, 1_000_000, "CL-02", None),
    ("AC-1022", "Saffron Catering", "deposits", "EUR", 260_000, 0, 100_000, "CL-02", None),
    ("AC-1023", "Tollgate Insurance", "premiums", "EUR", 9_114_000, 0, 5_000_000, "CL-01", None),
    ("AC-1024", "Tollgate Insurance", "claims", "EUR", 3_337_000, 0, 2_000_000, "CL-01", None),
    ("AC-1025", "Ulmer Werkzeugbau", "operating", "EUR", 2_861_700, 300_000, 1_500_000, "CL-02", None),
)

# numbers of transfer, source and target; amount, reference, asked by, asked on, status, approvals, value date
# fmt: off  (a table)
TRANSFERS = (
    ("0101", "1004", "1023", 182_500, "Premium warehouse", "CL-04", "03-26", "settled", "CL-03", "03-26"),
    ("0102", "1001", "1025", 945_000, "Invoice 5512", "CL-04", "03-26", "settled", "CL-08", "03-27"),
    ("0103", "1010", "1025", 390_000, "Turbine parts 881", "CL-06", "03-27", "settled", "CL-03", "03-27"),
    ("0104", "1010", "1025", 390_000, "Turbine parts 918", "CL-06", "03-30", "settled", "CL-08", "03-30"),
    ("0105", "1012", "1025", 390_000, "Turbine parts 918", "CL-06", "03-31", "settled", "CL-03", "03-31"),
    ("0106", "1021", "1020", 74_000, "Bread March", "CL-05", "03-30", "settled", "CL-04", "03-30"),
    ("0107", "1004", "1023", 1_240_000, "Premium fleet", "CL-06", "03-30", "settled", "CL-02 CL-08", "03-30"),
    ("0108", "1001", "1018", 1_150_000, "Freight Oslo", "CL-04", "03-30", "settled", "CL-05 CL-08", "03-30"),
    ("0109", "1018", "1024", 256_000, "Excess claim 77", "CL-03", "03-31", "settled", "CL-04", "03-31"),
    ("0110", "1010", "1011", 210_000, "Grid fee February", "CL-06", "03-31", "reversed", "CL-03", "03-31"),
    ("0111", "1011", "1010", 210_000, "Grid fee February", "CL-03", "04-01", "settled", "CL-08", "04-01"),
    ("0112", "1002", "1001", 64_000, "Payroll surplus", "CL-06", "03-31", "settled", "CL-04", "03-31"),
    ("0113", "1001", "1025", 325_500, "Invoice 5533", "CL-04", "04-01", "settled", "CL-05", "04-01"),
    ("0114", "1003", "1025", 325_500, "Invoice 5533", "CL-06", "04-01", "settled", "CL-05", "04-01"),
    ("0115", "1001", "1020", 41_250, "Canteen March", "CL-06", "04-01", "rejected", "", None),
    ("0116", "1006", "1019", 480_000, "Charter deposit", "CL-05", "03-31", "settled", "CL-03", "03-31"),
    ("0117", "1002", "1003", 118_000, "Shared depot", "CL-03", "03-27", "settled", "CL-08", "03-27"),
    ("0118", "1025", "1001", 87_900, "Pallets returned", "CL-05", "04-02", "settled", "CL-03", "04-02"),
    ("0119", "1004", "1018", 940_000, "Chandlery", "CL-04", "04-01", "settled", "CL-08", "04-02"),
    ("0120", "1001", "1018", 420_000, "Freight Malmö", "CL-04", "04-02", "pending", "", None),
    ("0121", "1001", "1018", 420_000, "Freight Malmö", "CL-05", "04-02", "pending", "", None),
    ("0122", "1004", "1025", 560_000, "Tooling deposit", "CL-06", "04-01", "pending", "", None),
    ("0123", "1004", "1023", 310_000, "Premium April", "CL-03", "04-01", "pending", "", None),
    ("0124", "1004", "1020", 240_000, "Spring reception", "CL-04", "04-02", "pending", "", None),
    ("0125", "1005", "1004", 1_000_000, "Working capital", "CL-06", "04-01", "approved", "CL-02", "04-02"),
    ("0126", "1006", "1019", 1_350_000, "Charter balance", "CL-05", "04-01", "pending", "CL-08", None),
    ("0127", "1008", "1024", 1_250_000, "Settlement Doyle", "CL-06", "03-31", "suspended", "", None),
    ("0128", "1008", "1023", 88_000, "Search fees", "CL-04", "03-31", "suspended", "", None),
    ("0129", "1023", "1024", 1_800_000, "Claims fund April", "CL-08", "04-01", "pending", "CL-01", None),
    ("0130", "1018", "1025", 1_400_000, "Winch", "CL-04", "04-01", "pending", "", None),
    ("0131", "1013", "1020", 96_000, "Bread Leipzig", "CL-06", "04-01", "approved", "CL-04", "04-02"),
    ("0132", "1016", "1024", 270_000, "Stock cover", "CL-05", "04-01", "approved", "CL-03", "04-02"),
    ("0133", "1018", "1020", 210_000, "Crew catering", "CL-06", "04-02", "settled", "CL-04", "04-02"),
    ("0134", "1020", "1025", 150_000, "Oven parts", "CL-03", "04-02", "pending", "", None),
    ("0135", "1021", "1025", 1_000_000, "Kitchen line", "CL-05", "04-01", "pending", "", None),
    ("0136", "1012", "1025", 275_000, "Turbine parts 955", "CL-06", "04-02", "pending", "", None),
)
# fmt: on
REVERSES = {"TR-0111": "TR-0110"}
REJECTED_BY = {"TR-0115": "CL-08"}

# id, account, kind, amount, last day, placed by, status, released by
HOLDS = (
    ("HD-01", "AC-1010", "deposit", 450_000, "2026-04-08", "CL-06", "active", None),
    ("HD-02", "AC-1010", "dispute", 120_000, "2026-04-30", "CL-04", "active", None),
    ("HD-03", "AC-1012", "deposit", 120_000, "2026-04-07", "CL-05", "active", None),
    ("HD-04", "AC-1013", "deposit", 60_000, "2026-04-02", "CL-06", "active", None),
    ("HD-05", "AC-1014", "dispute", 45_000, "2026-04-03", "CL-03", "active", None),
    ("HD-06", "AC-1015", "legal", 200_000, "2026-06-30", "CL-01", "active", None),
    ("HD-07", "AC-1001", "deposit", 300_000, "2026-04-07", "CL-03", "active", None),
    ("HD-08", "AC-1015", "deposit", 75_000, "2026-04-15", "CL-04", "released", "CL-06"),
    ("HD-09", "AC-1023", "dispute", 530_000, "2026-03-31", "CL-08", "lapsed", None),
    ("HD-10", "AC-1004", "dispute", 500_000, "2026-05-15", "CL-06", "active", None),
)

# date, cut-off, closed by; 3 and 6 April are holidays
DAYS = (
    ("2026-03-26", "16:30:00", "CL-01"),
    ("2026-03-27", "16:30:00", "CL-02"),
    ("2026-03-30", "16:30:00", "CL-01"),
    ("2026-03-31", "16:30:00", "CL-01"),
    ("2026-04-01", "16:30:00", "CL-02"),
    (TODAY, "12:00:00", None),
    ("2026-04-07", "16:30:00", None),
    ("2026-04-08", "16:30:00", None),
    ("2026-04-09", "16:30:00", None),
)


def world() -> dict[str, Rows]:
    """The state as JSON, anew at each call."""
    transfers = _transfers()
    entries = _entries(transfers)
    return {
        "clerks": _rows("id name role approval_limit on_leave", CLERKS),
        "accounts": _accounts(entries),
        "transfers": transfers,
        "entries": entries,
        "holds": _rows("id account_id kind amount expires_on placed_by status released_by", HOLDS),
        "days": _rows("id cutoff closed_by", DAYS),
        "reports": {},
        "decisions": {},
    }


def _rows(names: str, table: tuple[tuple[Any, ...], ...]) -> Rows:
    return {line[0]: dict(zip(names.split(), line, strict=True)) for line in table}


def _transfers() -> Rows:
    rows: Rows = {}
    for number, source, target, amount, reference, clerk, asked, status, approvals, value_date in TRANSFERS:
        key = f"TR-{number}"
        rows[key] = {
            "id": key,
            "source_id": f"AC-{source}",
            "target_id": f"AC-{target}",
            "amount": amount,
            "reference": reference,
            "requested_by": clerk,
            "requested_on": f"2026-{asked}",
            "approvals": approvals.split(),
            "status": status,
            "value_date": value_date and f"2026-{value_date}",
            "rejected_by": REJECTED_BY.get(key),
            "reverses": REVERSES.get(key),
        }
    return rows


def _entries(transfers: Rows) -> Rows:
    """Two postings for every settled transfer."""
    rows: Rows = {}
    for transfer in transfers.values():
        if transfer["status"] in ("settled", "reversed"):
            for side, sign in (("source_id", -1), ("target_id", 1)):
                key = f"EN-{len(rows) + 1:03}"
                rows[key] = {
                    "id": key,
                    "transfer_id": transfer["id"],
                    "account_id": transfer[side],
                    "amount": sign * transfer["amount"],
                    "day": transfer["value_date"],
                }
    return rows


def _accounts(entries: Rows) -> Rows:
    """Accounts whose opening balance is what the entries leave of the balance."""
    posted = Counter[str]()
    for entry in entries.values():
        posted[entry["account_id"]] += entry["amount"]
    return {
        key: {
            "id": key,
            "holder": holder,
            "purpose": purpose,
            "currency": currency,
            "opening_balance": balance - posted[key],
            "balance": balance,
            "overdraft": overdraft,
            "daily_limit": daily_limit,
            "limit_set_by": limit_set_by,
            "frozen_by": frozen_by,
        }
        for key, holder, purpose, currency, balance, overdraft, daily_limit, limit_set_by, frozen_by in (
            ACCOUNTS
        )
    }
