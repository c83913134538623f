"""Agents in processes of their own: what they get, how they end, and whose fault what is."""

from __future__ import annotations

from pathlib import Path

import pytest

from envscaler_mcp.errors import BadInput
from envscaler_mcp.harness.outside.choose import outside_of
from envscaler_mcp.harness.outside.program import Errand, Place
from envscaler_mcp.harness.outside.template import Template
from tests.harness.outside.conftest import Roll, playing
from tests.harness.outside.player import ENDLESS

MODULE = "tests.harness.outside.player"


async def test_it_gets_an_empty_folder_and_an_environment_of_its_own(
    roll: Roll, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOMEBODYS_KEY", "canary")
    done = await roll(playing("alone"), {"OPENAI_API_KEY": "canary"})
    assert (done.row.outcome, done.row.calls, done.row.turns, done.row.error) == ("passed", 2, 2, None)
    assert [step.tool for step in done.trajectory.steps] == ["get", "add"]
    assert [change.after for change in done.trajectory.steps[1].diff] == [3]
    done = await roll(playing("own"), {"MINE": "canary-of-mine"}, ("MINE",))
    assert done.row.outcome == "passed"


async def test_a_persons_own_function_gets_policy_and_instruction(
    roll: Roll, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.chdir(root)
    done = await roll(f"python:{MODULE}:act")
    assert (done.row.outcome, done.row.error) == ("passed", None)
    done = await roll(f"python:{MODULE}:nothing_of_the_kind")
    assert done.row.outcome == "infrastructure_error"
    assert "nothing_of_the_kind" in str(done.row.error)


@pytest.mark.parametrize("command", ["false {mcp_url}", "true {mcp_config}", "sleep 60 {mcp_url}"])
async def test_who_never_came_is_no_evidence(roll: Roll, command: str) -> None:
    done = await roll(f"command:{command}", seconds=0.5)
    assert (done.row.outcome, done.row.reward) == ("infrastructure_error", None)
    assert "never reached its server" in str(done.row.error)


async def test_who_crashes_afterwards_has_failed(roll: Roll) -> None:
    done = await roll(playing("crash"), {"MINE": "canary-of-mine"}, ("MINE",))
    assert (done.row.outcome, done.row.reward, done.row.calls) == ("agent_error", 0.0, 2)
    assert "exit status 1" in str(done.row.error)
    assert "I give up" in str(done.row.error)
    assert "canary" not in str(done.row.error)


async def test_at_the_limit_it_ends_with_its_children_and_is_scored_as_it_stands(roll: Roll) -> None:
    done = await roll(playing("hang"), seconds=6)
    assert (done.row.outcome, done.row.error) == ("passed", "the 6 seconds are used up")
    assert ENDLESS not in _command_lines()


async def test_every_call_is_a_turn_and_turns_are_limited(roll: Roll) -> None:
    done = await roll(playing("loop"), turns=3)
    assert (done.row.outcome, done.row.calls, done.row.error) == ("failed", 3, "the 3 turns are used up")


async def test_calls_at_once_are_played_one_after_the_other(roll: Roll) -> None:
    done = await roll(playing("at_once"), turns=20)
    assert done.row.calls == 20
    assert [step.diff[0].after for step in done.trajectory.steps] == list(range(2, 22))


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("command:", "without a name"),
        ("command:nobody", "there is no agent nobody"),
        ("command:cat 'x {mcp_url}", "no command line"),
        ("command:cat {instruction}", "how to reach the server"),
        ("command:no-such-program {mcp_url}", "there is no program no-such-program"),
        ("command:codex", "npm install -g @openai/codex"),
        ("python:", "names no function"),
        ("python:os.path", "names no function"),
        ("python:a b:c", "names no function"),
    ],
)
def test_a_spec_that_cannot_be_played_says_why(
    spec: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path) if "codex" in spec else "/usr/bin:/bin")
    with pytest.raises(BadInput, match=said):
        outside_of(spec, {})


def test_what_an_instruction_says_fills_in_nothing() -> None:
    template = Template.parse("say --to={mcp_url} {instruction} 'in {workdir}'")
    place = Place(Path("/w"), Path("/h"))
    launch = template.launch(Errand("{mcp_url}; rm -rf $HOME {workdir}", "http://x", "s"), place, {})
    assert launch.command == ("say", "--to=http://x", "{mcp_url}; rm -rf $HOME {workdir}", "in /w")


def _command_lines() -> str:
    found: list[bytes] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes())
        except OSError:  # it has ended meanwhile
            continue
    return b"\n".join(found).decode("utf-8", "replace")
