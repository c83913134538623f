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

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import Limits, RunCard, Suite, versions

from .certify import certificate_table
from .output import Output
from .scoreboard import agents_json, score_table
from .status import DONE, SHORT

if TYPE_CHECKING:
    from envscaler_mcp.blueprint.synth import Made
    from envscaler_mcp.certify import ServerReport
    from envscaler_mcp.harness.summary import AgentSummary
    from envscaler_mcp.runtime.folder import ServerFolder

DOMAIN, OPTIONS, SCENARIOS = "hotel_bookings", ("deposits", "waitlist"), 9
READER = "template"
"""Reads the wording and nothing else: its score is no proof of anything."""
AGENTS = ("oracle", "noop", "random", "stall", READER)
OUT = Path("runs/demo")


def demo(
    output: Output,
    out: Annotated[Path, typer.Option(help="Folder for the server and the run.")] = OUT,
) -> int:
    """Synthesise an environment, prove its scenarios, let agents act on it over MCP, score them."""
    from envscaler_mcp.runtime.folder import ServerFolder

    output.say(
        "[bold]1. Synthesise and certify[/bold]  a domain becomes an MCP server; each scenario is proven\n"
    )
    made = _made(output, out)
    path = Path(made.path)
    folder = ServerFolder.load(path)
    report = _proven(folder)
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
    judged = [one for one in summaries if one.agent != READER]
    expected = all((one.reward_mean == 1.0) == (one.agent == "oracle") for one in judged)
    return DONE if expected and made.sound and sound == len(report.scenarios) else SHORT


def _made(output: Output, out: Path) -> Made:
    from envscaler_mcp.blueprint.synth import Job, Order, make

    job = Job(DOMAIN, DOMAIN, "", OPTIONS, Order(SCENARIOS))
    with output.progress("synth", SCENARIOS) as steps:
        made = make(job, out, steps.advance)
    if not made.scenarios:
        raise BadInput(DOMAIN, "no scenario of it could be certified", "run `synth hotel` to see why")
    return made


def _proven(folder: ServerFolder) -> ServerReport:
    """What the certificates of a server say."""
    from envscaler_mcp.certify import ScenarioReport, ServerReport
    from envscaler_mcp.certify.report import totals

    reports: list[ScenarioReport] = []
    for identifier in folder.ids:
        grading = folder.grading(identifier)
        proof = grading.certificate if grading else None
        if proof is None:
            continue
        made, killed, by_goals = totals(proof.mutants)
        reports.append(
            ScenarioReport(
                id=identifier,
                tier=proof.tier,
                mutants=made,
                killed=killed,
                killed_by_goals=by_goals,
                variants=proof.variants.made,
                accepted=proof.variants.accepted,
            )
        )
    return ServerReport(name=folder.card.name, boots=True, scenarios=tuple(reports))


def _scored(output: Output, folder: ServerFolder, out: Path) -> tuple[list[AgentSummary], str]:
    from envscaler_mcp.agents import agent_of
    from envscaler_mcp.blueprint.solving.template import Template
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
                agents={spec: agent_of(spec, more={Template.spec: Template}) for spec in AGENTS},
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
        "The oracle must reach 1.00, noop, random and stall 0: doing nothing, guessing and looking earn "
        "nothing. template reads the wording and nothing else: where the policy asks for more, it fails. "
        f"{killed} of {mutants} planted wrong end states were rejected.",
        "",
        "[bold]Next[/bold]",
        f"  read the server         {path}/README.md",
        f"  plug it into a client   {program} serve {folder} --http",
        f"  evaluate it again       {program} eval {folder} --agent oracle --agent random -k 3",
        f"  make more like it       {program} synth --count 10",
        f"  describe your own       {program} new domain NAME",
        f"  bring your own          {program} import envscaler ENVIRONMENTS --scenarios FILE",
    ]
