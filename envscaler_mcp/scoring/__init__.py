"""Final state and grading in, verdicts and reward out; no LLM, no I/O."""

from __future__ import annotations

from .equivalence import equivalent, generated_ids
from .frame import outside
from .reward import (
    REWARD_VERSION,
    Answer,
    Asks,
    ask_and_score,
    checks_reject,
    defects,
    rejects,
    reward_of,
    score,
)

__all__ = [
    "REWARD_VERSION",
    "Answer",
    "Asks",
    "ask_and_score",
    "checks_reject",
    "defects",
    "equivalent",
    "generated_ids",
    "outside",
    "rejects",
    "reward_of",
    "score",
]
