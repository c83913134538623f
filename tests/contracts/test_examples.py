"""Every example parses, is written back byte for byte, and leaves out no format."""

from __future__ import annotations

import copy
import json

import pytest

from envscaler_mcp import spec

from .formats import EXAMPLES, FILES, LINES, RECORDS


def subclasses(base: type) -> set[type]:
    return {found for child in base.__subclasses__() for found in {child, *subclasses(child)}}


def test_every_example_has_a_model_and_every_model_an_example():
    assert {path.name for path in EXAMPLES.iterdir()} == {*FILES, *LINES}
    shown = {*FILES.values(), *(model for models in LINES.values() for model in models)}
    records = {kind for kind in subclasses(spec.Record) if kind.__module__.startswith("envscaler_mcp.spec.")}
    assert records <= shown


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_written_back_byte_for_byte(name: str):
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    assert FILES[name].parse(text, name).to_text() == text


@pytest.mark.parametrize("name", LINES)
def test_lines_are_written_back_byte_for_byte(name: str):
    lines = (EXAMPLES / name).read_text(encoding="utf-8").splitlines()
    assert [
        model.parse(line, name).to_line() for model, line in zip(LINES[name], lines, strict=True)
    ] == lines


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_knows_its_format_and_digest(name: str):
    record = RECORDS[name].load(EXAMPLES / name)
    assert isinstance(record, spec.Record)
    assert record.format == record.format_line()
    assert record.digest() == RECORDS[name].load(EXAMPLES / name).digest()  # type: ignore[attr-defined]
    assert record.digest().startswith("sha256:")


@pytest.mark.parametrize("name", FILES)
def test_copies_are_equal_and_spelt_the_same(name: str):
    record = FILES[name].parse((EXAMPLES / name).read_bytes(), name)
    for twin in (copy.deepcopy(record), record.model_copy(), FILES[name].from_json(record.to_json(), name)):
        assert twin == record
        assert twin.to_text() == record.to_text()


def test_a_record_made_in_python_equals_the_one_read():
    read = spec.Scenario.load(EXAMPLES / "scenario.json")
    value = json.loads((EXAMPLES / "scenario.json").read_text(encoding="utf-8"))
    del value["format"]
    assert spec.Scenario(**value) == read


def test_null_and_absence_differ_in_a_state_change():
    steps = spec.Trajectory.load(EXAMPLES / "trajectory.json").steps
    was_null, created, deleted = (change.to_json() for change in steps[1].diff)
    assert was_null["before"] is None
    assert "before" not in created
    assert "after" not in deleted


def test_nulls_inside_values_survive():
    entry = spec.FieldCard(name="status", type="string", enum=("a", None), range=(None, 1))
    assert entry.to_json()["enum"] == ["a", None]
    assert entry.to_json()["range"] == [None, 1]


def test_two_locks_tell_where_they_differ():
    lock = spec.SuiteLock.load(EXAMPLES / "suite.lock.json")
    other = lock.model_copy(update={"versions": {"mcp": "2.4.0"}})
    assert lock.differences(lock) == []
    assert lock.differences(other) == ["/versions/envscaler-mcp", "/versions/mcp"]
