"""A point in time is spelt in a file as it was read."""

from __future__ import annotations

import copy
import datetime as dt
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.spec import parse_moment, spell_moment

MINUTES = st.integers(min_value=-839, max_value=839)
OFFSETS = st.none() | MINUTES.map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))


@given(st.datetimes(min_value=dt.datetime(1000, 1, 1), timezones=OFFSETS))
def test_what_is_spelt_is_read_back(moment: dt.datetime):
    text = spell_moment(moment)
    assert parse_moment(text) == moment
    assert spell_moment(parse_moment(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T08:00:00",
        "2026-03-02T08:00:00Z",
        "2026-03-02T08:00:00+00:00",
        "2026-03-02T08:00:00-05:30",
        "2026-03-02T08:00:00.250000Z",
    ],
)
def test_the_offset_keeps_its_spelling(text: str):
    moment = parse_moment(text)
    for twin in (moment, copy.deepcopy(moment), pickle.loads(pickle.dumps(moment)), moment.replace()):
        assert spell_moment(twin) == text


def test_the_same_time_is_equal_however_it_is_spelt():
    assert parse_moment("2026-03-02T08:00:00Z") == parse_moment("2026-03-02T09:00:00+01:00")
    assert parse_moment("2026-03-02T08:00:00Z") == dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)


@pytest.mark.parametrize("text", ["2026-03-02T08:00Z", "2026-03-02T08:00:00.25Z"])
def test_a_short_spelling_is_completed(text: str):
    assert spell_moment(parse_moment(text)).startswith("2026-03-02T08:00:00")


@pytest.mark.parametrize(
    "text",
    ["", "2026-03-02", "08:00", "2026-02-30T08:00:00Z", "2026-03-02T08:00:00Z\n", "\u0662026-03-02T08:00:00"],
)
def test_anything_else_is_refused(text: str):
    with pytest.raises(ValueError, match="no point in time|day is out of range"):
        parse_moment(text)
