"""`verify`: what a receiver wants to know before running anything."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .output import Output, table
from .status import DONE, SHORT

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from envscaler_mcp.certify import ScenarioReport
    from envscaler_mcp.sharing.verifying import Verification


def verify(
    output: Output,
    path: Annotated[Path, typer.Argument(metavar="FILE-or-FOLDER", help="A pack, or a server's folder.")],
    no_run: Annotated[
        bool, typer.Option("--no-run", help="Only look; do not climb the certificate again.")
    ] = False,
) -> int:
    """Look at a server of somebody else, run it in the sandbox, and say what it is and can touch."""
    from envscaler_mcp.sharing import verifying

    with ExitStack() as stack:

        def climbing(total: int) -> Callable[[ScenarioReport], None]:
            steps = stack.enter_context(output.progress("climb again", total))
            return lambda one: steps.advance(f"{one.id}: {one.tier}")

        found = verifying.verify(path, run=not no_run, climbing=climbing)
    output.result(
        {
            "ok": found.ok,
            "tier": found.tier,
            "findings": [problem.to_json() for problem in found.problems],
            "name": found.name,
            "kind": found.kind,
            "climbed": found.climbed,
            "imports": list(found.imports),
            "touches": list(found.touches),
        },
        *_shown(path, found),
    )
    return DONE if found.ok else SHORT


def _shown(path: Path, found: Verification) -> list[RenderableType]:
    from rich.markup import escape

    rows = [(one.severity, one.code, one.where, one.message) for one in found.problems]
    shown: list[RenderableType] = [table(("", "what", "where", "why"), rows), ""] if rows else []
    if found.touches:
        shown += ["[bold]What it can touch[/bold]", *(escape(f"  {line}") for line in found.touches), ""]
    return [*shown, escape(_verdict(path, found))]


def _verdict(path: Path, found: Verification) -> str:
    named = found.name or path.name
    if not found.ok:
        return f"{named}: do not run it. What is marked error speaks against it."
    if found.tier in (None, "rejected"):
        return f"{named}: nothing speaks against it, but not all of its scenarios are proven."
    how = "climbed again here" if found.climbed else "as its certificates say; not climbed again here"
    return f"{named}: nothing speaks against it. Every scenario is {found.tier} or better ({how})."
