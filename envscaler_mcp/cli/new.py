"""`new domain`: a commented domain description to fill in."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from .output import Output
from .status import DONE
from .verb import add_verb

app = typer.Typer(help="Something to start from.", no_args_is_help=True)


def new_domain(
    output: Output,
    name: Annotated[str, typer.Argument(help="Of the domain: tool_desk.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Default: NAME.yaml.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE.")] = False,
) -> int:
    """A commented domain description; it compiles as it stands and shows the whole language."""
    from envscaler_mcp.blueprint.new_domain import new_domain as write

    file = write(name, out if out is not None else Path(f"{name}.yaml"), force=force)
    output.result(
        {"file": str(file)},
        f"Wrote {file}: a tool workshop that compiles as it stands. Change it to your domain, then:",
        f"  envscaler-mcp synth --domain {shlex.quote(str(file))}",
    )
    return DONE


add_verb(app, "domain", new_domain)
