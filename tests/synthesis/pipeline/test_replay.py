"""The worlds that were answered by hand come again from their stored calls, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run
from envscaler_mcp.llm import CallStore
from tests.synthesis.worlds import NAMES, world_named
from tests.synthesis.worlds.record import FIXTURES, SCENARIOS, written_in


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_world_comes_again_from_its_calls(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world, kept = world_named(name), FIXTURES / name
    calls = f"replay:{kept / 'calls'}"
    asked = ["synth", world.topic, "--llm", calls, "--scenarios", str(SCENARIOS), "--out", str(tmp_path)]
    assert run([*asked, "--json", "--quiet"]) == 0
    (made,) = json.loads(capsys.readouterr().out)["environments"]
    assert made["scenarios"] == SCENARIOS
    assert made["models"] == ["manual"]
    expected = json.loads((kept / "expected.json").read_text(encoding="utf-8"))
    assert written_in(tmp_path / world.name) == expected


@pytest.mark.parametrize("name", NAMES)
def test_stored_calls_are_marked_as_written_by_hand(name: str) -> None:
    calls = list(CallStore(FIXTURES / name / "calls").calls())
    assert calls
    assert {call.answer.model for call in calls} == {"manual"}
    assert not any(call.answer.cost_usd or call.answer.usage.output for call in calls)
