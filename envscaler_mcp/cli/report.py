"""`report`: a run as one file that anyone can open."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import RunArgument
from .output import Output
from .status import DONE


def report(
    output: Output,
    run: RunArgument,
    html: Annotated[
        Path, typer.Option("--html", metavar="FILE", help="The file to write.", show_default=False)
    ],
) -> int:
    """Write a run as one self-contained HTML file: tables, intervals, charts; nothing is fetched."""
    from envscaler_mcp.view.report import write_report

    write_report(run, html)
    output.result({"file": str(html)}, f"Report: {html}")
    return DONE
