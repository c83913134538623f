"""What a rollout is about: one scenario of one server, and its grading."""

from __future__ import annotations

from dataclasses import dataclass

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import Grading, Scenario


@dataclass(frozen=True)
class Task:
    """One scenario of one server, with its grading."""

    folder: ServerFolder
    scenario: Scenario
    grading: Grading

    @property
    def names(self) -> frozenset[str]:
        """What a person may call it: its id, or `SERVER/ID`."""
        return frozenset((self.scenario.id, f"{self.folder.card.name}/{self.scenario.id}"))
