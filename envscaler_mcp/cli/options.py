"""Arguments and options that several verbs have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.", show_default=False)]
ServerArgument = Annotated[str, typer.Argument(help="A generated server: its folder, or its name.")]
StartOption = Annotated[str | None, typer.Option(help="Where to begin (default: the first scenario).")]
PagePortOption = Annotated[
    int | None, typer.Option(min=0, max=65535, help="Port of the page; 0 takes a free one.")
]
WriteOption = Annotated[bool, typer.Option("--write", help="Change the client's configuration.")]
TrustOption = Annotated[
    bool, typer.Option("--trust", help="Run a class that the AST policy has findings on.")
]
