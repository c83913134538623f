"""`--dry-run`: what a run would take, from what calls were measured to be like."""

from __future__ import annotations

from dataclasses import dataclass

from envscaler_mcp.llm import Estimate, Planned, Price, estimate


@dataclass(frozen=True)
class Like:
    """What the calls of one stage are like.

    Attributes:
        stage: whose calls.
        environment: calls for each environment.
        scenario: calls for each scenario that is certified, those of rejected tasks and repairs included.
        input, output: tokens of one call.
    """

    stage: str
    environment: float
    scenario: float
    input: int
    output: int


LIKE = (
    Like("modelling", 5, 0, 3_000, 3_000),
    Like("code", 30, 0, 4_500, 900),
    Like("quality", 60, 0, 3_500, 500),
    Like("starts", 0, 0.35, 7_500, 5_500),
    Like("tasks", 0, 0.45, 12_000, 2_200),
    Like("checks", 0, 1.5, 12_500, 1_600),
    Like("solving", 0, 6.0, 8_500, 300),
    Like("mending", 0, 0.5, 15_000, 1_500),
)
"""Of an environment with 18 tools: lengths as in the committed calls written by hand, with room for thought;
yields (3 of 4 tasks certified, every second one repaired once) are assumed, not measured."""
AGREEING = Like("agreeing", 0, 18.0, 8_500, 300)
MINING = Like("mining", 0, 0, 400, 150)


def forecast(
    environments: int, scenarios: int, price: Price | None, *, agreed: bool = False, tasks: int = 0
) -> Estimate:
    """What so many environments with so many scenarios each would take; an estimate, not a promise.

    Args:
        environments: how many.
        scenarios: certified ones for each.
        price: of the model.
        agreed: whether independent solvers try, three times.
        tasks: so many are mined for topics.
    """
    likes = [*LIKE, *([AGREEING] if agreed else [])]
    planned = [
        Planned(
            stage=like.stage,
            calls=round(environments * (like.environment + like.scenario * scenarios)),
            input=like.input,
            output=like.output,
        )
        for like in likes
    ]
    if tasks:
        planned.insert(
            0, Planned(stage=MINING.stage, calls=2 * tasks, input=MINING.input, output=MINING.output)
        )
    return estimate(planned, price)
