"""An inter-account ledger with holds, limits, two-person approval, reversals and a cut-off."""

from .environment import AccountLedger
from .scenarios import scenarios

NAME = "account_ledger"
TITLE = "Account ledger"
INTRODUCTION = (
    "An inter-account ledger: a transfer needs the approval of somebody else (above 10,000.00: of two), "
    "cover, and room in the daily limit; holds, freezes, reversals and the cut-off decide what moves when."
)
CLASS = AccountLedger

__all__ = ["CLASS", "INTRODUCTION", "NAME", "TITLE", "AccountLedger", "scenarios"]
