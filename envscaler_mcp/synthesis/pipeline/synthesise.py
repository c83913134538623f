"""Several environments at once, each from its topic to a folder that stands whole or not at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from envscaler_mcp.errors import BadInput, BudgetReached, EnvscalerError, ProviderFailed
from envscaler_mcp.render import render, write_tree
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import digest
from envscaler_mcp.spec import Environment, Part, Problem, Provenance, versions
from envscaler_mcp.synthesis.at_once import each
from envscaler_mcp.synthesis.author import Event
from envscaler_mcp.synthesis.modelling import Built, build_environment
from envscaler_mcp.synthesis.scenarios import Subject, Wish, Written, write_scenarios
from envscaler_mcp.synthesis.scenarios.generator import Pair
from envscaler_mcp.synthesis.topic import Topic

from .made import Made
from .models import Asked, Models
from .run_folder import RunFolder, card_digest

ENGINE = "llm"
Told = Callable[[str, str], None]
"""Hears, of an environment by name, what happens."""


class Order(Part):
    """What is asked for of every environment."""

    scenarios: int = 10
    seed: int = 0
    at_once: int = 4
    """So many environments."""


@dataclass(frozen=True)
class Run:
    """What the environments of a run share."""

    order: Order
    models: Models
    folder: RunFolder
    told: Told


async def synthesise(
    topics: Sequence[Topic], out: Path, run: Run, done: Callable[[Made], None]
) -> list[Made]:
    """Make an environment of every topic, in their order.

    Args:
        topics: what they are about.
        out: folder for the servers.
        run: what they share.
        done: hears of each that is finished.

    Raises:
        ProviderFailed: there is no answer to be had; what is finished stands, what was paid is kept.
        BudgetReached: the next call might cost more than is left.
    """

    async def one(pair: tuple[Topic, str]) -> Made:
        topic, name = pair
        made = await _kept(topic, name, out / name, run)
        done(made)
        return made

    return await each(zip(topics, names_of(topics), strict=True), one, run.order.at_once)


async def extend(server: ServerFolder, run: Run) -> Made:
    """More scenarios for a server that stands: what is there keeps its bytes.

    Raises:
        BadInput: it came without its gradings.
        ProviderFailed: there is no answer to be had.
        BudgetReached: the next call might cost more than is left.
    """
    name = server.card.name
    taken = _pairs(server)
    asked = _listening(name, run)
    written = await write_scenarios(
        Subject(server),
        Wish(scenarios=run.order.scenarios, seed=run.order.seed),
        asked.authors,
        taken=taken,
        told=lambda line: run.told(name, line),
    )
    if written.pairs:
        environment = _extended(server.environment(), asked)
        write_tree(render(environment, [*taken, *written.pairs]), server.path)
    made = _made(name, server.path, Built(server.environment()), written, asked)
    run.folder.keep(made)
    return made


def names_of(topics: Sequence[Topic]) -> list[str]:
    """A server's name for each topic; two alike get a number."""
    seen: Counter[str] = Counter()
    names: list[str] = []
    for topic in topics:
        words = re.findall(r"[a-z0-9]+", topic.title.lower())
        name = "_".join(words)[:44].strip("_") or "environment"
        name = name if name[0].isalpha() else f"the_{name}"[:44]
        seen[name] += 1
        names.append(f"{name}_{seen[name]}" if seen[name] > 1 else name)
    return names


async def _kept(topic: Topic, name: str, place: Path, run: Run) -> Made:
    """The environment of a topic as it stands from before, or made now."""
    order = digest(
        [topic.model_dump(mode="json"), run.order.model_dump(exclude={"at_once"}), run.models.names()]
    )
    if known := run.folder.known(name, order):
        run.told(name, "stands already")
        return known
    made = (await _make(topic, name, place, run)).model_copy(update={"order": order})
    run.folder.keep(made)
    return made


async def _make(topic: Topic, name: str, place: Path, run: Run) -> Made:
    """The environment of a topic; what is wrong with it alone does not end the run."""
    asked = _listening(name, run)
    try:
        return await _written(topic, name, place, run, asked)
    except (ProviderFailed, BudgetReached):
        raise
    except EnvscalerError as error:
        problem = Problem(code="broke_off", where=name, message=str(error)[:1000])
        return _made(name, place, Built(None, (problem,)), Written(), asked, topic=topic.title)


