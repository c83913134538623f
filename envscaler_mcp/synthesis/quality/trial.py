"""The trial: every tool called in every way that is worth it, in several states, in a worker."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from envscaler_mcp.certify.probes import Prober
from envscaler_mcp.runtime.remote import EnvironmentProcess, RemoteEpisode
from envscaler_mcp.runtime.standalone.episode import TIMED_OUT, Outcome
from envscaler_mcp.spec import Call, State
from envscaler_mcp.synthesis.outline.outline import Outline, ToolOutline

from .bench import NOW, scenario_of
from .candidates import Candidates

MOST_HANGING = 2
"""After so many calls that had to be stopped, a tool is not tried any further in that state."""


@dataclass(frozen=True)
class Effort:
    """How much is tried.

    Attributes:
        calls: of each tool in each state, where there are so many different ones.
        most: as long as something that is promised of the tool was not seen.
        states: the start, and others that writes lead to.
        writes: from one state to the next.
        seed: decides which calls.
        keep_refused: for plain classes: what a tool wrote before it refused stays, and so is seen.
    """

    calls: int = 32
    most: int = 240
    states: int = 3
    writes: int = 4
    seed: int = 0
    keep_refused: bool = False


@dataclass(frozen=True)
class Trying:
    """One call that was tried, and all that is to be known of it.

    Attributes:
        path: calls that lead from the start to the state in which it was tried.
        broken: ids of rules that this call broke; what the state broke before it is not its fault.
        valid: whether the arguments fit the tool's schema.
    """

    path: tuple[Call, ...]
    call: Call
    before: State
    after: State
    outcome: Outcome
    broken: tuple[str, ...]
    valid: bool = True

    @property
    def came_to(self) -> str:
        """`success`, or the code of the error."""
        return (self.outcome.code or "error") if self.outcome.is_error else "success"


@dataclass(frozen=True)
class Trial:
    """All that was tried, in a fixed order."""

    tries: tuple[Trying, ...]
    start_broken: tuple[str, ...] = ()
    by_tool: Mapping[str, tuple[Trying, ...]] = field(default_factory=dict[str, tuple[Trying, ...]])

    @classmethod
    def of(cls, tries: Iterable[Trying], start_broken: Iterable[str] = ()) -> Trial:
        """A trial, sorted by tool."""
        whole = tuple(tries)
        names = dict.fromkeys(one.call.tool for one in whole)
        by_tool = {name: tuple(one for one in whole if one.call.tool == name) for name in names}
        return cls(whole, tuple(start_broken), by_tool)

    def seen(self, tool: str) -> frozenset[str]:
        """What calls of a tool came to."""
        return frozenset(one.came_to for one in self.by_tool.get(tool, ()) if one.valid)


async def try_out(
    process: EnvironmentProcess,
    outline: Outline,
    start: State,
    proposed: Sequence[Call] = (),
    effort: Effort | None = None,
) -> Trial:
    """Try all tools of an outline.

    Args:
        process: plays the environment.
        outline: what the calls are made of.
        start: where the trial begins.
        proposed: calls that somebody thinks worth trying at the start.
        effort: how much is tried.

    Raises:
        BadInput: the environment does not take the start state.
    """
    effort = effort or Effort()
    root = await process.begin(scenario_of(start, effort.seed), keep_refused=effort.keep_refused)
    trying = _Trying(outline, effort, random.Random(f"walk {effort.seed}"))
    broken = await root.broken_rules()
    known = {tool.name for tool in outline.tools}
    tries = [await _try_proposed(root, call) for call in proposed if call.tool in known]
    path: tuple[Call, ...] = ()
    for number in range(effort.states):
        tries += await trying.everything(root, path, number)
        if number + 1 < effort.states:
            path = await trying.walk(root, path, tries)
    tries += await _misfits(process, outline, start)
    await root.close()
    return Trial.of(tries, broken)


async def try_call(root: RemoteEpisode, path: tuple[Call, ...], call: Call, *, valid: bool = True) -> Trying:
    """One call on a fork, so that the state stays as it is for the next."""
    before = await root.state()
    episode = await root.fork()
    try:
        outcome = await episode.call(call.tool, dict(call.arguments))
        after = await episode.state()
        broken = await episode.broken_rules() if not outcome.is_error else []
    finally:
        await episode.close()
    known = await root.broken_rules() if broken else []
    fresh = tuple(rule for rule in broken if rule not in known)
    return Trying(path, call, before, after, outcome, fresh, valid)


async def _try_proposed(root: RemoteEpisode, call: Call) -> Trying:
    """A call that somebody made up; that it does not fit the schema is not the tool's fault."""
    tried = await try_call(root, (), call)
    return replace(tried, valid=tried.outcome.code != "invalid_arguments")


