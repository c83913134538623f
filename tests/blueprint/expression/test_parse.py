from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.blueprint.expression.kinds import spoken
from envscaler_mcp.blueprint.expression.parse import BadExpression, parse, parse_loop
from envscaler_mcp.blueprint.expression.scope import Scope
from envscaler_mcp.blueprint.expression.tree import (
    BOOL,
    DATE,
    INT,
    TEXT,
    Aggregate,
    Arithmetic,
    Choice,
    Compare,
    Constant,
    Expression,
    Get,
    Logic,
    OneOf,
    Type,
    Variable,
    Within,
)
from envscaler_mcp.blueprint.expression.walk import reads

MONEY = Type("money")
STATE = Type("enum", values=("open", "closed", "lost"))
FIELDS: Mapping[str, Mapping[str, Type]] = {
    "room": {"beds": INT, "rate": MONEY, "state": STATE, "number": TEXT},
    "booking": {
        "room": Type("ref", "room"),
        "spare": Type("ref", "room", optional=True),
        "arrives": DATE,
        "leaves": Type("date", optional=True),
        "nights": INT,
        "party": INT,
        "fee": MONEY,
        "paid": BOOL,
        "wishes": Type("refs", "room"),
        "holds": BOOL,
    },
}


class Hotel:
    collections: Mapping[str, str] = {"rooms": "room", "bookings": "booking"}

    def fields(self, entity: str) -> tuple[str, ...]:
        return tuple(FIELDS[entity])

    def type_of(self, entity: str, field: str) -> Type | None:
        return FIELDS[entity].get(field)

    def least(self, entity: str, field: str) -> int | None:
        return 1 if field == "nights" else 0


SCOPE = Scope({"booking": Type("ref", "booking"), "room": Type("ref", "room"), "days": INT})
BOOKING = Variable("booking", Type("ref", "booking"))


def read(text: str, wanted: Type | None = None) -> Expression:
    return parse(text, Hotel(), SCOPE, wanted)


def refusal(text: str, wanted: Type | None = None) -> str:
    with pytest.raises(BadExpression) as error:
        read(text, wanted)
    return f"{error.value.message}; {error.value.remedy}"


def test_fields_through_refs():
    beds = read("booking.room.beds")
    assert beds == Get(Get(BOOKING, "room", Type("ref", "room")), "beds", INT)


def test_a_bare_name_is_a_value_of_the_enum_on_either_side():
    made = read("room.state == open")
    assert isinstance(made, Compare)
    assert made.right == Constant("open", STATE)
    turned = read("'open' == room.state")
    assert isinstance(turned, Compare)
    assert turned.left == Constant("open", STATE)


@pytest.mark.parametrize("text", ["room.state in (open, lost)", "room.state in [open, lost]"])
def test_one_of_constants(text: str):
    made = read(text)
    assert isinstance(made, OneOf)
    assert [one.value for one in made.options] == ["open", "lost"]


def test_one_value_in_brackets_is_a_list_of_one():
    made = read("room.state not in (closed)")
    assert isinstance(made, OneOf)
    assert made.negated
    assert len(made.options) == 1


def test_within_a_refs_field():
    made = read("room not in booking.wishes")
    assert isinstance(made, Within)
    assert made.negated


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("booking.arrives + 3", DATE),
        ("3 + booking.arrives", DATE),
        ("booking.arrives - today", INT),
        ("room.rate * booking.nights", MONEY),
        ("2 * room.rate", MONEY),
        ("room.rate + 500", MONEY),
        ("500 + room.rate", MONEY),
        ("room.rate * 20 // 100", MONEY),
        ("room.rate // booking.nights", MONEY),
        ("room.rate // max(1, days)", MONEY),
        ("-days", INT),
        ("days % 7", INT),
        ("room.rate if booking.paid else 0", MONEY),
        ("0 if booking.paid else room.rate", MONEY),
        ("min(room.rate, 5000)", MONEY),
        ("min(5000, room.rate)", MONEY),
        ("count(b for b in bookings if b.room == room)", INT),
        ("sum(b.fee for b in bookings)", MONEY),
        ("max(b.nights for b in bookings)", INT),
        ("min(b.arrives for b in bookings)", Type("date", optional=True)),
        ("any(b for b in bookings if b.paid)", BOOL),
        ("any(b.paid for b in bookings)", BOOL),
        ("all(b.paid for b in bookings if b.holds)", BOOL),
        ("booking.spare if booking.paid else booking.room", Type("ref", "room", optional=True)),
        ("None if booking.paid else booking.room", Type("ref", "room", optional=True)),
        ("booking.room == room or not booking.paid", BOOL),
        ("1 <= days <= 9", BOOL),
    ],
)
def test_types(text: str, kind: Type):
    assert read(text).type == kind


