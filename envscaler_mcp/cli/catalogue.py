"""`list`: which servers there are, and how far each is proven."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from .output import Output, table
from .status import DONE, SHORT

COLUMNS = ("server", "title", "tools", "rules", "scenarios", "difficulty", "proven", "path")


def catalogue(
    output: Output,
    folder: Annotated[Path, typer.Argument(help="Where the servers lie.")] = Path("generated_servers"),
) -> int:
    """List the servers with domain, tools, rules, scenarios, difficulty and what is proven of them."""
    from envscaler_mcp.sharing.catalogue import read_catalogue, tally

    listings, damaged = read_catalogue(folder)
    rows = [
        (one.name, one.title, one.tools, one.rules, one.scenarios, tally(one.difficulty), tally(one.tiers),
         one.path)
        for one in listings
    ]  # fmt: skip
    output.result(
        {
            "servers": [asdict(one) for one in listings],
            "problems": [{"where": bad.where, "message": bad.message} for bad in damaged],
        },
        table(COLUMNS, rows),
        f"Run one: {listings[0].run}" if listings else f"There is no server in {folder} yet.",
    )
    for bad in damaged:
        output.note(str(bad))
    return SHORT if damaged else DONE
