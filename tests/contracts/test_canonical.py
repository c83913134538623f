"""Properties of strict JSON and its one spelling."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.runtime.standalone.canonical import (
    StrictJsonError,
    canonical,
    digest,
    dumps,
    integral,
    loads,
    pretty,
)
from envscaler_mcp.spec import Part
from envscaler_mcp.spec.record import Json

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES = st.recursive(
    SCALARS, lambda part: st.lists(part, max_size=4) | st.dictionaries(TEXTS, part, max_size=4), max_leaves=20
)


class Holder(Part):
    """A part that holds anything."""

    value: Json = None


def shuffled(value: Any) -> Any:
    """The same value with the keys of every object the other way round."""
    if isinstance(value, dict):
        return {key: shuffled(part) for key, part in reversed(value.items())}
    return [shuffled(part) for part in value] if isinstance(value, list) else value


def as_floats(value: Any) -> Any:
    """The same value with every small integer spelt as a float."""
    if isinstance(value, dict):
        return {key: as_floats(part) for key, part in value.items()}
    if isinstance(value, list):
        return [as_floats(part) for part in value]
    return float(value) if type(value) is int and abs(value) < 2**53 else value


@given(VALUES)
def test_what_is_written_is_read_back(value: Any):
    for text in (dumps(value), pretty(value), dumps(value).encode()):
        assert loads(text) == value
    assert loads(canonical(value)) == integral(value)


@given(VALUES)
def test_pydantic_keeps_a_value_as_it_is(value: Any):
    held = Holder(value=value)
    assert dumps(Holder.parse(held.to_text(), "x").value) == dumps(value)


@given(VALUES)
def test_key_order_and_number_spelling_do_not_matter(value: Any):
    assert digest(shuffled(value)) == digest(value)
    assert digest(as_floats(value)) == digest(value)
    assert canonical(loads(canonical(value))) == canonical(value)


@given(VALUES, VALUES)
def test_digests_are_equal_only_for_equal_values(one: Any, other: Any):
    same = canonical(one) == canonical(other)
    assert same == (digest(one) == digest(other))
    # json spells True and 1 differently, so its own sorted text is a fair judge.
    assert same == (json.dumps(integral(one), sort_keys=True) == json.dumps(integral(other), sort_keys=True))


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 1.0), (0, -0.0), (100, 1e2), ({"a": [1]}, {"a": [1.0]}), (-3, -3.0), (2**53 - 1, float(2**53 - 1))],
)
def test_equal_numbers_have_one_digest(one: Any, other: Any):
    assert digest(one) == digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, False),
        (1, "1"),
        (None, "null"),
        (1, 1.5),
        ([], {}),
        ([1, 2], [2, 1]),
        ("1.0", 1),
        ("\u00e9", "e\u0301"),
    ],
)
def test_other_values_have_other_digests(one: Any, other: Any):
    assert digest(one) != digest(other)


def test_text_that_looks_like_a_number_is_left_alone():
    assert canonical({"1.0": "2.0", "x": 3.0}) == b'{"1.0":"2.0","x":3}'


@pytest.mark.parametrize("value", [float("nan"), [float("-inf")], {"a": {1, 2}}, object(), b"x"])
def test_what_json_cannot_say_is_not_written(value: Any):
    for write in (canonical, dumps, pretty):
        with pytest.raises((ValueError, TypeError)):
            write(value)


@given(st.text(max_size=30) | VALUES.map(dumps).map(lambda text: text[:-1]))
def test_any_text_is_read_or_refused_and_nothing_else(text: str):
    try:
        value = loads(text)
    except StrictJsonError:
        return
    assert loads(dumps(value)) == value


@given(st.binary(max_size=30))
def test_any_bytes_are_read_or_refused(raw: bytes):
    try:
        loads(raw)
    except StrictJsonError:
        return


@given(VALUES, st.integers(min_value=1, max_value=8))
def test_depth_is_counted_exactly(value: Any, deep: int):
    text = "[" * deep + "0" + "]" * deep
    assert loads(text, max_depth=deep) is not None
    with pytest.raises(StrictJsonError, match="deeper"):
        loads(text, max_depth=deep - 1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": 1, "b": [{"c": 1, "c": 2}]}', "'c' stands twice"),
        ("[NaN]", "NaN is no JSON number"),
        ("-Infinity", "Infinity is no JSON number"),
        ("[1e999]", "out of range"),
        (r'["\ud800"]', "surrogate"),
        (r'{"\udfff": 1}', "surrogate"),
        (r'"\ud800\u0041"', "surrogate"),
        ('["\ud800"]', "not UTF-8 at byte 2"),
        (b'["\xed\xa0\x80"]', "not UTF-8 at byte 2"),
        (b'"\xff"', "not UTF-8 at byte 1"),
        ("\ufeff{}", "byte order mark"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        ('{"a": 1} 2', "Extra data at line 1, column 10"),
        ("{'a': 1}", "line 1, column 2"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 65 + "0" + "}" * 65, "nested deeper than 64"),
        ("9" * 5000, "too long"),
        ("", "line 1, column 1"),
    ],
)
def test_what_is_no_strict_json_is_refused_with_the_reason(text: str | bytes, why: str):
    with pytest.raises(StrictJsonError, match=re.escape(why)):
        loads(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud83d\ude00"', "\U0001f600"),
        (r'"\\ud800"', r"\ud800"),
        ('"' + "[{" * 100 + '"', "[{" * 100),
        (" [1, 2.5, -0] \n", [1, 2.5, 0]),
        ('{"a": {"x": 1}, "b": {"x": 1}}', {"a": {"x": 1}, "b": {"x": 1}}),
    ],
)
def test_what_only_looks_bad_is_read(text: str, value: Any):
    assert loads(text) == value
