"""A scenario in two files that never travel together: the task, and its grading."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from .moment import Moment
from .record import Json, Number, Part, Record, State

Tier = Literal["rejected", "screened", "solved", "certified", "agreed"]
TIERS: tuple[Tier, ...] = ("rejected", "screened", "solved", "certified", "agreed")
CANARY = "envscaler-mcp grading; must not appear in a training corpus; 7f1c9a52-6d0e-4b39-9a3e-2f8b51c4d7e0"


ScenarioId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]
Band = Literal["easy", "medium", "hard"]
Split = Literal["train", "dev", "test"]


class Difficulty(Part):
    """Structural difficulty, computed, never guessed."""

    plan_length: int = 0
    lookups: int = 0
    distractors: int = 0
    active_rules: int = 0
    branching: int = 0
    band: Band | None = None


class Slot(Part):
    """A fact that the user tells when asked."""

    id: str
    text: str
    when_asked: str


class Conversation(Part):
    """What a simulated user knows and says."""

    persona: str
    opening: str
    slots: tuple[Slot, ...] = ()
    closing: str = ""


class Scenario(Record):
    """`scenarios/<id>.json`: the task. Ships with the package."""

    kind_of_file: ClassVar[str] = "scenario"
    id: ScenarioId
    instruction: str
    start: State
    now: Moment
    seed: int = 0
    tags: tuple[str, ...] = ()
    difficulty: Difficulty = Difficulty()
    split: Split = "train"
    family: str = ""
    conversation: Conversation | None = None


class Check(Part):
    """A predicate over states; `source` defines `check(initial, final) -> bool`."""

    id: str
    kind: Literal["goal", "guard", "unclassified"]
    weight: Number = Field(default=1, gt=0)
    text: str
    source: str


class Frame(Part):
    """The footprint that solving may leave. Paths are `/collection/<key>/field`; `*` is one step."""

    changed: tuple[str, ...] = ()
    created: dict[str, int] = Field(default_factory=dict[str, int])
    deleted: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    history: tuple[str, ...] = ()


class Call(Part):
    """One tool call; an argument may be `{"$result": [step, "/json/pointer"]}`."""

    tool: str
    arguments: dict[str, Json] = Field(default_factory=dict[str, Any])


class Rung(Part):
    """One rung of the ladder, climbed or not, with what was seen."""

    name: str
    ok: bool
    evidence: str = ""


class MutantCount(Part):
    """One operator: how many wrong end states it made, and who rejected them."""

    made: int
    killed_by_goals: int
    killed: int


class VariantCount(Part):
    """Other right ways: how many were played, how many accepted."""

    made: int = 0
    accepted: int = 0


class Solver(Part):
    """An independent solver and whether it reached an accepted state."""

    who: str
    agreed: bool


class Certificate(Part):
    """How far a scenario is proven, and by what."""

    tier: Tier
    rungs: tuple[Rung, ...] = ()
    mutants: dict[str, MutantCount] = Field(default_factory=dict[str, MutantCount])
    variants: VariantCount = VariantCount()
    solvers: tuple[Solver, ...] = ()
    digests: dict[str, str] = Field(default_factory=dict[str, str])
    versions: dict[str, str] = Field(default_factory=dict[str, str])


class Wording(Part):
    """A model said the instruction anew: which one, and how it read before."""

    model: str
    original: str


class Grading(Record):
    """`grading/<id>.json`: checks, frame, oracle, certificate. Never near an agent."""

    kind_of_file: ClassVar[str] = "grading"
    id: ScenarioId
    checks: tuple[Check, ...]
    frame: Frame | None = None
    oracle: tuple[Call, ...] | None = None
    oracle_digest: str | None = None
    """State digest that the oracle leaves behind."""
    wording: Wording | None = None
    certificate: Certificate | None = None
    canary: str = CANARY

    @field_validator("checks")
    @classmethod
    def _unique_ids(cls, checks: tuple[Check, ...]) -> tuple[Check, ...]:
        if len({check.id for check in checks}) < len(checks):
            raise ValueError("two checks share one id")
        return checks
