"""Conversations with tools, as an agent holds them: one Protocol, and what speaks it.

A dialogue keeps what was said; each `next` hands over the results of the calls before and brings a turn.
"""

from __future__ import annotations

from .choose import DIALOGUES, dialogue_of, is_hosted
from .dialogue import Brief, Dialogue, Opener, ToolResult, ToolUse, Turn

__all__ = [
    "DIALOGUES",
    "Brief",
    "Dialogue",
    "Opener",
    "ToolResult",
    "ToolUse",
    "Turn",
    "dialogue_of",
    "is_hosted",
]
