"""Characters that a person does not see and a model or a terminal does.

Zero-width, bidirectional, tag and control characters can hide an instruction in a description or
turn the order of a line around. No text of a server needs them.
"""

from __future__ import annotations

import unicodedata

_INVISIBLE_CATEGORIES = frozenset(("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"))
_INVISIBLE_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_LAYOUT = frozenset("\n\t")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def is_hidden(character: str) -> bool:
    """Whether a character leaves no mark on the page (line feeds and tabs may)."""
    if character in _LAYOUT:
        return False
    return character in _INVISIBLE_LETTERS or unicodedata.category(character) in _INVISIBLE_CATEGORIES


def hidden_characters(text: str) -> list[str]:
    """Every hidden character of a text once, as `U+202E`, in order of appearance."""
    return [f"U+{ord(character):04X}" for character in dict.fromkeys(text) if is_hidden(character)]


def without_hidden(text: str, replacement: str = "") -> str:
    """The text with line ends as line feeds and every hidden character replaced."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if lines.isascii() and lines.replace("\n", "").replace("\t", "").isprintable():
        return lines
    return "".join(replacement if is_hidden(character) else character for character in lines)
