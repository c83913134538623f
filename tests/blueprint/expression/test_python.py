from __future__ import annotations

from dataclasses import replace

import pytest

from envscaler_mcp.blueprint.compiling.naming import Naming
from envscaler_mcp.blueprint.expression.python import Scope, Spelled, condition, truth, untruth, value
from envscaler_mcp.blueprint.expression.tree import (
    BOOL,
    DATE,
    INT,
    NONE,
    Aggregate,
    Arithmetic,
    Choice,
    Compare,
    Constant,
    Expression,
    Get,
    Logic,
    Not,
    OneOf,
    Today,
    Type,
    Variable,
)
from envscaler_mcp.blueprint.reading import domain_named

BOOKING, ROOM = Variable("booking", Type("ref", "booking")), Variable("room", Type("ref", "room"))
STATE = Type("enum", values=("requested", "confirmed", "checked_in", "left", "cancelled"))
PARTY, ARRIVES = Get(BOOKING, "party", INT), Get(BOOKING, "arrives", DATE)
BEDS = Get(Get(BOOKING, "room", Type("ref", "room")), "beds", INT)
THREE, ZERO = Constant(3, INT), Constant(0, INT)
STANDS = Get(BOOKING, "state", STATE)


def in_state(value: str) -> Expression:
    return Compare("==", STANDS, Constant(value, STATE))


OTHER = Variable("o", Type("ref", "booking"))
OTHERS = Aggregate("any", "o", "booking", Compare("!=", OTHER, BOOKING), Get(OTHER, "holds", BOOL), BOOL)
SUM = Aggregate("sum", "b", "booking", None, Get(Variable("b", Type("ref", "booking")), "party", INT), INT)

TRUTHS: list[tuple[Expression, str, str]] = [
    (
        Compare("<=", PARTY, BEDS),
        "booking.party <= self.rooms[booking.room_id].beds",
        "booking.party > self.rooms[booking.room_id].beds",
    ),
    (
        Compare("!=", ROOM, Get(BOOKING, "room", ROOM.type)),
        "room_id != booking.room_id",
        "room_id == booking.room_id",
    ),
    (
        OneOf(STANDS, (Constant("left", STATE), Constant("cancelled", STATE))),
        'booking.state in ("left", "cancelled")',
        'booking.state not in ("left", "cancelled")',
    ),
    (
        Logic("or", (in_state("left"), in_state("cancelled"))),
        'booking.state in ("left", "cancelled")',
        'booking.state != "left" and booking.state != "cancelled"',
    ),
    (Not(Get(BOOKING, "holds", BOOL)), "not booking.holds", "booking.holds"),
    (
        OTHERS,
        "any(other.id != booking.id and other.holds for other in self.bookings.values())",
        "not any(other.id != booking.id and other.holds for other in self.bookings.values())",
    ),
    (
        Logic("or", (Logic("and", (in_state("left"), Compare(">", PARTY, THREE))), in_state("cancelled"))),
        '(booking.state == "left" and booking.party > 3) or booking.state == "cancelled"',
        '(booking.state != "left" or booking.party <= 3) and booking.state != "cancelled"',
    ),
]  # fmt: skip
VALUES: list[tuple[Expression, str]] = [
    (Arithmetic("+", ARRIVES, THREE, DATE), "booking.arrives + dt.timedelta(3)"),
    (Arithmetic("-", ARRIVES, Today(), INT), "(booking.arrives - self.today()).days"),
    (Arithmetic("*", Arithmetic("+", PARTY, THREE, INT), THREE, INT), "(booking.party + 3) * 3"),
    (Arithmetic("//", PARTY, BEDS, INT), "(booking.party // self.rooms[booking.room_id].beds if "
     "self.rooms[booking.room_id].beds else 0)"),
    (Choice(in_state("left"), THREE, ZERO, INT), '3 if booking.state == "left" else 0'),
    (SUM, "sum(other.party for other in self.bookings.values())"),
    (Get(BOOKING, "departs", DATE), "booking.departs"),
]  # fmt: skip


def scope() -> Scope:
    naming = Naming(domain_named("hotel_bookings").design(()))
    spelled = naming.scope.having("booking", Spelled("booking", "booking.id"))
    return spelled.having("room", Spelled("room", "room_id"))


@pytest.mark.parametrize(("tree", "holds", "fails"), TRUTHS)
def test_truths(tree: Expression, holds: str, fails: str):
    assert truth(tree, scope())[0].text == holds
    assert untruth(tree, scope())[0].text == fails


@pytest.mark.parametrize(("tree", "text"), VALUES)
def test_values(tree: Expression, text: str):
    assert value(tree, scope()).text == text


def optional_scope() -> tuple[Scope, Get, Expression]:
    """A tool's keeper may be None, and so may the day of service of a loan's tool."""
    from pathlib import Path

    from envscaler_mcp.blueprint.reading import read_domain

    naming = Naming(read_domain(Path(__file__).parent.parent / "compiling" / "workshop.yaml").design(()))
    loan = Variable("loan", Type("ref", "loan"))
    keeper = Get(Get(loan, "tool", Type("ref", "tool")), "keeper", Type("ref", "member", optional=True))
    given = naming.scope.having("loan", Spelled("loan", "loan.id"))
    return given, keeper, Get(keeper, "insured", BOOL)


def test_what_may_be_missing_is_tested_first():
    given, keeper, insured = optional_scope()
    there = Compare("!=", keeper, Constant(None, NONE))
    tested = "(keeper_id := self.tools[loan.tool_id].keeper_id) is not None"
    assert condition([(there, True), (insured, True)], given)[0].text == (
        f"{tested} and self.members[keeper_id].insured"
    )
    assert truth(insured, given)[0].text == f"{tested} and self.members[keeper_id].insured"
    assert untruth(insured, given)[0].text == f"not ({tested} and self.members[keeper_id].insured)"
    assert truth(there, given)[0].text == "self.tools[loan.tool_id].keeper_id is not None"


def test_what_equals_something_is_not_asked_first_whether_it_is_there():
    given, keeper, _ = optional_scope()
    there = Compare("!=", keeper, Constant(None, NONE))
    member = Variable("member", Type("ref", "member"))
    same = Compare("==", replace(keeper, type=member.type), member)
    given = given.having("member", Spelled("member", "member_id"))
    told = condition([(there, True), (same, True)], given)[0].text
    assert told == "self.tools[loan.tool_id].keeper_id == member_id"
    assert "is not None" in condition([(there, True), (same, False)], given)[0].text


def test_two_that_may_both_be_missing_are_asked():
    given, keeper, _ = optional_scope()
    there = Compare("!=", keeper, Constant(None, NONE))
    same = Compare("==", keeper, Variable("other", keeper.type))
    given = given.having("other", Spelled("other", "other_id"))
    assert "is not None" in condition([(there, True), (same, True)], given)[0].text
