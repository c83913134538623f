"""English without a model: one grammar that says requests and hears them again."""

from __future__ import annotations

from .describe import describe, named_by
from .registers import REGISTERS
from .saying import NotUnderstood, Understood, Unsayable, hear, say, understand
from .statements import canonical

__all__ = [
    "REGISTERS",
    "NotUnderstood",
    "Understood",
    "Unsayable",
    "canonical",
    "describe",
    "hear",
    "named_by",
    "say",
    "understand",
]
