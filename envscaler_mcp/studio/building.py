"""From a draft to an environment that can be played: assembled, held to the policy, described by a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from envscaler_mcp.errors import BadInput, WorkerDied, WorkerTimeout
from envscaler_mcp.render import lint, render, write_tree
from envscaler_mcp.render.native_card import described_card
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.description import Description
from envscaler_mcp.sandbox.policy import findings
from envscaler_mcp.sandbox.worker import Worker, WorkerRefused
from envscaler_mcp.spec import (
    Call,
    Check,
    Environment,
    Frame,
    Grading,
    Problem,
    Provenance,
    Scenario,
    versions,
)
from envscaler_mcp.spec.scenario import Difficulty
from envscaler_mcp.synthesis.author import Problems

from .assembly import assembled, part_at
from .parts import CallPart, Draft, ScenarioPart

ENGINE = "studio"
BUILD = "build"
Pair = tuple[Scenario, Grading]


@dataclass(frozen=True)
class Built:
    """What a draft comes to: an environment where it can be run at all, and everything that is wrong."""

    environment: Environment | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps it from being rendered."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


async def built(draft: Draft) -> Built:
    """The environment of a draft. Its code is run by a worker only."""
    source = assembled(draft)
    if isinstance(source, Problems):
        return Built(None, source.found)
    refused = [placed(draft, source, problem) for problem in findings(source)]
    if refused:
        return Built(None, tuple(refused))
    described = await _described(draft, source)
    if isinstance(described, Problem):
        return Built(None, (described,))
    card = described_card(
        described,
        source,
        draft.policy,
        class_name=draft.class_name,
        name=draft.name,
        title=draft.title,
        introduction=draft.introduction,
        provenance=Provenance(engine=ENGINE, versions=versions()),
    )
    problems = [*lint(card, draft.policy), *_missing(draft)]
    return Built(Environment(card, source, draft.policy), tuple(problems))


def laid_down(draft: Draft, environment: Environment, place: Path) -> ServerFolder:
    """The environment and its scenarios as a server's folder, to be played and proven.

    Raises:
        BadInput: the folder cannot be written.
    """
    write_tree(render(environment, pairs_of(draft)), place)
    return ServerFolder.load(place)


def pairs_of(draft: Draft) -> list[Pair]:
    """The scenarios of a draft; those without a start of their own begin in its world."""
    return [_pair(draft, part) for part in draft.scenarios]


def _pair(draft: Draft, part: ScenarioPart) -> Pair:
    world = draft.world
    start = part.start if part.start is not None else world and world.start
    now = part.now or (world and world.now)
    if start is None or now is None:
        raise BadInput(
            f"scenario {part.id}", "it has no start state", "call put_world, or give start and now"
        )
    scenario = Scenario(
        id=part.id,
        instruction=part.instruction,
        start=start,
        now=now,
        seed=part.seed if part.seed is not None else (world.seed if world else 0),
        tags=part.tags,
        difficulty=Difficulty(plan_length=len(part.oracle), band=part.band),
        family=part.id,
    )
    return scenario, Grading(
        id=part.id,
        checks=tuple(Check.model_validate(one.to_json()) for one in part.checks),
        frame=Frame.model_validate(part.frame.to_json()),
        oracle=calls_of(part.oracle),
    )


def calls_of(parts: Sequence[CallPart]) -> tuple[Call, ...]:
    """The calls as plans have them."""
    return tuple(Call(tool=one.tool, arguments=one.arguments) for one in parts)


async def _described(draft: Draft, source: str) -> Description | Problem:
    """What a worker reads off the class; a class that does not load is a problem of the draft."""
    where = f"draft {draft.name}"
    async with Worker() as worker:
        try:
            await worker.start(source, name=draft.name, form="native", class_name=draft.class_name, tools=[])
            said = cast("dict[str, Any]", await worker.request("describe"))
        except (WorkerRefused, WorkerTimeout, WorkerDied) as error:
            return Problem(code="does_not_load", where=where, message=str(error))
    return Description(**said)


def placed(draft: Draft, source: str, problem: Problem) -> Problem:
    """A finding of the policy, at the part that it is about."""
    line = int(problem.where.removeprefix("line ") or 1)
    where = part_at(draft, source, line) if problem.code != "policy.syntax" else problem.where
    return problem.model_copy(update={"where": where})


def _missing(draft: Draft) -> Sequence[Problem]:
    said = {
        "no_policy": (
            draft.policy,
            "There is no policy: say what an agent must know of the rules (put_policy).",
        ),
        "no_world": (draft.world, "There is no start state: give one with put_world."),
        "no_scenario": (draft.scenarios, "There is no scenario yet: put one in with put_scenario."),
    }
    return [
        Problem(code=code, where=f"draft {draft.name}", message=text, severity="warning")
        for code, (there, text) in said.items()
        if not there
    ]
