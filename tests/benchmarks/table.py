"""One row for each thing measured, and the table of them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

HEAD = ("measure", "state", "against", "ours", "ratio", "target", "p95 against", "p95 ours", "unit")


@dataclass(frozen=True)
class Row:
    """Something that ours does, beside something else that does it."""

    measure: str
    unit: str
    ours: float
    against: float | None = None
    state: str = ""
    target: float | None = None
    """Largest ratio that is wanted, or the smallest where more is better."""
    most: float | None = None
    """Where a number is wanted instead of a ratio: the largest."""
    more_is_better: bool = False
    ours_p95: float | None = None
    against_p95: float | None = None
    ratio: float | None = None

    @classmethod
    def of_samples(cls, measure: str, unit: str, ours: list[float], against: list[float], **more: Any) -> Row:
        """Medians, with the median of the pairwise ratios: both were measured in the same moment."""
        pairs = zip(ours, against, strict=True)
        return cls(
            measure, unit, statistics.median(ours), statistics.median(against),
            ours_p95=_p95(ours), against_p95=_p95(against),
            ratio=statistics.median(one / other for one, other in pairs), **more,
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return {**asdict(self), "ratio": self.said_ratio, "met": self.met}

    @property
    def said_ratio(self) -> float | None:
        """Ours to the other's."""
        if self.ratio is not None or not self.against:
            return self.ratio
        return self.ours / self.against

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        if self.most is not None:
            return self.ours <= self.most
        if self.target is None or self.said_ratio is None:
            return None
        return self.said_ratio >= self.target if self.more_is_better else self.said_ratio <= self.target

    def cells(self) -> tuple[str, ...]:
        """As text."""
        return (
            self.measure, self.state, _number(self.against), _number(self.ours),
            f"{self.said_ratio:.2f}" if self.said_ratio is not None else "",
            self._wanted(),
            _number(self.against_p95), _number(self.ours_p95), self.unit,
        )  # fmt: skip

    def _wanted(self) -> str:
        missed = " missed" if self.met is False else ""
        if self.most is not None:
            return f"≤ {self.most:g} {self.unit}{missed}"
        sign = "≥" if self.more_is_better else "≤"
        return f"{sign} {self.target:g}{missed}" if self.target is not None else ""


def table(rows: Sequence[Row]) -> str:
    """Markdown, aligned for people."""
    cells = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEAD))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in cells
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _p95(samples: list[float]) -> float:
    return sorted(samples)[int(len(samples) * 0.95)]
