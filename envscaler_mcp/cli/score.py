"""`score`: the stored final states of a run, judged by today's checks."""

from __future__ import annotations

import asyncio

from .options import RunArgument, TrustOption
from .output import Output
from .scoreboard import agents_json, score_table
from .status import DONE, SHORT

SHOWN = 10


def score(
    output: Output,
    path: RunArgument,
    trust: TrustOption = False,
) -> int:
    """Score a run again with the checks as they are now; nothing is played, and its rows are kept."""
    from envscaler_mcp.harness.rescoring import folders_of, rescore
    from envscaler_mcp.harness.run import Run
    from envscaler_mcp.harness.summary import summarise

    run = Run.open(path)
    found = asyncio.run(rescore(run, folders_of(run), trusted=trust))
    suite, agents = run.card.suite, run.card.agents
    summaries = summarise(found.rows, agents, suite.repeats)
    output.result(
        {
            "run": str(path),
            "agents": agents_json(summaries),
            "changed": found.changed,
            "unscored": found.unscored,
        },
        score_table(summaries, f"{len(found.rows)} rollouts, scored again"),
        _told(found.changed, "judged otherwise now"),
        _told(found.unscored, "left as they were: no final state, or the scenario is gone"),
        f"Rows: {path / 'rescored.jsonl'}",
    )
    return SHORT if found.unscored else DONE


def _told(rollouts: list[str], what: str) -> str:
    shown = ", ".join(rollouts[:SHOWN])
    more = f" and {len(rollouts) - SHOWN} more" if len(rollouts) > SHOWN else ""
    return f"{len(rollouts)} {what}{f': {shown}{more}' if rollouts else ''}"
