"""Playing recorded calls again, through MCP, and comparing what comes back.

What a recording proves of an import: the same calls give the same results, and the release's own
checks give the recorded reward. A recording that satisfies every goal can be adopted as oracle.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mcp import Client, MCPError

from envscaler_mcp.certify.play import result_of
from envscaler_mcp.certify.start import reclassified
from envscaler_mcp.runtime.connect import connected
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.scoring import ask_and_score
from envscaler_mcp.spec import Grading, Scenario, Score

from .carrying import Carrier
from .recorded import Recorded, RecordedCall

REWARD_DIGITS = 4
RECENT = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
"""Later than the dates that releases speak of: what was overdue when they were recorded is so here."""


@dataclass(frozen=True)
class Difference:
    """One place where the replay and the recording part."""

    trajectory: str
    step: int | None
    tool: str | None
    recorded: Any
    replayed: Any


@dataclass(frozen=True)
class Replayed:
    """What one trajectory came to."""

    recorded: Recorded
    calls: int
    matched: int
    score: Score | None
    reward_matched: bool
    differences: tuple[Difference, ...]
    journal: tuple[dict[str, Any], ...] = ()
    moment: dt.datetime | None = None

    @property
    def solved(self) -> bool:
        """Every goal holds at the end, and there is one."""
        goals = (
            [verdict.ok for verdict in self.score.verdicts if verdict.kind == "goal"] if self.score else []
        )
        return bool(goals) and all(goals)


class Replayer:
    """Replays trajectories on one server.

    Args:
        folder: the server.
        process: its worker.
        checks: runs the scenario's checks.
        exact: compare as it stands, without carrying generated values over.
    """

    def __init__(
        self, folder: ServerFolder, process: EnvironmentProcess, checks: CheckRunner, *, exact: bool
    ) -> None:
        self.folder = folder
        self.process = process
        self.checks = checks
        self.exact = exact
        self._tools = {tool.released_name or tool.name: tool.name for tool in folder.card.tools}

    async def replay(self, recorded: Recorded, scenario: Scenario, grading: Grading) -> Replayed:
        """Play once; and again at times that may be the recording's own, where something differs."""
        best = await self._play(recorded, scenario, grading)
        for moment in dict.fromkeys((best.moment, recorded.written, RECENT)):
            if not best.differences:
                break
            if moment is not None:
                again = await self._play(recorded, scenario.model_copy(update={"now": moment}), grading)
                best = max(best, again, key=lambda one: (one.matched, one.reward_matched))
        return best

    async def _play(self, recorded: Recorded, scenario: Scenario, grading: Grading) -> Replayed:
        episode = await self.process.begin(scenario, keep_refused=True)
        try:
            initial = await episode.initial()
            carrier = Carrier([initial, scenario.start, scenario.instruction])
            async with connected(self.folder, episode) as client:
                differences = [
                    difference
                    for call in recorded.calls
                    if (difference := await self._step(client, carrier, recorded.where, call))
                ]
            if self.folder.card.form == "plain":  # before `certify` nobody has told its goals apart
                grading = await asyncio.to_thread(reclassified, grading, self.checks, initial, scenario.now)
            scored = await asyncio.to_thread(
                ask_and_score, self.checks, grading, initial, await episode.state(), now=scenario.now
            )
            result = Replayed(
                recorded,
                calls=len(recorded.calls),
                matched=len(recorded.calls) - len(differences),
                score=scored,
                reward_matched=True,
                differences=tuple(differences),
                journal=tuple(episode.journal),
                moment=carrier.moment,
            )
        finally:
            await episode.close()
        return _with_reward(result)

    async def _step(
        self, client: Client, carrier: Carrier, where: str, call: RecordedCall
    ) -> Difference | None:
        arguments = call.arguments if self.exact else carrier.carry(call.arguments)
        carrier.know(call.arguments)
        try:
            answer = await client.call_tool(self._tools.get(call.tool, call.tool), arguments)
            replayed = result_of(answer)
            failed = _crashed(replayed)
        except MCPError as error:
            replayed, failed = {"error": str(error)}, True
        if call.crashed:
            return None if failed else Difference(where, call.step, call.tool, "an exception", replayed)
        if not self.exact:
            carrier.learn(call.observed, replayed)
        same = call.observed == replayed if self.exact else carrier.same(call.observed, replayed)
        return None if same else Difference(where, call.step, call.tool, call.observed, replayed)


async def replay_all(
    folder: ServerFolder,
    recorded: Sequence[Recorded],
    *,
    exact: bool = False,
    trusted: bool = False,
    progress: Callable[[Replayed], None] | None = None,
) -> list[Replayed]:
    """Replay every trajectory of one server, in order."""
    done: list[Replayed] = []
    with CheckRunner() as checks:
        async with EnvironmentProcess(folder, trusted=trusted) as process:
            replayer = Replayer(folder, process, checks, exact=exact)
            for one in recorded:
                grading = folder.grading(one.scenario)
                if grading is None:
                    continue
                done.append(await replayer.replay(one, folder.scenario(one.scenario), grading))
                if progress:
                    progress(done[-1])
    return done


def _with_reward(result: Replayed) -> Replayed:
    """Compare rewards. What did not end by itself, upstream gave 0.0 or graded, from version to version."""
    wanted = result.recorded.reward
    if wanted is None or result.score is None or not result.score.verdicts:
        return result
    graded = result.score.reward_paper
    possible = (graded,) if result.recorded.end == "graded" else (0.0, graded)
    if any(round(one, REWARD_DIGITS) == round(wanted, REWARD_DIGITS) for one in possible):
        return result
    difference = Difference(result.recorded.where, None, None, {"reward": wanted}, {"reward": possible[0]})
    return replace(result, reward_matched=False, differences=(*result.differences, difference))


def _crashed(result: Any) -> bool:
    return hasattr(result, "get") and result.get("code") in (
        "tool_crashed",
        "invalid_arguments",
        "timed_out",
    )
