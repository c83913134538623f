"""`verify`: what a receiver wants to know before running anything, and then the certificate climbed again."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from envscaler_mcp.certify import ScenarioReport, ServerReport, certify
from envscaler_mcp.errors import BadInput, IsolationMissing, RebuildDiverged, WorkerDied, WorkerTimeout
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.sandbox.isolation import available
from envscaler_mcp.spec import TIERS, Problem, Solver, Tier

from .claims import claimed_tiers, lowest
from .examination import examine
from .parcel import Kind, open_parcel
from .reach import imports_of, in_plain_words

Climbing = Callable[[int], Callable[[ScenarioReport], None]]
"""Told how many scenarios there are to climb with; returns whom to tell of each."""
PROVABLE: Tier = "certified"
"""What one machine can prove again; that others agreed is their word."""


@dataclass(frozen=True)
class Verification:
    """What was found.

    `tier` is what was proven here, or, where nothing was climbed, what the certificates say.
    """

    kind: Kind
    name: str | None
    tier: Tier | None
    climbed: bool
    problems: tuple[Problem, ...]
    imports: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing speaks against running it."""
        return all(problem.severity != "error" for problem in self.problems)


def verify(path: Path, *, run: bool = True, climbing: Climbing = lambda _: lambda _: None) -> Verification:
    """Look at a pack or a folder; run its scenarios in the sandbox only where nothing speaks against it.

    Raises:
        BadInput: there is no such file or folder, or it is no pack.
        Infrastructure: the checks' interpreter cannot be had.
    """
    parcel = open_parcel(path)
    with tempfile.TemporaryDirectory() as place:
        seen = examine(parcel, Path(place))
        problems = list(seen.problems)
        if seen.folder is None:
            return Verification(parcel.kind, None, None, climbed=False, problems=tuple(problems))
        folder, safe = seen.folder, not seen.errors
        report = None
        if run and safe:
            report, failed = _climb(folder, climbing)
            problems += failed
        tiers, judged = _tiers(folder, report, trusted=safe)
        problems = list(dict.fromkeys((*problems, *judged)))  # the ladder lints the tools once more
        sound = all(problem.severity != "error" for problem in problems)
        return Verification(
            parcel.kind,
            folder.card.name,
            lowest(tiers),
            climbed=report is not None and _graded(folder),
            problems=tuple(problems),
            imports=tuple(imports_of(folder.bundle.text("environment.py"))),
            touches=tuple(in_plain_words(folder, available(), sound=sound)),
        )


def _graded(folder: ServerFolder) -> bool:
    return all(folder.grading(identifier) for identifier in folder.ids)


def _climb(folder: ServerFolder, climbing: Climbing) -> tuple[ServerReport | None, list[Problem]]:
    """Let everything climb again, the word of other solvers left out; without gradings, the first rung."""
    graded = _graded(folder)
    ids = folder.ids if graded else folder.ids[:1]
    nobody: dict[str, tuple[Solver, ...]] = dict.fromkeys(ids, ())
    told = climbing(len(ids)) if graded else None  # without its grading, a scenario's tier says nothing
    try:
        report = asyncio.run(certify(folder, ids=ids, solvers=nobody, progress=told))
    except IsolationMissing as missing:
        message = f"Nothing was run: {missing}"
        return None, [Problem(code="not_climbed", where="sandbox", message=message, severity="warning")]
    except (BadInput, RebuildDiverged, WorkerDied, WorkerTimeout) as error:
        message = str(error).replace(f"{folder.path}/", "")[:300]
        return None, [Problem(code="does_not_run", where=folder.card.name, message=message)]
    return report, [*report.lint, *report.warnings]


def _tiers(
    folder: ServerFolder, report: ServerReport | None, *, trusted: bool
) -> tuple[dict[str, Tier], list[Problem]]:
    """Scenario → tier, and where less was reached than is claimed."""
    if not trusted:
        return dict.fromkeys(folder.ids, "rejected"), []
    claims = claimed_tiers(folder)
    if report is None or not _graded(folder):
        return claims, []
    problems = [problem for one in report.scenarios for problem in _short(one, claims[one.id])]
    return {one.id: one.tier for one in report.scenarios}, problems


def _short(one: ScenarioReport, claimed: Tier) -> Iterator[Problem]:
    where = f"scenarios/{one.id}"
    provable = min(claimed, PROVABLE, key=TIERS.index)
    because = "; ".join(sorted({problem.code for problem in one.problems if problem.severity == "error"}))
    if TIERS.index(one.tier) < TIERS.index(provable):
        message = f"It claims to be {claimed}, and climbed again it is {one.tier} ({because or 'no reason'})."
        yield Problem(code="tier_not_reached", where=where, message=message)
    elif one.tier == "rejected":
        message = f"It is unsound ({because or 'no reason'})."
        yield Problem(code="unsound", where=where, message=message, severity="warning")
    if claimed == "agreed":
        message = "That others solved it independently is the word of whoever sent it."
        yield Problem(code="agreement_not_proven", where=where, message=message, severity="warning")
