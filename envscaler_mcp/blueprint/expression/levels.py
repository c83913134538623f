"""Pieces of Python source that know how tightly they bind, so that parentheses stand where they must."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

TERNARY, OR, AND, NOT, COMPARE, SUM, TERM, ATOM = range(8)


@dataclass(frozen=True)
class Code:
    """Source of an expression, and the level of its loosest operator."""

    text: str
    level: int


def within(code: Code, level: int) -> str:
    """The text as it stands where `level` is wanted: in parentheses if it binds more loosely."""
    return code.text if code.level >= level else f"({code.text})"


def binary(op: str, left: Code, right: Code, level: int) -> Code:
    """Two operands; comparisons do not chain, other operators group to the left."""
    strict = level + 1 if level == COMPARE else level
    return Code(f"{within(left, strict)} {op} {within(right, level + 1)}", level)


def joined(word: str, parts: Sequence[Code]) -> Code:
    """Truths joined by `and` or `or`, never mixed without parentheses; one alone stays as it is."""
    if len(parts) == 1:
        return parts[0]
    level = AND if word == "and" else OR
    return Code(f" {word} ".join(within(part, NOT) for part in parts), level)
