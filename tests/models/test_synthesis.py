"""A real model, however weak, writes environments and scenarios: bad work is rejected, and all is told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from envscaler_mcp.llm import Access, Llm, Reply, Request, llm_of
from envscaler_mcp.synthesis.pipeline import Made, Models, Order, Run, RunFolder, extend, synthesise
from envscaler_mcp.synthesis.topic import Topic
from tests.synthesis.scenarios.desk import rental_desk

pytestmark = [pytest.mark.models, pytest.mark.timeout(900)]
MOST_TOKENS = 80
"""Of an answer: it says nothing of use in more, and each takes a while."""


@dataclass(frozen=True)
class Brief:
    """A model that is given little room."""

    llm: Llm

    @property
    def name(self) -> str:
        return self.llm.name

    async def complete(self, request: Request) -> Reply:
        return await self.llm.complete(request.model_copy(update={"max_tokens": MOST_TOKENS}))


async def made_by(model: str, folder: Path, topic: str = "") -> tuple[Made, Access, RunFolder]:
    """An environment of a topic, or scenarios for the rental desk."""
    run = RunFolder(folder / "run")
    async with Access(calls=run.calls) as access:
        asked = Run(Order(scenarios=1), Models(Brief(llm_of(model, access))), run, lambda *_: None)
        if topic:
            (made,) = await synthesise([Topic(title=topic)], folder / "out", asked, lambda _: None)
        else:
            made = await extend(rental_desk(folder), asked)
    run.write("complete", {}, access.ledger, [made])
    return made, access, run


@pytest.mark.parametrize("topic", ["", "Fitness equipment rental desk"], ids=["scenarios", "environment"])
async def test_what_it_writes_is_proven_or_rejected(small_model: str, tmp_path: Path, topic: str) -> None:
    made, access, run = await made_by(f"chat:smollm2@{small_model}", tmp_path, topic)
    total = access.ledger.total()
    assert total.usage.input > 1000
    assert total.usage.output > 10
    assert made.tokens == total.usage.input + total.usage.output
    assert made.models == ("chat:smollm2",)
    scenarios = made.funnel["scenarios"]
    assert scenarios["tasks"] == scenarios["certified"] + sum(scenarios["rejected"].values())
    if not made.scenarios:
        assert not made.sound
        assert all(problem.code and problem.message for problem in made.problems)
    assert len(list(run.calls.glob("*.json"))) == total.calls
    assert "certified" in (run.path / "summary.md").read_text()
