"""What an episode leaves behind: the journal of its calls, and a rollout's trajectory."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from .moment import Moment
from .record import Json, Number, Part, Record

Outcome = Literal["passed", "failed", "agent_error", "user_error", "infrastructure_error", "task_defect"]
OUTCOMES: tuple[Outcome, ...] = (
    "passed", "failed", "agent_error", "user_error", "infrastructure_error", "task_defect",
)  # fmt: skip
NO_EVIDENCE: frozenset[Outcome] = frozenset(("user_error", "infrastructure_error", "task_defect"))


class JournalHeader(Record):
    """First line of a journal."""

    kind_of_file: ClassVar[str] = "journal"
    server: str
    scenario: str
    seed: int
    now: Moment


class JournalEntry(Part):
    """One call as it was answered. No wall clock."""

    n: int
    request_id: str | None = None
    tool: str
    arguments: dict[str, Json] = Field(default_factory=dict[str, Any])
    result: Json
    is_error: bool
    state_digest: str


class StateChange(Part):
    """One difference; `before` or `after` is absent where the path did not exist."""

    null_means_something: ClassVar[frozenset[str]] = frozenset(("before", "after"))
    path: str
    before: Json = None
    after: Json = None


class Verdict(Part):
    """What one check, rule or the frame said of a final state."""

    id: str
    kind: Literal["goal", "guard", "unclassified", "rule", "frame"]
    ok: bool
    error: str | None = None


class Score(Record):
    """What the checks say of one final state (design: Scoring)."""

    kind_of_file: ClassVar[str] = "score"
    success: bool
    reward: Number
    progress: Number
    collateral: tuple[str, ...] = ()
    reward_paper: Number
    reward_version: str = "1"
    verdicts: tuple[Verdict, ...] = ()


class Step(Part):
    """One call of a trajectory with what it changed."""

    n: int
    tool: str
    arguments: dict[str, Json] = Field(default_factory=dict[str, Any])
    result: Json
    is_error: bool
    refusal: str | None = None
    state_digest: str
    diff: tuple[StateChange, ...] = ()
    usage: dict[str, Json] | None = None


class Trajectory(Record):
    """The record of one rollout."""

    kind_of_file: ClassVar[str] = "trajectory"
    server: str
    scenario: str
    agent: str
    seed: int
    steps: tuple[Step, ...] = ()
    messages: tuple[dict[str, Json], ...] | None = None
    outcome: Outcome
    score: Score | None = None