@dataclass
class _Trying:
    outline: Outline
    effort: Effort
    chance: random.Random

    async def everything(self, root: RemoteEpisode, path: tuple[Call, ...], number: int) -> list[Trying]:
        """Every tool in the state where the episode stands."""
        state = await root.state()
        made = Candidates(self.outline, state, NOW.date(), f"{self.effort.seed}/{number}")
        found: list[Trying] = []
        for tool in self.outline.tools:
            found += await self._of_tool(root, path, tool, made.of(tool, self.effort.most))
        return found

    async def _of_tool(
        self, root: RemoteEpisode, path: tuple[Call, ...], tool: ToolOutline, calls: Sequence[Call]
    ) -> list[Trying]:
        """Calls of one tool, until all that is promised of it was seen; one that hangs is given up."""
        tries: list[Trying] = []
        for call in calls:
            if len(tries) >= self.effort.calls and _all_seen(tool, tries):
                break
            tries.append(await try_call(root, path, call))
            if sum(one.came_to == TIMED_OUT for one in tries) == MOST_HANGING:
                break
        return tries

    async def walk(
        self, root: RemoteEpisode, path: tuple[Call, ...], tries: list[Trying]
    ) -> tuple[Call, ...]:
        """Some writes further: calls that succeeded where the episode stood, each of another tool.

        A call that only breaks a rule after those before it is one more of the `tries`.
        """
        sound = (one for one in tries if one.valid and one.came_to == "success" and not one.broken)
        done = [one for one in sound if one.path == path]
        writes = [tool for tool in self.outline.tools if tool.kind == "write"]
        for tool in self.chance.sample(writes, min(len(writes), self.effort.writes)):
            ways = [one.call for one in done if one.call.tool == tool.name]
            if ways:
                path = await self._step(root, path, self.chance.choice(ways), tries)
        return path

    @staticmethod
    async def _step(
        root: RemoteEpisode, path: tuple[Call, ...], call: Call, tries: list[Trying]
    ) -> tuple[Call, ...]:
        step = await try_call(root, path, call)
        if step.broken:
            tries.append(step)
        if step.broken or step.outcome.is_error:
            return path
        await root.call(call.tool, dict(call.arguments))
        return (*path, call)


def _all_seen(tool: ToolOutline, tries: Sequence[Trying]) -> bool:
    """Whether every refusal was met, a success, and a change of everything that it may write."""
    seen = {one.came_to for one in tries}
    wanted = {"success", *(refusal.code for refusal in tool.refusals)}
    changed = {name for one in tries for name in tool.writes if one.before[name] != one.after[name]}
    return wanted <= seen and changed >= set(tool.writes)


async def _misfits(process: EnvironmentProcess, outline: Outline, start: State) -> list[Trying]:
    """Calls that do not fit the schema of their tool."""
    root = await process.begin(scenario_of(start))
    prober = Prober(process.folder.bundle.tools, await root.state(), "misfits")
    names: list[ToolOutline] = list(outline.tools)
    tries = [
        await try_call(root, (), call, valid=False) for tool in names for call in prober.invalid(tool.name)
    ]
    await root.close()
    return tries
