"""From an environment and its scenarios to a server on disk that carries its own certificates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from envscaler_mcp.render import render, write_tree
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import Environment, Grading, Scenario

from .ladder import Progress, certify
from .report import ServerReport

Pair = tuple[Scenario, Grading]


async def publish(
    environment: Environment, pairs: Sequence[Pair], folder: Path, *, progress: Progress | None = None
) -> ServerReport:
    """Render, certify what was rendered, and render once more with the certificates.

    Raises:
        BadInput: the folder holds something else, or cannot be written.
    """
    write_tree(render(environment, pairs), folder)
    report = await certify(ServerFolder.load(folder), progress=progress)
    write_tree(render(environment, certified_pairs(pairs, report)), folder)
    return report


def rewrite(folder: ServerFolder, report: ServerReport | None = None) -> ServerFolder:
    """Render a server once more: with this version's runtime, and the certificates of a report.

    A server that came without its gradings is left as it is.
    """
    pairs = [(folder.scenario(one), grading) for one in folder.ids if (grading := folder.grading(one))]
    if len(pairs) < len(folder.ids):
        return folder
    graded = certified_pairs(pairs, report) if report else pairs
    write_tree(render(folder.environment(), graded), folder.path)
    return ServerFolder.load(folder.path)


def certified_pairs(pairs: Sequence[Pair], report: ServerReport) -> list[Pair]:
    """The scenarios with the gradings that a report gives them."""
    gradings = {one.id: one.grading for one in report.scenarios if one.grading}
    return [(scenario, gradings.get(scenario.id, grading)) for scenario, grading in pairs]
