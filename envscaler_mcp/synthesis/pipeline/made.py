"""What became of one environment; the first keys are those of `synth --json`."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from envscaler_mcp.spec import Part, Problem


class Made(Part):
    """One environment as it was made, or why it was not.

    Attributes:
        name: of the server.
        path: its folder; empty where it was dropped.
        scenarios: certified ones that were written now.
        rejected: tasks that did not get through.
        problems: errors, and as warnings what was left out.
        rejections: where tasks fell → how many.
        tiers: of the scenarios, counted.
        repairs: tool or rule → how often it was written again.
        funnel: of the environment's stages and of its scenarios.
        tokens, cost_usd: of its calls, those that were stored before included; a cost of None is unknown.
        models: who answered.
        order: digest of what was asked for.
        card: digest of its `environment.json`.
    """

    name: str
    path: str
    tools: int = 0
    rules: int = 0
    scenarios: int = 0
    rejected: int = 0
    problems: tuple[Problem, ...] = ()
    topic: str = ""
    rejections: dict[str, int] = Field(default_factory=dict[str, int])
    tiers: dict[str, int] = Field(default_factory=dict[str, int])
    repairs: dict[str, int] = Field(default_factory=dict[str, int])
    funnel: dict[str, Any] = Field(default_factory=dict[str, Any])
    tokens: int = 0
    cost_usd: float | None = 0.0
    models: tuple[str, ...] = ()
    order: str = ""
    card: str = ""

    @property
    def sound(self) -> bool:
        """Whether it was made, with as many scenarios as were asked for."""
        return not any(problem.severity == "error" for problem in self.problems)
