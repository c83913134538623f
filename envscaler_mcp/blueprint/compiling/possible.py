"""What a truth can be, as far as the values that some fields may have tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from envscaler_mcp.blueprint.expression.tree import (
    Compare,
    Constant,
    Expression,
    Get,
    Logic,
    Not,
    OneOf,
)

Value = int | str | bool | None
Known = Callable[[Get], frozenset[Value] | None]
"""The values that a field may have; None: nothing is known of it."""

BOTH = frozenset((True, False))


def surely(value: bool) -> frozenset[bool]:
    """This truth value and no other."""
    return frozenset((value,))


def may_be(expression: Expression, known: Known) -> frozenset[bool]:
    """The truth values that an expression without derived values can have."""
    match expression:
        case Constant(value=value):
            return surely(bool(value))
        case Not(part=part):
            return frozenset(not one for one in may_be(part, known))
        case Logic(op=op, parts=parts):
            return _joined([may_be(part, known) for part in parts], decisive=op == "or")
        case Get():
            values = known(expression)
            return BOTH if values is None else frozenset(bool(value) for value in values)
        case _:
            return _compared(expression, known)


def _compared(expression: Expression, known: Known) -> frozenset[bool]:
    match expression:
        case OneOf(value=Get() as field, options=options, negated=negated):
            wanted = {one.value for one in options}
            return _within(known(field), wanted, inside=not negated)
        case Compare(op="==" | "!=" as op, left=Get() as field, right=Constant(value=value)):
            return _within(known(field), {value}, inside=op == "==")
        case _:
            return BOTH


def _within(values: frozenset[Value] | None, wanted: set[Value], *, inside: bool) -> frozenset[bool]:
    return BOTH if values is None else frozenset((value in wanted) == inside for value in values)


def _joined(parts: Sequence[frozenset[bool]], *, decisive: bool) -> frozenset[bool]:
    if surely(decisive) in parts:
        return surely(decisive)
    return surely(not decisive) if all(part == surely(not decisive) for part in parts) else BOTH


def conditions(expression: Expression | None, *, wanted: bool = True) -> Iterator[tuple[Expression, bool]]:
    """What must hold (or fail) together for a truth to be as wanted."""
    match expression:
        case None:
            return
        case Not(part=part):
            yield from conditions(part, wanted=not wanted)
        case Logic(op=op, parts=parts) if (op == "and") == wanted:
            for part in parts:
                yield from conditions(part, wanted=wanted)
        case _:
            yield expression, wanted
