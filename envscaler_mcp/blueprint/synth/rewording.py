"""Instructions in a model's words: after the proof, and only where every fact survives.

What is proven are start, oracle, checks and rules; a model's text becomes the instruction and nothing else.
The grammar's words are kept in the grading, and every run starts from them: to say the same again asks
nothing twice, and another model never paraphrases a paraphrase.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.english import NotUnderstood, understand
from envscaler_mcp.blueprint.english.paraphrase import STAGE, Paraphrased, paraphrase
from envscaler_mcp.certify import certificate_digests
from envscaler_mcp.errors import BadInput
from envscaler_mcp.llm import Ledger, Llm
from envscaler_mcp.render import render, write_tree
from envscaler_mcp.render.hidden import hidden_characters
from envscaler_mcp.render.templating import templates_root
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import digest_bytes
from envscaler_mcp.spec import Environment, Grading, Scenario
from envscaler_mcp.spec.scenario import Wording

from .jobs import Job
from .kept import keep
from .made import Made
from .making import Pair

TAG = "paraphrased"
TAKEN = "taken"
"""How a paraphrase is counted that became the instruction; any other is counted by what is wrong with it."""
Told = Callable[[str], None]


@dataclass(frozen=True)
class Rewording:
    """Who words instructions anew.

    Attributes:
        llm: is asked once for each instruction, with all that must stay.
        ledger: counts what that takes.
        out: the folder of the servers.
        told: hears of each instruction.
    """

    llm: Llm
    ledger: Ledger
    out: Path
    told: Told

    async def reword(self, job: Job, made: Made) -> Made:
        """The instructions of one server that stands; nothing is written before the last answer is there.

        Raises:
            ProviderFailed: there is no answer to be had.
            BudgetReached: the next call might cost more than is left.
        """
        place = self.out / job.name
        folder, design = ServerFolder.load(place), job.design()
        before = self.ledger.total()
        pairs = [plain(folder, one) for one in folder.ids]
        answers = await self._all(design, [scenario for scenario, _ in pairs])
        after = self.ledger.total()
        tokens = after.usage.input + after.usage.output - before.usage.input - before.usage.output
        dollars = after.dollars - before.dollars
        said = [worded(folder, *pair, one) for pair, one in zip(pairs, answers, strict=True)]
        write_tree(render(_by(folder.environment(), answers, dollars, tokens), said), place)
        counts = Counter(name for one in answers for name in _verdicts(one))
        reworded = made.model_copy(
            update={"paraphrases": dict(sorted(counts.items())), "card": ServerFolder.load(place).digest}
        )
        keep(reworded, self.out)
        return reworded

    async def _all(self, design: Design, scenarios: Sequence[Scenario]) -> list[Paraphrased]:
        tasks = [asyncio.ensure_future(self._one(design, one)) for one in scenarios]
        try:
            return list(await asyncio.gather(*tasks))
        finally:  # after a failure nobody waits for the others
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _one(self, design: Design, scenario: Scenario) -> Paraphrased:
        try:
            requests = understand(design, scenario.instruction).requests
        except NotUnderstood:  # `paraphrase` says what is wrong, and asks nobody
            requests = ()
        found = await paraphrase(scenario.instruction, design, requests, self.llm)
        self.told(f"{scenario.id}: {', '.join(_verdicts(found))}")
        return found


def plain(folder: ServerFolder, identifier: str) -> Pair:
    """A scenario in the words of the grammar, whoever words it now, with its grading.

    Raises:
        BadInput: there is no grading.
    """
    scenario, grading = folder.scenario(identifier), folder.grading(identifier)
    if grading is None:
        raise BadInput(str(folder.path), "it came without its gradings", "ask whoever made it for them")
    if grading.wording is None:
        return scenario, grading
    tags = tuple(tag for tag in scenario.tags if tag != TAG)
    before = scenario.model_copy(update={"instruction": grading.wording.original, "tags": tags})
    return before, _proven(folder, before, grading.model_copy(update={"wording": None}))


def worded(folder: ServerFolder, scenario: Scenario, grading: Grading, said: Paraphrased) -> Pair:
    """The scenario in a model's words, where these were taken; its proof is the same."""
    if not _taken(said) or said.model is None:
        return scenario, grading
    wording = Wording(model=said.model, original=scenario.instruction)
    anew = scenario.model_copy(update={"instruction": said.text, "tags": (*scenario.tags, TAG)})
    return anew, _proven(folder, anew, grading.model_copy(update={"wording": wording}))


def _proven(folder: ServerFolder, scenario: Scenario, grading: Grading) -> Grading:
    """The grading with its certificate for this wording: nothing of what was proven is said in words."""
    if grading.certificate is None:
        return grading
    digests = certificate_digests(folder, scenario, grading)
    return grading.model_copy(
        update={"certificate": grading.certificate.model_copy(update={"digests": digests})}
    )


def _taken(said: Paraphrased) -> bool:
    return said.model is not None and not said.problems and not hidden_characters(said.text)


def _verdicts(said: Paraphrased) -> list[str]:
    codes = list(dict.fromkeys(problem.code for problem in said.problems))
    return codes or [TAKEN if _taken(said) else "hidden_characters"]


def _by(environment: Environment, answers: Sequence[Paraphrased], dollars: float, tokens: int) -> Environment:
    """The environment with who worded its instructions, and what that took."""
    models = sorted({one.model for one in answers if _taken(one) and one.model})
    prompt = digest_bytes((templates_root() / "prompts" / "paraphrase.md.jinja").read_bytes())
    provenance = environment.card.provenance.model_copy(
        update={
            "model": ", ".join(models) or None,
            "prompts": {STAGE: prompt} if models else {},
            "cost_usd": round(dollars, 6) if models else 0,
            "tokens": tokens if models else 0,
        }
    )
    return replace(environment, card=environment.card.model_copy(update={"provenance": provenance}))
