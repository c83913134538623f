"""The tools that write a draft, part by part. Every change is on disk before its answer leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from envscaler_mcp.errors import BadInput
from envscaler_mcp.render import server_name_fault
from envscaler_mcp.sandbox.policy import findings
from envscaler_mcp.spec import Json, Problem, ScenarioId, parse_moment
from envscaler_mcp.spec.scenario import Band
from envscaler_mcp.synthesis.author import Problems

from .answers import Changed, Found, Line, Overview
from .assembly import assembled
from .building import placed
from .drafts import Drafts
from .offering import offered
from .parts import (
    Body,
    CallPart,
    CheckPart,
    ClassName,
    ConstantName,
    ConstantPart,
    Draft,
    EntityPart,
    Expression,
    FieldPart,
    FramePart,
    MethodName,
    MethodPart,
    Name,
    ParameterPart,
    ScenarioPart,
    Type,
    Words,
    WorldPart,
)

GUIDES = Path(__file__).parent / "guides"
DraftName = Annotated[str, Field(description="Name of the draft, such as tool_desk.")]
Title = Annotated[
    str, Field(description="A few words for people, such as Tool desk.", pattern=r"^\S[^\r\n]{0,79}$")
]
Introduction = Annotated[str, Field(description="What this world is, in one or two sentences.", min_length=1)]
Policy = Annotated[str, Field(description="Markdown: every rule that can cost a score, for the agent.")]
Fields = Annotated[list[FieldPart], Field(description="The key field is `id`, a str, and comes first.")]
Collection = Annotated[
    str | None, Field(description="State field for its rows, such as loans; leave out for results of tools.")
]
Parameters = Annotated[list[ParameterPart], Field(description="Each with a type and a description.")]
Start = Annotated[dict[str, Json], Field(description="The state as JSON: {collection: {id: row}}.")]
Now = Annotated[str, Field(description="The time of the episode, such as 2026-03-02T09:00:00+00:00.")]
Seed = Annotated[int, Field(description="Decides generated ids.")]
Checks = Annotated[
    list[CheckPart],
    Field(
        description="`source` defines check(initial, final) -> bool: goals false at the start, guards true."
    ),
]
FrameGiven = Annotated[
    FramePart, Field(description="All that solving may change; try_calls answers with one.")
]
Oracle = Annotated[
    list[CallPart],
    Field(description='The calls that solve it; an argument may be {"$result": [step, "/json/pointer"]}.'),
]
PartName = Annotated[str, Field(description="Name of the part; the id of a scenario.")]
PLACES = ("constants", "entities", "methods", "scenarios")
Named = TypeVar("Named", ConstantPart, EntityPart, MethodPart, ScenarioPart)


class Writing:
    """Starts drafts, shows them, and puts parts into them."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts

    @offered("read")
    async def read_guide(
        self,
        about: Annotated[
            Literal["start", "code", "scenarios"], Field(description="Begin with start.")
        ] = "start",
    ) -> str:
        """How to author here: the order of steps, the form of the code, what makes a scenario sound."""
        return (GUIDES / f"{about}.md").read_text(encoding="utf-8")

    @offered("read")
    async def list_drafts(self) -> list[Line]:
        """All drafts of this studio; they outlive a restart."""
        return [self._line(name) for name in self._drafts.names()]

    @offered("read")
    async def show_draft(self, draft: DraftName) -> Overview:
        """One draft: its parts, its source as it is assembled now, and what is wrong with it."""
        found = self._drafts.load(draft)
        source = assembled(found)
        return Overview(
            name=found.name,
            title=found.title,
            introduction=found.introduction,
            policy=found.policy,
            constants=[one.name for one in found.constants],
            entities=[one.name for one in found.entities],
            tools=_of_kind(found, "read", "write"),
            rules=_of_kind(found, "rule"),
            methods=_of_kind(found, "method"),
            has_world=found.world is not None,
            scenarios=[one.id for one in found.scenarios],
            problems=[Found.of(problem) for problem in faults(found)],
            source=source if isinstance(source, str) else "",
        )

    @offered("write")
    async def start_draft(
        self, name: Name, title: Title, introduction: Introduction, policy: Policy = ""
    ) -> Changed:
        """Begin an environment of your own from nothing; start_from_topic is the way without code."""
        if fault := server_name_fault(name):
            raise BadInput(f"draft {name!r}", fault, "give it another name")
        async with self._drafts.turn():
            if name in self._drafts.names():
                raise BadInput(
                    f"draft {name!r}", "there is one of this name", "go on with it, or name another"
                )
            self._drafts.save(Draft(name=name, title=title, introduction=introduction, policy=policy))
        return Changed(draft=name, part=name, problems=[])

    @offered("write")
    async def discard_draft(self, draft: DraftName) -> Changed:
        """Put a draft aside; it is kept in the folder .discarded."""
        async with self._drafts.turn():
            self._drafts.discard(draft)
        return Changed(draft=draft, part=draft, problems=[])

    @offered("write")
    async def put_policy(self, draft: DraftName, policy: Policy) -> Changed:
        """Say what the agent is told of the rules; every rule that can cost a score belongs there."""
        return await self._change(draft, "policy", lambda _: {"policy": policy})

    @offered("write")
    async def put_constant(self, draft: DraftName, name: ConstantName, value: Expression) -> Changed:
        """Name a value or a type for the code, such as LOAN_DAYS = 14."""
        part = ConstantPart(name=name, value=value)
        return await self._change(draft, name, lambda found: {"constants": _with(found.constants, part)})

    @offered("write")
    async def put_entity(
        self,
        draft: DraftName,
        name: ClassName,
        description: Words,
        fields: Fields,
        collection: Collection = None,
    ) -> Changed:
        """Describe a kind of row, or of result; under a name that is there it takes its place."""
        part = EntityPart(name=name, description=description, fields=tuple(fields), collection=collection)
        return await self._change(draft, name, lambda found: {"entities": _with(found.entities, part)})

    @offered("write")
    async def put_tool(
        self,
        *,
        draft: DraftName,
        name: Name,
        kind: Annotated[Literal["read", "write"], Field(description="Reads never change the state.")],
        description: Annotated[str, Field(description="For the agent, at most 500 characters.")],
        parameters: Parameters,
        returns: Type,
        body: Body,
    ) -> Changed:
        """Write one tool. It says no with `raise Refusal(code, message)`; nothing has changed then."""
        return await self._put_method(
            draft,
            MethodPart(
                name=name,
                kind=kind,
                description=description,
                parameters=tuple(parameters),
                returns=returns,
                body=body,
            ),
        )

    @offered("write")
    async def put_rule(self, draft: DraftName, name: Name, text: Words, body: Body) -> Changed:
        """Write an invariant: the body returns whether the state obeys the text."""
        return await self._put_method(
            draft, MethodPart(name=name, kind="rule", description=text, returns="bool", body=body)
        )

    @offered("write")
    async def put_method(
        self,
        *,
        draft: DraftName,
        name: MethodName,
        description: Words,
        parameters: Parameters,
        returns: Type,
        body: Body,
    ) -> Changed:
        """Write a method that tools and rules share; its name begins with _."""
        part = MethodPart(
            name=name,
            kind="method",
            description=description,
            parameters=tuple(parameters),
            returns=returns,
            body=body,
        )
        return await self._put_method(draft, part)

    @offered("write")
    async def remove_part(self, draft: DraftName, name: PartName) -> Changed:
        """Take a constant, entity, tool, rule, method or scenario out again."""

        def without(found: Draft) -> dict[str, Any]:
            kept: dict[str, Any] = {
                place: tuple(one for one in getattr(found, place) if _label(one) != name) for place in PLACES
            }
            if all(len(rows) == len(getattr(found, place)) for place, rows in kept.items()):
                raise BadInput(f"draft {draft!r}", f"it has no part {name!r}", "see show_draft for its parts")
            return kept

        return await self._change(draft, name, without)

    @offered("write")
    async def put_world(self, draft: DraftName, start: Start, now: Now, seed: Seed = 0) -> Changed:
        """Give the start state in which scenarios begin unless they bring their own."""
        world = WorldPart(start=start, now=_moment(now), seed=seed)
        return await self._change(draft, "world", lambda _: {"world": world})

    @offered("write")
    async def put_scenario(
        self,
        *,
        draft: DraftName,
        id: Annotated[ScenarioId, Field(description="Such as return-late.")],
        instruction: Annotated[str, Field(description="What the user asks, with all that one must know.")],
        checks: Checks,
        frame: FrameGiven,
        oracle: Oracle,
        start: Start | None = None,
        now: Now | None = None,
        seed: Seed | None = None,
        tags: Annotated[list[str] | None, Field(description="Words to choose it by.")] = None,
        band: Annotated[Band | None, Field(description="How hard it is.")] = None,
    ) -> Changed:
        """Put in a task with its checks, frame and oracle. Then certify_draft says how far it is proven."""
        part = ScenarioPart(
            id=id,
            instruction=instruction,
            checks=tuple(checks),
            frame=frame,
            oracle=tuple(oracle),
            start=start,
            now=_moment(now) if now else None,
            seed=seed,
            tags=tuple(tags or ()),
            band=band,
        )
        return await self._change(draft, id, lambda found: {"scenarios": _with(found.scenarios, part)})

    def _line(self, name: str) -> Line:
        """A draft in the list; one that is damaged keeps no other from being listed."""
        try:
            draft = self._drafts.load(name)
        except BadInput as error:
            return Line(name=name, title=f"Damaged: {error}", tools=0, scenarios=0)
        tools = _of_kind(draft, "read", "write")
        return Line(name=name, title=draft.title, tools=len(tools), scenarios=len(draft.scenarios))

    async def _put_method(self, draft: str, part: MethodPart) -> Changed:
        return await self._change(draft, part.name, lambda found: {"methods": _with(found.methods, part)})

    async def _change(self, draft: str, part: str, update: Callable[[Draft], dict[str, Any]]) -> Changed:
        async with self._drafts.turn():
            found = self._drafts.load(draft)
            changed = found.model_copy(update=update(found))
            self._drafts.save(changed)
        return Changed(
            draft=draft, part=part, problems=[f"{one.where}: {one.message}" for one in faults(changed)]
        )


def faults(draft: Draft) -> Sequence[Problem]:
    """What can be said of the source without running it: whether it is Python, and the policy's findings."""
    source = assembled(draft)
    if isinstance(source, Problems):
        return source.found
    return [placed(draft, source, problem) for problem in findings(source)]


def _with(parts: tuple[Named, ...], part: Named) -> tuple[Named, ...]:
    """The parts with one put in: in the place of its namesake, or at the end."""
    names = [_label(one) for one in parts]
    if _label(part) not in names:
        return (*parts, part)
    return tuple(part if name == _label(part) else one for name, one in zip(names, parts, strict=True))


def _label(part: ConstantPart | EntityPart | MethodPart | ScenarioPart) -> str:
    return part.id if isinstance(part, ScenarioPart) else part.name


def _of_kind(draft: Draft, *kinds: str) -> list[str]:
    return [one.name for one in draft.methods if one.kind in kinds]


def _moment(text: str) -> dt.datetime:
    try:
        return parse_moment(text)
    except ValueError as error:
        raise BadInput(
            "now", f"{text!r} is no time ({error})", "write it as 2026-03-02T09:00:00+00:00"
        ) from error
