"""How much is tried before something is given up."""

from __future__ import annotations

from dataclasses import dataclass, field

from envscaler_mcp.synthesis.quality.trial import Effort


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How much is tried before something is given up.

    Attributes:
        tools: how many tools an outline should have, at least.
        fewest_tools: an environment that keeps fewer is dropped.
        repairs: how often a tool or a rule may be written again.
        rounds: how many calls the tester proposes for each tool.
        threshold: share of its calls that a checker has to pass.
        kill_rate: share of the mutants that act otherwise and have to be noticed; 0: none are tried.
        effort: of the trial; its seed decides the calls.
        at_once: how many tools are written at the same time.
    """

    tools: int = 12
    fewest_tools: int = 6
    repairs: int = 5
    rounds: int = 4
    threshold: float = 0.85
    kill_rate: float = 1.0
    effort: Effort = field(default_factory=Effort)
    at_once: int = 8
