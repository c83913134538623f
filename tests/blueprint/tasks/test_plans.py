"""Plans up to the names of rows."""

from __future__ import annotations

from envscaler_mcp.blueprint.tasks.plans import plan_class, plan_key, rows_of
from envscaler_mcp.spec.scenario import Call

from .desk import world

DESIGN, _ = world()


def move(booking: str, room: str) -> Call:
    return Call(tool="move_booking", arguments={"booking_id": booking, "room_id": room})


def party(booking: object, number: int) -> Call:
    return Call(tool="change_party", arguments={"booking_id": booking, "party": number})


def test_rows_of_other_names_make_the_same_plan() -> None:
    one, other = [move("B1", "R1"), move("B2", "R1")], [move("B7", "R3"), move("B5", "R3")]
    assert plan_class(one, DESIGN) == plan_class(other, DESIGN)
    assert plan_class(one, DESIGN) != plan_class([move("B1", "R1"), move("B2", "R2")], DESIGN)


def test_numbers_are_part_of_a_plan_but_not_of_its_class() -> None:
    assert plan_class([party("B1", 2)], DESIGN) == plan_class([party("B2", 3)], DESIGN)
    assert plan_key([party("B1", 2)], DESIGN) != plan_key([party("B2", 3)], DESIGN)


def test_steps_that_share_no_row_have_no_order() -> None:
    apart = [party("B1", 2), move("B2", "R1")]
    assert plan_class(apart, DESIGN) == plan_class(apart[::-1], DESIGN)
    together = [party("B1", 2), move("B1", "R1")]
    assert plan_class(together, DESIGN) != plan_class(together[::-1], DESIGN)


def test_a_figure_comes_after_what_it_counts() -> None:
    figure = Call(tool="file_report", arguments={"measure": "open_requests", "figure": 2})
    assert plan_class([figure, party("B1", 2)], DESIGN) != plan_class([party("B1", 2), figure], DESIGN)


def test_free_text_is_no_part_of_a_plan() -> None:
    said = [
        Call(
            tool="record_decision",
            arguments={"request": "close_room", "about": "R1", "ground": "wrong_state", "note": note},
        )
        for note in ("a", "b")
    ]
    assert plan_key(said[:1], DESIGN) == plan_key(said[1:], DESIGN)


def test_a_row_of_an_earlier_step_is_known_as_that() -> None:
    step = {"$result": [0, "/id"]}
    assert rows_of(party(step, 2), DESIGN) == ("step 0",)
