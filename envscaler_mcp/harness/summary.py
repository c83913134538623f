"""What the rows of a run say of each agent."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from envscaler_mcp.spec import NO_EVIDENCE, OUTCOMES, RolloutRow

RESAMPLES = 1000
TAIL = 0.025
Cluster = list[float]


@dataclass(frozen=True)
class AgentSummary:
    """One line of the score table; rewards are over rollouts that are evidence about the agent."""

    agent: str
    rollouts: int
    outcomes: dict[str, int]
    reward_mean: float | None
    reward_ci95: tuple[float, float] | None
    reward_paper_mean: float | None
    """What EnvScaler's reward would have paid."""
    pass_1: float | None
    pass_hat_k: float | None
    tokens: int
    cost_usd: float
    calls: int
    refusals: int


def summarise(rows: Sequence[RolloutRow], agents: Sequence[str], repeats: int) -> list[AgentSummary]:
    """One summary for each agent, in their order."""
    return [_summary(agent, [row for row in rows if row.agent == agent], repeats) for agent in agents]


def _summary(agent: str, rows: list[RolloutRow], repeats: int) -> AgentSummary:
    counted = Counter(row.outcome for row in rows)
    clusters = _clusters(rows)
    rewards = [reward for by_scenario in clusters.values() for cluster in by_scenario for reward in cluster]
    return AgentSummary(
        agent=agent,
        rollouts=len(rows),
        outcomes={outcome: counted[outcome] for outcome in OUTCOMES if counted[outcome]},
        reward_mean=_mean(rewards),
        reward_ci95=_interval(clusters) if rewards else None,
        reward_paper_mean=_mean([row.reward_paper for row in rows if row.outcome not in NO_EVIDENCE]),
        pass_1=_pass_hat(rows, 1),
        pass_hat_k=_pass_hat(rows, repeats),
        tokens=sum(row.tokens for row in rows),
        cost_usd=sum(row.cost_usd for row in rows),
        calls=sum(row.calls for row in rows),
        refusals=sum(row.refusals for row in rows),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _clusters(rows: list[RolloutRow]) -> dict[str, list[Cluster]]:
    """Server → the rewards of each of its scenarios."""
    found: dict[str, dict[str, Cluster]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row.outcome not in NO_EVIDENCE and row.reward is not None:
            found[row.server][row.scenario].append(float(row.reward))
    return {server: list(by_scenario.values()) for server, by_scenario in found.items()}


def _interval(clusters: dict[str, list[Cluster]]) -> tuple[float, float]:
    """Bootstrap over servers, then scenarios: rollouts of one scenario are not independent."""
    rng = random.Random(0)
    servers = list(clusters.values())
    means = sorted(_resampled(rng, servers) for _ in range(RESAMPLES))
    return means[int(RESAMPLES * TAIL)], means[int(RESAMPLES * (1 - TAIL)) - 1]


def _resampled(rng: random.Random, servers: list[list[Cluster]]) -> float:
    drawn = [rng.choices(scenarios, k=len(scenarios)) for scenarios in rng.choices(servers, k=len(servers))]
    rewards = [reward for scenarios in drawn for cluster in scenarios for reward in cluster]
    return sum(rewards) / len(rewards)


def _pass_hat(rows: list[RolloutRow], k: int) -> float | None:
    """pass^k: the chance that k of a scenario's repeats all pass (unbiased, as in tau-bench)."""
    trials: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for row in rows:
        if row.outcome not in NO_EVIDENCE:
            trials[row.server, row.scenario].append(row.outcome == "passed")
    full = [passed for passed in trials.values() if len(passed) >= k]
    if not full:
        return None
    return sum(comb(sum(passed), k) / comb(len(passed), k) for passed in full) / len(full)
