"""The whole chain from a topic to an environment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from envscaler_mcp.llm import Llm
from envscaler_mcp.spec import Environment, Problem, Provenance, State, versions
from envscaler_mcp.synthesis.author import Author, Problems
from envscaler_mcp.synthesis.outline.draft import Draft
from envscaler_mcp.synthesis.outline.environment import ENGINE
from envscaler_mcp.synthesis.outline.outline import Outline
from envscaler_mcp.synthesis.quality.examining import examiner
from envscaler_mcp.synthesis.topic import Topic

from .mending import Mending
from .naming import server_name_of
from .outlining import outlined
from .settings import Settings
from .writing import invariants_of, start_of, tools_of


@dataclass(frozen=True)
class Built:
    """What came of a topic.

    Attributes:
        environment: as `render` and `certify` take it; None where it was dropped.
        problems: why it was dropped, or what was dropped of it and is worth knowing.
        repairs: tool or rule → how often it was written again.
        funnel: stage → how many went in and how many came out, in the order of stages.
        starts: start states that obey every rule; the trials were played on them.
    """

    environment: Environment | None
    problems: tuple[Problem, ...] = ()
    repairs: Mapping[str, int] = field(default_factory=dict[str, int])
    funnel: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    starts: tuple[State, ...] = ()


async def build_environment(
    topic: Topic,
    author: Author,
    *,
    name: str | None = None,
    checker: Llm | None = None,
    settings: Settings | None = None,
) -> Built:
    """Model a topic, write its code, and try all of it.

    Args:
        topic: what the environment is about.
        author: who writes it. Its log hears of every call, problem, repair and drop; the cost of an
            environment is what this log holds, so each wants one of its own.
        name: of the server; made from the title where nothing is said.
        checker: another model that judges in the author's place.
        settings: how much is tried.

    Raises:
        ProviderFailed: there is no answer to be had.
        BudgetReached: the next call might cost more than is left.
    """
    settings = settings or Settings()
    author = author.at("modelling")
    outline = await outlined(topic, name or server_name_of(topic.title), author, tools=settings.tools)
    if isinstance(outline, Problems):
        return _dropped(author, outline.found)
    draft = await _draft(outline, author, settings)
    if isinstance(draft, Problems):
        return _dropped(author, draft.found)
    tester = author.at("quality")
    judge = tester.by(checker) if checker else tester
    async with examiner(settings.effort) as looking:
        mending = Mending(looking, tester, judge, settings, draft)
        environment = await mending.to_the_end()
    built = Built(
        _with_provenance(environment, topic, author, settings) if environment else None,
        tuple(mending.problems),
        dict(Counter(mending.repairs)),
        {"tools": (len(outline.tools), len(mending.draft.outline.tools)), **mending.funnel},
        (mending.draft.start,) if environment else (),
    )
    return built if environment else _dropped(author, built.problems, built)


async def _draft(outline: Outline, author: Author, settings: Settings) -> Draft | Problems:
    start = await start_of(outline, author)
    if isinstance(start, Problems):
        return start
    invariants = await invariants_of(outline, author)
    parts = await tools_of(outline, author, settings.at_once)
    return Draft(
        outline,
        {name: body for name, (body, _) in parts.items()},
        invariants,
        {name: contract for name, (_, contract) in parts.items()},
        start,
    )


def _dropped(author: Author, problems: tuple[Problem, ...], built: Built | None = None) -> Built:
    reason = "; ".join(f"{one.where}: {one.message}" for one in problems[:3])
    author.note("dropped", "environment", reason, "environment_dropped")
    if built is None:
        return Built(None, problems)
    return built


def _with_provenance(
    environment: Environment, topic: Topic, author: Author, settings: Settings
) -> Environment:
    log = author.log
    provenance = Provenance(
        engine=ENGINE,
        seed=settings.effort.seed,
        model=", ".join(log.models) or author.llm.name,
        prompts=dict(sorted(author.prompts.items())),
        sources=tuple(f"task: {task}" for task in topic.tasks) or (f"topic: {topic.title}",),
        cost_usd=log.cost_usd,
        tokens=log.tokens,
        versions=versions(),
    )
    card = environment.card.model_copy(update={"provenance": provenance})
    return Environment(card, environment.source, environment.policy)
