"""`view`: servers, scenarios, runs and rollouts in a browser on this machine."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .output import Output
from .status import DONE

if TYPE_CHECKING:
    from starlette.types import ASGIApp

PORT = 8264
"""Links to pages outlive a viewer when its port stays the same."""


def view(
    output: Output,
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN…",
            help="Folders of runs (default: all in runs/).",
            show_default=False,
            default_factory=list,
        ),
    ],
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help=f"Port; 0 takes a free one (default: {PORT}, or a free one)."),
    ] = None,
    servers: Annotated[Path, typer.Option(help="Where generated servers lie.")] = Path("generated_servers"),
) -> int:
    """Look at servers, scenarios, runs and single rollouts, call by call; only this machine can see it."""
    from envscaler_mcp.sandbox.checks import CheckRunner
    from envscaler_mcp.view.app import viewer
    from envscaler_mcp.view.shelf import Shelf

    shelf = Shelf(runs, servers)
    output.resume = "say the same again"
    with CheckRunner() as checks:
        asyncio.run(_serve(output, viewer(shelf, checks), port, [one.name for one in shelf.runs()]))
    return DONE


async def _serve(output: Output, app: ASGIApp, port: int | None, names: list[str]) -> None:
    """Until Ctrl-C."""
    from envscaler_mcp.view.serving import serving

    chosen = _free(port)
    async with serving(app, chosen) as url:
        start = f"{url}/runs/{names[0]}" if len(names) == 1 else url
        output.result({"url": start, "runs": names}, f"Look at {start} (Ctrl-C ends it)")
        await asyncio.get_running_loop().create_future()


def _free(port: int | None) -> int:
    """The port asked for; or the usual one, or a free one where that is taken."""
    from envscaler_mcp.view.serving import is_free

    if port is not None:
        return port
    return PORT if is_free(PORT) else 0
