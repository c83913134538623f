"""`eval`: agents on scenarios over MCP, scored by what they left behind."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import Limits, RunCard, Selection, Suite, versions

from .output import Output
from .scoreboard import agents_json, score_table
from .status import DONE, SHORT

if TYPE_CHECKING:
    from envscaler_mcp.harness.rollout import Finished

DEFAULT_AGENTS = ("oracle", "noop")


def evaluate(
    output: Output,
    targets: Annotated[
        list[str], typer.Argument(metavar="SUITE.yaml | SERVER…", help="A suite, or servers.")
    ],
    agent: Annotated[list[str] | None, typer.Option(help="An agent; say it again for more.")] = None,
    repeats: Annotated[
        int | None, typer.Option("-k", "--repeats", min=1, help="Repeats of each scenario.")
    ] = None,
    concurrency: Annotated[int, typer.Option("-n", "--concurrency", min=1, help="Rollouts at once.")] = 4,
    tier: Annotated[str | None, typer.Option(help="The lowest tier to take (default: certified).")] = None,
    max_turns: Annotated[int | None, typer.Option(min=1, help="Calls that a rollout may make.")] = None,
    max_seconds: Annotated[
        float | None, typer.Option(min=0.01, help="Seconds that a rollout may take.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the run (default: a new one in runs/).")] = None,
    resume: Annotated[Path | None, typer.Option(metavar="RUN", help="Go on with this run.")] = None,
) -> int:
    """Run agents on scenarios over MCP and score what they left behind."""
    from envscaler_mcp.agents import agent_of
    from envscaler_mcp.harness.evaluate import evaluate as play
    from envscaler_mcp.harness.evaluate import plan, tasks_of
    from envscaler_mcp.harness.run import Run
    from envscaler_mcp.harness.summary import summarise
    from envscaler_mcp.runtime.folder import ServerFolder

    suite = _settings(_suite(targets), repeats, tier, max_turns, max_seconds)
    agents = (*suite.agents, *(agent or ())) or DEFAULT_AGENTS
    for spec in agents:
        agent_of(spec)
    tasks = tasks_of([ServerFolder.find(name) for name in suite.servers], suite.scenarios)
    planned = plan(tasks, agents, suite.repeats)
    started = dt.datetime.now(dt.UTC).replace(microsecond=0)
    card = RunCard(suite=suite, agents=agents, versions=versions(), started=started)
    run = Run.open(resume) if resume else Run.create(card, out)
    output.resume = f"say the same with --resume {run.path}"
    with output.progress("eval", len(planned)) as steps:

        def told(finished: Finished) -> None:
            steps.advance(f"{finished.row.id}: {finished.row.outcome}")

        rows = asyncio.run(play(run, planned, suite, concurrency=concurrency, progress=told))
    summaries = summarise(rows, suite.repeats)
    output.result(
        {"run": str(run.path), "status": run.card.status, "agents": agents_json(summaries)},
        score_table(summaries, f"{len(tasks)} scenarios, {suite.repeats} × each"),
        f"Run: {run.path}",
    )
    return DONE if run.card.status == "complete" else SHORT


def _suite(targets: list[str]) -> Suite:
    """A suite from its file, or one made of servers."""
    files = [target for target in targets if target.endswith((".yaml", ".yml"))]
    if not files:
        return Suite(servers=tuple(targets))
    if len(targets) > 1:
        raise BadInput(
            " ".join(targets), "one suite at a time, and no servers beside it", "name the suite alone"
        )
    return Suite.load(Path(files[0]))


def _settings(
    suite: Suite, repeats: int | None, tier: str | None, max_turns: int | None, max_seconds: float | None
) -> Suite:
    """The suite with what the command line says instead."""
    given = {"turns": max_turns, "seconds": max_seconds}
    limits = {
        **suite.limits.model_dump(),
        **{key: value for key, value in given.items() if value is not None},
    }
    selection = {**suite.scenarios.model_dump(), **({"tier": tier} if tier else {})}
    return suite.model_copy(
        update={
            "repeats": repeats or suite.repeats,
            "limits": Limits.model_validate(limits),
            "scenarios": Selection.model_validate(selection),
        }
    )
