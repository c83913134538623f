"""`synth`: environments and certified scenarios, from topics or a domain file."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from envscaler_mcp.errors import BadInput

from .output import Output, table
from .paraphrase import Paraphrasing, reworded, told
from .status import DONE, SHORT
from .synth_llm import CheckerOption, SolverOption, Wanted, synth_llm

if TYPE_CHECKING:
    from envscaler_mcp.blueprint.reading import Domain
    from envscaler_mcp.blueprint.synth import Job, Made

OUT = Path("environments")
NEAREST = 3
SHOWN_PROBLEMS = 20
NOTHING: dict[str, Any] = {"calls": 0, "cost_usd": 0, "tokens": {}}

Difficulty = Literal["easy", "medium", "hard", "mixed"]
ScenariosOption = Annotated[int, typer.Option("--scenarios", min=1, help="For each environment.")]
DifficultyOption = Annotated[Difficulty, typer.Option(help="Of the scenarios; mixed: all three.")]
SeedOption = Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")]


def synth(
    output: Output,
    topics: Annotated[
        list[str] | None, typer.Argument(metavar="TOPIC…", help="In words, each in quotes: 'hotel bookings'.")
    ] = None,
    domain: Annotated[
        list[Path] | None, typer.Option("--domain", metavar="FILE", help="A domain file; see `new domain`.")
    ] = None,
    count: Annotated[
        int | None, typer.Option(min=1, help="So many environments, over the domains and their options.")
    ] = None,
    scenarios: ScenariosOption = 10,
    difficulty: DifficultyOption = "mixed",
    seed: SeedOption = 0,
    out: Annotated[Path, typer.Option(help="Folder for the servers.")] = OUT,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", min=1, help="Processes; all cores if not said.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be made.")] = False,
    report: Annotated[bool, typer.Option("--report", help="Also write how much the environments differ.")] = (
        False
    ),
    engine: Annotated[
        Literal["blueprint", "llm"] | None, typer.Option(help="blueprint needs no model and costs nothing.")
    ] = None,
    llm: Annotated[
        str | None, typer.Option(metavar="PROVIDER:MODEL", help="A model writes; with --paraphrase: words.")
    ] = None,
    solver_llm: SolverOption = None,
    check_llm: CheckerOption = None,
    tasks: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --llm: topics are mined from these tasks.")
    ] = None,
    paraphrase: Annotated[
        bool,
        typer.Option("--paraphrase", help="--llm says the instructions anew; the rest stays blueprint's."),
    ] = False,
    budget: Annotated[float | None, typer.Option(metavar="USD", min=0, help="No call beyond it.")] = None,
) -> int:
    """Make environments with scenarios, and prove each of them; what is not certified is not emitted.

    Without a TOPIC or FILE, --count spreads over all domains. It resumes by itself: say the same again.
    With --paraphrase a model words the instructions anew, where every fact in them survives; then --llm names
    that model, and the engine is blueprint.
    """
    from envscaler_mcp.blueprint.synth import Order, planned, run_jobs

    wording = _wording(engine, llm, budget, out, paraphrase=paraphrase)
    if llm and not wording:
        wanted = Wanted(
            llm=llm,
            solver=solver_llm,
            checker=check_llm,
            scenarios=scenarios,
            seed=seed,
            budget=budget,
            concurrency=concurrency,
            dry_run=dry_run,
        )
        return synth_llm(output, wanted, topics or [], tasks, count, out)
    _refuse_models(engine, tasks)
    if wording and not dry_run:
        wording.check()
    began = time.monotonic()
    domains, files = _chosen(output, topics or [], domain or [], count)
    order = Order(scenarios, difficulty, seed)
    output.note(f"choosing what to make of {len(domains)} domain{'s' * (len(domains) != 1)}")
    jobs = planned(domains, count or len(domains), order, files=files)
    if not jobs:
        raise BadInput(str(files[0]), "nothing that clients can take can be made of it", "make it smaller")
    if dry_run:
        return _told(output, jobs, wording)
    output.resume = "say the same again; what stands is kept"
    processes = min(concurrency or os.cpu_count() or 1, len(jobs))
    alone = processes == 1
    with output.progress("synth", len(jobs) * (scenarios if alone else 1)) as steps:
        made = run_jobs(
            jobs,
            out,
            concurrency=processes,
            reworded=wording is not None,
            done=(lambda one: output.note(_line(one))) if alone else lambda one: steps.advance(_line(one)),
            told=steps.advance,
        )
    spent = None
    if wording:
        made, spent = reworded(output, wording, jobs, made)
    if report:
        _report(output, out)
    return ended(output, made, time.monotonic() - began, spent)


def _wording(
    engine: str | None, llm: str | None, budget: float | None, out: Path, *, paraphrase: bool
) -> Paraphrasing | None:
    """Who words the instructions anew; None: nobody.

    Raises:
        BadInput: it is not said who, or the engine is one whose instructions are a model's already.
    """
    if not paraphrase:
        return None
    if engine == "llm":
        remedy = "leave out --paraphrase, or say --engine blueprint"
        raise BadInput("--paraphrase", "with --engine llm a model words the instructions already", remedy)
    if llm is None:
        remedy = "say --llm PROVIDER:MODEL"
        raise BadInput("--paraphrase", "no language model is named that words the instructions", remedy)
    return Paraphrasing(llm, budget, out)


def _refuse_models(engine: str | None, tasks: Path | None) -> None:
    """What only a model can do, where none is named."""
    for option, there in {"--engine llm": engine == "llm", "--tasks": tasks}.items():
        if there:
            raise BadInput(option, "it needs a language model", "name one: --llm PROVIDER:MODEL")


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


def _told(output: Output, jobs: Sequence[Job], wording: Paraphrasing | None) -> int:
    rows = [(job.name, job.domain, ", ".join(job.options) or "–", job.order.scenarios) for job in jobs]
    empty: dict[str, Any] = {"tools": 0, "rules": 0, "scenarios": 0, "rejected": 0, "problems": []}
    listed = [
        {"name": job.name, "path": "", **empty, "domain": job.domain, "options": list(job.options)}
        for job in jobs
    ]
    forecast = wording.forecast(sum(job.order.scenarios for job in jobs)) if wording else None
    total: dict[str, Any] = forecast["total"] if forecast else NOTHING
    asked = {"cost_usd": total["cost_usd"], "tokens": _tokens(total), "calls": total["calls"]}
    output.result(
        {"environments": listed, **asked, "seconds": 0, "dry_run": True},
        table(("server", "domain", "options", "scenarios"), rows),
        f"Would make {len(jobs)} environments. "
        + (f"About {_spent(total)}." if wording else "No model is asked: 0 calls, 0 USD."),
    )
    return DONE


def _tokens(total: Mapping[str, Any]) -> int:
    return total["tokens"].get("input", 0) + total["tokens"].get("output", 0)


def _spent(total: Mapping[str, Any]) -> str:
    """`40 calls, 15,200 tokens, $0.12`."""
    cost = total["cost_usd"]
    dollars = "no price known" if cost is None else f"${cost:,.2f}"
    return f"{total['calls']:,} calls, {_tokens(total):,} tokens, {dollars}"


def _report(output: Output, out: Path) -> None:
    from envscaler_mcp.blueprint.diversity import write_report

    file = write_report(out)
    output.note(f"how much they differ: {file}")


def ended(output: Output, made: Sequence[Made], seconds: float, spent: Any = None) -> int:
    """The result of `synth` and of `scenarios`; `spent`: what a model took, as its ledger says."""
    total: dict[str, Any] = spent["total"] if spent else NOTHING
    certified = sum(one.scenarios for one in made)
    fallen: Counter[str] = Counter()
    for one in made:
        fallen.update(one.rejections)
    output.result(
        {
            "environments": [one.model_dump(mode="json", exclude={"job", "card"}) for one in made],
            "cost_usd": total["cost_usd"],
            "tokens": _tokens(total),
            "seconds": round(seconds, 1),
            "rejections": dict(sorted(fallen.items())),
            **({"llm": spent} if spent else {}),
        },
        _table(made),
        *_problems(made),
        f"{certified} certified scenarios in {sum(one.scenarios > 0 for one in made)} environments; "
        f"{sum(fallen.values())} proposals were rejected{_by_rung(fallen)}. {seconds:.0f} s"
        + ("." if spent else ", 0 USD."),
        *([f"{told(made)} {_spent(total)}."] if spent else []),
    )
    return DONE if all(one.sound for one in made) else SHORT


def _table(made: Sequence[Made]) -> Any:
    rows = [
        (
            one.name,
            one.tools,
            one.rules,
            one.entities,
            one.scenarios,
            _tally(one.bands),
            one.rejected,
            one.path,
        )
        for one in made
    ]
    columns = ("server", "tools", "rules", "entities", "certified", "difficulty", "rejected", "path")
    return table(columns, rows)


def _line(one: Made) -> str:
    return f"{one.name}: {one.scenarios} certified, {one.rejected} rejected"


def _by_rung(fallen: Counter[str]) -> str:
    return f" ({_tally(dict(fallen.most_common()))})" if fallen else ""


def _tally(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _problems(made: Sequence[Made]) -> list[str]:
    every = [
        f"{problem.severity}: {one.name}/{problem.where}: {problem.message}"
        for one in made
        for problem in one.problems
        if problem.severity == "error"
    ]
    more = [f"… and {len(every) - SHOWN_PROBLEMS} more (--json has them all)"]
    return every if len(every) <= SHOWN_PROBLEMS else every[:SHOWN_PROBLEMS] + more
