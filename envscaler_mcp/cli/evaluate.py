"""`eval`: agents on scenarios over MCP, scored by what they left behind."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from pydantic import ValidationError

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import (
    Limits,
    RolloutRow,
    RunCard,
    Selection,
    Suite,
    SuiteLock,
    first_error,
    versions,
)

from .forecast import say_forecast
from .keys import find_keys
from .output import Output
from .scoreboard import agents_json, score_table
from .status import DONE, SHORT

if TYPE_CHECKING:
    from envscaler_mcp.harness.rollout import Finished
    from envscaler_mcp.harness.run import Run

Settings = TypeVar("Settings", Limits, Selection)
DEFAULT_AGENTS = ("oracle", "noop")


def evaluate(
    output: Output,
    targets: Annotated[
        list[str],
        typer.Argument(
            metavar="SUITE.yaml | SERVER…",
            help="A suite, or servers.",
            show_default=False,
            default_factory=list,
        ),
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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would take; spend nothing.")
    ] = False,
    trust: Annotated[
        bool, typer.Option("--trust", help="Run a class that the policy has findings on.")
    ] = False,
) -> int:
    """Run agents on scenarios over MCP and score what they left behind."""
    from envscaler_mcp.agents import agent_of
    from envscaler_mcp.blueprint.solving.template import Template
    from envscaler_mcp.harness.evaluate import evaluate as play
    from envscaler_mcp.harness.evaluate import plan, tasks_of
    from envscaler_mcp.harness.locking import lock_of
    from envscaler_mcp.harness.summary import summarise
    from envscaler_mcp.llm import Access
    from envscaler_mcp.runtime.folder import ServerFolder

    run = _run(targets, agent or [], resume, out, _Overrides(repeats, tier, max_turns, max_seconds))
    suite, agents = run.card.suite, run.card.agents
    if suite.mode != "task":
        raise BadInput(f"mode {suite.mode}", "this version plays tasks only", "say mode: task")
    access = Access(option="--agent", keys=find_keys(Path()))
    tasks = tasks_of(ServerFolder.find_all(suite.servers), suite.scenarios)
    if dry_run:
        return say_forecast(output, agents, tasks, suite.repeats, access)
    lock = lock_of(suite, tasks)
    _refuse_other_inputs(run, lock, targets)
    run.card = run.card.model_copy(update={"lock": lock})
    playing = {spec: agent_of(spec, access, {Template.spec: Template}) for spec in agents}
    planned = plan(tasks, agents, suite.repeats)
    run.begin()
    output.resume = f"say the same with --resume {run.path}"
    with output.progress("eval", len(planned)) as steps:

        def told(finished: Finished) -> None:
            steps.advance(f"{finished.row.id}: {finished.row.outcome}")

        async def played() -> list[RolloutRow]:
            async with access:
                return await play(
                    run,
                    planned,
                    suite,
                    concurrency=concurrency,
                    agents=playing,
                    trusted=trust,
                    progress=told,
                )

        rows = asyncio.run(played())
    summaries = summarise(rows, agents, suite.repeats)
    output.result(
        {"run": str(run.path), "status": run.card.status, "agents": agents_json(summaries)},
        score_table(summaries, f"{len(tasks)} scenarios, {suite.repeats} × each"),
        f"Run: {run.path}",
    )
    return DONE if run.card.status == "complete" else SHORT


def _refuse_other_inputs(run: Run, lock: SuiteLock, targets: list[str]) -> None:
    """A run goes on with what it was begun with; a locked suite takes what it was locked with.

    Raises:
        BadInput: servers, scenarios or gradings are others.
    """
    from envscaler_mcp.harness.locking import lock_path, refuse_other

    if not run.fresh:
        refuse_other(lock, run.card.lock, str(run.path), "begin a new run")
    elif targets and (path := lock_path(Path(targets[0]))).is_file():
        remedy = f"bring back what was locked, or say: envscaler-mcp suite lock {targets[0]}"
        refuse_other(lock, SuiteLock.load(path), str(path), remedy)


@dataclass(frozen=True)
class _Overrides:
    """What the command line says instead of the suite."""

    repeats: int | None
    tier: str | None
    max_turns: int | None
    max_seconds: float | None

    def over(self, suite: Suite) -> Suite:
        """The suite with what was given in place of its own."""
        return suite.model_copy(
            update={
                "repeats": self.repeats or suite.repeats,
                "limits": _with(suite.limits, turns=self.max_turns, seconds=self.max_seconds),
                "scenarios": _with(suite.scenarios, tier=self.tier),
            }
        )


def _with(settings: Settings, **given: object) -> Settings:
    """The settings with what is not None instead.

    Raises:
        BadInput: a value is none of those allowed.
    """
    said = {key: value for key, value in given.items() if value is not None}
    try:
        return type(settings).model_validate({**settings.model_dump(), **said})
    except ValidationError as error:
        raise BadInput("eval", first_error(error), "see envscaler-mcp eval --help") from error


def _run(
    targets: list[str], agents: list[str], resume: Path | None, out: Path | None, overrides: _Overrides
) -> Run:
    """The run to go on with, or a new one; nothing is written yet."""
    from envscaler_mcp.agents.hosted import prompt_digest
    from envscaler_mcp.harness.run import Run

    if resume:
        run = Run.open(resume)
        _refuse_others(run, targets, agents)
        run.card = run.card.model_copy(update={"suite": overrides.over(run.card.suite), "status": "running"})
        return run
    suite = overrides.over(_suite(targets))
    started = dt.datetime.now(dt.UTC).replace(microsecond=0)
    chosen = tuple(dict.fromkeys((*suite.agents, *agents))) or DEFAULT_AGENTS
    known = {**versions(), "agent_prompt": prompt_digest()}
    return Run.create(RunCard(suite=suite, agents=chosen, versions=known, started=started), out)


def _refuse_others(run: Run, targets: list[str], agents: list[str]) -> None:
    """What is said beside --resume may only repeat what the run was begun with.

    Raises:
        BadInput: it was begun with something else.
    """
    suite = run.card.suite
    strange = sorted(set(agents) - set(run.card.agents))
    if targets and _suite(targets).servers != suite.servers:
        strange += targets
    if strange:
        begun = f"it was begun with {', '.join(suite.servers)} and the agents {', '.join(run.card.agents)}"
        raise BadInput(
            str(run.path), f"{begun}, not with {', '.join(strange)}", "say --resume alone, or begin a new run"
        )


def _suite(targets: list[str]) -> Suite:
    """A suite from its file, or one made of servers."""
    if not targets:
        raise BadInput("eval", "there is nothing to evaluate", "name a suite or servers, or say --resume RUN")
    files = [target for target in targets if target.endswith((".yaml", ".yml"))]
    if not files:
        return Suite(servers=tuple(targets))
    if len(targets) > 1:
        raise BadInput(
            " ".join(targets), "one suite at a time, and no servers beside it", "name the suite alone"
        )
    return Suite.load(Path(files[0]))