def test_a_chain_is_a_conjunction():
    made = read("1 <= days < 9")
    assert isinstance(made, Logic)
    assert [part.op for part in made.parts if isinstance(part, Compare)] == ["<=", "<"]


def test_numbers_are_amounts_where_an_amount_is_wanted():
    made = read("50 * days", MONEY)
    assert isinstance(made, Arithmetic)
    assert made.type == MONEY
    assert made.left == Constant(50, MONEY)
    assert made.right.type == INT


def test_an_enum_value_is_known_from_what_is_wanted():
    made = read("open if booking.paid else closed", STATE)
    assert isinstance(made, Choice)
    assert made.type.values == STATE.values


def test_several_conditions_of_a_loop_are_joined():
    made = read("count(b for b in bookings if b.paid if b.holds)")
    assert isinstance(made, Aggregate)
    assert isinstance(made.where, Logic)


@pytest.mark.parametrize(
    "text",
    [
        "booking.spare is not None and booking.spare.beds > 2",
        "booking.spare is None or booking.spare.beds > 2",
        "not (booking.spare is None) and booking.spare.beds > 2",
        "booking.spare.beds > 2 if booking.spare is not None else False",
        "booking.paid if booking.spare is None else booking.spare.beds > 2",
        "booking.leaves is not None and booking.leaves < today and booking.leaves - today < 3",
        "any(b.spare.beds > 1 for b in bookings if b.spare is not None)",
        "any(b for b in bookings if b.spare is not None if b.spare.beds > 1)",
        "booking.spare == room and booking.spare.beds > 2",
        "(booking.spare is None or booking.paid) or booking.spare.beds > 2",
    ],
)
def test_what_was_tested_is_not_none(text: str):
    assert read(text).type == BOOL


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("booking.spare.beds > 2", "'booking.spare' may be None here; put `booking.spare is not None and"),
        ("booking.leaves < today", "may be None"),
        ("booking.leaves + 1", "may be None"),
        ("booking.spare is None and booking.spare.beds > 2", "may be None"),
        ("booking.spare is not None or booking.spare.beds > 2", "may be None"),
        ("any(b.spare.beds > 1 for b in bookings)", "may be None"),
        ("booking.room is None", "is never None"),
        ("booking.rom.beds", "booking has no field 'rom'; the nearest known name is 'room'"),
        ("booking._room", "has no field '_room'"),
        ("booking.__class__", "has no field '__class__'"),
        ("boking.room", "unknown name 'boking' (in scope: booking, room, days, today)"),
        ("days.real", "is a whole number and has no field 'real'"),
        ("room.state == opne", "'opne' is neither in scope nor one of (open, closed, lost)"),
        ("room.state == 3", "'room.state' is one of (open, closed, lost), but '3' is a whole number"),
        ("room.rate < days", "'room.rate' is an amount of money, but 'days' is a whole number"),
        ("booking == room", "'booking' is a row of booking, but 'room' is a row of room"),
        ("room.state < closed", "has no order"),
        ("room.number < 'a'", "has no order"),
        ("booking.arrives + booking.arrives", "a date + a date means nothing"),
        ("booking.arrives * 2", "a date * a whole number means nothing"),
        ("room.rate * room.rate", "means nothing"),
        ("days / 2", "write // for division"),
        ("days ** 2", "this operator is not part of the language"),
        ("days // 0", "may be 0 and divides; write max(1, 0)"),
        ("days // booking.party", "may be 0 and divides"),
        ("days % room.beds", "may be 0 and divides"),
        ("2.5 * days", "use whole numbers"),
        ("9999999999999999", "use whole numbers"),
        ("room in rooms", "every row of its kind is in 'rooms'"),
        ("room in booking.room", "`in` takes constants in brackets"),
        ("days in ()", "name at least one value"),
        ("room in (room, booking.room)", "write `x == a or x == b`"),
        ("booking.wishes == booking.wishes", "lists of rows are not compared"),
        ("booking.room is room", "write `is None`"),
        ("bookings", "is a collection; write count(x for x in bookings"),
        ("count(bookings)", "is part of no"),
        ("sum(b for b in bookings)", "sum(…) of a row of booking"),
        ("sum(b.arrives for b in bookings)", "dates are not added up"),
        ("min(b.leaves for b in bookings)", "min(…) of a date or None"),
        ("all(b for b in bookings)", "all(…) says nothing of a row"),
        ("count(b.nights for b in bookings)", "count(…) of a whole number"),
        ("count(w for w in booking.wishes)", "write `x in rooms if x in booking.wishes`"),
        (
            "count(b for b in bokings)",
            "there is no collection 'bokings'; the nearest known name is 'bookings'",
        ),
        ("count(room for room in rooms)", "the loop variable 'room' has a name that is taken"),
        ("count(_b for _b in bookings)", "has a name that is taken"),
        ("count(a for a, b in bookings)", "one variable"),
        ("any(a for a in rooms for b in bookings)", "one variable and one collection"),
        ("len(bookings)", "unknown function 'len'"),
        ("room.beds()", "unknown function"),
        ("min(days)", "looks at rows"),
        ("lambda: days", "not part of the language"),
        ("[days]", "not part of the language"),
        ("days if booking.paid else today", "'days' is a whole number, but 'today' is a date"),
        ("days and booking.paid", "'days' is a whole number, not a truth"),
        ("booking.paid && True", "is no expression"),
        ("days +", "is no expression"),
        ("", "an expression is empty"),
        ("days \\ 2", "has characters that no expression has"),
        ("1if booking.paid else 2", "is no expression"),
        ("(" * 300 + "days" + ")" * 300, "is no expression"),
        ("booking" + ".room" * 60, "nested deeper"),
        ("days + " * 40 + "days", "nested deeper"),
        ("days == " + "1" * 2000, "an expression of"),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str):
    if said == "is part of no":
        said = "count looks at rows; write count(… for x in COLLECTION if …)"
    assert said in refusal(text)


