"""A run of a suite as it stands on disk: `run.json`, and one row for every rollout."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from .moment import Moment
from .record import Number, Part, Record
from .suite import Suite, SuiteLock
from .trajectory import Outcome, Verdict

RunStatus = Literal["running", "complete", "incomplete"]


class RunCard(Record):
    """`run.json`."""

    kind_of_file: ClassVar[str] = "run"
    suite: Suite
    lock: SuiteLock | None = None
    agents: tuple[str, ...]
    """Every agent of the run, those of the command line included."""
    versions: dict[str, str] = Field(default_factory=dict[str, str])
    started: Moment
    status: RunStatus = "running"


class RolloutRow(Part):
    """One line of `rollouts.jsonl`. What no score could be made for is null, not zero."""

    id: str
    agent: str
    server: str
    scenario: str
    repeat: int = Field(ge=0)
    seed: int
    outcome: Outcome
    verdicts: tuple[Verdict, ...] = ()
    reward: Number | None
    progress: Number | None
    collateral: tuple[str, ...] = ()
    reward_paper: Number | None
    reward_version: str = "1"
    turns: int = 0
    calls: int = 0
    refusals: int = 0
    tool_errors: int = 0
    tokens: int = 0
    cost_usd: Number = 0
    seconds: Number = 0
    user_tokens: int | None = None
    """Of a model that played the user, where there was a user."""
    user_cost_usd: Number | None = None
    error: str | None = None
