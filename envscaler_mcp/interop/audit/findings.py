"""What an audit found, as values: of a check, a scenario, a tool, an environment, a release."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

from envscaler_mcp.spec.problem import Problem

Code = Literal[
    "true_at_start",
    "crashed",
    "contradictory",
    "unreachable",
    "equal",
    "literal_text",
    "literal_untold",
    "lost",
]
CODES: tuple[Code, ...] = get_args(Code)
REWARD_DIGITS = 4
"""Upstream's reward is `round(true checks / checks, 4)`."""


@dataclass(frozen=True)
class Finding:
    """One thing to say against a check."""

    code: Code
    message: str


@dataclass(frozen=True)
class CheckAudit:
    """One check: what it says before anybody has acted, and what there is to say against it."""

    id: str
    number: int
    text: str
    source: str
    ok: bool | None
    findings: tuple[Finding, ...] = ()

    def has(self, code: Code) -> bool:
        """Whether there is a finding of this kind."""
        return any(finding.code == code for finding in self.findings)

    @property
    def telling(self) -> bool:
        """It is false at the start, can become true by a tool, and is no copy: it can tell runs apart."""
        return self.ok is False and not (self.has("unreachable") or self.has("equal"))


@dataclass(frozen=True)
class ScenarioAudit:
    """One scenario with its checks."""

    id: str
    env_id: str
    where: str
    instruction: str
    checks: tuple[CheckAudit, ...]
    recordings: int = 0
    solutions: int = 0
    """Recordings that end with every check true that was not true at the start."""

    def count(self, code: Code) -> int:
        """How many checks have a finding of this kind."""
        return sum(check.has(code) for check in self.checks)

    @cached_property
    def true_share(self) -> float:
        """The share of the checks that are true at the start."""
        return self.count("true_at_start") / len(self.checks) if self.checks else 0.0

    @property
    def noop_reward(self) -> float:
        """What upstream pays for doing nothing."""
        return round(self.true_share, REWARD_DIGITS)

    @property
    def telling(self) -> int:
        """Checks that can tell one run from another."""
        return sum(check.telling for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """For scripts: counts, and which checks."""
        return {
            "env_id": self.env_id,
            "scenario": self.id,
            "where": self.where,
            "checks": len(self.checks),
            "true_at_start": self.count("true_at_start"),
            "noop_reward": self.noop_reward,
            "crashed": self.count("crashed"),
            "telling": self.telling,
            "recordings": self.recordings,
            "solutions": self.solutions,
            "findings": {
                code: [check.id for check in self.checks if check.has(code)]
                for code in CODES
                if self.count(code)
            },
        }


@dataclass(frozen=True)
class Raised:
    """One call that ended in an exception or had to be stopped."""

    arguments: dict[str, Any]
    message: str
    recorded: bool = False
    """An agent made this call in a recording; otherwise it is a probe."""


@dataclass(frozen=True)
class ToolAudit:
    """One tool under probe calls."""

    name: str
    kind: Literal["read", "write"]
    calls: int
    raised: tuple[Raised, ...] = ()
    differs: Literal["process", "run"] | None = None
    """Whether equal calls on equal states came to different results: `process`: with nothing changed but
    the process; `run`: with another seed and another time."""

    def to_json(self) -> dict[str, Any]:
        """For scripts."""
        calls = [
            {"arguments": one.arguments, "message": one.message, "recorded": one.recorded}
            for one in self.raised
        ]
        return {"tool": self.name, "calls": self.calls, "raised": calls, "differs": self.differs}


@dataclass(frozen=True)
class Unseen:
    """A part of the state that no check of any scenario looks at."""

    attribute: str
    written: bool
    """A tool can change it: whatever an agent breaks there goes unnoticed."""


@dataclass(frozen=True)
class EnvironmentAudit:
    """One environment with its scenarios."""

    env_id: str
    where: str
    title: str
    tool_count: int
    scenarios: tuple[ScenarioAudit, ...]
    tools: tuple[ToolAudit, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def raising(self) -> list[ToolAudit]:
        """Tools that raised."""
        return [tool for tool in self.tools if tool.raised]

    @property
    def nondeterministic(self) -> list[ToolAudit]:
        """Tools that answered equal calls differently."""
        return [tool for tool in self.tools if tool.differs]

    @property
    def repaired(self) -> list[Problem]:
        """Damage in the release that was mended before anything was run."""
        return [problem for problem in self.problems if problem.code == "repaired"]

    def to_json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "env_id": self.env_id,
            "where": self.where,
            "tools": self.tool_count,
            "tools_played": len(self.tools),
            "scenarios": len(self.scenarios),
            "checks": sum(len(one.checks) for one in self.scenarios),
            "raising": [tool.to_json() for tool in self.raising],
            "nondeterministic": {tool.name: tool.differs for tool in self.nondeterministic},
            "unseen": {one.attribute: "written" if one.written else "not written" for one in self.unseen},
            "repaired": len(self.repaired),
        }


@dataclass(frozen=True)
class Audit:
    """A whole release."""

    environments: tuple[EnvironmentAudit, ...]
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0

    @cached_property
    def scenarios(self) -> list[ScenarioAudit]:
        """Every scenario that was judged, in the release's order."""
        return [one for environment in self.environments for one in environment.scenarios]

    @cached_property
    def checks(self) -> int:
        """How many checks they have."""
        return sum(len(one.checks) for one in self.scenarios)

    @property
    def telling(self) -> int:
        """Checks that can tell one run from another."""
        return sum(one.telling for one in self.scenarios)

    @cached_property
    def noop_paid(self) -> int:
        """Scenarios that pay something for doing nothing."""
        return sum(one.noop_reward > 0 for one in self.scenarios)

    @cached_property
    def noop_reward_mean(self) -> float:
        """The mean reward of an agent that does nothing; rounded once, at the end."""
        if not self.scenarios:
            return 0.0
        return round(sum(one.true_share for one in self.scenarios) / len(self.scenarios), REWARD_DIGITS)

    def count(self, code: Code) -> int:
        """How many checks have a finding of this kind."""
        return sum(one.count(code) for one in self.scenarios)

    def affected(self, code: Code) -> int:
        """How many scenarios have a check with a finding of this kind."""
        return sum(one.count(code) > 0 for one in self.scenarios)

    def found(self, code: Code) -> Iterator[tuple[ScenarioAudit, CheckAudit, Finding]]:
        """Every finding of one kind."""
        for scenario in self.scenarios:
            for check in scenario.checks:
                for finding in check.findings:
                    if finding.code == code:
                        yield scenario, check, finding

    def worst(self, number: int) -> list[ScenarioAudit]:
        """The scenarios whose checks are worth least, the worst first; sound ones are not among them."""
        bad = [one for one in self.scenarios if any(check.findings for check in one.checks)]
        return sorted(bad, key=_badness, reverse=True)[:number]

    @cached_property
    def every_problem(self) -> list[Problem]:
        """Problems of the rows and of the environments."""
        return [*self.problems, *(one for environment in self.environments for one in environment.problems)]

    @property
    def errors(self) -> list[Problem]:
        """What made a row, or a part of one, useless."""
        return [problem for problem in self.every_problem if problem.severity == "error"]

    @property
    def sound(self) -> bool:
        """Nothing is wrong with rows, reward and checks; tools and wording are told, not judged."""
        bad = ("true_at_start", "crashed", "contradictory", "unreachable")
        return not self.errors and not any(self.count(code) for code in bad)


def _badness(one: ScenarioAudit) -> tuple[float, ...]:
    hard = sum(one.count(code) for code in ("crashed", "contradictory", "unreachable"))
    soft = sum(one.count(code) for code in ("equal", "literal_untold"))
    return one.noop_reward, hard, one.count("true_at_start"), soft
