"""`synth`: environments and certified scenarios, from topics or a domain file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from envscaler_mcp.errors import BadInput

from .output import Output
from .paraphrase import Paraphrasing
from .prices import BudgetOption, PriceOption
from .synth_blueprint import Blueprints, synth_blueprint
from .synth_llm import CheckerOption, EmbedderOption, SolverOption, Wanted, synth_llm

OUT = Path("environments")

Difficulty = Literal["easy", "medium", "hard", "mixed"]
ScenariosOption = Annotated[int, typer.Option("--scenarios", min=1, help="For each environment.")]
DifficultyOption = Annotated[Difficulty, typer.Option(help="Of the scenarios; mixed: all three.")]
SeedOption = Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")]
TopicsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="TOPIC…", help="In words, each in quotes: 'hotel bookings'.")
]
DomainsOption = Annotated[
    list[Path] | None, typer.Option("--domain", metavar="FILE", help="A domain file; see `new domain`.")
]
CountOption = Annotated[
    int | None, typer.Option(min=1, help="So many environments, over the domains and their options.")
]
OutOption = Annotated[Path, typer.Option(help="Folder for the servers.")]
ConcurrencyOption = Annotated[
    int | None, typer.Option("--concurrency", min=1, help="Processes; all cores if not said.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would be made.")]
ReportOption = Annotated[bool, typer.Option("--report", help="Also write how much the environments differ.")]
EngineOption = Annotated[
    Literal["blueprint", "llm"] | None, typer.Option(help="blueprint needs no model and costs nothing.")
]
LlmOption = Annotated[
    str | None, typer.Option(metavar="PROVIDER:MODEL", help="A model writes; with --paraphrase: words.")
]
TasksOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="With --llm: topics are mined from these tasks.")
]
ParaphraseOption = Annotated[
    bool, typer.Option("--paraphrase", help="--llm says the instructions anew; the rest stays blueprint's.")
]


def synth(
    output: Output,
    topics: TopicsArgument = None,
    domain: DomainsOption = None,
    count: CountOption = None,
    scenarios: ScenariosOption = 10,
    difficulty: DifficultyOption = "mixed",
    seed: SeedOption = 0,
    out: OutOption = OUT,
    concurrency: ConcurrencyOption = None,
    dry_run: DryRunOption = False,
    report: ReportOption = False,
    engine: EngineOption = None,
    llm: LlmOption = None,
    solver_llm: SolverOption = None,
    check_llm: CheckerOption = None,
    embed_llm: EmbedderOption = None,
    tasks: TasksOption = None,
    paraphrase: ParaphraseOption = False,
    budget: BudgetOption = None,
    price: PriceOption = None,
) -> int:
    """Make environments with scenarios, and prove each of them; what is not certified is not emitted.

    Without a TOPIC or FILE, --count spreads over all domains. It resumes by itself: say the same again.
    With --paraphrase a model words the instructions anew, where every fact in them survives; then --llm names
    that model, and the engine is blueprint.
    """
    wording = Paraphrasing(_who_words(engine, llm), budget, price or (), out) if paraphrase else None
    if llm and not wording:
        wanted = Wanted(
            llm=llm,
            solver=solver_llm,
            checker=check_llm,
            embedder=embed_llm,
            scenarios=scenarios,
            seed=seed,
            budget=budget,
            price=price or (),
            concurrency=concurrency,
            dry_run=dry_run,
        )
        return synth_llm(output, wanted, topics or [], tasks, count, out)
    _refuse_models(engine, tasks)
    from envscaler_mcp.blueprint.synth import Order

    order = Order(scenarios, difficulty, seed)
    blueprints = Blueprints(topics or [], domain or [], count, order, out, concurrency, wording, report)
    return synth_blueprint(output, blueprints, dry_run=dry_run)


def _who_words(engine: str | None, llm: str | None) -> str:
    """The model that words the instructions anew.

    Raises:
        BadInput: it is not said which, or the engine is one whose instructions are a model's already.
    """
    if engine == "llm":
        remedy = "leave out --paraphrase, or say --engine blueprint"
        raise BadInput("--paraphrase", "with --engine llm a model words the instructions already", remedy)
    if llm is None:
        remedy = "say --llm PROVIDER:MODEL"
        raise BadInput("--paraphrase", "no language model is named that words the instructions", remedy)
    return llm


def _refuse_models(engine: str | None, tasks: Path | None) -> None:
    """What only a model can do, where none is named."""
    for option, there in {"--engine llm": engine == "llm", "--tasks": tasks}.items():
        if there:
            raise BadInput(option, "it needs a language model", "name one: --llm PROVIDER:MODEL")
