"""`certify`: how far are a server and each of its scenarios proven?"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from envscaler_mcp.spec import TIERS

from .output import Output, table
from .status import DONE, SHORT

if TYPE_CHECKING:
    from envscaler_mcp.certify import ServerReport
    from envscaler_mcp.runtime.folder import ServerFolder

SHOWN_PROBLEMS = 40


def certify(
    output: Output,
    servers: Annotated[list[str], typer.Argument(metavar="SERVER…", help="Generated servers.")],
    trust: Annotated[
        bool, typer.Option("--trust", help="Run a class that the policy has findings on.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Change no file; only tell.")] = False,
) -> int:
    """Climb the ladder with every scenario and write the certificates into the server's folder."""
    from envscaler_mcp.certify import certify as climb
    from envscaler_mcp.runtime.folder import ServerFolder

    folders = [ServerFolder.find(name) for name in servers]
    output.resume = "say the same again; what was certified is kept"
    reports: list[ServerReport] = []
    with output.progress("certify", sum(len(folder.ids) for folder in folders)) as steps:
        for folder in folders:
            report = asyncio.run(
                climb(folder, trusted=trust, progress=lambda one: steps.advance(f"{one.id}: {one.tier}"))
            )
            reports.append(report)
            if not check:
                _write(folder, report)
    every = [one for report in reports for one in report.scenarios]
    tiers = Counter(one.tier for one in every)
    sound = sum(one.sound for one in every)
    output.result(
        {
            "servers": [report.model_dump(mode="json") for report in reports],
            "tiers": {tier: tiers[tier] for tier in TIERS},
            "sound": sound,
            "total": len(every),
        },
        certificate_table(reports),
        *_problems(reports),
        f"{sound} of {len(every)} scenarios are certified or better.",
    )
    return DONE if sound == len(every) and all(report.boots for report in reports) else SHORT


def certificate_table(reports: Sequence[ServerReport]) -> Any:
    """One line for each scenario."""
    rows = [
        (
            report.name,
            one.id,
            one.tier,
            f"{one.killed}/{one.mutants}",
            f"{one.killed_by_goals}/{one.mutants}",
            f"{one.accepted}/{one.variants}",
            len(one.problems),
        )
        for report in reports
        for one in report.scenarios
    ]
    columns = (
        "server",
        "scenario",
        "tier",
        "mutants killed",
        "by goals alone",
        "variants accepted",
        "problems",
    )
    return table(columns, rows)


def _problems(reports: Sequence[ServerReport]) -> list[str]:
    every = [
        f"{problem.severity}: {report.name}/{problem.where}: {problem.message}"
        for report in reports
        for problem in (*report.lint, *(problem for one in report.scenarios for problem in one.problems))
    ]
    more = [f"… and {len(every) - SHOWN_PROBLEMS} more (--json has them all)"]
    return every if len(every) <= SHOWN_PROBLEMS else every[:SHOWN_PROBLEMS] + more


def _write(folder: ServerFolder, report: ServerReport) -> None:
    """Render once more, with the certificates in gradings, card and README."""
    from envscaler_mcp.certify.publish import certified_pairs
    from envscaler_mcp.render import render, write_tree

    pairs = [(folder.scenario(one), grading) for one in folder.ids if (grading := folder.grading(one))]
    if len(pairs) == len(folder.ids):
        write_tree(render(folder.environment(), certified_pairs(pairs, report)), folder.path)
