"""Surgery waitlists: offers, deadlines, consents and theatre lists that pull against each other."""

from __future__ import annotations

from .environment import SurgeryWaitlists
from .scenarios import scenarios

NAME = "surgery_waitlists"
TITLE = "Surgery waitlists"
INTRODUCTION = (
    "The booking office of a hospital's theatres. Places on theatre lists are offered down the waitlist; "
    "time, surgeons' skills, deadlines by priority class and the expiry of consents decide who can have one."
)
CLASS = SurgeryWaitlists

__all__ = ["CLASS", "INTRODUCTION", "NAME", "TITLE", "scenarios"]
