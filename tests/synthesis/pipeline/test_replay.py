"""The worlds that were answered by hand come again from their stored calls, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envscaler_mcp.certify import proven_tier
from envscaler_mcp.cli.app import run
from envscaler_mcp.llm import CallStore
from envscaler_mcp.render import render
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import Grading, versions
from tests.synthesis.worlds import NAMES, world_named
from tests.synthesis.worlds.record import FIXTURES, SCENARIOS, determined


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
    server = ServerFolder.load(tmp_path / world.name)
    assert determined(server) == json.loads((kept / "expected.json").read_text(encoding="utf-8"))
    _every_other_byte_follows(server)


def _every_other_byte_follows(server: ServerFolder) -> None:
    """What is not recorded is a function of what is, of this library, and of the versions that run here."""
    pairs = [(server.scenario(one), _grading(server, one)) for one in server.ids]
    assert server.card.provenance.versions == versions()
    for scenario, grading in pairs:
        assert grading.certificate
        assert grading.certificate.versions == versions()
        assert proven_tier(server, scenario, grading) == grading.certificate.tier
    written = {
        path.relative_to(server.path).as_posix(): path.read_bytes()
        for path in server.path.rglob("*")
        if path.is_file()
    }
    rendered = render(server.environment(), pairs)
    assert written == {path: text.encode() for path, text in rendered.items()}


def _grading(server: ServerFolder, scenario: str) -> Grading:
    found = server.grading(scenario)
    assert found
    return found


@pytest.mark.parametrize("name", NAMES)
def test_stored_calls_are_marked_as_written_by_hand(name: str) -> None:
    calls = list(CallStore(FIXTURES / name / "calls").calls())
    assert calls
    assert {call.answer.model for call in calls} == {"manual"}
    assert not any(call.answer.cost_usd or call.answer.usage.output for call in calls)
