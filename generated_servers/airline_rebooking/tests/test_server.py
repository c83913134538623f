"""Is this server what its files say?

Needs pytest and the installed package; uses `grading/` where it is present.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib
import json
from pathlib import Path
from typing import Any, cast

import pytest
from mcp import Client

NAME = "airline_rebooking"
BUNDLE: Any = importlib.import_module(f"{NAME}.__main__").BUNDLE
command: Any = importlib.import_module(f"{NAME}._runtime.command")
description: Any = importlib.import_module(f"{NAME}._runtime.description")
episodes: Any = importlib.import_module(f"{NAME}._runtime.episode")
binding: Any = importlib.import_module(f"{NAME}._runtime.server")

FORM: Any = BUNDLE.form_of()
SCENARIOS: list[str] = BUNDLE.scenario_ids()
READS = [tool["name"] for tool in BUNDLE.tools if tool["annotations"]["readOnlyHint"]]
GRADING = Path(__file__).resolve().parent.parent / "grading"
GRADED = [path for path in sorted(GRADING.glob("*.json")) if json.loads(path.read_bytes()).get("oracle")]


def start(scenario: str) -> Any:
    """A fresh episode."""
    task = BUNDLE.scenario(scenario)
    now = dt.datetime.fromisoformat(task["now"])
    return episodes.Episode.start(FORM, task["start"], now, task.get("seed", 0))


def serve(episode: Any) -> Any:
    """The MCP server, every call of which is played on this episode."""

    async def episode_of(_: str | None) -> Any:
        return command.LocalEpisode(episode)

    return binding.build_server(
        name=BUNDLE.name,
        version=BUNDLE.version,
        title=BUNDLE.title,
        instructions=BUNDLE.policy,
        tools=BUNDLE.tools,
        episode_of=episode_of,
    )


async def call_each(episode: Any, calls: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    """Play calls over MCP; an argument `{"$result": [step, pointer]}` is looked up in an earlier answer."""
    answers: list[Any] = []
    async with Client(serve(episode), raise_exceptions=True) as client:
        for tool, arguments in calls:
            answers.append(await client.call_tool(tool, resolved(arguments, answers)))
    return answers


def resolved(value: Any, answers: list[Any]) -> Any:
    """The value with every reference to an earlier answer replaced by what stands there."""
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value)
        if named.keys() == {"$result"}:
            return looked_up(answers[named["$result"][0]].structured_content, named["$result"][1])
        return {key: resolved(part, answers) for key, part in named.items()}
    if isinstance(value, list):
        return [resolved(part, answers) for part in cast("list[Any]", value)]
    return value


def looked_up(found: Any, pointer: str) -> Any:
    """What a JSON pointer leads to."""
    for key in pointer.split("/")[1:]:
        name = key.replace("~1", "/").replace("~0", "~")
        found = cast("list[Any]", found)[int(name)] if isinstance(found, list) else found[name]
    return found


def guess(schema: dict[str, Any]) -> Any:
    """Some value of a schema; it names nothing that exists."""
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "string")
    if kind == "object":
        return {name: guess(schema["properties"][name]) for name in schema.get("required", [])}
    if kind == "string":
        return "2026-01-05T09:00:00"[: 10 if "T" not in schema.get("pattern", "") else 19]
    if kind in ("integer", "number"):
        return max(1, schema.get("minimum", 1))
    return {"boolean": False, "array": list[Any]()}.get(kind)


def test_tools_json_is_what_the_class_offers() -> None:
    assert description.describe(FORM.cls).tools == BUNDLE.tools


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_clients_of_both_eras_see_exactly_tools_json(mode: Any) -> None:
    async def listed() -> list[Any]:
        async with Client(serve(None), mode=mode) as client:
            assert client.instructions == BUNDLE.policy
            return (await client.list_tools()).tools

    tools = asyncio.run(listed())
    assert [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools] == BUNDLE.tools


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario_starts_in_a_sound_state(scenario: str) -> None:
    assert start(scenario).broken_rules() == []


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_read_answers_and_writes_nothing(scenario: str) -> None:
    episode = start(scenario)
    before = episode.digest()
    schemas = {tool["name"]: tool["inputSchema"] for tool in BUNDLE.tools}
    answers = asyncio.run(call_each(episode, [(name, guess(schemas[name])) for name in READS]))
    assert episode.digest() == before
    for answer in answers:
        said = json.loads(answer.content[0].text)
        assert answer.structured_content == (None if answer.is_error else said)
        assert said.get("code") != "tool_crashed"


@pytest.mark.parametrize("grading", GRADED, ids=lambda path: path.stem)
def test_known_solution_comes_to_its_recorded_state(grading: Path) -> None:
    graded = json.loads(grading.read_bytes())
    episode = start(graded["id"])
    asyncio.run(call_each(episode, [(call["tool"], call.get("arguments", {})) for call in graded["oracle"]]))
    assert episode.broken_rules() == []
    if graded.get("oracle_digest"):
        assert episode.digest() == graded["oracle_digest"]
