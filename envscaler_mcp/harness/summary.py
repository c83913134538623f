"""What the rows of a run say of each agent."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum

from envscaler_mcp.spec import NO_EVIDENCE, OUTCOMES, RolloutRow

from .statistics import Interval, Trials, interval, mean, pass_at_k, pass_hat_k


@dataclass(frozen=True)
class AgentSummary:
    """One line of the score table; rewards are over rollouts that are evidence about the agent."""

    agent: str
    rollouts: int
    outcomes: dict[str, int]
    reward_mean: float | None
    reward_ci95: Interval | None
    reward_bounds: Interval | None
    """The mean if everything that is no evidence had failed, and if it had passed."""
    reward_paper_mean: float | None
    """What EnvScaler's reward would have paid."""
    progress_mean: float | None
    collateral_mean: float | None
    """Changes outside the frame for each rollout."""
    pass_1: float | None
    pass_at_k: float | None
    """That one of k repeats passes."""
    pass_hat_k: float | None
    """That all of k repeats pass."""
    tokens: int
    cost_usd: float
    calls: int
    refusals: int
    tool_errors: int
    seconds: float


def summarise(rows: Sequence[RolloutRow], agents: Sequence[str], repeats: int) -> list[AgentSummary]:
    """One summary for each agent, in their order."""
    return [_summary(agent, [row for row in rows if row.agent == agent], repeats) for agent in agents]


def trials_of(rows: Sequence[RolloutRow]) -> Trials:
    """Server → scenario → the rewards of the rollouts that are evidence about the agent.

    In their own order, not that in which the rollouts ended: a seeded bootstrap then draws the same.
    """
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in sorted(rows, key=lambda row: (row.server, row.scenario, row.repeat)):
        if row.outcome not in NO_EVIDENCE and row.reward is not None:
            found[row.server][row.scenario].append(float(row.reward))
    return found


def _summary(agent: str, rows: list[RolloutRow], repeats: int) -> AgentSummary:
    evidence = [row for row in rows if row.outcome not in NO_EVIDENCE]
    counted = Counter(row.outcome for row in rows)
    rewards = _known([row.reward for row in evidence])
    return AgentSummary(
        agent=agent,
        rollouts=len(rows),
        outcomes={outcome: counted[outcome] for outcome in OUTCOMES if counted[outcome]},
        reward_mean=mean(rewards),
        reward_ci95=interval(trials_of(rows)),
        reward_bounds=_bounds(rewards, len(rows)),
        reward_paper_mean=mean(_known([row.reward_paper for row in evidence])),
        progress_mean=mean(_known([row.progress for row in evidence])),
        collateral_mean=mean([float(len(row.collateral)) for row in evidence]),
        pass_1=_passing(evidence, 1, pass_hat_k),
        pass_at_k=_passing(evidence, repeats, pass_at_k),
        pass_hat_k=_passing(evidence, repeats, pass_hat_k),
        tokens=sum(row.tokens for row in rows),
        cost_usd=fsum(row.cost_usd for row in rows),
        calls=sum(row.calls for row in rows),
        refusals=sum(row.refusals for row in rows),
        tool_errors=sum(row.tool_errors for row in rows),
        seconds=fsum(row.seconds for row in rows),
    )


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _bounds(rewards: Sequence[float], rollouts: int) -> Interval | None:
    if not rollouts:
        return None
    without = rollouts - len(rewards)
    earned = fsum(rewards)
    return earned / rollouts, (earned + without) / rollouts


def _passing(rows: list[RolloutRow], k: int, estimate: Callable[[int, int, int], float]) -> float | None:
    """The mean of an estimate over the scenarios that have k trials or more."""
    trials: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for row in rows:
        trials[row.server, row.scenario].append(row.outcome == "passed")
    full = [passed for passed in trials.values() if len(passed) >= k]
    return mean([estimate(sum(passed), len(passed), k) for passed in full])
