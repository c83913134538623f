"""All scenarios of this sample, from easy to hard."""

from __future__ import annotations

from envscaler_mcp.spec.scenario import Grading, Scenario

from .easy import EASY
from .hard import HARD
from .medium import MEDIUM


def scenarios() -> list[tuple[Scenario, Grading]]:
    """Each scenario with its grading; the position is the seed."""
    tasks = [*EASY, *MEDIUM, *HARD]
    return [(task.scenario(seed), task.grading()) for seed, task in enumerate(tasks, start=1)]
