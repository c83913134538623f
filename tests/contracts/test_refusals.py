"""What no format takes, and what the sentence says about it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone import canonical
from envscaler_mcp.spec import EnvironmentCard, EpisodeRequest, Grading, RolloutRow, Scenario, Suite

from .formats import EXAMPLES, FILES, JSON_FILES, LINES, RECORDS


def example(name: str) -> Any:
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def refusal(model: Any, text: str | bytes) -> str:
    with pytest.raises(BadInput) as caught:
        model.parse(text, "some/file.json")
    sentence = str(caught.value)
    assert sentence.startswith("some/file.json: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert caught.value.remedy
    return sentence


@pytest.mark.parametrize("name", JSON_FILES)
def test_an_unknown_key_is_refused(name: str):
    assert "/surprise" in refusal(JSON_FILES[name], json.dumps({**example(name), "surprise": 1}))


@pytest.mark.parametrize("name", LINES)
def test_an_unknown_key_in_a_line_is_refused(name: str):
    lines = (EXAMPLES / name).read_text(encoding="utf-8").splitlines()
    for model, line in zip(LINES[name], lines, strict=True):
        assert "/surprise" in refusal(model, json.dumps({**json.loads(line), "surprise": 1}))


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("line", ["envscaler-mcp/other/1", "envscaler-mcp/scenario/2", "", None, 1, ["x"]])
def test_another_format_line_is_refused(name: str, line: Any):
    value = {"format": line, "whatever": 1}
    assert RECORDS[name].format_line() in refusal(RECORDS[name], json.dumps(value))  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", RECORDS)
def test_a_missing_format_line_is_refused(name: str):
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    without = re.sub(r'"format": "[^"]*",|^format: .*\n', "", text, count=1)
    assert "format" in refusal(RECORDS[name], without)


def test_a_nested_record_of_another_format_is_refused():
    value = example("trajectory.json")
    value["score"]["format"] = "envscaler-mcp/score/9"
    assert "/score" in refusal(FILES["trajectory.json"], json.dumps(value))


@pytest.mark.parametrize("name", JSON_FILES)
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Expecting value"),
        ("{", "line 1, column 2"),
        ('{"a": NaN}', "NaN"),
        ('{"a": -Infinity}', "Infinity"),
        ('{"a": 1e999}', "out of range"),
        ('{"a": 1, "a": 1}', "stands twice"),
        ('{"a": "\\ud800"}', "surrogate"),
        ('{"\\udc00": 1}', "surrogate"),
        (b'{"a": "\xff"}', "UTF-8 at byte 7"),
        (b"\xef\xbb\xbf{}", "BOM"),
        ("[" * 66 + "]" * 66, "deeper than 64"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' + "1" * 5000 + "}", "too long"),
        ("{} {}", "Extra data"),
        ("{'a': 1}", "double quotes"),
    ],
)
def test_what_is_no_strict_json_is_refused(name: str, text: str | bytes, reason: str):
    assert reason in refusal(JSON_FILES[name], text)


@pytest.mark.parametrize("text", ["null", "[]", '"x"', "1", "true"])
@pytest.mark.parametrize("name", JSON_FILES)
def test_what_is_no_object_is_refused(name: str, text: str):
    refusal(JSON_FILES[name], text)


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    with pytest.raises(canonical.StrictJsonError, match="more than the 10 allowed"):
        canonical.loads('"' + "x" * 10 + '"', max_bytes=10)
    monkeypatch.setattr("envscaler_mcp.spec.record.MAX_BYTES", 10)
    (tmp_path / "scenario.json").write_text("x" * 11)
    with pytest.raises(BadInput, match="11 bytes are more than 10"):
        Scenario.load(tmp_path / "scenario.json")


@pytest.mark.parametrize("name", ["absent.json", ".", "a\0b"])
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str):
    with pytest.raises(BadInput, match="name a file that can be read"):
        Scenario.load(tmp_path / name)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seed", "7"),
        ("seed", 7.5),
        ("seed", True),
        ("instruction", 1),
        ("tags", "scheduling"),
        ("now", 1772438400),
        ("now", "2026-03-02"),
        ("now", "soon"),
        ("now", "2026-13-02T08:00:00Z"),
        ("now", "20260302T080000Z"),
        ("now", None),
        ("split", "validation"),
        ("id", "../001"),
        ("id", ""),
        ("id", "a" * 101),
        ("start", []),
        ("difficulty", None),
    ],
)
def test_a_scenario_takes_no_other_type(key: str, value: Any):
    assert f"/{key}" in refusal(Scenario, json.dumps({**example("scenario.json"), key: value}))


@pytest.mark.parametrize("name", ["", "Hip", "1st", "a-b", "a" * 49, "a/b", "..", "é"])
def test_an_environment_has_a_plain_name(name: str):
    assert "/name" in refusal(EnvironmentCard, json.dumps({**example("environment.json"), "name": name}))


def test_check_ids_are_unique_and_weights_positive():
    value = example("grading.json")
    value["checks"][1]["id"] = "scheduled"
    assert "share one id" in refusal(Grading, json.dumps(value))
    value["checks"][1] = {**value["checks"][1], "id": "other", "weight": 0}
    assert "/checks/1/weight" in refusal(Grading, json.dumps(value))


def test_an_episode_starts_in_one_way():
    for body in ({"server": "s"}, {"server": "s", "scenario": "001", "start": {}}):
        assert "either" in refusal(EpisodeRequest, json.dumps(body))


def test_a_row_without_its_reward_is_refused():
    row = json.loads((EXAMPLES / "rollouts.jsonl").read_text(encoding="utf-8").splitlines()[0])
    del row["reward"]
    assert "/reward" in refusal(RolloutRow, json.dumps(row))


SUITE = (EXAMPLES / "suite.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (SUITE.replace("seed: 1", "sed: 1"), "line 23, at /sed"),
        (SUITE.replace("certified", "proven"), "line 6, at /scenarios/tier"),
        (SUITE.replace("- easy", "- simple"), "line 8, at /scenarios/difficulty/0"),
        (SUITE.replace("- openai:example-model", "- yes"), "line 14, at /agents/0"),
        (SUITE.replace("repeats: 4", "repeats: 0"), "line 15, at /repeats"),
        (SUITE.replace("seed: 1", "seed: 2026-01-01"), "line 23, at /seed"),
        (SUITE.replace("repeats: 4", "repeats: .nan"), "JSON does not have"),
        (SUITE + "seed: 1\n", "line 24, column 1: the key 'seed' stands twice"),
        (SUITE.replace("repeats: 4", "repeats: &r 4"), "line 15, column 10: anchors"),
        (SUITE.replace("seed: 1", "seed: !!python/name:os.system"), "line 23"),
        (SUITE.replace("seed: 1", "? [a]\n: 1"), "line 23"),
        ("servers: [", "line 1"),
        ("", "a suite is a mapping"),
        ("- a", "a suite is a mapping"),
        ("[" * 100_000, "deeper than 64"),
        ("a: " + "[" * 66 + "]" * 66, "deeper than 64"),
        ("a: \0", "not YAML"),
        (b"a: \xff", "UTF-8"),
        ("#" * (1024 * 1024 + 1), "larger than"),
    ],
)
def test_a_suite_names_the_line(text: str | bytes, reason: str):
    assert reason in refusal(Suite, text)
