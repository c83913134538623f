"""`demo`: the main job, end to end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run


def test_the_oracle_passes_everything_and_nobody_else_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["demo", "--json", "--quiet"]) == 0
    told = json.loads(capsys.readouterr().out)
    rewards = {one["agent"]: one["reward_mean"] for one in told["agents"]}
    assert rewards | {"template": 0} == {"oracle": 1.0, "noop": 0.0, "random": 0.0, "template": 0}
    assert 0.0 < rewards["template"] < 1.0
    assert told["certified"] >= 8
    assert (Path(told["server"]) / "README.md").is_file()
