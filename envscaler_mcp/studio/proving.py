"""The tools that play, prove, render and pack a draft. Its code runs in workers only."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from envscaler_mcp.certify import ServerReport, certify
from envscaler_mcp.certify.publish import gradings_of, with_gradings
from envscaler_mcp.errors import BadInput
from envscaler_mcp.render import render, require_writable, write_tree
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.environment import Refusal
from envscaler_mcp.spec import Environment, EnvironmentCard, Scenario, read_bytes, writing

from .answers import Climbed, Found, Proven, Rendered, Shared, Tried
from .building import Built, built, calls_of, laid_down, pairs_of
from .drafts import Drafts
from .offering import offered
from .parts import CallPart, Draft, Name
from .trial import tried
from .writing import DraftName

Succeeding = Callable[[EnvironmentCard, EnvironmentCard], EnvironmentCard]
Packing = Callable[[ServerFolder, str], Path]
SHOWN = 6
"""So many problems are named in a refusal."""

Calls = Annotated[
    list[CallPart],
    Field(description='Played one after the other; an argument may be {"$result": [step, "/json/pointer"]}.'),
]
ScenarioIdOr = Annotated[
    str | None, Field(description="Begin where this scenario begins; otherwise in the draft's world.")
]
LeaveOut = Annotated[bool, Field(description="Render without the scenarios that are not certified.")]
ServerName = Annotated[Name, Field(description="Name of a rendered server: its folder's.")]
Format = Annotated[str, Field(description="mcpb, wheel, sdist or zip.")]


@dataclass(frozen=True)
class Ready:
    """A draft that can be played."""

    draft: Draft
    environment: Environment
    folder: ServerFolder


class Proving:
    """Plays drafts, lets them climb, and renders what is proven.

    Args:
        drafts: where they are.
        out: the folder that servers are rendered into.
        succeeding: gives a card the version that follows on an earlier one's.
        packing: makes one file of a server, in a format.
    """

    def __init__(self, drafts: Drafts, out: Path, succeeding: Succeeding, packing: Packing) -> None:
        self._drafts = drafts
        self._out = out
        self._succeeding = succeeding
        self._packing = packing

    @offered("read")
    async def find_problems(self, draft: DraftName) -> list[Found]:
        """Assemble a draft, load it in the sandbox, and lint its tools: everything that is wrong with it."""
        return [Found.of(problem) for problem in (await built(self._drafts.load(draft))).problems]

    @offered("read")
    async def try_calls(self, draft: DraftName, calls: Calls, scenario: ScenarioIdOr = None) -> Tried:
        """Play calls on a fresh episode in the sandbox: results, what each changed, and the frame for it."""
        async with self._ready(draft) as ready:
            return await tried(ready.folder, _start(ready, scenario), calls_of(calls))

    @offered("read")
    async def certify_draft(self, draft: DraftName) -> Proven:
        """Let every scenario climb the whole ladder: how far each is proven, and what stopped it."""
        async with self._ready(draft) as ready:
            return _proven(await certify(ready.folder))

    @offered("write")
    async def render_server(self, draft: DraftName, leave_out_unsound: LeaveOut = False) -> Rendered:
        """Write the standalone server. Refused while a scenario is not certified, or there is none."""
        async with self._ready(draft) as ready:
            place = self._out / ready.draft.name
            with writing(self._out):
                self._out.mkdir(parents=True, exist_ok=True)
            require_writable(place)
            report = await certify(ready.folder)
            _require_sound(report, leave_out=leave_out_unsound)
            return self._rendered(ready, report, place)

    @offered("write")
    async def pack_server(self, server: ServerName, format: Format = "mcpb") -> Shared:
        """Make one file to share of the server that was rendered; its digest goes with it."""
        folder = ServerFolder.load(self._out / server)
        file = self._packing(folder, format)
        return Shared(file=str(file), sha256=hashlib.sha256(read_bytes(file)).hexdigest())

    @asynccontextmanager
    async def _ready(self, name: str) -> AsyncGenerator[Ready]:
        """The draft as a folder of its own, for as long as it is looked at.

        Raises:
            Refusal: it cannot be run, or clients could not take its tools.
        """
        draft = self._drafts.load(name)
        made = await built(draft)
        environment = _runnable(draft, made)
        with tempfile.TemporaryDirectory(prefix="studio-") as place:
            yield Ready(draft, environment, laid_down(draft, environment, Path(place) / draft.name))

    def _rendered(self, ready: Ready, report: ServerReport, place: Path) -> Rendered:
        """Only what is certified, each with the certificate that it has just earned."""
        sound = {one.id for one in report.scenarios if one.sound}
        kept = [pair for pair in pairs_of(ready.draft) if pair[0].id in sound]
        environment = ready.environment
        if place.exists():
            card = self._succeeding(ServerFolder.load(place).card, environment.card)
            environment = Environment(card, environment.source, environment.policy)
        write_tree(render(environment, with_gradings(kept, gradings_of(report))), place)
        return Rendered(
            path=str(place),
            version=environment.card.version,
            tools=len(environment.card.tools),
            scenarios=[Climbed.of(one) for one in report.scenarios if one.sound],
            left_out=[one.id for one in report.scenarios if not one.sound],
        )


def _runnable(draft: Draft, made: Built) -> Environment:
    if made.environment is None or made.errors:
        raise Refusal("has_problems", _listed(f"{draft.name} cannot be played yet", made))
    return made.environment


def _listed(said: str, made: Built) -> str:
    shown = [f"{one.where}: {one.message}" for one in made.errors[:SHOWN]]
    more = f" … and {len(made.errors) - SHOWN} more" if len(made.errors) > SHOWN else ""
    return f"{said}: {' | '.join(shown)}{more}"


def _start(ready: Ready, identifier: str | None) -> Scenario:
    if identifier:
        return ready.folder.scenario(identifier)
    world = ready.draft.world
    if world is None:
        raise BadInput(
            f"draft {ready.draft.name}", "it has no start state", "call put_world, or name a scenario"
        )
    return Scenario(id="world", instruction="", start=world.start, now=world.now, seed=world.seed)


def _require_sound(report: ServerReport, *, leave_out: bool) -> None:
    """Nothing is rendered that was not proven.

    Raises:
        Refusal: the server does not boot, a scenario is not certified, or none would be left.
    """
    if not report.boots:
        raise Refusal(
            "does_not_boot", "; ".join(f"{one.where}: {one.message}" for one in report.lint[:SHOWN])
        )
    unsound = [one for one in report.scenarios if not one.sound]
    if unsound and not leave_out:
        told = "; ".join(
            f"{one.id} is only {one.tier}: {' '.join(p.message for p in one.problems[:SHOWN])}"
            for one in unsound
        )
        raise Refusal("not_certified", f"Nothing was rendered. {told} Repair it, or leave it out.")
    if len(unsound) == len(report.scenarios):
        raise Refusal("nothing_proven", "No scenario is certified, so there is nothing to publish.")


def _proven(report: ServerReport) -> Proven:
    return Proven(
        boots=report.boots,
        problems=[Found.of(problem) for problem in (*report.lint, *report.warnings)],
        scenarios=[Climbed.of(one) for one in report.scenarios],
        sound=report.sound and bool(report.scenarios),
    )
