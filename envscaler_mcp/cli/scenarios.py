"""`scenarios`: more certified scenarios for a server that the blueprint engine made."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from .output import Output
from .synth import DifficultyOption, ended


def scenarios(
    output: Output,
    server: Annotated[str, typer.Argument(metavar="SERVER", help="A folder, or a name.")],
    count: Annotated[int, typer.Option(min=1, help="So many more.")] = 10,
    difficulty: DifficultyOption = "mixed",
    seed: Annotated[int, typer.Option(min=0, help="Decides which.")] = 1,
    domain: Annotated[
        Path | None, typer.Option("--domain", metavar="FILE", help="The domain file that the server is of.")
    ] = None,
) -> int:
    """Add scenarios to a blueprint server: numbers go on, and nothing that is there is changed."""
    from envscaler_mcp.blueprint.synth import Order, more
    from envscaler_mcp.runtime.folder import ServerFolder

    began = time.monotonic()
    folder = ServerFolder.find(server)
    output.resume = "say the same again; nothing was added yet"
    with output.progress("scenarios", count) as steps:
        made = more(folder, Order(count, difficulty, seed), str(domain) if domain else "", steps.advance)
    return ended(output, [made], time.monotonic() - began)
