"""JSON in files: the same value back, a row a line, an element of a list a line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.spec.file_text import WIDTH, file_text

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_what_was_written_is_read_back_in_its_order(value: Any) -> None:
    text = file_text(value)
    assert json.dumps(json.loads(text)) == json.dumps(value)
    assert text.endswith("\n")


def test_a_row_is_one_line_however_long() -> None:
    rows = {f"R-{number}": {"id": f"R-{number}", "name": "x" * WIDTH} for number in range(3)}
    lines = file_text({"rows": rows, "now": 1, "tags": []}).splitlines()
    assert lines[:2] == ["{", ' "rows": {']
    told = [json.loads("{" + line.strip(" ,") + "}") for line in lines[2:5]]
    assert told == [{key: row} for key, row in rows.items()]
    assert lines[5:] == [" },", ' "now": 1,', ' "tags": []', "}"]


def test_an_element_of_a_list_is_one_line_however_deep() -> None:
    tools = [{"name": "x" * WIDTH, "input": {"properties": {"a": {"type": "string"}}}} for _ in range(2)]
    lines = file_text({"tools": tools}).splitlines()
    assert lines[:2] == ["{", ' "tools": [']
    assert [json.loads(line.rstrip(",")) for line in lines[2:4]] == tools
    assert lines[4:] == [" ]", "}"]


def test_what_fits_into_a_line_is_one() -> None:
    nested = {"a": [[1, 2], [3]], "b": {"c": {}}}
    lines = file_text({"x": "y" * WIDTH, "nested": nested}).splitlines()
    assert lines[2] == ' "nested": {"a":[[1,2],[3]],"b":{"c":{}}}'


def test_what_is_no_number_is_no_json() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        file_text({"a": [float("nan")]})
