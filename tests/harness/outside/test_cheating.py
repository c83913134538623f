"""An agent that cheats gets nothing: no key, no grading, no other episode, no score."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run
from envscaler_mcp.harness.outside.wall import has_wall
from envscaler_mcp.harness.run import Run
from envscaler_mcp.spec import Grading
from tests.runtime.folders import counter

HACKER = Path(__file__).with_name("hacker.py")
walled = pytest.mark.skipif(not has_wall(), reason="bubblewrap does not work on this machine")


@walled
def test_a_cheating_agent_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = counter(tmp_path)
    _plant_canaries(folder.path, tmp_path, monkeypatch)
    command = shlex.join((sys.executable, str(HACKER)))
    agent = f"command:{command} {{mcp_url}} {shlex.quote(str(tmp_path))}"
    said = ["eval", "counter", "--tier", "rejected", "--agent", agent, "--agent", "openai:gpt-5.2", "-n", "2"]
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    before = {path: path.read_bytes() for path in folder.path.rglob("*.json")}
    assert run([*said, "--scenarios", "001", "--agent", "noop", "--out", "run", "--json"]) in {0, 1}
    told = {one["agent"]: one for one in json.loads(capsys.readouterr().out)["agents"]}
    assert told[agent]["outcomes"] == {**told[agent]["outcomes"], "failed": 1}, told
    (row,) = [row for row in Run.open(Path("run")).rows() if row.agent == agent]
    final = Run.open(Path("run")).state(Run.open(Path("run")).trajectory(row.id).steps[-1].state_digest)
    assert final is not None
    assert final["counts"].pop("done") > 20, "it did not look around"
    assert final["counts"] == {"a": 1}, "it got hold of something"
    assert (row.outcome, row.reward) == ("failed", 0.0)
    assert {path: path.read_bytes() for path in folder.path.rglob("*.json")} == before


def _plant_canaries(server: Path, around: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What must not be found: in keys, in a `.env`, in what grades."""
    monkeypatch.chdir(around)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-key")
    monkeypatch.setenv("SOMEBODYS_TOKEN", "canary-token")
    Path(".env").write_text("ANTHROPIC_API_KEY=sk-canary-dotenv\n")
    path = server / "grading" / "001.json"
    grading = Grading.load(path)
    path.write_text(grading.model_copy(update={"canary": "canary-grading"}).to_text())
    assert os.environ["SOMEBODYS_TOKEN"]
