"""`synth` without a model that writes: domains chosen, compiled and certified over all cores."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from envscaler_mcp.errors import BadInput

from .output import Output
from .paraphrase import Paraphrasing, reworded
from .synth_result import ended, line, planned_only

if TYPE_CHECKING:
    from envscaler_mcp.blueprint.reading import Domain
    from envscaler_mcp.blueprint.synth import Job, Made, Order

NEAREST = 3


@dataclass(frozen=True)
class Blueprints:
    """What was said on the command line.

    Args:
        topics: in words; the closest domain is taken.
        files: domain files of the user's own.
        count: how many environments; None: one for each domain named.
        order: scenarios, difficulty and seed.
        out: folder for the servers.
        concurrency: processes; None: all cores.
        wording: who says the instructions anew; None: nobody.
        report: also write how much they differ.
    """

    topics: Sequence[str]
    files: Sequence[Path]
    count: int | None
    order: Order
    out: Path
    concurrency: int | None
    wording: Paraphrasing | None
    report: bool


def synth_blueprint(output: Output, wanted: Blueprints, *, dry_run: bool) -> int:
    """Plan and make environments; what stands in the folder already is kept."""
    if wanted.wording and not dry_run:
        wanted.wording.check()
    began = time.monotonic()
    jobs = _planned(output, wanted)
    if dry_run:
        return planned_only(output, jobs, wanted.wording)
    output.resume = "say the same again; what stands is kept"
    made, spent = _run(output, wanted, jobs), None
    if wanted.wording:
        made, spent = reworded(output, wanted.wording, jobs, made)
    if wanted.report:
        _report(output, wanted.out)
    return ended(output, made, time.monotonic() - began, spent)


def _planned(output: Output, wanted: Blueprints) -> Sequence[Job]:
    """Which compositions of which domains.

    Raises:
        BadInput: no composition has a list of tools that clients take.
    """
    from envscaler_mcp.blueprint.synth import planned

    domains, files = _chosen(output, wanted.topics, wanted.files, wanted.count)
    output.note(f"choosing what to make of {len(domains)} domain{'s' * (len(domains) != 1)}")
    jobs = planned(domains, wanted.count or len(domains), wanted.order, files=files)
    if not jobs:
        raise BadInput(str(files[0]), "nothing that clients can take can be made of it", "make it smaller")
    return jobs


def _run(output: Output, wanted: Blueprints, jobs: Sequence[Job]) -> Sequence[Made]:
    """Make them, telling of every environment, or of every scenario where one process makes them all."""
    from envscaler_mcp.blueprint.synth import run_jobs

    processes = min(wanted.concurrency or os.cpu_count() or 1, len(jobs))
    alone = processes == 1
    with output.progress("synth", len(jobs) * (wanted.order.scenarios if alone else 1)) as steps:
        return run_jobs(
            jobs,
            wanted.out,
            concurrency=processes,
            reworded=wanted.wording is not None,
            done=(lambda one: output.note(line(one))) if alone else lambda one: steps.advance(line(one)),
            told=steps.advance,
        )


def _chosen(
    output: Output, topics: Sequence[str], files: Sequence[Path], count: int | None
) -> tuple[list[Domain], list[str]]:
    """The domains, and beside each its file where it is a person's own."""
    from envscaler_mcp.blueprint.reading import read_domain

    own = [read_domain(file) for file in files]
    if not topics and not own and count is None:
        raise BadInput("synth", "nothing says what to make", "give a TOPIC, --domain FILE or --count N")
    if not topics and own:
        return own, [str(file.resolve()) for file in files]
    known = _known(output)
    named = [_closest(output, topic, known) for topic in topics] if topics else known
    found = list({one.name: one for one in named}.values())
    return [*found, *own], [*("" for _ in found), *(str(file.resolve()) for file in files)]


def _known(output: Output) -> list[Domain]:
    """The domains of the package."""
    from envscaler_mcp.blueprint.reading import domain_named, domain_names

    found: list[Domain] = []
    for name in domain_names():
        try:
            found.append(domain_named(name))
        except BadInput as error:
            output.note(f"left out: {error}")
    return found


def _closest(output: Output, topic: str, known: Sequence[Domain]) -> Domain:
    from envscaler_mcp.blueprint.synth import closest

    best, *rest = closest(topic, known)
    if best.close:
        output.note(f"{topic!r}: {best.domain.name} ({best.why}, closeness {best.score:.2f})")
        return best.domain
    nearest = "; ".join(f"{one.domain.name}: {one.domain.about}" for one in (best, *rest)[:NEAREST])
    raise BadInput(
        f"topic {topic!r}",
        f"no domain is close. The nearest: {nearest}",
        "name one of these, describe your own with `envscaler-mcp new domain NAME`, or say "
        "--llm PROVIDER:MODEL, "
        "with which a model writes an environment for any topic",
    )


def _report(output: Output, out: Path) -> None:
    from envscaler_mcp.blueprint.diversity import write_report

    file = write_report(out)
    output.note(f"how much they differ: {file}")
