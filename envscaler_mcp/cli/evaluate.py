"""`eval`: agents on scenarios over MCP, scored by what they left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from envscaler_mcp.errors import BadInput

from .contest import Contest
from .eval_play import Playing, refuse_unknown_executor
from .eval_run import Overrides, Request
from .eval_talk import refuse_unready_talk
from .forecast import say_forecast
from .keys import find_keys
from .output import Output
from .prices import PriceOption, prices_of

TARGETS = typer.Argument(
    metavar="SUITE.yaml | SERVER…", help="A suite, or servers.", show_default=False, default_factory=list
)


def evaluate(
    output: Output,
    targets: Annotated[list[str], TARGETS],
    agent: Annotated[list[str] | None, typer.Option(help="An agent; say it again for more.")] = None,
    repeats: Annotated[
        int | None, typer.Option("-k", "--repeats", min=1, help="Repeats of each scenario.")
    ] = None,
    concurrency: Annotated[int, typer.Option("-n", "--concurrency", min=1, help="Rollouts at once.")] = 4,
    scenarios: Annotated[
        str | None, typer.Option(metavar="IDS", help="These alone: 001,002 or SERVER/001.")
    ] = None,
    tier: Annotated[str | None, typer.Option(help="The lowest tier to take (default: certified).")] = None,
    mode: Annotated[str | None, typer.Option(help="task or conversation.")] = None,
    user_llm: Annotated[
        str | None, typer.Option(help="In conversations: the model that plays the user (default: rules do).")
    ] = None,
    ask_user: Annotated[
        bool,
        typer.Option("--ask-user", help="In conversations: a tool for command: and python: agents."),
    ] = False,
    max_turns: Annotated[int | None, typer.Option(min=1, help="Calls that a rollout may make.")] = None,
    max_seconds: Annotated[
        float | None, typer.Option(min=0.01, help="Seconds that a rollout may take.")
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(metavar="USD", min=0, help="No call is made that could make it cost more."),
    ] = None,
    price: PriceOption = None,
    stream: Annotated[
        bool, typer.Option("--stream/--no-stream", help="Hear hosted models as streams, or as wholes.")
    ] = True,
    executor: Annotated[str, typer.Option(help="Where rollouts are played: local or ray.")] = "local",
    pass_env: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A variable that agents in processes of their own may have."),
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
    from envscaler_mcp.harness.evaluate import tasks_of
    from envscaler_mcp.harness.locking import lock_of
    from envscaler_mcp.llm import Access, Budget, Patience
    from envscaler_mcp.runtime.folder import ServerFolder

    refuse_unknown_executor(executor)
    overrides = Overrides(repeats, tier, scenarios, mode, user_llm, ask_user or None, max_turns, max_seconds)
    request = Request(targets, agent or [], resume, out, overrides)
    run = request.run()
    suite = run.card.suite
    purse = None if budget is None else Budget(budget, run.spent(), run.keep_spent)
    stated = prices_of(price or ())
    # A provider that is silent for half of a rollout's time is asked again: else its silence would be a zero.
    patience = Patience(attempt_seconds=suite.limits.seconds / 2)
    access = Access(
        option="--agent",
        keys=find_keys(Path()),
        purse=purse,
        prices=stated,
        streams=stream,
        patience=patience,
    )
    tasks = tasks_of(ServerFolder.find_all(suite.servers), suite.scenarios)
    refuse_unready_talk(suite, run.card.agents, tasks)
    closed = [*(task.folder.path for task in tasks), run.path, Path(".env")]
    contest = Contest(run.card.agents, pass_env or [], list(dict.fromkeys(closed)))
    contest.refuse_unpriced(access)
    if budget is not None and executor == "ray":
        message = "on ray nobody adds up what a run costs"
        raise BadInput("--budget", message, "say limits: {cost_usd: …} in a suite, or --executor local")
    if dry_run:
        contest.refuse_nonsense(access)
        return say_forecast(output, run.card.agents, tasks, suite, access)
    lock = lock_of(suite, tasks)
    request.refuse_other_inputs(run, lock)
    run.card = run.card.model_copy(update={"lock": lock})
    return Playing(run, tasks, access, contest, concurrency, trust, executor).play(output)
