"""A trial of a plain class that has a card and no outline: what no tool may do, looked for in every call.

Its refusals are not taken back here, as a release plays them: so a tool that writes before it has validated
everything is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from envscaler_mcp.certify.probes import Prober
from envscaler_mcp.render import wire_tools
from envscaler_mcp.spec import Call, Environment, Json, Problem, State, ToolCard
from envscaler_mcp.synthesis.outline.outline import (
    EntityOutline,
    FieldOutline,
    Kind,
    Outline,
    ReturnOutline,
    ToolOutline,
)

from .bench import worker_of
from .judging import conduct
from .trial import Effort, try_out

PROBES = 12
"""Calls of each tool beside the systematic ones: they fill objects and lists, too."""
_KINDS: dict[str, Kind] = {"integer": "integer", "number": "number", "boolean": "boolean"}


async def try_plain(
    environment: Environment, starts: Sequence[State], effort: Effort | None = None
) -> list[Problem]:
    """Everything that tools of a plain class did and must not do, each once for each tool and code."""
    wanted = replace(effort or Effort(), keep_refused=True)
    outline = outline_of_card(environment)
    found: dict[tuple[str, str], Problem] = {}
    async with worker_of(environment) as process:
        for start in starts:
            prober = Prober(wire_tools(environment.card), start, wanted.seed)
            probes = [prober.valid(tool.name) for tool in outline.tools for _ in range(PROBES)]
            trial = await try_out(process, outline, start, _different(probes), wanted)
            for one in trial.tries:
                for problem in conduct(outline.tool(one.call.tool), one):
                    found.setdefault((problem.where, problem.code), problem)
    return list(found.values())


def outline_of_card(environment: Environment) -> Outline:
    """As much of an outline as a card tells: enough to make calls of."""
    card = environment.card
    collections = [one for one in card.entities if one.collection]
    return Outline.model_construct(
        name=card.name,
        entities=tuple(
            EntityOutline.model_construct(name=one.name, collection=one.collection) for one in collections
        ),
        rules=(),
        tools=tuple(_tool(tool) for tool in card.tools),
        guidance=(),
    )


def _tool(tool: ToolCard) -> ToolOutline:
    required = tool.input.get("required", [])
    parameters = [
        _parameter(name, schema, optional=name not in required)
        for name, schema in tool.input.get("properties", {}).items()
    ]
    return ToolOutline.model_construct(
        name=tool.name,
        kind=tool.kind,
        parameters=tuple(parameters),
        returns=ReturnOutline(shape="facts", entity=None, fields=()),
        reads=(),
        writes=(),
        refusals=(),
        effects=(),
        rules=(),
    )


def _parameter(name: str, schema: dict[str, Json], *, optional: bool) -> FieldOutline:
    said: Json = schema.get("type", "string")
    kinds = cast("list[str]", said) if isinstance(said, list) else [str(said)]
    kind = next((one for one in kinds if one != "null"), "string")
    choices = tuple(str(one) for one in schema.get("enum", ()) if one is not None)
    return FieldOutline.model_construct(
        name=name,
        description=name,
        kind="choice" if choices else _KINDS.get(kind, "text"),
        many=False,
        optional=optional,
        choices=choices,
        refers_to=None,
        minimum=None,
        maximum=None,
    )


def _different(calls: Sequence[Call]) -> list[Call]:
    return list({call.to_line(): call for call in calls}.values())
