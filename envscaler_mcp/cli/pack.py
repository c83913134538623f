"""`pack`: a server as one file to share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envscaler_mcp.errors import BadInput

from .output import Output, table
from .status import DONE

if TYPE_CHECKING:
    from envscaler_mcp.sharing.packing import Format


def pack(
    output: Output,
    server: Annotated[str | None, typer.Argument(help="A generated server: its folder, or its name.")] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="mcpb, wheel, sdist or zip.")
    ] = "mcpb",
    out: Annotated[Path, typer.Option(help="Folder to write into, or the file itself.")] = Path("dist"),
    without_grading: Annotated[
        bool, typer.Option("--without-grading", help="Leave checks and solutions out of a zip.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Pack every server of generated_servers/, with an index.")
    ] = False,
) -> int:
    """Make one file of a server; the same server gives the same bytes."""
    kind = format_named(form)
    if everything == (server is not None):
        raise BadInput("pack", "it packs one server or all of them", "name a SERVER, or say --all")
    if everything:
        return _pack_all(output, kind, out, without_grading=without_grading)
    return _pack_one(output, str(server), kind, out, without_grading=without_grading)


def format_named(form: str) -> Format:
    """The format of this name. Raises BadInput."""
    from envscaler_mcp.sharing.packing import FORMATS

    for known in FORMATS:
        if form == known:
            return known
    raise BadInput(f"--format {form}", "not one of the formats", f"name one of: {', '.join(FORMATS)}")


def _pack_one(output: Output, server: str, kind: Format, out: Path, *, without_grading: bool) -> int:
    from envscaler_mcp.runtime.folder import ServerFolder
    from envscaler_mcp.sharing import packing
    from envscaler_mcp.sharing.catalogue import listing
    from envscaler_mcp.spec import write_bytes

    folder = ServerFolder.find(server)
    tier = listing(folder).tier
    if tier in (None, "rejected"):
        output.note(f"Not every scenario of {folder.card.name} is proven; `certify` first, and it says so.")
    made = packing.pack(folder, kind, without_grading=without_grading)
    itself = not out.is_dir() and "".join(Path(made.name).suffixes[-1:]) == out.suffix
    file = out if itself else out / made.name
    write_bytes(file, made.content)
    output.result(
        {"file": str(file), "sha256": made.sha256, "bytes": len(made.content), "format": kind, "tier": tier},
        f"{file}  ({len(made.content) / 1024:.0f} KB)",
        f"sha256 {made.sha256}",
        f"Whoever gets it: envscaler-mcp verify {file.name}",
    )
    return DONE


def _pack_all(output: Output, kind: Format, out: Path, *, without_grading: bool) -> int:
    import hashlib

    from envscaler_mcp.runtime.folder import GENERATED_SERVERS, ServerFolder
    from envscaler_mcp.sharing.catalogue import read_catalogue
    from envscaler_mcp.sharing.publishing import publish_all
    from envscaler_mcp.spec import read_bytes

    listings, damaged = read_catalogue(GENERATED_SERVERS)
    if damaged:
        raise damaged[0]
    folders = [ServerFolder.load(Path(one.path)) for one in listings]
    index, file = publish_all(folders, kind, out, without_grading=without_grading)
    rows = [(one.name, one.version, one.tier, one.file, one.sha256) for one in index.packs]
    output.result(
        {
            "file": str(file),
            "sha256": hashlib.sha256(read_bytes(file)).hexdigest(),
            "packs": [one.to_json() for one in index.packs],
        },
        table(("server", "version", "proven", "file", "sha256"), rows),
        f"The index is {file}.",
    )
    return DONE
