"""Arguments and options that several verbs have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.", show_default=False)]
TrustOption = Annotated[
    bool, typer.Option("--trust", help="Run a class that the AST policy has findings on.")
]
