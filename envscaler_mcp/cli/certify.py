"""`certify`: how far are a server and each of its scenarios proven?"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from envscaler_mcp.spec import TIERS

from .options import TrustOption
from .output import Output, table
from .status import DONE, SHORT

if TYPE_CHECKING:
    from envscaler_mcp.certify import ScenarioReport, ServerReport
    from envscaler_mcp.runtime.folder import ServerFolder

SHOWN_PROBLEMS = 40


def certify(
    output: Output,
    servers: Annotated[list[str], typer.Argument(metavar="SERVER…", help="Generated servers.")],
    trust: TrustOption = False,
    check: Annotated[bool, typer.Option("--check", help="Change no file; only tell.")] = False,
) -> int:
    """Climb the ladder with every scenario and write the certificates into the server's folder."""
    from envscaler_mcp.runtime.folder import ServerFolder

    folders = [ServerFolder.find(name) for name in servers]
    output.resume = "say the same again; what was certified is kept"
    with output.progress("certify", sum(len(folder.ids) for folder in folders)) as steps:

        def told(one: ScenarioReport) -> None:
            steps.advance(f"{one.id}: {one.tier}")

        reports = [_climbed(output, folder, told, trusted=trust, check=check) for folder in folders]
    return _report(output, reports)


def _climbed(
    output: Output,
    folder: ServerFolder,
    told: Callable[[ScenarioReport], None],
    *,
    trusted: bool,
    check: bool,
) -> ServerReport:
    """One server; its certificates are written unless it does not even boot."""
    from envscaler_mcp.certify import certify as climb
    from envscaler_mcp.certify.boots import carries_another_runtime
    from envscaler_mcp.certify.publish import rewrite
    from envscaler_mcp.render import require_writable

    if not check:
        require_writable(folder.path)
    if not check and carries_another_runtime(folder):
        output.note(f"{folder.card.name} carried another version of the runtime; it is rendered anew")
        folder = rewrite(folder)
    report = asyncio.run(climb(folder, trusted=trusted, progress=told))
    if report.boots and not check:
        rewrite(folder, report)
    return report


def _report(output: Output, reports: list[ServerReport]) -> int:
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
    return DONE if all(report.sound for report in reports) else SHORT


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
