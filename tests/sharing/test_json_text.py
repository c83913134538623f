"""A file of somebody else: one member changes, and not a character beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.sharing.json_text import NotJson, value_of, with_member, without_member

COMMENTED = """\
// my servers
{
\t"theme": "dark", // keep me
\t"servers": {
\t\t/* the first */
\t\t"a": {"command": "x"}, // note on a
\t},
}
"""


def test_a_member_joins_in_the_layout_that_is_there() -> None:
    text = with_member(COMMENTED, ("servers", "b"), {"command": "y"})
    joined = '\t\t"b": {\n\t\t\t"command": "y"\n\t\t},\n\t},\n}\n'
    assert text == COMMENTED.replace("\t},\n}\n", joined)
    assert value_of(text)["servers"] == {"a": {"command": "x"}, "b": {"command": "y"}}
    assert without_member(text, ("servers", "b")) == COMMENTED


def test_a_comment_behind_the_last_member_does_not_swallow_the_comma() -> None:
    text = with_member('{\n  "a": 1 // one\n}\n', ("b",), 2)
    assert text == '{\n  "a": 1, // one\n  "b": 2\n}\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '{\n  "s": {\n    "n": 1\n  }\n}\n'),
        ("  \n", '  \n{\n  "s": {\n    "n": 1\n  }\n}\n'),
        ("{}", '{\n  "s": {\n    "n": 1\n  }\n}'),
        ('{"a":1}\n', '{"a":1, "s": {"n": 1}}\n'),
        ('{"a":1,}', '{"a":1, "s": {"n": 1}}'),
        ('{\r\n    "a": 1\r\n}\r\n',
         '{\r\n    "a": 1,\r\n    "s": {\r\n        "n": 1\r\n    }\r\n}\r\n'),
        ('\ufeff{\n "s": {}\n}', '\ufeff{\n "s": {\n  "n": 1\n }\n}'),
        ('{"s": {"n": 0, "m": 2}}', '{"s": {"n": 1, "m": 2}}'),
        ('{"s": {"n": 1}}', '{"s": {"n": 1}}'),
    ],
)  # fmt: skip
def test_layouts(before: str, after: str) -> None:
    assert with_member(before, ("s", "n"), 1) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{\n  "a": 1,\n  "b": 2\n}', '{\n  "a": 1\n}'),
        ('{\n  "b": 2,\n  "a": 1\n}', '{\n  "a": 1\n}'),
        ('{\n  "b": 2\n}', "{}"),
        ('{"a": 1, "b": 2}', '{"a": 1}'),
        ('{"b": 2, "a": 1}', '{"a": 1}'),
        ('{"a": 1}', '{"a": 1}'),
        ("", ""),
    ],
)
def test_a_member_leaves(before: str, after: str) -> None:
    left = without_member(before, ("b",))
    assert value_of(left) == value_of(after)
    assert left.replace(" ", "") == after.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"a": 1 "b": 2}',
        '{"a": 1, "a": 2}',
        "{} {}",
        '{"s": []}',
        "[" * 2000,
        "{a: 1}",
        '{"a" 1}',
        "// only",
    ],
)
def test_what_is_no_json_is_left_alone(text: str) -> None:
    with pytest.raises(NotJson):
        with_member(text, ("s", "n"), 1)


VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4), st.sampled_from([None, 1, 2, "\t"]), st.text(), VALUES)
def test_any_layout_gains_and_loses_a_member(whole: Any, indent: Any, name: str, value: Any) -> None:
    whole = {key: part for key, part in whole.items() if key not in ("servers", name)}
    text = json.dumps(whole, indent=indent, ensure_ascii=False)
    added = with_member(text, ("servers", name), value)
    assert json.loads(added) == {**whole, "servers": {name: value}}
    assert json.loads(without_member(added, ("servers", name))) == {**whole, "servers": {}}
