"""What one rung found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from envscaler_mcp.spec import Problem, Rung


@dataclass(frozen=True)
class Finding:
    """A rung, and the problems that kept it from being climbed (warnings do not)."""

    rung: Rung
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the rung was climbed."""
        return self.rung.ok


def found(name: str, problems: Sequence[Problem], evidence: str) -> Finding:
    """A rung that is climbed when no problem is an error."""
    errors = [problem for problem in problems if problem.severity == "error"]
    said = evidence if not errors else f"{evidence}; {len(errors)} problem{'s' if len(errors) > 1 else ''}"
    return Finding(Rung(name=name, ok=not errors, evidence=said), tuple(problems))
