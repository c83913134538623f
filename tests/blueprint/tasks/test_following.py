"""The reference reading of requests: which calls they come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from envscaler_mcp.blueprint.tasks.following import Followed, Unclear, follow
from envscaler_mcp.blueprint.tasks.requests import (
    Best,
    Condition,
    DoEach,
    DoIf,
    Request,
    Selection,
    Tell,
)

from .desk import begun, booking, burst_pipe, do, guest, room, world

DESIGN, _ = world()


def read(*requests: Request, backwards: bool = False) -> Followed:
    return follow(DESIGN, begun(), requests, backwards=backwards)


def calls(followed: Followed) -> list[str]:
    """`move_booking BKN-01 ROM-02`: tools with what they are given, free text left out."""
    return [
        " ".join(
            [
                call.tool,
                *(str(value) for name, value in call.arguments.items() if name not in ("note", "remark")),
            ]
        )
        for call in followed.oracle
    ]


def refused(followed: Followed) -> list[str]:
    return [step.ground for step in followed.steps if step.role == "decision"]


def selection(*conditions: Condition) -> Selection:
    return Selection("booking", conditions)


def test_what_is_allowed_is_one_call() -> None:
    followed = read(do("change_party", booking=booking(2), party=2))
    assert calls(followed) == ["change_party BKN-02 2"]
    assert followed.episode.rows("bookings")["BKN-02"]["party"] == 2


def test_the_start_is_never_changed() -> None:
    start = begun()
    follow(DESIGN, start, [do("cancel_booking", booking=booking(1))])
    assert start.rows("bookings")["BKN-01"]["state"] == "confirmed"


def test_what_is_forbidden_is_left_undone_and_its_first_ground_recorded() -> None:
    followed = read(do("confirm_booking", booking=booking(4)))
    assert [call.tool for call in followed.oracle] == ["record_decision"]
    said = followed.oracle[0].arguments
    assert (said["request"], said["about"], said["ground"]) == (
        "confirm_booking",
        "BKN-04",
        "too_many_people",
    )
    assert followed.episode.rows("bookings")["BKN-04"]["state"] == "requested"


def test_a_decision_about_no_subject_names_the_first_row_that_was_given() -> None:
    late = do("request_booking", guest=guest("Anna Berg"), room=room("101"), arrives="2026-03-01", party=1)
    (call,) = read(late).oracle
    assert (call.arguments["about"], call.arguments["ground"]) == ("GST-01", "in_the_past")


def test_each_row_is_done_or_declined_on_its_own_in_order_of_id() -> None:
    requested = selection(Condition("state", "==", "requested"))
    followed = read(DoEach("confirm_booking", "booking", requested, {}))
    assert [call.tool for call in followed.oracle] == ["record_decision", "confirm_booking"]
    backwards = read(DoEach("confirm_booking", "booking", requested, {}), backwards=True)
    assert [call.tool for call in backwards.oracle] == ["confirm_booking", "record_decision"]


@pytest.mark.parametrize(
    ("party", "expected"), [(2, "cancel_booking BKN-02"), (1, "move_booking BKN-02 ROM-03")]
)
def test_one_thing_or_another_as_a_test_comes_out(party: int, expected: str) -> None:
    test = DoIf(
        booking(2),
        Condition("party", "<", party),
        do("cancel_booking", booking=booking(2)),
        do("move_booking", booking=booking(2), room=room("103")),
    )
    assert calls(read(test)) == [expected]


def test_a_test_without_another_way_may_come_to_nothing() -> None:
    test = DoIf(booking(2), Condition("party", ">", 1), do("cancel_booking", booking=booking(2)), None)
    assert calls(read(test)) == []


def test_a_figure_is_that_of_its_turn() -> None:
    told = Tell("people_booked", room("101"))
    assert calls(read(told)) == ["file_report people_booked ROM-01 3"]
    assert (
        calls(read(do("cancel_booking", booking=booking(1)), told))[-1]
        == "file_report people_booked ROM-01 1"
    )


def test_a_figure_about_nothing_in_particular_names_no_row() -> None:
    (call,) = read(Tell("open_requests", None)).oracle
    assert call.arguments == {"measure": "open_requests", "figure": 2}


def test_the_best_of_a_selection_is_found_and_a_tie_is_unclear() -> None:
    open_rooms = Selection("room", (Condition("state", "==", "open"),))
    cheapest = Best(open_rooms, "rate", greatest=False)
    assert calls(read(do("close_room", room=cheapest))) == ["close_room ROM-03"]
    with pytest.raises(Unclear):
        read(
            do(
                "cancel_booking",
                booking=Best(selection(Condition("state", "==", "requested")), "party", False),
            )
        )


def test_a_duty_is_done_row_by_row_by_the_first_attempt_that_is_not_refused() -> None:
    followed = read(burst_pipe("101"))
    # 103 is cheapest, but has one bed; in 102 somebody arrives on the 5th already; on the 6th 103 will do.
    assert calls(followed) == ["cancel_booking BKN-01", "move_booking BKN-02 ROM-03", "close_room ROM-01"]
    assert [step.role for step in followed.steps] == ["duty", "duty", "event"]
    assert [step.passed_over for step in followed.steps] == [2, 0, 0]


def test_a_plain_request_has_the_duty_of_its_action_too() -> None:
    assert calls(read(do("close_room", room=room("101"))))[:1] == ["cancel_booking BKN-01"]


def test_an_event_changes_what_a_later_request_may_do() -> None:
    followed = read(burst_pipe("101"), do("change_party", booking=booking(2), party=2))
    assert refused(followed) == ["too_many_people"]
    assert refused(read(do("change_party", booking=booking(2), party=2), burst_pipe("101"))) == []


def test_an_event_that_cannot_happen_is_unclear() -> None:
    with pytest.raises(Unclear):
        read(burst_pipe("104"))


@pytest.mark.parametrize(
    "requests",
    [
        [
            do("cancel_booking", booking=booking(5)),
            DoEach("confirm_booking", "booking", selection(Condition("state", "==", "requested")), {}),
        ],
        [
            do("change_party", booking=booking(2), party=2),
            DoIf(booking(2), Condition("party", ">", 1), do("cancel_booking", booking=booking(2)), None),
        ],
    ],
)
def test_what_changes_its_meaning_on_the_way_is_unclear(requests: Sequence[Any]) -> None:
    with pytest.raises(Unclear):
        read(*requests)


def test_free_text_that_nobody_gave_is_filled_in() -> None:
    asked = do("request_booking", guest=guest("Anna Berg"), room=room("102"), arrives="2026-03-20", party=2)
    (call,) = read(asked).oracle
    assert call.arguments["remark"]
