from __future__ import annotations

from dataclasses import replace

import pytest

from envscaler_mcp.blueprint.english.conditions import Conditions
from envscaler_mcp.blueprint.english.values import value_form
from tests.blueprint.english.hotel import HOTEL


@pytest.mark.parametrize(
    ("label", "manner"),
    [
        ("hour", "hour"),
        ("hour of opening", "hour"),
        ("last possible hour", "hour"),
        ("calls per hour", "number"),
    ],
)
def test_hours_are_compared_as_hours_and_rates_as_numbers(label: str, manner: str):
    room = HOTEL.by_entity["room"]
    fields = tuple(replace(one, label=label) if one.name == "floor" else one for one in room.fields)
    entities = tuple(replace(one, fields=fields) if one is room else one for one in HOTEL.entities)
    design = replace(HOTEL, entities=entities)
    assert Conditions(design, value_form).manner("room", "floor") == manner
