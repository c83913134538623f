"""State differences by key."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.runtime.standalone.difference import MISSING, diff, matches

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def paths(before: Any, after: Any, roles: dict[str, str] | None = None) -> list[str]:
    return [change.path for change in diff(before, after, roles)]


def test_a_row_that_came_or_went_is_one_change() -> None:
    changes = diff({"a": {"x": {"n": 1}}}, {"a": {"y": {"n": 1}}})
    assert [(change.path, change.deleted, change.created) for change in changes] == [
        ("/a/x", True, False),
        ("/a/y", False, True),
    ]
    assert changes[1].before is MISSING
    assert changes[1].to_json() == {"path": "/a/y", "after": {"n": 1}}


def test_spelling_does_not_matter_but_type_does() -> None:
    assert paths({"n": 1}, {"n": 1.0}) == []
    assert paths({"n": 1}, {"n": True}) == ["/n"]
    assert paths({"n": None}, {}) == ["/n"]


def test_rows_of_a_list_are_matched_by_their_id() -> None:
    before = {"lines": [{"line_id": 1, "n": 1}, {"line_id": 2, "n": 2}]}
    assert paths(before, {"lines": list(reversed(before["lines"]))}) == []
    assert paths(before, {"lines": [{"line_id": 2, "n": 3}]}) == ["/lines/1", "/lines/2/n"]


def test_a_list_without_ids_changes_as_a_whole() -> None:
    assert paths({"tags": ["a", "b"]}, {"tags": ["b", "a"]}) == ["/tags"]
    assert paths({"tags": ["a", "b"]}, {"tags": ["b", "a"]}, {"/tags": "unordered"}) == []


def test_volatile_fields_are_passed_over() -> None:
    assert paths({"a": {"x": {"t": 1}}}, {"a": {"x": {"t": 2}}}, {"/a/*/t": "volatile"}) == []


def test_keys_with_slashes_are_escaped() -> None:
    assert paths({"a": {"x/y~": 1}}, {"a": {"x/y~": 2}}) == ["/a/x~1y~0"]


def test_a_pattern_covers_what_lies_below() -> None:
    assert matches("/a/x/n", "/a/*")
    assert not matches("/a", "/a/*")
    assert not matches("/b/x", "/a/*")


@given(JSON)
def test_nothing_differs_from_itself(value: Any) -> None:
    assert diff(value, value) == []


def test_ids_that_are_spelt_alike_hide_nothing() -> None:
    before = {"rows": [{"id": 1, "n": 1}, {"id": "1", "n": 1}]}
    after = {"rows": [{"id": 1, "n": 2}, {"id": "1", "n": 1}]}
    assert [change.path for change in diff(before, after)] == ["/rows/0/n"]
    assert diff(before, {"rows": before["rows"][:1]}) != []
