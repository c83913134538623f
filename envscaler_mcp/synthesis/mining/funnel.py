"""How many came in and how many came out of each step: a table with denominators."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Funnel:
    """Steps in their order. Several tasks may lead to one topic, so each step says what it counts."""

    steps: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])

    def add(self, step: str, came: int, kept: int) -> None:
        """So many of so many were kept."""
        self.steps.append((step, came, kept))

    def to_json(self) -> list[dict[str, int | str]]:
        """For `--json` and run directories."""
        return [{"step": step, "in": came, "out": kept} for step, came, kept in self.steps]

    def to_markdown(self) -> str:
        """The table."""
        head = ["| step | in | kept | share |", "|---|---|---|---|"]
        rows = [
            f"| {step} | {came} | {kept} | {f'{100 * kept / came:.0f} %' if came else '–'} |"
            for step, came, kept in self.steps
        ]
        return "\n".join([*head, *rows])
