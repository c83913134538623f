"""What the tools of the studio answer."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from envscaler_mcp.certify import ScenarioReport
from envscaler_mcp.spec import Json, Problem


class Answer(BaseModel):
    """A closed object, as tools promise it."""

    model_config = ConfigDict(extra="forbid")


class Found(Answer):
    """One defect: a code, the part it is in, and what to do about it."""

    code: str
    where: str
    message: str
    severity: str

    @classmethod
    def of(cls, problem: Problem) -> Found:
        """As an answer."""
        return cls(code=problem.code, where=problem.where, message=problem.message, severity=problem.severity)


class Line(Answer):
    """A draft in the list."""

    name: str
    title: str
    tools: int
    scenarios: int


class Overview(Answer):
    """A draft, part by part, and what is wrong with it."""

    name: str
    title: str
    introduction: str
    policy: str
    constants: list[str]
    entities: list[str]
    tools: list[str]
    rules: list[str]
    methods: list[str]
    has_world: bool
    scenarios: list[str]
    problems: list[Found]
    source: str


class Changed(Answer):
    """What a change came to: the draft was kept as it now is, and this is wrong with it."""

    draft: str
    part: str
    problems: list[str]


class CallMade(Answer):
    """One call: its result, and the paths of the state that it changed."""

    n: int
    tool: str
    arguments: dict[str, Json]
    result: Json
    is_error: bool
    changes: list[dict[str, Json]]


class Tried(Answer):
    """Calls as they were played, and the frame that they would need."""

    calls: list[CallMade]
    broken_rules: list[str]
    frame: dict[str, Json]


class Climbed(Answer):
    """How far a scenario came, and what stopped it."""

    id: str
    tier: str
    sound: bool
    problems: list[Found]
    mutants: int
    killed: int
    killed_by_goals: int
    variants: int
    accepted: int

    @classmethod
    def of(cls, report: ScenarioReport) -> Climbed:
        """As an answer."""
        return cls(
            id=report.id,
            tier=report.tier,
            sound=report.sound,
            problems=[Found.of(problem) for problem in report.problems],
            mutants=report.mutants,
            killed=report.killed,
            killed_by_goals=report.killed_by_goals,
            variants=report.variants,
            accepted=report.accepted,
        )


class Proven(Answer):
    """What the ladder says of a draft."""

    boots: bool
    problems: list[Found]
    scenarios: list[Climbed]
    sound: bool


class Rendered(Answer):
    """A server that stands: where, and with which scenarios."""

    path: str
    version: str
    tools: int
    scenarios: list[Climbed]
    left_out: list[str]


class Shared(Answer):
    """A file to share."""

    file: str
    sha256: str


class Nearest(Answer):
    """A domain that is near a topic."""

    name: str
    title: str
    about: str
    closeness: float
    close_enough: bool


class DomainRead(Answer):
    """A description of a domain: what it is wrong in, or what can be made of it."""

    name: str
    options: list[str]
    problems: list[str]


class Made(Answer):
    """A server that the compiler made."""

    path: str
    tools: int
    rules: int
    scenarios: int
    tiers: dict[str, int]
    rejected: int
    problems: list[Found]
