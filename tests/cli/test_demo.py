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
    read = rewards.pop("template")
    assert rewards == {"oracle": 1.0, "noop": 0.0, "random": 0.0, "stall": 0.0}
    assert 0.0 < read < 1.0
    assert told["certified"] >= 8
    assert (Path(told["server"]) / "README.md").is_file()