async def _written(topic: Topic, name: str, place: Path, run: Run, asked: Asked) -> Made:
    run.told(name, "modelling")
    built = await build_environment(topic, asked.authors.author, name=name, checker=asked.authors.checker)
    if built.environment is None:
        run.told(name, "dropped")
        return _made(name, place, built, Written(), asked, topic=topic.title)
    card = built.environment.card
    run.told(name, f"{len(card.tools)} tools, {len(card.rules)} rules")
    draft = run.folder.draft(name)
    write_tree(render(built.environment, ()), draft)
    written = await write_scenarios(
        Subject(ServerFolder.load(draft)),
        Wish(scenarios=run.order.scenarios, seed=run.order.seed),
        asked.authors,
        told=lambda line: run.told(name, line),
    )
    if written.pairs:
        environment = _with_provenance(built.environment, topic, asked, run.order.seed)
        write_tree(render(environment, written.pairs), place)
    return _made(name, place, built, written, asked, topic=topic.title)


def _listening(name: str, run: Run) -> Asked:
    """The models for one environment; its events are written, and what changes is told."""
    write = run.folder.events(name)

    def hear(event: Event) -> None:
        write(event)
        if event.kind in ("repaired", "dropped"):
            run.told(name, f"{event.stage}: {event.kind} {event.where}")

    return run.models.for_one(hear)


def _with_provenance(environment: Environment, topic: Topic, asked: Asked, seed: int) -> Environment:
    provenance = Provenance(
        engine=ENGINE,
        seed=seed,
        model=", ".join(sorted(asked.witness.models)),
        prompts=dict(sorted(asked.authors.author.prompts.items())),
        sources=(f"topic:{topic.title}",),
        cost_usd=asked.witness.cost_usd or 0,
        tokens=asked.witness.tokens,
        versions=versions(),
    )
    return replace(environment, card=environment.card.model_copy(update={"provenance": provenance}))


def _extended(environment: Environment, asked: Asked) -> Environment:
    """The environment, with who wrote more scenarios for it among its sources."""
    old = environment.card.provenance
    said = f"scenarios:{', '.join(sorted(asked.witness.models))}"
    update: dict[str, Any] = {
        "prompts": {**old.prompts, **dict(sorted(asked.authors.author.prompts.items()))},
        "sources": (*old.sources, *(() if said in old.sources else (said,))),
        "cost_usd": old.cost_usd + (asked.witness.cost_usd or 0),
        "tokens": old.tokens + asked.witness.tokens,
    }
    card = environment.card.model_copy(update={"provenance": old.model_copy(update=update)})
    return replace(environment, card=card)


def _pairs(server: ServerFolder) -> list[Pair]:
    pairs = [(server.scenario(one), server.grading(one)) for one in server.ids]
    kept = [(scenario, grading) for scenario, grading in pairs if grading]
    if len(kept) < len(pairs):
        raise BadInput(str(server.path), "it came without its gradings", "ask whoever made it for them")
    return kept


def _made(name: str, place: Path, built: Built, written: Written, asked: Asked, *, topic: str = "") -> Made:
    card = built.environment.card if built.environment else None
    stands = bool(card and card_digest(place))
    tiers = Counter(str(grading.certificate.tier) for _, grading in written.pairs if grading.certificate)
    return Made(
        name=name,
        path=str(place) if stands else "",
        tools=len(card.tools) if card else 0,
        rules=len(card.rules) if card else 0,
        scenarios=len(written.pairs),
        rejected=sum(written.funnel.rejected.values()),
        problems=(*built.problems, *written.problems),
        topic=topic,
        rejections=dict(sorted(written.funnel.rejected.items())),
        tiers=dict(sorted(tiers.items())),
        repairs=dict(built.repairs),
        funnel={
            "environment": {stage: list(counts) for stage, counts in built.funnel.items()},
            "scenarios": written.funnel.to_json(),
        },
        tokens=asked.witness.tokens,
        cost_usd=asked.witness.cost_usd,
        models=tuple(sorted(asked.witness.models)),
        card=card_digest(place) if stands else "",
    )
