"""The models of a run, and who of them answered what for one environment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from envscaler_mcp.errors import RequestRefused
from envscaler_mcp.llm import Embedder, Llm, Reply, Request, Usage
from envscaler_mcp.spec import Problem
from envscaler_mcp.synthesis.author import Author, Event, Log
from envscaler_mcp.synthesis.scenarios import Authors


@dataclass(frozen=True)
class Models:
    """Who writes, and if they are others: who writes checks and judges, and who solves on their own.

    `embedder` gives vectors of topics; without it they are compared by their words.
    """

    author: Llm
    checker: Llm | None = None
    solver: Llm | None = None
    embedder: Embedder | None = None

    def names(self) -> list[str]:
        """As they are called in a run."""
        return [llm.name if llm else "" for llm in (self.author, self.checker, self.solver)]

    def for_one(self, told: Callable[[Event], None]) -> Asked:
        """The models for one environment, with a log of its own.

        Args:
            told: hears of each event.
        """
        witness = Witness()
        author = Author(_Witnessed(self.author, witness), log=Log(told))
        checker = _Witnessed(self.checker, witness) if self.checker else None
        solver = _Witnessed(self.solver, witness) if self.solver else None
        return Asked(Authors(author, checker, solver), witness)


@dataclass
class Witness:
    """What the replies of one environment say of themselves."""

    models: set[str] = field(default_factory=set[str])
    tokens: int = 0
    dollars: float = 0.0
    unpriced: bool = False

    @property
    def cost_usd(self) -> float | None:
        """Dollars; None where the price of a part is not known."""
        return None if self.unpriced else round(self.dollars, 6)

    def see(self, reply: Reply) -> None:
        """Count one."""
        self.models.add(reply.model)
        self.tokens += reply.usage.input + reply.usage.output
        self.dollars += reply.cost_usd or 0.0
        # Nobody counts what a person answered by hand.
        self.unpriced |= reply.cost_usd is None and reply.usage.input > 0


@dataclass(frozen=True)
class Asked:
    """The models for one environment, and what they said of themselves."""

    authors: Authors
    witness: Witness


@dataclass(frozen=True)
class _Witnessed:
    """A model whose replies are seen; a request that is refused for itself is an answer, not the end."""

    llm: Llm
    witness: Witness

    @property
    def name(self) -> str:
        return self.llm.name

    async def complete(self, request: Request) -> Reply:
        try:
            reply = await self.llm.complete(request)
        except RequestRefused as error:
            return _refused(self.llm.name, request, error)
        self.witness.see(reply)
        return reply


def _refused(model: str, request: Request, error: RequestRefused) -> Reply:
    problem = Problem(code="request_refused", where=f"stage {request.stage}", message=str(error)[:400])
    return Reply(
        text="",
        value=None,
        finish="refused",
        usage=Usage(),
        cost_usd=0.0,
        model=model,
        known=False,
        problems=(problem,),
    )
