"""`eval --dry-run`: what a run would take of hosted models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from envscaler_mcp.spec import Suite

from .output import Output, table
from .status import DONE

if TYPE_CHECKING:
    from envscaler_mcp.harness.task import Task
    from envscaler_mcp.llm import Access

COLUMNS = ("agent", "rollouts", "model calls", "tokens", "cost")


def say_forecast(
    output: Output, agents: Sequence[str], tasks: Sequence[Task], suite: Suite, access: Access
) -> int:
    """Print calls, tokens and dollars for every hosted model; no key is needed, and nothing is spent."""
    from envscaler_mcp.harness.forecast import forecast, forecast_user
    from envscaler_mcp.llm import price_of
    from envscaler_mcp.llm.dialogue import is_hosted

    hosted = [spec for spec in agents if is_hosted(spec)]
    free = [spec for spec in agents if spec not in hosted]
    found = [
        forecast(spec, tasks, suite, price_of(spec.removeprefix("prompted:"), access)) for spec in hosted
    ]
    if suite.user:
        times = len(agents) * suite.repeats
        found.append(forecast_user(suite.user, tasks, times, price_of(suite.user, access)))
    rows = [(one.agent, one.rollouts, one.calls, f"{one.tokens:,}", _dollars(one.cost_usd)) for one in found]
    output.result(
        {"scenarios": len(tasks), "agents": [asdict(one) for one in found], "without_cost": free},
        table(COLUMNS, rows, "A dry run: nothing was spent"),
        f"Agents without a hosted model: {', '.join(free) or 'none'}",
    )
    return DONE


def _dollars(cost: float | None) -> str:
    return "no price known" if cost is None else f"about ${cost:,.2f}"
