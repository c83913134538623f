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
    Like("outline", 5, 0, 5_300, 2_400),
    Like("code", 45, 0, 3_800, 350),
    Like("quality", 45, 0, 2_000, 120),
    Like("starts", 0, 0.45, 3_400, 1_400),
    Like("tasks", 0, 0.45, 4_600, 2_100),
    Like("checks", 0, 1.75, 4_500, 1_200),
    Like("solving", 0, 14.0, 3_500, 140),
    Like("mending", 0, 0.5, 6_000, 1_200),
)
"""Of an environment with 18 tools. Input is one and a half times, output three times as long as in the
committed calls (12 tools, written by hand); every fourth part is written once more, 3 of 4 tasks are
certified, and a solution takes 8 turns: that is assumed, not measured."""
AGREEING = Like("agreeing", 0, 24.0, 3_500, 140)
MINING = Like("mining", 0, 0, 900, 250)


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
            0, Planned(stage=MINING.stage, calls=-(-tasks // 3), input=MINING.input, output=MINING.output)
        )
    return estimate(planned, price)
