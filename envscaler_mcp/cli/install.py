"""`install`: a server into a client's configuration."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envscaler_mcp.errors import BadInput

from .options import ServerArgument, StartOption, WriteOption
from .output import Output
from .status import DONE

if TYPE_CHECKING:
    from envscaler_mcp.sharing.clients import Client
    from envscaler_mcp.sharing.installing import Change


def install(
    output: Output,
    server: ServerArgument,
    client: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="claude-code, claude-desktop, cursor, vscode, codex, gemini-cli or opencode.",
        ),
    ],
    write: WriteOption = False,
    uninstall: Annotated[bool, typer.Option("--uninstall", help="Take the server out again.")] = False,
    scenario: StartOption = None,
) -> int:
    """Print the entry for a client, or put it into the client's configuration."""
    from envscaler_mcp.sharing.clients import Surroundings, client_named
    from envscaler_mcp.sharing.installing import carried_out

    if write and uninstall:
        raise BadInput("--write and --uninstall", "these two exclude each other", "say one of them")
    into = client_named(client)
    file = into.locate(Surroundings.here())
    drawn = partial(_change, server, into, file, scenario, uninstall=uninstall)
    change, backup = carried_out(file, drawn) if write or uninstall else (drawn(), None)
    output.result(
        {
            "client": into.name,
            "file": str(change.file),
            "entry": change.entry,
            "changed": change.needed and (write or uninstall),
            "backup": str(backup) if backup else None,
        }
    )
    if not output.as_json:
        _tell(output, into, _name(server), change, backup, written=write)
    return DONE


def _change(server: str, client: Client, file: Path, scenario: str | None, *, uninstall: bool) -> Change:
    from envscaler_mcp.runtime.folder import ServerFolder
    from envscaler_mcp.sharing.installing import installed, uninstalled
    from envscaler_mcp.sharing.launch import launch_of

    if uninstall:
        return uninstalled(client, file, _name(server))
    folder = ServerFolder.find(server)
    return installed(client, file, folder.card.name, launch_of(folder, scenario))


def _name(server: str) -> str:
    """The server's name; one whose folder has gone can still be taken out."""
    from envscaler_mcp.runtime.folder import ServerFolder

    try:
        return ServerFolder.find(server).card.name
    except BadInput:
        if re.fullmatch(r"[a-z][a-z0-9_]{0,47}", server) and not Path(server).exists():
            return server
        raise


def _tell(
    output: Output, client: Client, name: str, change: Change, backup: Path | None, *, written: bool
) -> None:
    """Say what was done in plain words; an entry that was not written is printed to be copied."""
    from rich.markup import escape

    from envscaler_mcp.sharing.installing import shown

    kept = f" What stood there before is kept in {backup}." if backup else ""
    if change.entry is None:
        done = "is taken out of" if change.needed else "is not in"
        output.say(escape(f"{name} {done} {change.file}.{kept}"))
    elif written:
        done = "is now in" if change.needed else "is already in"
        output.say(escape(f"{name} {done} {change.file}.{kept} {client.afterwards}"))
    else:
        output.note(f"This belongs into {change.file}; --write puts it there, and keeps what else is in it.")
        output.say(escape(shown(client, name, change.entry).rstrip("\n")))
    if change.entry is not None:
        output.note("Started by a client, the server runs with your rights; `verify` says what it can touch.")
