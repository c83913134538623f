from __future__ import annotations

import pytest

from .designs import NAMES, single_options
from .playing import played

EXPECTED = {"", "invalid_arguments", "wrong_state", "too_early", "same_room", "already_barred"}


def test_no_call_leaves_a_rule_broken():
    assert played(1500, "hotel_bookings").keys() >= EXPECTED


def test_all_of_the_language_does_what_it_says():
    codes = played(1500, "workshop")
    assert codes[""] > 300
    assert codes.keys() >= {"not_learnt", "keeper_unskilled", "nothing_late", "tool_tag_taken"}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_ten_thousand_calls_leave_no_rule_broken(name: str):
    options = single_options(name)
    for of in options:
        assert played(10_000 // len(options), *of)[""] > 100
