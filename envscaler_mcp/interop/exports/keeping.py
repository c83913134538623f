"""Which rollouts are worth training on."""

from __future__ import annotations

from dataclasses import dataclass

from envscaler_mcp.spec import RolloutRow

from .played import Played


@dataclass(frozen=True)
class Keeping:
    """Filters; what is None or false does not restrict.

    Attributes:
        failed: keep those that failed, too (never those that are no evidence).
        well_formed: only those of which every call could be read: known tool, right arguments.
        min_calls: at least so many calls.
        max_calls: at most so many calls.
        max_chars: at most so many characters, in all that is said and called.
        agents: only of these.
    """

    failed: bool = False
    well_formed: bool = False
    min_calls: int = 1
    max_calls: int | None = None
    max_chars: int | None = None
    agents: tuple[str, ...] = ()

    def keeps_row(self, row: RolloutRow) -> bool:
        """Whether a rollout is kept, as far as its row tells."""
        return (
            row.outcome in (("passed", "failed") if self.failed else ("passed",))
            and (not self.agents or row.agent in self.agents)
            and not (self.well_formed and row.tool_errors)
            and self.min_calls <= row.calls <= (row.calls if self.max_calls is None else self.max_calls)
        )

    def keeps(self, one: Played) -> bool:
        """Whether a rollout is kept."""
        return self.keeps_row(one.row) and (self.max_chars is None or length_of(one) <= self.max_chars)


def length_of(one: Played) -> int:
    """Characters of what was said, called and answered; the tools and the policy are not counted."""
    return sum(
        len(turn.text) + sum(len(str(step.arguments)) + len(str(step.result)) for step in turn.steps)
        for turn in one.turns
    )
