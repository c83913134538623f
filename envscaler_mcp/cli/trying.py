"""`try`: the first five minutes. A server, its live page, the way into a client, and what to ask."""

from __future__ import annotations

import asyncio
import sys
import webbrowser
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from envscaler_mcp.errors import BadInput

from .options import PagePortOption, WriteOption
from .output import Output
from .status import DONE
from .watching import entry_of, snippets_of, today

if TYPE_CHECKING:
    from envscaler_mcp.runtime.folder import ServerFolder
    from envscaler_mcp.view.live import Suggestion

MCP_PORT = 8266


def try_server(
    output: Output,
    name: Annotated[
        str | None, typer.Argument(help="A generated server: its folder, or its name; asked for if left out.")
    ] = None,
    client: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Print the entry for this client only; --write puts it there."),
    ] = None,
    write: WriteOption = False,
    port: PagePortOption = None,
    mcp_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port for MCP clients; 0 takes a free one.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page, where there is a screen.")] = True,
) -> int:
    """Start a server in a world that looks alive today, and see what an agent does in it."""
    from envscaler_mcp.runtime.folder import ServerFolder
    from envscaler_mcp.runtime.serving import listening_on
    from envscaler_mcp.runtime.standalone.listening import url_of
    from envscaler_mcp.runtime.watched import start_of
    from envscaler_mcp.view.live import suggestions
    from envscaler_mcp.view.serving import is_free
    from envscaler_mcp.view.watching import Watching

    if write and not client:
        raise BadInput("--write", "it needs to know the client", "say --client NAME too")
    folder = ServerFolder.find(name or _chosen(output))
    usual = MCP_PORT if is_free(MCP_PORT) else 0
    listening = listening_on("127.0.0.1", usual if mcp_port is None else mcp_port)
    mcp_url = url_of(listening)
    done = _into_client(output, folder, client, mcp_url, write=write) if client else None
    output.resume = "start it again"

    def ready(url: str) -> None:
        entry = {"client": done} if done else {}
        output.result(
            {"server": folder.card.name, "url": url, "mcp_url": mcp_url, **entry},
            f"{folder.card.title}: look at {url} (Ctrl-C ends it)",
            f"MCP clients reach it at {mcp_url}; the page shows the entry for each client."
            if not done
            else "",
            "Three things to ask:",
            *(f"  {number}. {_told(one)}" for number, one in enumerate(suggestions(folder), 1)),
        )
        if browser and not output.as_json and sys.stdout.isatty():
            webbrowser.open(url)

    watching = Watching(folder, start_of(folder, None, today=today("now")), page_port=port)
    asyncio.run(watching.serve(listening, snippets_of(folder, mcp_url), ready))
    return DONE


def _told(one: Suggestion) -> str:
    """A task belongs into its own world."""
    place = f" (choose {one.scenario} on the page first)" if one.scenario else ""
    text = one.text.rstrip().replace("\n", "\n     ")
    return escape(f"{text}{place}")


def _chosen(output: Output) -> str:
    """Let a person at a terminal choose; anybody else is told the names."""
    from pathlib import Path

    from envscaler_mcp.runtime.folder import GENERATED_SERVERS
    from envscaler_mcp.sharing.catalogue import read_catalogue

    listings, _ = read_catalogue(Path(GENERATED_SERVERS))
    names = [one.name for one in listings]
    if not names:
        raise BadInput("try", f"there are no servers in {GENERATED_SERVERS}/", "name a folder, or call demo")
    if output.as_json or not sys.stdin.isatty():
        raise BadInput("try", "no server is named", f"name one of: {', '.join(names)}")
    for number, one in enumerate(listings, 1):
        output.say(f"{number:3}  {one.title} ({one.name}), {one.tools} tools")
    answer: int = typer.prompt("Which one", type=int, default=1)
    if not 1 <= answer <= len(names):
        raise BadInput(f"server {answer}", "there is no such number", f"say 1 to {len(names)}")
    return listings[answer - 1].path


def _into_client(
    output: Output, folder: ServerFolder, name: str, mcp_url: str, *, write: bool
) -> dict[str, object]:
    """Print the entry for one client, or put it into the client's configuration."""
    from envscaler_mcp.sharing.clients import Surroundings, client_named
    from envscaler_mcp.sharing.installing import carried_out, shown, with_entry

    client = client_named(name)
    file = client.locate(Surroundings.here())
    entry = entry_of(client, folder, mcp_url)
    if not write:
        if not output.as_json:
            output.note(f"This belongs into {file}; --write puts it there:")
            output.note(shown(client, folder.card.name, entry))
        return {"name": client.name, "file": str(file), "entry": entry, "changed": False}
    change, backup = carried_out(file, partial(with_entry, client, file, folder.card.name, entry))
    kept = f" What stood there is kept in {backup}." if backup else ""
    output.note(f"{folder.card.name} is in {file}.{kept} {client.afterwards}")
    return {"name": client.name, "file": str(file), "entry": change.entry, "changed": change.needed}
