"""What the ladder says of a server and of each scenario; the keys are those of `certify --json`."""

from __future__ import annotations

from pydantic import Field

from envscaler_mcp.spec import Grading, MutantCount, Part, Problem, Tier

GOALS_ALONE = 0.95
"""Share of mutants that goals and guards must reject without help of frame and rules.

The release criterion holds over all scenarios of a server: one scenario has too few mutants for a
share to mean much. A scenario below it keeps its tier and carries a warning.
"""


class ScenarioReport(Part):
    """One scenario: how far it came, what stopped it, and its grading with the certificate filled in."""

    id: str
    tier: Tier
    problems: tuple[Problem, ...] = ()
    mutants: int = 0
    killed: int = 0
    killed_by_goals: int = 0
    variants: int = 0
    accepted: int = 0
    grading: Grading | None = Field(default=None, exclude=True)

    @property
    def sound(self) -> bool:
        """Certified or better."""
        return self.tier in ("certified", "agreed")


class ServerReport(Part):
    """One server."""

    name: str
    boots: bool
    lint: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    scenarios: tuple[ScenarioReport, ...] = ()

    @property
    def kill_rate(self) -> float:
        """Share of mutants rejected by checks, frame and rules, over all scenarios."""
        return _share(sum(one.killed for one in self.scenarios), sum(one.mutants for one in self.scenarios))

    @property
    def goal_kill_rate(self) -> float:
        """Share of mutants rejected by goals and guards alone, over all scenarios."""
        return _share(
            sum(one.killed_by_goals for one in self.scenarios), sum(one.mutants for one in self.scenarios)
        )

    @property
    def accept_rate(self) -> float:
        """Share of other right ways that were accepted, over all scenarios."""
        return _share(
            sum(one.accepted for one in self.scenarios), sum(one.variants for one in self.scenarios)
        )

    @property
    def sound(self) -> bool:
        """Whether every scenario is certified and goals alone reject enough (see `GOALS_ALONE`)."""
        return self.boots and all(one.sound for one in self.scenarios) and self.goal_kill_rate >= GOALS_ALONE


def totals(mutants: dict[str, MutantCount]) -> tuple[int, int, int]:
    """Mutants made, killed, and killed by goals alone, over all operators."""
    counts = mutants.values()
    return (
        sum(one.made for one in counts),
        sum(one.killed for one in counts),
        sum(one.killed_by_goals for one in counts),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
