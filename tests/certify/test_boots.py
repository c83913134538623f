"""Rung 1 looks at every tool, and comes to an end."""

from pathlib import Path

from envscaler_mcp.certify.boots import boot
from envscaler_mcp.runtime.remote import EnvironmentProcess
from tests.certify.desks import SOURCE, desk, scenario

READ = "        return list(self.rooms.values())"
ENDLESS = "        while True:\n            pass\n"
PROBES = 7
"""Of a tool without arguments: six that fit, and one with an argument that there is not."""


async def test_a_tool_that_does_not_end_is_called_once_and_the_others_all_the_same(tmp_path: Path) -> None:
    sound = desk(tmp_path / "sound")
    hung = desk(tmp_path / "hung", source=SOURCE.replace(READ, ENDLESS + READ))
    async with EnvironmentProcess(sound) as one, EnvironmentProcess(hung, call_seconds=0.5) as other:
        whole = await boot(sound, [one], scenario())
        short = await boot(hung, [other], scenario())
    assert whole.problems == ()
    assert [(problem.where, problem.code) for problem in short.errors] == [("tools/list_rooms", "timed_out")]
    assert whole.probes - short.probes == PROBES - 1
