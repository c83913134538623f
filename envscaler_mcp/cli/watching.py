"""How a person gets to a server that is being watched: entries for clients, and the browser."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from envscaler_mcp.runtime.folder import ServerFolder
    from envscaler_mcp.sharing.clients import Client
    from envscaler_mcp.view.live import Snippet

Clock = Literal["scenario", "now"]


def today(clock: Clock) -> dt.date | None:
    """The day that a world is moved to; None where it keeps its own."""
    return dt.datetime.now().astimezone().date() if clock == "now" else None


def entry_of(client: Client, folder: ServerFolder, url: str | None) -> dict[str, object]:
    """The client's entry: by URL where it can, and else the command that starts it with its page."""
    from envscaler_mcp.sharing.launch import Launch

    if url and client.remote:
        return client.remote(url)
    command = ("-m", "envscaler_mcp", "serve", str(folder.path.resolve()), "--watch", "--clock", "now")
    return client.entry(Launch(sys.executable, command))


def snippets_of(folder: ServerFolder, url: str | None) -> list[Snippet]:
    """For every client, what belongs into its configuration."""
    from envscaler_mcp.sharing.clients import CLIENTS, Surroundings
    from envscaler_mcp.sharing.installing import shown
    from envscaler_mcp.view.live import Snippet

    here = Surroundings.here()
    return [
        Snippet(
            client.name,
            str(client.locate(here)),
            shown(client, folder.card.name, entry_of(client, folder, url)).rstrip("\n"),
        )
        for client in CLIENTS
    ]
