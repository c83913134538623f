"""What types go together, and what they are called in messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .tree import INT, Arithmetic, Choice, Constant, Expression, Extreme, Kind, Type

MONEY = Type("money")
ORDERED = frozenset(["int", "money", "date"])
_SPOKEN = {
    "bool": "a truth",
    "int": "a whole number",
    "money": "an amount of money",
    "text": "a text",
    "date": "a date",
    "none": "None",
}
_RESULTS: Mapping[tuple[Kind, Kind], Mapping[str, Kind]] = {
    ("int", "int"): {"+": "int", "-": "int", "*": "int", "//": "int", "%": "int"},
    ("money", "money"): {"+": "money", "-": "money", "%": "money", "//": "int"},
    ("money", "int"): {"*": "money", "//": "money"},
    ("int", "money"): {"*": "money"},
    ("date", "int"): {"+": "date", "-": "date"},
    ("int", "date"): {"+": "date"},
    ("date", "date"): {"-": "int"},
}


def spoken(kind: Type) -> str:
    """A type in a message: `a date or None`."""
    if kind.kind == "enum":
        words = f"one of ({', '.join(kind.values)})"
    elif kind.kind == "ref":
        words = f"a row of {kind.entity}"
    elif kind.kind == "refs":
        words = f"a list of rows of {kind.entity}"
    else:
        words = _SPOKEN[kind.kind]
    return f"{words} or None" if kind.optional else words


def fits(given: Type, wanted: Type) -> bool:
    """Whether a value of one type may stand where the other is wanted."""
    if given.kind == "none":
        return wanted.optional or wanted.kind == "none"
    return (
        same_kind(given, wanted)
        and set(given.values) <= set(wanted.values)
        and given.optional <= wanted.optional
    )


def same_kind(left: Type, right: Type) -> bool:
    """Whether two values can be compared: whether they are None is another question."""
    if left.kind != right.kind or left.entity != right.entity:
        return False
    values = set(left.values), set(right.values)
    return values[0] <= values[1] or values[1] <= values[0]


def united(left: Type, right: Type) -> Type | None:
    """The type of one or the other, or None where they do not go together."""
    if "none" in (left.kind, right.kind):
        return replace(right if left.kind == "none" else left, optional=True)
    if not same_kind(left, right):
        return None
    wider = left if len(left.values) >= len(right.values) else right
    return replace(wider, optional=left.optional or right.optional)


def arithmetic(op: str, left: Type, right: Type) -> Type | None:
    """The type of `left op right`; None where that means nothing."""
    if left.optional or right.optional:
        return None
    found = _RESULTS.get((left.kind, right.kind), {}).get(op)
    return None if found is None else Type(found)


def as_money(one: Expression) -> Expression | None:
    """A number that is written as such, as an amount in cents; None where it is computed of other numbers."""
    if one.type.kind == "money":
        return one
    if isinstance(one, Constant) and one.type == INT:
        return replace(one, type=MONEY)
    if isinstance(one, Arithmetic) and one.type == INT:
        return _amount(one)
    if isinstance(one, Choice):
        arms = (as_money(one.then), as_money(one.otherwise))
        return replace(one, then=arms[0], otherwise=arms[1], type=MONEY) if arms[0] and arms[1] else None
    if isinstance(one, Extreme):
        parts = tuple(part for part in map(as_money, one.parts) if part is not None)
        return replace(one, parts=parts, type=MONEY) if len(parts) == len(one.parts) else None
    return None


def _amount(one: Arithmetic) -> Expression | None:
    left, right = as_money(one.left), as_money(one.right)
    if one.op in ("+", "-"):
        return replace(one, left=left, right=right, type=MONEY) if left and right else None
    if one.op in ("*", "//") and left is not None:
        return replace(one, left=left, type=MONEY)
    return replace(one, right=right, type=MONEY) if one.op == "*" and right is not None else None
