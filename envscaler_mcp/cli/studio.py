"""`studio`: an MCP server with which any agent, in any client, authors environments."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .output import Output
from .pack import format_named
from .status import DONE

if TYPE_CHECKING:
    from envscaler_mcp.runtime.folder import ServerFolder


def studio(
    output: Output,
    drafts: Annotated[Path, typer.Option(help="Folder of the drafts; they outlive a restart.")] = Path(
        "studio"
    ),
    out: Annotated[Path, typer.Option(help="Folder that servers are rendered into.")] = Path("environments"),
    packs: Annotated[Path, typer.Option(help="Folder that packs are written to.")] = Path("dist"),
    http: Annotated[bool, typer.Option("--http", help="Streamable HTTP instead of stdio.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
) -> int:
    """Author environments from any MCP client: its model writes, this proves. No key is needed."""
    from envscaler_mcp.runtime.serving import listening_on
    from envscaler_mcp.runtime.standalone.listening import url_of
    from envscaler_mcp.runtime.standalone.server import serve_http, serve_stdio
    from envscaler_mcp.sharing.packing import pack
    from envscaler_mcp.sharing.versioning import succeeding
    from envscaler_mcp.spec import write_bytes
    from envscaler_mcp.studio import Studio

    def packing(folder: ServerFolder, form: str) -> Path:
        made = pack(folder, format_named(form))
        write_bytes(packs / made.name, made.content)
        return packs / made.name

    server = Studio(drafts, out, succeeding, packing).server()
    output.resume = "start it again; the drafts stand"
    if not http:
        asyncio.run(serve_stdio(server))
        return DONE
    # Loopback only: whoever reaches it writes files here.
    listening = listening_on("127.0.0.1", port)
    output.note(f"the studio listens on {url_of(listening)}; drafts are in {drafts}")
    asyncio.run(serve_http(server, listening, lambda _: False))
    return DONE
