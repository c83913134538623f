"""One rollout with all that it was about, and its turns in the order in which they were taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from envscaler_mcp.agents.hosted import prompt_of
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import RolloutRow, Scenario, ScenarioLock, Step, Trajectory
from envscaler_mcp.spec.suite import Mode


@dataclass(frozen=True)
class Turn:
    """One turn: of the user, or of the agent with what it called."""

    role: str
    text: str
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Played:
    """One rollout of a run.

    Attributes:
        row: what it came to.
        trajectory: what was said and called.
        folder: the server that it was played on.
        scenario: the task.
        lock: digests of scenario and grading, as they were played.
        server: digest of the server.
        mode: whether there was a user.
        run: name of the run.
    """

    row: RolloutRow
    trajectory: Trajectory
    folder: ServerFolder
    scenario: Scenario
    lock: ScenarioLock
    server: str
    mode: Mode
    run: str

    @property
    def system(self) -> str:
        """What a hosted agent is told before it begins."""
        return prompt_of(self.folder.bundle.policy, self.mode)

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """Everything up to the agent's last word; what a user says to take leave is left out."""
        turns = list(_turns(self.trajectory, self.scenario.instruction))
        while len(turns) > 1 and turns[-1].role == "user":
            turns.pop()
        return tuple(turns)


def _turns(trajectory: Trajectory, instruction: str) -> Iterator[Turn]:
    """Messages carry how many calls were made before them, and how many are made in the same turn."""
    messages: Sequence[dict[str, Any]] = trajectory.messages or ({"role": "user", "content": instruction},)
    steps, made = trajectory.steps, 0
    for number, message in enumerate(messages):
        before = message.get("step", 0)
        yield from (Turn("assistant", "", (step,)) for step in steps[made:before])
        after = messages[number + 1].get("step", 0) if number + 1 < len(messages) else len(steps)
        # Calls that never reached the server (an unknown tool, broken JSON) left no step.
        made = max(made, before)
        beside = steps[made : min(made + message.get("calls", 0), after)]
        made += len(beside)
        yield Turn(message["role"], message["content"], beside)
    yield from (Turn("assistant", "", (step,)) for step in steps[made:])
