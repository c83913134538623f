"""What an owner reaches: the episodes of a host over HTTP, each answer JSON, each error in one form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from envscaler_mcp.errors import BadInput, Infrastructure
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec import (
    EpisodeCreated,
    EpisodeRequest,
    ForkRequest,
    HostError,
    Json,
    Part,
    Score,
    State,
)

from .episode import HostedEpisode
from .host import Host
from .refusals import Conflict, HostRefusal, TooBig, Unusable

Scorer = Callable[[ServerFolder, str, State, State, list[str]], Awaitable[Score | None]]
"""Server, scenario, state at the start, state as it stands, broken rules → score; None without a grading."""

Body = TypeVar("Body", bound=Part)
Answer = Callable[[Request], Awaitable[Response]]
BODY_OVERHEAD = 64 * 1024
CODES = {404: "unknown_route", 405: "method_not_allowed"}


class AdminPort:
    """The routes of the admin port.

    Args:
        host: whose episodes.
        url_of: token → where its agent connects.
        scorer: what scores; without it, scoring is a conflict.
    """

    def __init__(self, host: Host, url_of: Callable[[str], str], scorer: Scorer | None = None) -> None:
        self._host = host
        self._url_of = url_of
        self._scorer = scorer

    def app(self) -> Starlette:
        """The ASGI application; whoever serves it puts a `Guard` before it."""
        one = "/episodes/{id}"
        routes = [
            Route("/episodes", self._begin, methods=["POST"]),
            Route(one, self._status, methods=["GET"]),
            Route(one, self._delete, methods=["DELETE"]),
            Route(f"{one}/state", self._state, methods=["GET"]),
            Route(f"{one}/journal", self._journal, methods=["GET"]),
            Route(f"{one}/reset", self._reset, methods=["POST"]),
            Route(f"{one}/fork", self._fork, methods=["POST"]),
            Route(f"{one}/score", self._score, methods=["POST"]),
            Route("/servers", self._servers, methods=["GET"]),
            Route("/health", self._health, methods=["GET"]),
            Route("/metrics", self._metrics, methods=["GET"]),
        ]
        # HTTPException (unknown routes, methods) and what handlers raise end in the same form.
        handlers = {
            HostRefusal: _refused,
            HTTPException: _refused_by_route,
            BadInput: _bad_input,
            Infrastructure: _failed,
            Exception: _failed,
        }
        return Starlette(routes=routes, exception_handlers=handlers)  # pyright: ignore[reportArgumentType]

    async def _begin(self, request: Request) -> Response:
        asked = await self._body(request, EpisodeRequest)
        return self._created(await self._host.begin(asked))

    async def _status(self, request: Request) -> Response:
        return _json((await self._host.status(self._episode(request))).to_json())

    async def _delete(self, request: Request) -> Response:
        await self._host.delete(self._episode(request))
        return Response(status_code=204)

    async def _state(self, request: Request) -> Response:
        return _json(await self._host.state(self._episode(request)))

    async def _journal(self, request: Request) -> Response:
        lines = await self._host.journal(self._episode(request))
        return Response(lines, media_type="application/jsonl")

    async def _reset(self, request: Request) -> Response:
        episode = self._episode(request)
        await self._host.reset(episode)
        return _json((await self._host.status(episode)).to_json())

    async def _fork(self, request: Request) -> Response:
        asked = await self._body(request, ForkRequest)
        return self._created(await self._host.fork(self._episode(request), asked.at, asked.request_id))

    async def _score(self, request: Request) -> Response:
        episode = self._episode(request)
        scenario = episode.opening.start.scenario
        if self._scorer is None or not scenario:
            raise Conflict("no_grading", "the episode began in no scenario that has a grading")
        initial, final, broken = await self._host.outcome(episode)
        score = await self._scorer(episode.folder, scenario, initial, final, broken)
        if score is None:
            raise Conflict("no_grading", f"scenario {scenario} came without a grading")
        return _json(score.to_json())

    async def _servers(self, _: Request) -> Response:
        return _json({"servers": [_server(folder) for folder in self._host.folders.values()]})

    async def _health(self, _: Request) -> Response:
        gauges = self._host.gauges()
        status = "draining" if self._host.draining else "ok"
        told = {name: gauges[name] for name in ("episodes", "workers", "running")}
        return _json({"status": status, **told})

    async def _metrics(self, _: Request) -> Response:
        text = self._host.metrics.text(self._host.gauges())
        return Response(text, media_type="text/plain; version=0.0.4")

    def _episode(self, request: Request) -> HostedEpisode:
        return self._host.episode(str(request.path_params["id"]))

    def _created(self, episode: HostedEpisode) -> Response:
        created = EpisodeCreated(
            id=episode.id,
            mcp_url=self._url_of(episode.token),
            policy=episode.folder.bundle.policy,
            instruction=episode.opening.start.instruction,
        )
        return _json(created.to_json(), status=201)

    async def _body(self, request: Request, kind: type[Body]) -> Body:
        """The request's body, strictly read; an empty one counts as `{}`."""
        most = self._host.limits.state_bytes + BODY_OVERHEAD
        received = bytearray()
        async for part in request.stream():
            received += part
            if len(received) > most:
                raise TooBig("body_too_big", f"the body has more than the {most} bytes allowed")
        try:
            return kind.parse(bytes(received) or b"{}", "the body")
        except BadInput as error:
            raise Unusable("bad_request", str(error)) from error


def _server(folder: ServerFolder) -> Json:
    card = folder.card
    return {
        "name": card.name,
        "title": card.title,
        "version": card.version,
        "digest": folder.digest,
        "tools": len(folder.bundle.tools),
        "scenarios": folder.ids,
    }


def _json(value: Json, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(dumps(value), status_code=status, media_type="application/json", headers=headers)


async def _refused(_: Request, error: HostRefusal) -> Response:
    again = {"retry-after": str(error.retry_after)} if error.retry_after else None
    return _json(error.body().to_json(), error.status, again)


async def _refused_by_route(_: Request, error: HTTPException) -> Response:
    body = HostError(error=error.detail, code=CODES.get(error.status_code, "bad_request"))
    return _json(body.to_json(), error.status_code, dict(error.headers or {}))


async def _bad_input(_: Request, error: BadInput) -> Response:
    """The state folder or a server's folder cannot be used: nothing was done."""
    return _json(HostError(error=str(error), code="storage").to_json(), 503, {"retry-after": "5"})


async def _failed(_: Request, error: Exception) -> Response:
    said = str(error) if isinstance(error, Infrastructure) else "the host failed over this request"
    return _json(HostError(error=said, code="failed").to_json(), 500)
