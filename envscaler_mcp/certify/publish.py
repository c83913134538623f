"""From an environment and its scenarios to a server on disk that carries its own certificates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    write_tree(render(environment, with_gradings(pairs, gradings_of(report))), folder)
    return report


def rewrite(folder: ServerFolder, report: ServerReport | None = None) -> ServerFolder:
    """Render a server once more: with this version's runtime, and the certificates of a report.

    A server that came without its gradings is left as it is.
    """
    return regraded(folder, gradings_of(report) if report else {})


def regraded(folder: ServerFolder, gradings: Mapping[str, Grading]) -> ServerFolder:
    """Render a server once more, with other gradings for some scenarios: its card and README tell of them.

    A server that came without its gradings is left as it is.
    """
    pairs = [(folder.scenario(one), grading) for one in folder.ids if (grading := folder.grading(one))]
    if len(pairs) < len(folder.ids):
        return folder
    write_tree(render(folder.environment(), with_gradings(pairs, gradings)), folder.path)
    return ServerFolder.load(folder.path)


def gradings_of(report: ServerReport) -> dict[str, Grading]:
    """Scenario → the grading that a report gives it."""
    return {one.id: one.grading for one in report.scenarios if one.grading}


def with_gradings(pairs: Sequence[Pair], gradings: Mapping[str, Grading]) -> list[Pair]:
    """The scenarios with other gradings for some of them."""
    return [(scenario, gradings.get(scenario.id, grading)) for scenario, grading in pairs]
