"""`eval`: agents on scenarios over MCP, scored by what they left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .eval_play import playing_of, purse_of, refuse_unknown_executor
from .eval_run import Overrides, Request
from .eval_troupe import access_of
from .options import TrustOption
from .output import Output
from .prices import BudgetOption, PriceOption, prices_of

TargetsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="SUITE.yaml | SERVER…",
        help="A suite, or servers.",
        show_default=False,
        default_factory=list,
    ),
]
AgentOption = Annotated[list[str] | None, typer.Option(help="An agent; say it again for more.")]
RepeatsOption = Annotated[
    int | None, typer.Option("-k", "--repeats", min=1, help="Repeats of each scenario.")
]
ConcurrencyOption = Annotated[int, typer.Option("-n", "--concurrency", min=1, help="Rollouts at once.")]
ScenariosOption = Annotated[
    str | None, typer.Option(metavar="IDS", help="These alone: 001,002 or SERVER/001.")
]
TierOption = Annotated[str | None, typer.Option(help="The lowest tier to take (default: certified).")]
ModeOption = Annotated[str | None, typer.Option(help="task or conversation.")]
UserOption = Annotated[
    str | None, typer.Option(help="In conversations: the model that plays the user (default: rules do).")
]
AskUserOption = Annotated[
    bool, typer.Option("--ask-user", help="In conversations: a tool for command: and python: agents.")
]
TurnsOption = Annotated[int | None, typer.Option(min=1, help="Calls that a rollout may make.")]
SecondsOption = Annotated[float | None, typer.Option(min=0.01, help="Seconds that a rollout may take.")]
StreamOption = Annotated[
    bool, typer.Option("--stream/--no-stream", help="Hear hosted models as streams, or as wholes.")
]
ExecutorOption = Annotated[str, typer.Option(help="Where rollouts are played: local or ray.")]
PassOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="A variable that agents in processes of their own may have."),
]
OutOption = Annotated[Path | None, typer.Option(help="Folder of the run (default: a new one in runs/).")]
ResumeOption = Annotated[Path | None, typer.Option(metavar="RUN", help="Go on with this run.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what it would take; spend nothing.")]


def evaluate(
    output: Output,
    targets: TargetsArgument,
    agent: AgentOption = None,
    repeats: RepeatsOption = None,
    concurrency: ConcurrencyOption = 4,
    scenarios: ScenariosOption = None,
    tier: TierOption = None,
    mode: ModeOption = None,
    user_llm: UserOption = None,
    ask_user: AskUserOption = False,
    max_turns: TurnsOption = None,
    max_seconds: SecondsOption = None,
    budget: BudgetOption = None,
    price: PriceOption = None,
    stream: StreamOption = True,
    executor: ExecutorOption = "local",
    pass_env: PassOption = None,
    out: OutOption = None,
    resume: ResumeOption = None,
    dry_run: DryRunOption = False,
    trust: TrustOption = False,
) -> int:
    """Run agents on scenarios over MCP and score what they left behind."""
    refuse_unknown_executor(executor)
    overrides = Overrides(repeats, tier, scenarios, mode, user_llm, ask_user or None, max_turns, max_seconds)
    request = Request(targets, agent or [], resume, out, overrides)
    run = request.run()
    access = access_of(run.card.suite, prices_of(price), purse_of(run, budget, executor), streams=stream)
    playing = playing_of(run, access, pass_env or [], concurrency, executor, trusted=trust)
    if dry_run:
        return playing.forecast(output)
    request.settle_inputs(run, playing.tasks)
    return playing.play(output)
