"""`demo`: the main job, on this machine, with nothing but the installation."""

from __future__ import annotations

import asyncio
import datetime as dt
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envscaler_mcp.spec import Limits, RunCard, Suite, versions

from .certify import certificate_table
from .output import Output
from .scoreboard import agents_json, score_table
from .status import DONE, SHORT

if TYPE_CHECKING:
    from envscaler_mcp.certify import ServerReport
    from envscaler_mcp.harness.summary import AgentSummary
    from envscaler_mcp.runtime.folder import ServerFolder

AGENTS = ("oracle", "noop", "random", "stall")
OUT = Path("runs/demo")


def demo(
    output: Output,
    out: Annotated[Path, typer.Option(help="Folder for the server and the run.")] = OUT,
) -> int:
    """Render a hand-written environment, certify it, let agents act on it over MCP, score them."""
    from envscaler_mcp.runtime.folder import ServerFolder

    path = out / "surgery_waitlists"
    output.say(
        "[bold]1. Render and certify[/bold]  an environment becomes an MCP server; each scenario is proven\n"
    )
    report = _certified(output, path)
    folder = ServerFolder.load(path)
    output.say(certificate_table([report]), "")
    output.say("[bold]2. Evaluate[/bold]  agents act over MCP; only what they leave behind counts\n")
    summaries, run = _scored(output, folder, out)
    sound = sum(one.sound for one in report.scenarios)
    output.result(
        {"server": str(path), "certified": sound, "agents": agents_json(summaries), "run": run},
        score_table(summaries),
        "",
        *_next_steps(path, report),
    )
    expected = all((one.reward_mean == 1.0) == (one.agent == "oracle") for one in summaries)
    return DONE if expected and sound == len(report.scenarios) else SHORT


def _certified(output: Output, path: Path) -> ServerReport:
    from envscaler_mcp.certify.publish import publish
    from envscaler_mcp.interop.native import read_native
    from envscaler_mcp.samples import surgery_waitlists

    environment, pairs = read_native(surgery_waitlists)
    with output.progress("certify", len(pairs)) as steps:
        return asyncio.run(
            publish(environment, pairs, path, progress=lambda one: steps.advance(f"{one.id}: {one.tier}"))
        )


def _scored(output: Output, folder: ServerFolder, out: Path) -> tuple[list[AgentSummary], str]:
    from envscaler_mcp.agents import agent_of
    from envscaler_mcp.harness.evaluate import evaluate, plan, tasks_of
    from envscaler_mcp.harness.run import Run
    from envscaler_mcp.harness.summary import summarise

    suite = Suite(servers=(folder.card.name,), agents=AGENTS, limits=Limits(turns=30, seconds=20))
    planned = plan(tasks_of([folder], suite.scenarios), AGENTS, suite.repeats)
    started = dt.datetime.now(dt.UTC).replace(microsecond=0)
    run = Run.create(
        RunCard(suite=suite, agents=AGENTS, versions=versions(), started=started),
        out / f"run-{started:%Y%m%d-%H%M%S}",
    )
    run.begin()
    with output.progress("eval", len(planned)) as steps:
        rows = asyncio.run(
            evaluate(
                run,
                planned,
                suite,
                concurrency=4,
                agents={spec: agent_of(spec) for spec in AGENTS},
                progress=lambda one: steps.advance(one.row.id),
            )
        )
    return summarise(rows, AGENTS, suite.repeats), str(run.path)


def _program() -> str:
    """How this command line can be called from here, so that the next steps can be copied."""
    return "envscaler-mcp" if shutil.which("envscaler-mcp") else sys.argv[0]


def _next_steps(path: Path, report: ServerReport) -> list[str]:
    program, folder = shlex.quote(_program()), shlex.quote(str(path))
    mutants = sum(one.mutants for one in report.scenarios)
    killed = sum(one.killed for one in report.scenarios)
    return [
        f"The oracle must reach 1.00, the others 0: doing nothing, guessing and looking earn nothing. "
        f"{killed} of {mutants} planted wrong end states were rejected.",
        "",
        "[bold]Next[/bold]",
        f"  read the server         {path}/README.md",
        f"  plug it into a client   {program} serve {folder} --http",
        f"  evaluate it again       {program} eval {folder} --agent oracle --agent random -k 3",
        f"  bring your own          {program} import envscaler ENVIRONMENTS --scenarios FILE",
    ]