@pytest.mark.parametrize(
    ("text", "wanted", "said"),
    [
        ("days", BOOL, "'days' is a whole number, not a truth"),
        ("None", INT, "'None' is None, not a whole number"),
        ("booking.spare", Type("ref", "room"), "'booking.spare' may be None here"),
        ("lost", Type("enum", values=("open", "closed")), "one of (open, closed)"),
        ("days * days", MONEY, "is a whole number, not an amount of money"),
    ],
)
def test_what_is_wanted_is_held_against_what_is_given(text: str, wanted: Type, said: str):
    assert said in refusal(text, wanted)


def test_none_fits_what_is_optional():
    assert read("None", Type("ref", "room", optional=True)).type.kind == "none"


def test_loops():
    loop = parse_loop("b in bookings if b.spare is not None", Hotel(), SCOPE)
    assert (loop.variable, loop.entity) == ("b", "booking")
    assert parse("b.spare.beds", Hotel(), loop.inside).type == INT


@pytest.mark.parametrize(
    "text", ["", "bookings", "b in bookings) or (c for c in rooms", "b in", "b in bookings, c"]
)
def test_what_is_no_loop(text: str):
    with pytest.raises(BadExpression):
        parse_loop(text, Hotel(), SCOPE)


def test_what_an_expression_reads():
    derived = {("booking", "holds"): read("booking.paid and booking.room.beds > 1")}
    found = reads(read("any(b for b in bookings if b.holds)"), derived)
    assert found == {
        ("booking", ""),
        ("booking", "holds"),
        ("booking", "paid"),
        ("booking", "room"),
        ("room", "beds"),
    }


WORDS = st.sampled_from(
    [
        "booking",
        "room",
        "days",
        "today",
        "rooms",
        "bookings",
        "b",
        "open",
        "closed",
        "None",
        "True",
        "0",
        "1",
        "7",
        "'x'",
        ".",
        ".",
        ".",
        "==",
        "!=",
        "<",
        "in",
        "(",
        "(",
        ")",
        ")",
        ",",
        "+",
        "-",
        "*",
        "//",
        "%",
        "and",
        "or",
        "not",
        "if",
        "else",
        "for",
        "is",
        "count",
        "sum",
        "min",
        "any",
        "all",
        "beds",
        "rate",
        "arrives",
        "spare",
        "state",
        "nights",
        "\\",
        "[",
        "]",
        "{",
        "}",
        ":",
        "=",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=18).map(" ".join)))
def test_any_text_is_an_expression_or_a_bad_one(text: str):
    outcomes: list[object] = []
    for _ in range(2):
        try:
            outcomes.append(read(text))
        except BadExpression as error:
            outcomes.append((error.message, error.remedy))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(
    ("kind", "said"),
    [(Type("refs", "room"), "a list of rows of room"), (Type("date", optional=True), "a date or None")],
)
def test_types_in_words(kind: Type, said: str):
    assert spoken(kind) == said
