"""`serve`: one generated server, its environment in a sandboxed worker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from envscaler_mcp.errors import BadInput

from .options import PagePortOption, ServerArgument, StartOption, TrustOption
from .output import Output
from .status import DONE
from .watching import Clock, snippets_of, today

if TYPE_CHECKING:
    from envscaler_mcp.view.watching import Watching


def serve(
    output: Output,
    server: ServerArgument,
    scenario: StartOption = None,
    seed: Annotated[int | None, typer.Option(help="Decides generated ids (default: the scenario's).")] = None,
    http: Annotated[bool, typer.Option("--http", help="Streamable HTTP instead of stdio.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = 8000,
    clock: Annotated[
        Clock,
        typer.Option(
            help="now: the world that it begins in stands at today, all its dates moved. A scenario chosen "
            "later, on the page or as a prompt, keeps the days that its task names."
        ),
    ] = "scenario",
    watch: Annotated[
        bool, typer.Option("--watch", help="Also a live page of state and calls, on this machine.")
    ] = False,
    watch_port: PagePortOption = None,
    token: Annotated[
        str | None, typer.Option(help="Over HTTP: answer only requests with this bearer token.")
    ] = None,
    prompts: Annotated[
        bool, typer.Option("--prompts", help="Offer scenarios as prompts, policy and card as resources.")
    ] = False,
    faults: Annotated[
        str | None, typer.Option(metavar="KINDS", help="To test a client: latency,timeout,lost_reply.")
    ] = None,
    trust: TrustOption = False,
) -> int:
    """Serve one generated server over MCP: stdio by default, or streamable HTTP."""
    from envscaler_mcp.runtime.folder import ServerFolder
    from envscaler_mcp.runtime.serving import Asked, serve_folder
    from envscaler_mcp.runtime.watched import start_of

    folder = ServerFolder.find(server)
    begin = start_of(folder, scenario, today=today(clock))
    asked = Asked(prompts, _kinds(faults), seed or 0, _bearer(token, http=http))
    output.resume = "start the server again"
    if watch:
        from envscaler_mcp.view.watching import Watching

        watched = Watching(folder, begin, seed, watch_port, trust, asked)
        return _watched(output, (host, port) if http else None, watched)

    def ready(url: str) -> None:
        output.note(f"{folder.card.title} listens on {url}")

    asyncio.run(
        serve_folder(
            folder, begin, seed=seed, http=http, host=host, port=port, trusted=trust, asked=asked, ready=ready
        )
    )
    return DONE


def _kinds(faults: str | None) -> list[str]:
    from envscaler_mcp.runtime.standalone.faults import kinds_of

    try:
        return kinds_of(faults) if faults is not None else []
    except ValueError as error:
        raise BadInput("--faults", str(error), "name some of them") from error


def _bearer(token: str | None, *, http: bool) -> str | None:
    if token is not None and not (http and token.strip()):
        raise BadInput("--token", "it guards HTTP", "say --http too, and give a token that is not empty")
    return token


def _watched(output: Output, address: tuple[str, int] | None, watching: Watching) -> int:
    from envscaler_mcp.runtime.serving import listening_on
    from envscaler_mcp.runtime.standalone.listening import url_of

    title = watching.folder.card.title
    listening = listening_on(*address) if address else None
    mcp_url = url_of(listening) if listening else None

    def ready(url: str) -> None:
        output.note(f"{title}: look at {url}")
        if mcp_url:
            output.note(f"{title} listens on {mcp_url}")

    asyncio.run(watching.serve(listening, snippets_of(watching.folder, mcp_url), ready))
    return DONE
