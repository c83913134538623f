"""The bench on which one scenario is tried: it plays plans and judges end states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.scoring import Asks, ask_and_score, defects, equivalent, generated_ids
from envscaler_mcp.spec import Call, Frame, Grading, Problem, Scenario, Score, State

from .finding import Finding, found
from .play import Played, literals, play
from .probes import Prober
from .stage import Playing, Stage


@dataclass(frozen=True)
class Ending:
    """Where a plan led."""

    played: tuple[Played, ...]
    state: State
    digest: str
    broken_rules: tuple[str, ...]

    @property
    def refused(self) -> int:
        """How many steps were refused or could not be played."""
        return sum(not step.succeeded for step in self.played)


async def ending_of(episode: Playing, played: Sequence[Played]) -> Ending:
    """Where an episode stands."""
    broken = tuple(await episode.broken_rules())
    return Ending(tuple(played), await episode.state(), await episode.digest(), broken)


@dataclass
class Bench:
    """One scenario, a worker to play it in, and somebody to run its checks.

    Args:
        folder: the generated server.
        scenario: the task.
        grading: its grading.
        process: plays the episodes.
        runner: runs the checks.
        initial: the state at the start, as the environment shows it.
        pristine: a fresh episode; plans are played on forks of it.
        crashes: checks that crashed over a state that calls can reach, and how, not yet told.
    """

    folder: ServerFolder
    scenario: Scenario
    grading: Grading
    process: Stage
    runner: Asks
    initial: State
    pristine: Playing
    crashes: dict[str, str] = field(default_factory=dict[str, str])
    _judged: dict[tuple[str, tuple[str, ...]], Score] = field(default_factory=dict[Any, Score])

    @classmethod
    async def set_up(
        cls,
        folder: ServerFolder,
        scenario: Scenario,
        grading: Grading,
        process: Stage,
        runner: Asks,
    ) -> Bench:
        """A bench, with the initial state read off a fresh episode.

        Raises:
            BadInput: the environment does not take the start state.
        """
        episode = await process.begin(scenario)
        return cls(folder, scenario, grading, process, runner, await episode.initial(), episode)

    @property
    def where(self) -> str:
        """The place that problems of this scenario name."""
        return f"scenarios/{self.scenario.id}"

    @property
    def oracle(self) -> tuple[Call, ...]:
        """The oracle; empty where there is none."""
        return self.grading.oracle or ()

    @property
    def frame(self) -> Frame:
        """The frame; an empty one where there is none."""
        return self.grading.frame or Frame()

    @cached_property
    def writes(self) -> frozenset[str]:
        """Names of the tools that write."""
        return frozenset(tool.name for tool in self.folder.card.tools if tool.kind == "write")

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """Names of the tools that read, sorted."""
        return tuple(sorted(tool.name for tool in self.folder.card.tools if tool.kind == "read"))

    @cached_property
    def roles(self) -> dict[str, str]:
        """Path pattern → role."""
        return self.folder.roles

    @cached_property
    def open_paths(self) -> tuple[str, ...]:
        """What the instruction leaves open, logs included."""
        return (*self.frame.free, *(f"/{name.strip('/')}" for name in self.frame.history))

    @cached_property
    def said(self) -> frozenset[str]:
        """Texts that stand in the oracle's arguments: chosen by somebody, not generated."""
        return frozenset(
            value for call in self.oracle for value in literals(call.arguments) if isinstance(value, str)
        )

    def prober(self, purpose: str, state: State | None = None) -> Prober:
        """A maker of seeded calls, in the initial state unless another is given."""
        return Prober(self.folder.bundle.tools, state or self.initial, f"{self.scenario.id} {purpose}")

    def write_steps(self, plan: Sequence[Call] | None = None) -> list[int]:
        """Numbers of the steps that write."""
        return [index for index, call in enumerate(plan or self.oracle) if call.tool in self.writes]

    async def run(self, plan: Sequence[Call], *, seed: int | None = None) -> Ending:
        """Play a plan on a fresh episode."""
        fresh = seed is None
        episode = await self.pristine.fork() if fresh else await self.process.begin(self.scenario, seed=seed)
        try:
            return await ending_of(episode, await play(episode.call, plan))
        finally:
            await episode.close()

    async def rules_broken_in(self, state: State) -> tuple[str, ...] | None:
        """Ids of the rules that a state breaks; None where the environment cannot hold it at all."""
        broken = await self.process.broken_in(self.scenario, state)
        return None if broken is None else tuple(broken)

    def judge(self, state: State, broken_rules: Sequence[str] = ()) -> Score:
        """The score of an end state."""
        return ask_and_score(
            self.runner,
            self.grading,
            self.initial,
            state,
            now=self.scenario.now,
            broken_rules=broken_rules,
            roles=self.roles,
        )

    def judge_ending(self, ending: Ending) -> Score:
        """The score of where a plan led; asked once for each state, and crashes are noted."""
        key = (ending.digest, ending.broken_rules)
        if key not in self._judged:
            self._judged[key] = self.judge(ending.state, ending.broken_rules)
            self.crashes.update({bad.id: str(bad.error) for bad in defects(self._judged[key])})
        return self._judged[key]

    def accepts(self, ending: Ending) -> bool:
        """Whether where a plan led is a success."""
        return self.judge_ending(ending).success

    def found(self, name: str, problems: Sequence[Problem], evidence: str) -> Finding:
        """A rung; the checks that crashed on the way are problems of it."""
        crashed = [
            self.problem("check_crashes", f"{check} crashes over a state that calls can reach: {error}")
            for check, error in self.crashes.items()
        ]
        self.crashes.clear()
        return found(name, [*problems, *crashed], evidence)

    def same_end(self, one: Ending, other: Ending) -> bool:
        """Whether two plans led to the same, up to generated ids and what is left open."""
        return one.digest == other.digest or self.same(one.state, other.state)

    def same(self, left: State, right: State) -> bool:
        """Whether two end states differ in nothing but generated ids and what is left open."""
        return equivalent(self.initial, left, right, roles=self.roles, free=self.open_paths, fixed=self.said)

    def generated(self, state: State) -> frozenset[str]:
        """The generated ids of an end state."""
        return generated_ids(self.initial, state, self.said)

    def problem(self, code: str, message: str, severity: str = "error") -> Problem:
        """A problem of this scenario."""
        return Problem.model_validate(
            {"code": code, "where": self.where, "message": message, "severity": severity}
        )
