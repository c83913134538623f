from __future__ import annotations

import json
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run


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
