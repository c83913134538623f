"""Tokens and dollars, stage by stage: a sum over the answers, those that were stored before included."""

from __future__ import annotations

from dataclasses import dataclass, field

from envscaler_mcp.spec import Json

from .llm import Answer, Model, Usage
from .request import Request


@dataclass
class Account:
    """What one stage took. `unpriced` calls have no known price and are in no sum of dollars."""

    calls: int = 0
    known: int = 0
    unpriced: int = 0
    usage: Usage = field(default_factory=Usage)
    dollars: float = 0.0
    paid_now: float = 0.0

    @property
    def cost_usd(self) -> float | None:
        """The cost, or None where a part of it is not known."""
        return None if self.unpriced else self.dollars

    def add(self, answer: Answer) -> None:
        """Count one answer."""
        self.calls += 1
        self.known += answer.known
        self.usage += answer.usage
        self.unpriced += answer.cost_usd is None
        self.dollars += answer.cost_usd or 0.0
        self.paid_now += 0.0 if answer.known else answer.cost_usd or 0.0

    def merge(self, other: Account) -> None:
        """Add another one to this."""
        self.calls += other.calls
        self.known += other.known
        self.usage += other.usage
        self.unpriced += other.unpriced
        self.dollars += other.dollars
        self.paid_now += other.paid_now

    def to_json(self) -> Json:
        """For `--json` and run directories."""
        return {
            "calls": self.calls,
            "known": self.known,
            "unpriced": self.unpriced,
            "tokens": self.usage.to_json(),
            "cost_usd": self.cost_usd,
            "paid_now_usd": self.paid_now,
        }


class Ledger:
    """Every answer of a run, by stage and model."""

    def __init__(self) -> None:
        self._accounts: dict[tuple[str, str], Account] = {}

    def add(self, stage: str, answer: Answer) -> None:
        """Count one answer."""
        self._accounts.setdefault((stage, answer.model), Account()).add(answer)

    def by_stage(self) -> dict[str, Account]:
        """Stages in the order of their first answer."""
        sums: dict[str, Account] = {}
        for (stage, _model), account in self._accounts.items():
            sums.setdefault(stage, Account()).merge(account)
        return sums

    def total(self) -> Account:
        """All stages together."""
        whole = Account()
        for account in self._accounts.values():
            whole.merge(account)
        return whole

    def unpriced_models(self) -> list[str]:
        """Models whose price is not known: to be told, never to be guessed."""
        return sorted({model for (_stage, model), account in self._accounts.items() if account.unpriced})

    def to_json(self) -> Json:
        """For `--json` and run directories."""
        return {
            "total": self.total().to_json(),
            "stages": {stage: account.to_json() for stage, account in self.by_stage().items()},
            "unpriced_models": self.unpriced_models(),
        }


class Metered:
    """A model whose answers are counted."""

    def __init__(self, model: Model, ledger: Ledger) -> None:
        self._model = model
        self._ledger = ledger
        self.name = model.name

    async def answer(self, request: Request) -> Answer:
        """What the model says."""
        answer = await self._model.answer(request)
        self._ledger.add(request.stage, answer)
        return answer
