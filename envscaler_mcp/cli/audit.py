"""`audit`: how much are the checks of a release worth?"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from envscaler_mcp.errors import BadInput

from .options import TrustOption
from .output import Output, Steps, table
from .status import DONE, SHORT

if TYPE_CHECKING:
    from envscaler_mcp.interop.audit import Audit, Reading, ScenarioAudit

SHOWN_PROBLEMS = 20
PROCESSES = min(os.cpu_count() or 1, 8)


def audit(
    output: Output,
    environments: Annotated[Path, typer.Argument(help="A release's environments (JSON or JSON lines).")],
    scenarios: Annotated[Path, typer.Option(help="The release's scenarios with their checks.")],
    trajectories: Annotated[
        Path | None, typer.Option(help="Recorded solutions: which start-true checks do they make false?")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write a report: FILE.html or FILE.md.")
    ] = None,
    worst: Annotated[int, typer.Option(min=0, help="How many of the worst scenarios to show.")] = 10,
    trust: TrustOption = False,
    processes: Annotated[
        int, typer.Option("--processes", "-n", min=1, max=64, help="Environments at a time.")
    ] = PROCESSES,
) -> int:
    """What are the checks of a release worth? Runs them all on their start states; renders nothing."""
    from envscaler_mcp.interop.audit import check_report_path, read_audit, write_report

    if report is not None:
        check_report_path(report)
    output.note(f"reading {environments} and {scenarios}")
    reading = read_audit(environments, scenarios, trajectories)
    found = _audited(output, reading, processes=processes, trusted=trust)
    if not found.scenarios:
        raise _nothing(found, str(scenarios))
    if report is not None:
        sources = [path.name for path in (environments, scenarios, trajectories) if path is not None]
        write_report(report, found, sources, worst)
    _report(output, found, worst, report)
    return DONE if found.sound else SHORT


def _audited(output: Output, reading: Reading, *, processes: int, trusted: bool) -> Audit:
    from envscaler_mcp.interop.audit import audit_release

    with output.progress("audit", reading.tasks) as steps:
        told = _Telling(steps)
        return asyncio.run(audit_release(reading, processes=processes, trusted=trusted, told=told))


class _Telling:
    """Says what every scenario came to, and how the whole stands so far."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._judged = 0
        self._paid = 0

    def __call__(self, where: str, one: ScenarioAudit | None) -> None:
        if one is None:
            self._steps.advance(f"{where}: not judged")
            return
        self._judged += 1
        self._paid += one.noop_reward > 0
        true = f"{one.count('true_at_start')} of {len(one.checks)} true at the start"
        so_far = f"so far {self._paid} of {self._judged} pay"
        self._steps.advance(f"{one.id}: {true}, pays {one.noop_reward:g} ({so_far})")


def _nothing(found: Audit, scenarios: str) -> BadInput:
    first = next(iter(found.errors), None)
    if first is None:
        return BadInput(scenarios, "it holds no scenario with checks", "name the file with the scenarios")
    return BadInput(
        first.where,
        f"{first.message} ({len(found.errors)} problems in all)",
        "correct the rows, or name other files",
    )


def _report(output: Output, found: Audit, worst: int, report: Path | None) -> None:
    from envscaler_mcp.interop.audit import headline, sentences

    verdict = headline(found)
    output.result(
        {**_summary(found, worst), "verdict": verdict.text, "report": str(report) if report else None},
        *([_worst_table(found, worst)] if worst and found.worst(worst) else []),
        _findings_table(found),
        *_problems(found),
        "",
        verdict.text,
        *(f"  {sentence}" for sentence in sentences(found)),
        *([f"Report: {report}"] if report else ["For a report that names every row, add --report FILE.html"]),
    )


def _summary(found: Audit, worst: int) -> dict[str, Any]:
    from envscaler_mcp.interop.audit import CODES

    return {
        "scenarios": len(found.scenarios),
        "checks": found.checks,
        **{code: found.count(code) for code in CODES},
        "telling": found.telling,
        "noop_paid": found.noop_paid,
        "noop_reward_mean": found.noop_reward_mean,
        "tools": sum(len(one.tools) for one in found.environments),
        "tools_raising": sum(len(one.raising) for one in found.environments),
        "tools_nondeterministic": sum(len(one.nondeterministic) for one in found.environments),
        "sound": found.sound,
        "worst": [one.to_json() for one in found.worst(worst)],
        "rows": [one.to_json() for one in found.scenarios],
        "environments": [one.to_json() for one in found.environments],
        "problems": [problem.model_dump() for problem in found.every_problem],
        "seconds": found.seconds,
    }


def _worst_table(found: Audit, worst: int) -> Any:
    rows = [
        (
            one.where,
            len(one.checks),
            one.count("true_at_start"),
            one.telling,
            one.count("crashed"),
            f"{one.noop_reward:.4f}",
        )
        for one in found.worst(worst)
    ]
    columns = ("worst rows", "checks", "true at start", "can tell", "crashed", "pays for nothing")
    return table(columns, rows)


def _findings_table(found: Audit) -> Any:
    from envscaler_mcp.interop.audit import CODES, TITLES

    titles = {"true_at_start": "True at the start", "literal_text": "Long literal text"}
    rows = [(titles.get(code) or TITLES[code][0], found.count(code), found.affected(code)) for code in CODES]
    return table(("finding", "checks", "scenarios"), [row for row in rows if row[1]])


def _problems(found: Audit) -> list[str]:
    every = [f"{one.severity}: {one.where}: {one.message}" for one in found.errors]
    more = [f"… and {len(every) - SHOWN_PROBLEMS} more (--json has them all)"]
    return every if len(every) <= SHOWN_PROBLEMS else every[:SHOWN_PROBLEMS] + more
