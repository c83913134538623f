"""A task of this sample: what is asked, how it is solved and how it is graded."""

from __future__ import annotations

from dataclasses import dataclass

from envscaler_mcp.spec.scenario import Band, Call, Check, Difficulty, Frame, Grading, Scenario

from .world import NOW, world


@dataclass(frozen=True)
class Task:
    """One scenario in the words in which it is written down."""

    id: str
    band: Band
    tags: tuple[str, ...]
    instruction: str
    oracle: tuple[Call, ...]
    checks: tuple[Check, ...]
    frame: Frame

    def scenario(self, seed: int) -> Scenario:
        """What ships with the server."""
        return Scenario(
            id=self.id,
            instruction=" ".join(self.instruction.split()),
            start=world(),
            now=NOW,
            seed=seed,
            tags=self.tags,
            difficulty=Difficulty(plan_length=len(self.oracle), band=self.band),
            family=self.id,
        )

    def grading(self) -> Grading:
        """What never comes near an agent."""
        return Grading(id=self.id, checks=self.checks, frame=self.frame, oracle=self.oracle)
