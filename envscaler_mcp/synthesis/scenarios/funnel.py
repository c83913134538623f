"""How many came in and where they fell: every task that was proposed is certified or rejected somewhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from envscaler_mcp.spec import Json


@dataclass
class Funnel:
    """Counts of one environment."""

    starts_asked: int = 0
    starts_kept: int = 0
    tasks: int = 0
    """Proposed."""
    rejected: Counter[str] = field(default_factory=Counter[str])
    """Where tasks fell: a stage or a code, and how many."""
    surplus: int = 0
    """Sound, and more than were wanted."""
    certified: int = 0
    agreed: int = 0
    """Of the certified ones."""
    repaired: int = 0
    """Certified, but not in the first round."""

    @property
    def adds_up(self) -> bool:
        """Whether every task is accounted for."""
        return self.tasks == self.certified + self.surplus + sum(self.rejected.values())

    def to_json(self) -> Json:
        """For `--json` and run directories."""
        return {
            "starts": {"asked": self.starts_asked, "kept": self.starts_kept},
            "tasks": self.tasks,
            "rejected": dict(sorted(self.rejected.items())),
            "surplus": self.surplus,
            "certified": self.certified,
            "agreed": self.agreed,
            "repaired": self.repaired,
        }
