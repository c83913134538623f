"""What became of one job."""

from __future__ import annotations

from pydantic import Field

from envscaler_mcp.spec.problem import Problem
from envscaler_mcp.spec.record import Part


class Made(Part):
    """One environment as it was made, or why it was not; the first keys are those of `synth --json`.

    Attributes:
        rejected: proposals that did not get through.
        rejections: rung (or `wording`) → how many fell there.
        tiers, splits, bands: of the scenarios, counted.
        agreed: band → scenarios that the independent solver finished, and agreed to.
        mutants: made, killed, and killed by goals and guards alone.
        variants: other right ways played, and accepted.
        card: digest of its `environment.json`.
        paraphrases: of its instructions, where a model was asked: `taken`, or why one was not, counted.
    """

    name: str
    path: str
    tools: int = 0
    rules: int = 0
    scenarios: int = 0
    rejected: int = 0
    problems: tuple[Problem, ...] = ()
    domain: str = ""
    options: tuple[str, ...] = ()
    entities: int = 0
    rejections: dict[str, int] = Field(default_factory=dict[str, int])
    tiers: dict[str, int] = Field(default_factory=dict[str, int])
    splits: dict[str, int] = Field(default_factory=dict[str, int])
    bands: dict[str, int] = Field(default_factory=dict[str, int])
    agreed: dict[str, int] = Field(default_factory=dict[str, int])
    mutants: tuple[int, int, int] = (0, 0, 0)
    variants: tuple[int, int] = (0, 0)
    job: str = ""
    card: str = ""
    paraphrases: dict[str, int] = Field(default_factory=dict[str, int])

    @property
    def sound(self) -> bool:
        """Whether it was made, with as many scenarios as were asked for."""
        return not any(problem.severity == "error" for problem in self.problems)
