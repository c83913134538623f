"""The estimate of `--dry-run` is held to what stored calls are really like."""

from __future__ import annotations

import json

import pytest

from envscaler_mcp.cli.app import run
from envscaler_mcp.llm import CallStore, likely_tokens
from envscaler_mcp.synthesis.pipeline.forecast import LIKE
from tests.synthesis.worlds.record import FIXTURES

STAGES = {
    "starts": "starts.start_state", "tasks": "tasks.tasks", "checks": "checks.checks", "solving": "solving",
}  # fmt: skip


def test_lengths_of_calls_are_measured() -> None:
    calls = list(CallStore(FIXTURES / "equipment_rental" / "calls").calls())
    for like in LIKE:
        sizes = [
            likely_tokens(call.request) for call in calls if call.request.stage == STAGES.get(like.stage)
        ]
        if sizes:
            mean = sum(sizes) / len(sizes)
            assert mean < like.input < 3 * mean, like


def test_a_dry_run_needs_no_key_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    said = [
        "synth",
        "equipment rental",
        "--llm",
        "openai:gpt-5.2",
        "--scenarios",
        "37",
        "--dry-run",
        "--json",
    ]
    assert run(said) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["dry_run"]
    assert told["cost_usd"] == 0
    assert told["environments"] == []
    assert told["estimate"]["total"]["cost_usd"] > 1
    assert told["estimate"]["total"]["calls"] == sum(
        one["calls"] for one in told["estimate"]["stages"].values()
    )
    assert not list(tmp_path.iterdir())
