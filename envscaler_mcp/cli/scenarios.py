"""`scenarios`: more certified scenarios for a server that stands."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from .output import Output
from .prices import BudgetOption, PriceOption
from .synth import DifficultyOption
from .synth_llm import CheckerOption, SolverOption, Wanted, scenarios_llm
from .synth_result import ended


def scenarios(
    output: Output,
    server: Annotated[str, typer.Argument(metavar="SERVER", help="A folder, or a name.")],
    count: Annotated[int, typer.Option("--count", "--scenarios", min=1, help="So many more.")] = 10,
    difficulty: DifficultyOption = "mixed",
    seed: Annotated[int, typer.Option(min=0, help="Decides which.")] = 1,
    domain: Annotated[
        Path | None, typer.Option("--domain", metavar="FILE", help="The domain file that the server is of.")
    ] = None,
    llm: Annotated[
        str | None, typer.Option(metavar="PROVIDER:MODEL", help="A model writes them, for any server.")
    ] = None,
    solver_llm: SolverOption = None,
    check_llm: CheckerOption = None,
    budget: BudgetOption = None,
    price: PriceOption = None,
    run: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the run with --llm.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --llm: only calls, tokens and cost.")
    ] = False,
) -> int:
    """Add scenarios to a server: numbers go on, and nothing that is there is changed.

    Without --llm the blueprint engine makes them, for servers that it made.
    """
    from envscaler_mcp.blueprint.synth import Order, more
    from envscaler_mcp.runtime.folder import ServerFolder

    folder = ServerFolder.find(server)
    if llm:
        wanted = Wanted(
            llm=llm,
            solver=solver_llm,
            checker=check_llm,
            scenarios=count,
            seed=seed,
            budget=budget,
            price=price or (),
            dry_run=dry_run,
            run=run,
        )
        return scenarios_llm(output, wanted, folder)
    began = time.monotonic()
    output.resume = "say the same again; nothing was added yet"
    with output.progress("scenarios", count) as steps:
        made = more(folder, Order(count, difficulty, seed), str(domain) if domain else "", steps.advance)
    return ended(output, [made], time.monotonic() - began)
