"""`--dry-run`: what a plan of calls would take, without one of them being made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from envscaler_mcp.spec import Json

from .llm import Usage
from .prices import Price


@dataclass(frozen=True, kw_only=True)
class Planned:
    """Calls of one stage that read alike: how many, and how many tokens each."""

    stage: str
    calls: int
    input: int
    output: int

    @property
    def usage(self) -> Usage:
        """Tokens of all of them."""
        return Usage(input=self.calls * self.input, output=self.calls * self.output)

    def cost(self, price: Price | None) -> float | None:
        """Dollars for all of them; each is priced alone, since prices may rise with length."""
        return None if price is None else self.calls * price(Usage(input=self.input, output=self.output))


@dataclass(frozen=True)
class Estimate:
    """A plan at a price; an estimate, not a promise."""

    stages: tuple[Planned, ...]
    price: Price | None

    @property
    def calls(self) -> int:
        """How many calls."""
        return sum(planned.calls for planned in self.stages)

    @property
    def usage(self) -> Usage:
        """How many tokens."""
        return sum((planned.usage for planned in self.stages), start=Usage())

    @property
    def cost_usd(self) -> float | None:
        """How many dollars; None where no price is known."""
        costs = [planned.cost(self.price) for planned in self.stages]
        return None if None in costs else sum(cost for cost in costs if cost is not None)

    def to_json(self) -> Json:
        """For `--json`."""
        names = dict.fromkeys(planned.stage for planned in self.stages)
        stages = {name: self._part(name)._sums() for name in names}
        return {"estimate": True, "total": self._sums(), "stages": stages}

    def _part(self, stage: str) -> Estimate:
        return Estimate(tuple(planned for planned in self.stages if planned.stage == stage), self.price)

    def _sums(self) -> Json:
        return {"calls": self.calls, "tokens": self.usage.to_json(), "cost_usd": self.cost_usd}


def estimate(planned: Iterable[Planned], price: Price | None) -> Estimate:
    """What the plan would take."""
    return Estimate(tuple(planned), price)
