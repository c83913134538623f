"""The MCP binding: one low-level server for all episodes of an environment.

The low-level server is used because it leaves the tool list, the argument validation and the
error texts to us. It validates nothing itself. State belongs to an episode, never to a
connection (MCP 2026-07-28 has no sessions): over stdio the process is the episode, over HTTP
the path `/e/<token>/mcp` names it, and `/mcp` is the default one.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import urlsplit

import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from .canonical import StrictJsonError, dumps, loads
from .ending import LETTING_GO, ending_what_it_begins, unwound_on_sigterm
from .episode import Outcome, UnknownTool
from .listening import KEEP_ALIVE

if TYPE_CHECKING:
    import socket

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from .offers import Offers

log = logging.getLogger("environment.server")

LOOPBACK = ("127.0.0.1", "localhost", "::1")

REQUEST_ID = "envscaler-mcp/request-id"
"""`_meta` key with which a client makes a call repeatable: the same id never acts twice."""


class UnknownEpisode(LookupError):
    """No episode has this token, and none may be made."""


class Playable(Protocol):
    """An episode, in this process or in a worker."""

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        """Play one call. Raises UnknownTool."""
        ...


EpisodeOf = Callable[[str | None], Awaitable[Playable]]
"""Token (None: the default episode) → episode. Raises UnknownEpisode."""


def build_server(
    *,
    name: str,
    version: str,
    title: str,
    instructions: str,
    tools: list[dict[str, Any]],
    episode_of: EpisodeOf,
    offers: Offers | None = None,
) -> Server[Any]:
    """A low-level MCP server that plays every call on the episode its request names.

    Args:
        name: the server's name.
        version: its version.
        title: for people.
        instructions: the policy.
        tools: content of tools.json.
        episode_of: gives the episode of a token.
        offers: prompts and resources, where a person asked for them; never in an eval.
    """
    listed = types.ListToolsResult(tools=[types.Tool.model_validate(tool) for tool in tools])

    inputs: dict[str, dict[str, Any]] = {tool["name"]: tool["inputSchema"] for tool in tools}

    async def list_tools(_: Any, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return listed

    async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        try:
            episode = await episode_of(_token(context))
            outcome = await episode.call(params.name, _arguments(params), _request_id(params))
        except (UnknownTool, UnknownEpisode, StrictJsonError) as error:
            raise MCPError(code=types.INVALID_PARAMS, message=str(error)) from error
        return _result(outcome)

    return Server(
        name,
        version=version,
        title=title,
        instructions=instructions,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        **(offers.handlers(_token) if offers else {}),
        get_tool_input_schema=inputs.get,  # otherwise every call over HTTP lists all tools to look at one
    )


def http_app(
    server: Server[Any],
    *,
    host: str = "127.0.0.1",
    accepts: Callable[[str], bool] | None = None,
    bearer: str | None = None,
) -> ASGIApp:
    """The server over streamable HTTP: `/mcp`, and `/e/<token>/mcp` for tokens that `accepts` takes.

    With `bearer`, every request must carry that bearer token.
    """
    from starlette.routing import Route

    episodes = _EpisodeRoute(server, accepts or (lambda _: True))
    app = server.streamable_http_app(
        json_response=True,
        stateless_http=True,
        streamable_http_path="/mcp",
        host=host,
        custom_starlette_routes=[Route("/e/{episode}/mcp", endpoint=episodes)],
    )
    guarded = app if host in LOOPBACK else _without_strange_pages(app)
    return guarded if bearer is None else _with_bearer(guarded, bearer)


async def serve_http(
    server: Server[Any],
    listening: socket.socket,
    accepts: Callable[[str], bool] | None = None,
    bearer: str | None = None,
) -> None:
    """Serve streamable HTTP on a listening socket until interrupted, or terminated."""
    import uvicorn

    app = http_app(server, host=listening.getsockname()[0], accepts=accepts, bearer=bearer)
    config = uvicorn.Config(
        ending_what_it_begins(app),
        log_level="warning",
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=LETTING_GO,
    )
    with unwound_on_sigterm():
        await uvicorn.Server(config).serve(sockets=[listening])


async def serve_stdio(server: Server[Any]) -> None:
    """Serve on stdin and stdout until end of file, or until nobody reads what is said.

    A stray `print` of a tool would end up between the messages: stdout is ours alone.
    """
    import contextlib
    import sys

    from mcp.server.stdio import stdio_server

    try:
        async with stdio_server() as (incoming, outgoing):
            with contextlib.redirect_stdout(sys.stderr):
                await server.run(incoming, outgoing, server.create_initialization_options())
    except* BrokenPipeError:
        pass  # the client has gone in the middle of an answer


def _without_strange_pages(app: ASGIApp) -> ASGIApp:
    """Answer 403 to web pages from elsewhere.

    On a loopback address the SDK sees to that, and to the Host header. Elsewhere nobody knows under
    which names the server is reached; but what is no page sends no Origin.
    """
    from starlette.datastructures import Headers
    from starlette.responses import PlainTextResponse

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        origin = Headers(scope=scope).get("origin") if scope["type"] == "http" else None
        if origin is None or _host_of(origin) in LOOPBACK:
            await app(scope, receive, send)
        else:
            await PlainTextResponse("Invalid Origin header", status_code=403)(scope, receive, send)

    return checked


def _with_bearer(app: ASGIApp, bearer: str) -> ASGIApp:
    """Answer 401 to requests without the token, in a time that says nothing of how much was right."""
    import hmac

    from starlette.datastructures import Headers
    from starlette.responses import PlainTextResponse

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            kind, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
            right = hmac.compare_digest(given.strip().encode("utf-8", "replace"), bearer.encode())
            if kind.lower() != "bearer" or not right:
                refused = PlainTextResponse("This server needs its bearer token.", status_code=401)
                refused.headers["www-authenticate"] = "Bearer"
                return await refused(scope, receive, send)
        return await app(scope, receive, send)

    return checked


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).hostname
    except ValueError:
        return None


class _EpisodeRoute:
    """Answers 404 for a token that is none, before MCP sees the request."""

    def __init__(self, server: Server[Any], accepts: Callable[[str], bool]) -> None:
        self._server = server
        self._accepts = accepts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.responses import JSONResponse

        if self._accepts(scope["path_params"]["episode"]):
            await self._server.session_manager.handle_request(scope, receive, send)
        else:
            body = {
                "error": "unknown episode",
                "code": 404,
                "detail": "The path names no episode of this server.",
            }
            await JSONResponse(body, status_code=404)(scope, receive, send)


def _token(context: Any) -> str | None:
    request = cast("Request | None", getattr(context, "request", None))
    return request.path_params.get("episode") if request is not None else None


def _arguments(params: types.CallToolRequestParams) -> dict[str, Any]:
    """The arguments, if they are strict JSON: the wire lets NaN through."""
    try:
        return cast("dict[str, Any]", loads(dumps(params.arguments or {})))
    except ValueError as error:
        raise StrictJsonError(f"The arguments are no strict JSON: {error}") from error


def _request_id(params: types.CallToolRequestParams) -> str | None:
    meta = cast("dict[str, Any]", params.meta or {})
    given = meta.get(REQUEST_ID)
    return given if isinstance(given, str) else None


def _result(outcome: Outcome) -> types.CallToolResult:
    """As MCP has it; an error is text alone.

    Clients hold structured content against the tool's output schema, even that of an error, and would say
    that it does not fit instead of why the tool refused.
    """
    text = types.TextContent(type="text", text=dumps(outcome.result))
    structured = None if outcome.is_error else outcome.result
    return types.CallToolResult(content=[text], structured_content=structured, is_error=outcome.is_error)
