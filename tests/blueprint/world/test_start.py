"""Start states: sound, lived in, near the limits, and the same everywhere."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections import Counter

import pytest

from envscaler_mcp.blueprint.reading.domain import domain_named, domain_names
from envscaler_mcp.blueprint.synth.fitting import Fitting
from envscaler_mcp.blueprint.world.start import check_start, start_state
from envscaler_mcp.runtime.standalone.episode import Episode

from .lived import start, world

PAGE_ROWS = 10
SEEDS = (1, 2, 3)
DIGEST = """
import hashlib, json, sys
from tests.blueprint.world.lived import start
made = start("hotel_bookings", ("deposits",), 5)
print(hashlib.sha256(json.dumps([made.state, made.now.isoformat()]).encode()).hexdigest())
"""


def sound(name: str, options: tuple[str, ...]) -> None:
    design, live = world(name, options)
    made = start(name, options)
    assert [one for one in made.problems if one.severity == "error"] == []
    episode = Episode.start(live.form, made.state, made.now, 0)
    assert episode.broken_rules() == []
    impossible = [one.where for one in check_start(design, live, made) if one.code == "impossible_action"]
    assert len(impossible) <= len(design.actions) * 0.35, impossible


@pytest.mark.parametrize(("name", "options"), [("hotel_bookings", ("waitlist",)), ("theatre_lists", ())])
def test_start_states_have_no_defects(name: str, options: tuple[str, ...]) -> None:
    sound(name, options)


@pytest.mark.slow
@pytest.mark.parametrize("name", domain_names())
@pytest.mark.parametrize("fully", [False, True])
def test_every_domain_has_start_states_without_defects(name: str, fully: bool) -> None:
    sound(name, richest_that_can_be_served(name) if fully else ())


def richest_that_can_be_served(name: str) -> tuple[str, ...]:
    """Compositions whose tools are too many for clients are never made."""
    domain = domain_named(name)
    fitting = Fitting(domain)
    return next(one for one in reversed(domain.compositions()) if fitting.room(one))


@pytest.mark.parametrize("seed", SEEDS)
def test_main_collections_fill_more_than_a_page(seed: int) -> None:
    state = start(seed=seed).state
    assert all(len(state[name]) > PAGE_ROWS for name in ("guests", "rooms", "bookings"))


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_stand_in_different_states(seed: int) -> None:
    states = Counter(row["state"] for row in start(seed=seed).state["bookings"].values())
    assert set(states) >= {"requested", "confirmed", "checked_in", "cancelled"}
    assert states["requested"] + states["confirmed"] >= 5


@pytest.mark.parametrize("seed", SEEDS)
def test_ids_are_readable_and_every_reference_leads_to_a_row(seed: int) -> None:
    state = start(seed=seed).state
    assert list(state["bookings"])[:2] == ["BKN-01", "BKN-02"]
    for row in state["bookings"].values():
        assert row["guest_id"] in state["guests"]
        assert row["room_id"] in state["rooms"]
    assert all(row["id"] == key for rows in state.values() for key, row in rows.items())


def test_days_lie_on_both_sides_of_today() -> None:
    days = [
        (dt.date.fromisoformat(row["arrives"]) - start(seed=seed).now.date()).days
        for seed in SEEDS
        for row in start(seed=seed).state["bookings"].values()
    ]
    assert min(days) < 0 < max(days)
    assert 0 in days


def test_some_values_lie_on_a_limit() -> None:
    full = [
        row["party"] - start(seed=seed).state["rooms"][row["room_id"]]["beds"]
        for seed in SEEDS
        for row in start(seed=seed).state["bookings"].values()
    ]
    assert full.count(0) >= 5
    assert full.count(-1) + full.count(1) >= 3


def test_some_people_share_a_name() -> None:
    names = [row["name"] for seed in SEEDS for row in start(seed=seed).state["guests"].values()]
    surnames = Counter(name.partition(" ")[2] for name in names)
    assert max(surnames.values()) >= 2
    twins = [
        Counter(row["name"] for row in start(seed=seed).state["guests"].values()).most_common(1)[0][1]
        for seed in SEEDS
    ]
    assert 2 in twins


def test_money_is_round() -> None:
    assert all(row["rate"] % 50 == 0 for row in start().state["rooms"].values())


def test_now_is_in_the_morning_of_a_weekday() -> None:
    for seed in SEEDS:
        now = start(seed=seed).now
        assert now.weekday() < 5
        assert 8 <= now.hour <= 11


def test_other_seeds_make_other_states() -> None:
    assert start(seed=1).state != start(seed=2).state


def test_the_same_seed_makes_the_same_bytes_in_one_process() -> None:
    design, live = world("hotel_bookings", ("deposits",))
    again = [start_state(design, live, 5) for _ in range(2)]
    assert json.dumps(again[0].state) == json.dumps(again[1].state)


def test_the_same_seed_makes_the_same_bytes_in_any_process() -> None:
    def digest(hash_seed: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert digest("1") == digest("2")
