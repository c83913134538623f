"""Rung 1, continued: the same calls come to the same, wherever and beside whatever they are played.

The oracle's rungs ask this of the oracle's calls alone; here every tool is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import canonical
from envscaler_mcp.spec import Call, Problem, Scenario

from .stage import Begun, Stage

Entry = dict[str, Any]
ELSEWHERE = "In a process with another hash seed the same call comes to something else."
BESIDE = "With a second episode beside it the same call comes to something else."
AFTER_READS = "After reads this write comes to something else: one of them leaves something behind."


async def steady(
    folder: ServerFolder,
    processes: Sequence[Stage],
    scenario: Scenario,
    journal: Sequence[Entry],
) -> list[Problem]:
    """Play the calls of a journal again, reads first: in all processes, beside each other, without reads.

    Args:
        folder: the server.
        processes: they differ in their hash seed.
        scenario: where the calls begin.
        journal: calls that were probed; those that had to be stopped are left out.
    """
    reads = {tool.name for tool in folder.card.tools if tool.kind == "read"}
    calls = [
        Call(tool=entry["tool"], arguments=entry["arguments"])
        for entry in journal
        if not entry["is_error"] or entry["result"].get("code") not in ("timed_out", "invalid_arguments")
    ]
    writes = [call for call in calls if call.tool not in reads]
    plan = [call for call in calls if call.tool in reads] + writes
    alone, *others = await asyncio.gather(*(_played(process, scenario, plan) for process in processes))
    pair = await _side_by_side(processes[0], scenario, plan)
    rest = await _played(processes[0], scenario, writes)
    told = _Told("error" if folder.card.form == "native" else "warning", {})
    for other in others:
        told.compare(alone, other, "nondeterministic", ELSEWHERE)
    for one in pair:
        told.compare(alone, one, "episodes_mix", BESIDE)
    told.compare(alone[len(plan) - len(writes) :], rest, "read_costs", AFTER_READS)
    return list(told.problems.values())


@dataclass(frozen=True)
class _Told:
    """The first call that differs, once for each code."""

    severity: str
    problems: dict[str, Problem]

    def compare(self, one: Sequence[Entry], other: Sequence[Entry], code: str, message: str) -> None:
        """Look for the first call that went otherwise."""
        for mine, theirs in zip(one, other, strict=True):
            if _spelt(mine) != _spelt(theirs):
                shown = f"{mine['arguments']}: {message}"[:300]
                said = {"code": code, "where": f"tools/{mine['tool']}", "message": shown}
                self.problems.setdefault(code, Problem.model_validate({**said, "severity": self.severity}))
                return


async def _played(process: Stage, scenario: Scenario, plan: Sequence[Call]) -> list[Entry]:
    episode = await process.begin(scenario)
    for call in plan:
        await episode.call(call.tool, call.arguments)
    return await _closed(episode)


async def _side_by_side(process: Stage, scenario: Scenario, plan: Sequence[Call]) -> list[list[Entry]]:
    """Two episodes of one process, which make each call in turn."""
    pair = [await process.begin(scenario) for _ in range(2)]
    for call in plan:
        for episode in pair:
            await episode.call(call.tool, call.arguments)
    return [await _closed(episode) for episode in pair]


async def _closed(episode: Begun) -> list[Entry]:
    await episode.close()
    return episode.journal


def _spelt(entry: Entry) -> bytes:
    return canonical([entry["result"], entry["is_error"], entry["state_digest"]])
