from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run
from envscaler_mcp.cli.output import Output
from envscaler_mcp.cli.status import sentence_of
from envscaler_mcp.errors import BadInput, BadInputs


def test_new_domain_says_where_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    assert run(["new", "domain", "tool_desk", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"file": "tool_desk.yaml"}
    assert (tmp_path / "tool_desk.yaml").is_file()


def test_new_domain_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "desk.yaml"
    file.write_text("mine", encoding="utf-8")
    assert run(["new", "domain", "tool_desk", "--out", str(file)]) == 2
    assert "--force" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "mine"


def test_everything_wrong_with_a_file_is_told_a_line_each(capsys: pytest.CaptureFixture[str]):
    problems = tuple(BadInput(f"desk.yaml:{line}", "it is  wrong", "mend it") for line in (3, 7))
    error = pickle.loads(pickle.dumps(BadInputs(problems)))
    Output(as_json=True).fail(error, sentence_of(error))
    told = capsys.readouterr()
    assert told.err.splitlines() == [f"desk.yaml:{line}: it is wrong; mend it." for line in (3, 7)]
    said = json.loads(told.out)["error"]
    assert said["where"] == "desk.yaml:3"
    assert [one["where"] for one in said["problems"]] == ["desk.yaml:3", "desk.yaml:7"]
