"""A run as one file: charts as inline SVG, its style within, no script, nothing fetched."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import RolloutRow
from envscaler_mcp.spec.files import write_text

from .pages import inlined_style, page
from .shelf import Shown

MOST_ERRORS = 40


def check_report_path(path: Path) -> None:
    """Refuse a name that cannot become a report, before anything is read.

    Raises:
        BadInput: it is no HTML file.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise BadInput(str(path), "a report is HTML", "name a file that ends in .html")
    if path.is_dir():
        raise BadInput(str(path), "it is a folder", "name a file")


def write_report(run: Path, path: Path) -> None:
    """Write the report of a run.

    Raises:
        BadInput: there is no run, it has no rollout yet, or the file cannot be written.
    """
    check_report_path(path)
    shown = Shown.open(run.resolve().name, run)
    overview = shown.overview()
    if not overview.rollouts:
        raise BadInput(
            str(run), "no rollout is finished yet", f"go on with: envscaler-mcp eval --resume {run}"
        )
    style, allowed = inlined_style()
    places = {
        (server, one.scenario)
        for server, agents in overview.squares.items()
        for one in next(iter(agents.values()))
    }
    text = page(
        "report",
        name=shown.name,
        overview=overview,
        scenarios=len(places),
        broken=_broken(shown.rows()),
        style=style,
        allowed=allowed,
    )
    write_text(path, text)


def _broken(rows: list[RolloutRow]) -> list[tuple[str, str, int]]:
    """Errors by outcome, the most frequent first; a used-up budget is scored and no error."""
    counted = Counter(
        (row.outcome, row.error or "") for row in rows if row.outcome not in ("passed", "failed")
    )
    return [(outcome, error, number) for (outcome, error), number in counted.most_common(MOST_ERRORS)]
