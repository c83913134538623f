"""The live page of one server: its state and calls as they happen, Reset, Undo, and a choice of scenario."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from envscaler_mcp.errors import BadInput, EnvscalerError
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import StrictJsonError, loads
from envscaler_mcp.runtime.watched import WatchedEpisode
from envscaler_mcp.spec import Scenario, spell_moment

from .site import shown, site

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

SUGGESTED = 3
MOST_BODY = 4096


@dataclass(frozen=True)
class Snippet:
    """How a client gets to the server: its name, the file, and the text that belongs into it."""

    client: str
    file: str
    text: str


@dataclass(frozen=True)
class Suggestion:
    """Something to ask an agent; in the world of a scenario, where one is named."""

    text: str
    scenario: str = ""


def live_site(
    folder: ServerFolder, episode: WatchedEpisode, default: Scenario, snippets: Sequence[Snippet]
) -> ASGIApp:
    """The page and what it asks for.

    Args:
        folder: the server.
        episode: what a client plays.
        default: the world that a reset without a scenario leads to.
        snippets: how clients get to the server.
    """
    page = _Live(folder, episode, default, snippets)
    return site(
        [
            Route("/", page.home),
            Route("/now", page.now),
            Route("/changes", page.changes),
            Route("/reset", page.reset, methods=["POST"]),
            Route("/undo", page.undo, methods=["POST"]),
        ]
    )


def suggestions(folder: ServerFolder) -> list[Suggestion]:
    """Three things to ask: a look around first, then the tasks with the shortest plans."""
    card = folder.card
    rows = [entity.collection.replace("_", " ") for entity in card.entities if entity.collection]
    around = ", ".join(rows[:3]) or "what there is"
    first = Suggestion(f"Have a look at {card.title}: {around}. What needs to be done first, and why?")
    tasks = sorted((folder.scenario(one) for one in folder.ids), key=_effort)
    return [first, *(Suggestion(one.instruction, one.id) for one in tasks[: SUGGESTED - 1])]


def _effort(scenario: Scenario) -> tuple[int, str]:
    return scenario.difficulty.plan_length, scenario.id


@dataclass(frozen=True)
class _Live:
    folder: ServerFolder
    episode: WatchedEpisode
    default: Scenario
    snippets: Sequence[Snippet]

    async def home(self, _request: Request) -> Response:
        return shown(
            "live",
            card=self.folder.card,
            scenarios=[self.folder.scenario(one) for one in self.folder.ids],
            snippets=self.snippets,
            suggestions=suggestions(self.folder),
            policy=self.folder.bundle.policy,
        )

    async def now(self, _request: Request) -> Response:
        return JSONResponse(self._seen())

    async def changes(self, request: Request) -> Response:
        """Server-sent events: the newest version, whenever there is one."""
        seen = request.query_params.get("after", "")
        return StreamingResponse(
            self._versions(int(seen) if seen.isascii() and seen.isdigit() else -1),
            media_type="text/event-stream",
        )

    async def reset(self, request: Request) -> Response:
        asked = await _body(request)
        named = asked.get("scenario") or ""
        if not isinstance(named, str):
            raise HTTPException(400, "scenario is the id of a scenario, or empty")
        return await self._after(lambda: self._reset(named))

    async def undo(self, _request: Request) -> Response:
        return await self._after(self.episode.undo)

    async def _reset(self, named: str) -> None:
        await self.episode.reset(self.folder.scenario(named) if named else self.default)

    async def _after(self, act: Callable[[], Awaitable[object]]) -> Response:
        try:
            await act()
        except BadInput as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        except EnvscalerError as error:
            return JSONResponse({"error": str(error)}, status_code=500)
        return JSONResponse(self._seen())

    async def _versions(self, seen: int) -> AsyncGenerator[bytes]:
        while (newer := await self.episode.after(seen)) is not None:
            seen = newer
            yield f"data: {seen}\n\n".encode()

    def _seen(self) -> dict[str, Any]:
        episode, scenario = self.episode, self.episode.scenario
        own = scenario.id in self.folder.ids and scenario != self.default
        rules = {rule.id: rule.text for rule in self.folder.card.rules}
        return {
            "version": episode.version,
            "scenario": scenario.id if own else "",
            "task": scenario.instruction if own else "",
            "now": spell_moment(scenario.now),
            "state": episode.state,
            "broken": [rules.get(one, one) for one in episode.broken],
            "calls": [_call(one.entry, one.changes) for one in episode.calls],
            "can_undo": any(one.changes for one in episode.calls),
        }


def _call(entry: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    told = {key: entry[key] for key in ("n", "tool", "arguments", "result", "is_error")}
    return {**told, "changes": list(changes)}


async def _body(request: Request) -> dict[str, Any]:
    """A small JSON object."""
    text = bytearray()
    async for part in request.stream():
        text += part
        if len(text) > MOST_BODY:
            raise HTTPException(413, "this is more than a choice of scenario")
    try:
        asked: Any = loads(bytes(text)) if text else {}
    except StrictJsonError as error:
        raise HTTPException(400, f"no JSON: {error}") from error
    if not isinstance(asked, dict):
        raise HTTPException(400, "send a JSON object")
    return cast("dict[str, Any]", asked)
