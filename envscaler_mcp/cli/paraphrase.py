"""`synth --paraphrase`: a model says the instructions anew; what it takes, before and after."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envscaler_mcp.errors import BadInput

from .output import Output
from .prices import access_beside, prices_of

if TYPE_CHECKING:
    from envscaler_mcp.blueprint.synth import Job, Made
    from envscaler_mcp.llm import Access

TOKENS = (300, 80)
"""Tokens of a call, in and out: the prompt with an instruction of usual length, and its answer."""


@dataclass(frozen=True)
class Paraphrasing:
    """What was said on the command line."""

    llm: str
    budget: float | None
    price: Sequence[str]
    out: Path

    def access(self) -> Access:
        """What models are asked with; every call is kept beside the servers, and never paid twice."""
        from envscaler_mcp.blueprint.synth.making import NOTES

        return access_beside(self.out / NOTES / "calls", self.budget, self.price)

    def forecast(self, scenarios: int) -> dict[str, Any]:
        """Calls, tokens and dollars for so many scenarios; no key is needed.

        Raises:
            BadInput: there is no such model.
        """
        from envscaler_mcp.blueprint.english.paraphrase import STAGE
        from envscaler_mcp.llm import KNOWN, Access, Planned, estimate, price_of

        if self.llm.partition(":")[0] not in {one.partition(":")[0] for one in KNOWN}:
            raise BadInput(f"--llm {self.llm}", "there is no such model", f"use one of: {', '.join(KNOWN)}")
        planned = Planned(stage=STAGE, calls=scenarios, input=TOKENS[0], output=TOKENS[1])
        return estimate([planned], price_of(self.llm, Access(prices=prices_of(self.price)))).to_json()

    def check(self) -> None:
        """Refuse a model that cannot be asked before any work is done.

        Raises:
            BadInput: nothing is named so, or its key is missing, or its price, and there is a budget.
        """
        from envscaler_mcp.llm import llm_of

        async def built() -> None:
            async with self.access() as access:
                llm_of(self.llm, access)

        asyncio.run(built())


def reworded(
    output: Output, paraphrasing: Paraphrasing, jobs: Sequence[Job], made: Sequence[Made]
) -> tuple[list[Made], Any]:
    """Have the instructions of what was made said anew; with what that took, as the ledger says.

    Raises:
        BadInput: the model cannot be asked.
        ProviderFailed: there is no answer to be had.
        BudgetReached: the next call might cost more than is left.
    """
    from envscaler_mcp.blueprint.synth.rewording import Rewording
    from envscaler_mcp.llm import llm_of

    output.resume = "say the same again; what was answered is kept"

    async def every() -> tuple[list[Made], Any]:
        found: list[Made] = []
        async with paraphrasing.access() as access:
            with output.progress("paraphrase", sum(one.scenarios for one in made)) as steps:
                work = Rewording(
                    llm_of(paraphrasing.llm, access), access.ledger, paraphrasing.out, steps.advance
                )
                for job, one in zip(jobs, made, strict=True):
                    found.append(await work.reword(job, one) if one.scenarios else one)
            return found, access.ledger.to_json()

    return asyncio.run(every())


def told(made: Sequence[Made]) -> str:
    """How many paraphrases were taken, and why others were not, for people."""
    from envscaler_mcp.blueprint.synth.rewording import TAKEN

    counts: Counter[str] = Counter()
    for one in made:
        counts.update(one.paraphrases)
    taken = counts.pop(TAKEN, 0)
    why = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    asked = sum(one.scenarios for one in made)
    return f"{taken} of {asked} instructions are in the model's words" + (
        f"; not taken: {why}." if why else "."
    )
