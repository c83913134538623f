from __future__ import annotations

import pytest

from envscaler_mcp.blueprint.english.describe import describe, in_order, named_by
from envscaler_mcp.blueprint.tasks.requests import Described, Mark
from tests.blueprint.english.hotel import HOTEL, STATE


def marks(entity: str, key: str, seed: int = 0) -> dict[str, object]:
    found = describe(HOTEL, STATE, entity, key, seed)
    assert found is not None
    assert found.key == key
    return {one.field: one.value for one in found.marks}


def test_a_title_that_is_unique_is_enough():
    assert marks("room", "ROM-02") == {"number": "214"}


def test_a_title_that_two_rows_share_takes_more():
    assert marks("guest", "GST-01") == {"name": "Anna Berg", "city": "Bergen"}


def test_a_row_without_a_title_is_named_by_others():
    found = describe(HOTEL, STATE, "booking", "BKG-01", 0)
    assert found is not None
    assert any(isinstance(one.value, Described) or one.field == "arrives" for one in found.marks)


def test_what_the_state_alone_tells_apart_is_told_by_it():
    assert "state" in marks("booking", "BKG-04")
    assert "state" in marks("booking", "BKG-05")


def test_what_only_an_id_tells_apart_has_no_name():
    assert describe(HOTEL, STATE, "booking", "BKG-06", 0) is None
    assert describe(HOTEL, STATE, "booking", "BKG-07", 0) is None


@pytest.mark.parametrize("seed", range(20))
def test_a_name_leads_to_its_row_alone(seed: int):
    for entity in HOTEL.entities:
        for key in STATE[entity.collection]:
            found = describe(HOTEL, STATE, entity.name, key, seed)
            if found is not None:
                assert named_by(HOTEL, STATE, found) == {key}


def test_seeds_vary_the_choice():
    assert len({describe(HOTEL, STATE, "booking", "BKG-02", seed) for seed in range(20)}) > 1


def test_marks_stand_in_one_order():
    given = {"arrives": "2026-03-03", "guest": Described("guest", (Mark("name", "Jonas Lund"),))}
    assert [one.field for one in in_order(HOTEL, "booking", given)] == ["guest", "arrives"]
