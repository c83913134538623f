"""What is wrong with an expression, in words that name it."""

from __future__ import annotations

import ast

from .kinds import spoken
from .tree import Expression, Type

SHOWN = 60


class BadExpression(Exception):
    """A text that is no expression here: what is wrong, and the remedy."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def short(text: str) -> str:
    """A text that fits into a message."""
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def spelt(node: ast.expr) -> str:
    """A part of an expression as it is written."""
    return short(ast.unparse(node))


def apart(left: ast.expr, first: Expression, right: ast.expr, second: Expression) -> BadExpression:
    """Two values that do not go together."""
    return BadExpression(
        f"{spelt(left)!r} is {spoken(first.type)}, but {spelt(right)!r} is {spoken(second.type)}",
        "compare or mix values of one type",
    )


def maybe_none(node: ast.expr) -> BadExpression:
    """A value that may be missing where one is needed."""
    written = spelt(node)
    return BadExpression(f"{written!r} may be None here", f"put `{written} is not None and …` in front")


def no_arithmetic(node: ast.BinOp, op: str, left: Expression, right: Expression) -> BadExpression:
    """Two values with which one cannot reckon."""
    for side, one in ((node.left, left), (node.right, right)):
        if one.type.optional:
            return maybe_none(side)
    return BadExpression(
        f"{spelt(node)!r}: {spoken(left.type)} {op} {spoken(right.type)} means nothing",
        "numbers go with numbers, amounts with amounts, dates with days",
    )


def not_as_wanted(node: ast.expr, one: Expression, wanted: Type) -> BadExpression:
    """A value of another type than its place asks for."""
    return BadExpression(
        f"{spelt(node)!r} is {spoken(one.type)}, not {spoken(wanted)}", "correct one of the two"
    )
