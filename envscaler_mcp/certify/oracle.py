"""Rung 5: the oracle, played through MCP, satisfies everything, and elsewhere comes to the same."""

from __future__ import annotations

from collections.abc import Sequence

from envscaler_mcp.runtime.connect import connected
from envscaler_mcp.runtime.standalone.canonical import digest
from envscaler_mcp.scoring import defects
from envscaler_mcp.spec import Problem, Score

from .bench import Bench, Ending, ending_of
from .finding import Finding, found
from .play import Played, play, play_step, through
from .results import Witness
from .stage import Stage


async def oracle_rung(bench: Bench) -> tuple[Finding, Ending | None]:
    """Play the oracle over MCP; every rule is asked after every step. Gives its ending beside the finding."""
    if not bench.oracle:
        missing = bench.problem("no_oracle", "There is no oracle: nothing shows that the task can be solved.")
        return found("oracle", [missing], "no oracle"), None
    witness = Witness(bench.folder.bundle.tools)
    ending, broken = await _played_over_mcp(bench, witness)
    problems = [*_unplayed(bench, ending), *broken, *witness.problems]
    problems += _unsatisfied(bench, bench.judge(ending.state, ending.broken_rules))
    evidence = f"{len(bench.oracle)} calls through MCP, {len(bench.write_steps())} of them writes"
    return found("oracle", problems, evidence), ending


async def determinism_rung(bench: Bench, processes: Sequence[Stage]) -> Finding:
    """In processes with different hash seeds, every call of the oracle comes to the same."""
    journals: list[str] = []
    for process in processes:
        episode = await process.begin(bench.scenario)
        await play(episode.call, bench.oracle)
        journals.append(digest([[entry["result"], entry["state_digest"]] for entry in episode.journal]))
        await episode.close()
    problems: list[Problem] = []
    if len(set(journals)) > 1:
        message = "Processes with different hash seeds come to different results or states."
        problems.append(bench.problem("nondeterministic", message))
    return found(
        "determinism", problems, f"{len(journals)} processes and hash seeds, all results and states compared"
    )


async def _played_over_mcp(bench: Bench, witness: Witness) -> tuple[Ending, list[Problem]]:
    episode = await bench.process.begin(bench.scenario)
    played: list[Played] = []
    problems: list[Problem] = []
    async with connected(bench.folder, episode) as client:
        caller = witness.watching(through(client))
        for number, call in enumerate(bench.oracle):
            played.append(await play_step(caller, call, played))
            for rule in await episode.broken_rules():
                message = f"After step {number} ({call.tool}) the rule {rule!r} is broken."
                problems.append(bench.problem("oracle_breaks_rule", message))
    ending = await ending_of(episode, played)
    await episode.close()
    return ending, problems[:1]


def _unplayed(bench: Bench, ending: Ending) -> list[Problem]:
    return [
        bench.problem("oracle_refused", f"Step {number} ({step.tool}): {_why(step)}")
        for number, step in enumerate(ending.played)
        if not step.succeeded
    ]


def _why(step: Played) -> str:
    if step.outcome is None:
        return "it refers to something that no earlier result holds."
    return f"{step.outcome.code}: {str(step.outcome.result.get('message', step.outcome.result))[:200]}"


def _unsatisfied(bench: Bench, scored: Score) -> Sequence[Problem]:
    problems = [
        bench.problem("check_crashes", f"{bad.id} at the end: {bad.error}") for bad in defects(scored)
    ]
    problems += [
        bench.problem("oracle_fails", f"The oracle does not satisfy the {verdict.kind} {verdict.id}.")
        for verdict in scored.verdicts
        if not verdict.ok and verdict.error is None and verdict.kind in ("goal", "guard")
    ]
    if scored.collateral:
        shown = ", ".join(scored.collateral[:5])
        problems.append(
            bench.problem("oracle_leaves_frame", f"The oracle changes what the frame forbids: {shown}.")
        )
    return problems
