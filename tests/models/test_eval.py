"""A real model, however weak, plays scenarios end to end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run
from envscaler_mcp.llm.dialogue import prompted

pytestmark = [pytest.mark.models, pytest.mark.timeout(900)]
SERVERS = ("account_ledger", "surgery_waitlists", "hotel_bookings")  # the shortest policies
SCENARIOS = 10
MOST_TOKENS = 64
"""Of an answer: it rambles on otherwise, and each token takes a while."""


def test_it_plays_ten_easy_scenarios(
    small_model: str,
    root: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prompted, "MAX_TOKENS", MOST_TOKENS)
    suite = tmp_path / "easy.yaml"
    servers = ", ".join(str(root / "generated_servers" / name) for name in SERVERS)
    suite.write_text(
        f"format: envscaler-mcp/suite/1\nservers: [{servers}]\n"
        f"scenarios: {{tier: rejected, difficulty: [easy], limit: {SCENARIOS}}}\n"
        "limits: {turns: 2, seconds: 900}\n"  # its answers are short: time must not decide
    )
    agent = f"prompted:chat:smollm2@{small_model}"
    said = ["eval", str(suite), "--agent", agent, "-n", "1", "--out", str(tmp_path / "run"), "--json"]
    assert run(said) == 0
    (told,) = json.loads(capsys.readouterr().out)["agents"]
    rows = [json.loads(line) for line in (tmp_path / "run" / "rollouts.jsonl").read_text().splitlines()]
    assert told["rollouts"] == len(rows) == SCENARIOS
    assert sum(told["outcomes"].values()) == SCENARIOS
    assert told["outcomes"].get("passed", 0) + told["outcomes"].get("failed", 0) == SCENARIOS
    assert all(row["turns"] >= 1 and row["reward"] is not None for row in rows)
    assert any(row["tokens"] > 1000 for row in rows)
