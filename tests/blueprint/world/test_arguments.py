"""Arguments: plausible, allowed where that can be seen, near the limits, and the same for the same seed."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from envscaler_mcp.blueprint.world.arguments import Chooser, tool_arguments
from envscaler_mcp.blueprint.world.limits import Limits
from envscaler_mcp.blueprint.world.values import near, range_of

from .lived import start, world


def begun(options: tuple[str, ...] = ()):
    design, live = world("hotel_bookings", options)
    made = start("hotel_bookings", options)
    return design, live.start(made.state, made.now, 0)


def test_most_candidates_are_done() -> None:
    design, episode = begun()
    chooser, rng = Chooser.of(design, 1), random.Random(1)
    action = design.by_action["request_booking"]
    found = list(islice(chooser.candidates(action, episode, episode.now.date(), rng), 20))
    codes = [episode.would(action.name, tool_arguments(action, one)) for one in found]
    assert codes.count(None) == len(codes) >= 15


def test_subjects_are_in_a_state_from_which_the_action_goes() -> None:
    design, episode = begun()
    action = design.by_action["confirm_booking"]
    found = Chooser.of(design, 1).candidates(action, episode, episode.now.date(), random.Random(1))
    rows = episode.rows("bookings")
    assert {rows[one["booking"]]["state"] for one in found} == {"requested"}


def test_what_is_fixed_stays() -> None:
    design, episode = begun()
    action = design.by_action["request_booking"]
    found = Chooser.of(design, 1).candidates(
        action, episode, episode.now.date(), random.Random(1), fixed={"room": "RM-03", "nights": 2}
    )
    assert {(one["room"], one["nights"]) for one in islice(found, 10)} == {("RM-03", 2)}


def test_careless_candidates_ask_nothing() -> None:
    design, episode = begun()
    action = design.by_action["request_booking"]
    found = Chooser.of(design, 1).candidates(
        action,
        episode,
        episode.now.date(),
        random.Random(1),
        fixed={"arrives": "2020-01-01"},
        careful=False,
    )
    codes = {episode.would(action.name, tool_arguments(action, one)) for one in islice(found, 5)}
    assert codes == {"in_the_past"}


def test_the_same_seed_proposes_the_same() -> None:
    design, episode = begun()
    action = design.by_action["move_booking"]
    day = episode.now.date()
    found = [
        list(islice(Chooser.of(design, 3).candidates(action, episode, day, random.Random(3)), 10))
        for _ in range(2)
    ]
    assert found[0] == found[1]


def test_numbers_lie_on_limits_and_beside_them() -> None:
    design, episode = begun()
    action = design.by_action["request_booking"]
    chooser, rng, rooms = Chooser.of(design, 1), random.Random(1), episode.rows("rooms")
    found = islice(chooser.candidates(action, episode, episode.now.date(), rng), 40)
    room_left = [rooms[one["room"]]["beds"] - one["party"] for one in found]
    assert room_left.count(0) >= 8


def test_limits_come_from_what_is_asked_and_from_what_rules_say_afterwards() -> None:
    design, _ = begun()
    limits = Limits(design)
    found = limits.of_action(design.by_action["request_booking"])
    assert len(found["arrives"]) >= 1
    assert len(found["party"]) == 1
    assert ("booking", "arrives") in limits.lasting
    assert ("booking", "room", "beds") in {(one.subject, one.entity, one.field) for one in limits.seen_from}


@pytest.mark.parametrize("seed", range(20))
def test_a_value_near_a_limit_stays_in_its_range(seed: int) -> None:
    design, episode = begun()
    parameter = design.by_action["request_booking"].parameter("party")
    least, greatest = range_of(parameter)
    value = near(greatest, parameter, random.Random(seed), episode.now.date())
    assert value is None or least <= value <= greatest


def test_a_tool_is_called_with_ids_and_without_nothing() -> None:
    design, _ = begun()
    action = design.by_action["request_booking"]
    assert tool_arguments(action, {"guest": "GST-01", "nights": None}) == {"guest_id": "GST-01"}
