"""Logs for Inspect, read back by Inspect itself: `make test-inspect`, which installs it beside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run

pytest.importorskip("inspect_ai", reason="Inspect is not installed here: make test-inspect")
pytestmark = pytest.mark.filterwarnings("default")
WAIT = 60.0


@pytest.fixture
def logs(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[Path]:
    server, place = str(root / "generated_servers" / "blood_bank"), str(tmp_path / "run")
    said = [
        "eval",
        server,
        "--tier",
        "rejected",
        "--scenarios",
        "001,002",
        "-k",
        "2",
        "--mode",
        "conversation",
    ]
    assert run([*said, "--agent", "oracle", "--agent", "noop", "--out", place, "--quiet"]) == 0
    capsys.readouterr()
    assert run(["export", "inspect", place, "--out", str(tmp_path / "logs"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rows"] == 8
    return [Path(file) for file in told["files"]]


def test_inspect_reads_scores_messages_and_calls(logs: list[Path]) -> None:
    from inspect_ai.log import read_eval_log

    found = {log.eval.model: log for log in (read_eval_log(str(path)) for path in logs)}
    assert found["oracle"].results.scores[0].metrics["mean"].value == 1.0
    assert found["noop"].results.scores[0].metrics["mean"].value == 0.0
    samples = found["oracle"].samples
    assert {(sample.id, sample.epoch) for sample in samples} == {
        (f"blood_bank/{scenario}", epoch) for scenario in ("001", "002") for epoch in (1, 2)
    }
    for sample in samples:
        assert sample.scores["envscaler_mcp"].value == 1.0
        calls = [call for message in sample.messages for call in getattr(message, "tool_calls", None) or ()]
        answers = [message for message in sample.messages if message.role == "tool"]
        assert [call.id for call in calls] == [answer.tool_call_id for answer in answers] != []
        assert sample.metadata["digests"]["scenario"].startswith("sha256:")


def test_the_viewer_takes_them(logs: list[Path], tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("inspect")
    out = tmp_path / "viewer"
    said = [program, "view", "bundle", "--log-dir", logs[0].parent, "--output-dir", out]
    subprocess.run(said, check=True, timeout=WAIT, capture_output=True)
    assert (out / "index.html").is_file()
    assert {path.name for path in (out / "logs").glob("*.eval")} == {path.name for path in logs}
