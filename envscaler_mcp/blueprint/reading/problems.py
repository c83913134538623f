"""What is wrong with a file: all of it at once, in the order of its lines."""

from __future__ import annotations

from dataclasses import dataclass, field

from envscaler_mcp.errors import BadInput

from .located import Place

MOST = 20


class BadDomain(BadInput):
    """A domain file that does not read: one sentence a line, at most twenty."""

    def __init__(self, problems: tuple[BadInput, ...]) -> None:
        first = problems[0]
        super().__init__(first.where, first.message, first.remedy)
        self.problems = problems[:MOST]
        self.left_off = len(problems) - len(self.problems)

    def __str__(self) -> str:
        more = [f"… and {self.left_off} more."] if self.left_off else []
        return "\n".join([*(str(one) for one in self.problems), *more])


@dataclass
class Problems:
    """Collects what is wrong; the same thing counts once."""

    found: dict[tuple[str, int, str], BadInput] = field(default_factory=dict[tuple[str, int, str], BadInput])

    def add(self, place: Place, message: str, remedy: str) -> None:
        """Note one thing that is wrong, and how to mend it."""
        key = (place.file, place.line, message)
        self.found.setdefault(key, BadInput(str(place), message, remedy))

    def raise_any(self) -> None:
        """Raise BadDomain if anything was noted."""
        if self.found:
            raise BadDomain(tuple(self.found[key] for key in sorted(self.found)))
