import datetime as dt

import pytest

from envscaler_mcp.interop.moments import DEFAULT, moment_of, seed_of


@pytest.mark.parametrize(
    ("start", "task", "day"),
    [
        ({"loans": {"L1": {"lent_on": "2024-05-03T10:00:00", "due_date": "2024-05-10"}}}, "", "2024-05-11"),
        ({"cards": {"C1": {"issued": "2024-05-03", "expiration_date": "2025-05-03"}}}, "", "2024-05-04"),
        ({"logs": {"1": {"timestamp": 1705000200.0, "amount": 1805000200}}}, "", "2024-01-12"),
        ({"logs": {"1": {"created_at": 1705000200000, "expires_at": 1805000200}}}, "", "2024-01-12"),
        ({"seen": ["2023-12-31"]}, "Do it on 2024-02-28.", "2024-02-29"),
        ({"plan": "2099-01-01", "seen": "2024-02-30", "note": "since 2024-01-05"}, "", "2024-01-06"),
    ],
)
def test_it_is_the_day_after_the_last_date(start, task, day):
    assert moment_of(start, task).isoformat() == f"{day}T09:00:00+00:00"


def test_without_a_date_there_is_a_fixed_one():
    assert moment_of({"x": [1, None, "1-2-3"]}) == DEFAULT == dt.datetime(2025, 1, 1, 9, tzinfo=dt.UTC)


def test_a_seed_follows_from_the_id():
    assert seed_of("env", "1") == seed_of("env", "1") != seed_of("env", "2")
    assert 0 <= seed_of("x") < 2**16
