"""`serve`: one generated server, its environment in a sandboxed worker."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from .output import Output
from .status import DONE


def serve(
    output: Output,
    server: Annotated[str, typer.Argument(help="A generated server: its folder, or its name.")],
    scenario: Annotated[
        str | None, typer.Option(help="Where to begin (default: the first scenario).")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Decides generated ids (default: the scenario's).")] = None,
    http: Annotated[bool, typer.Option("--http", help="Streamable HTTP instead of stdio.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = 8000,
    trust: Annotated[
        bool, typer.Option("--trust", help="Run a class that the policy has findings on.")
    ] = False,
) -> int:
    """Serve one generated server over MCP: stdio by default, or streamable HTTP."""
    from envscaler_mcp.runtime.folder import EMPTY_SCENARIO, ServerFolder
    from envscaler_mcp.runtime.serving import serve_folder

    folder = ServerFolder.find(server)
    named = scenario or (folder.ids[0] if folder.ids else None)
    begin = folder.scenario(named) if named else EMPTY_SCENARIO
    output.resume = "start the server again"

    def ready(url: str) -> None:
        output.note(f"{folder.card.title} listens on {url}")

    asyncio.run(
        serve_folder(folder, begin, seed=seed, http=http, host=host, port=port, trusted=trust, ready=ready)
    )
    return DONE
