"""How agents did, by difficulty and by whose words the instructions are in.

`template` inverts the grammar, so its score says how much the grammar's wording gives away; what a model
words anew it mostly cannot read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean

from envscaler_mcp.harness.run import Run
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import NO_EVIDENCE, Part

BANDS = ("easy", "medium", "hard")
GRAMMAR = "the grammar"


class Played(Part):
    """What one agent got for scenarios of one band.

    Attributes:
        run: name of the folder of the run.
        wording: whose words the instructions are in: the grammar's, or a model's by name.
        band: of the scenarios, as it was computed.
        rollouts: that say something about the agent.
        reward: their mean, 0 to 1.
    """

    run: str
    agent: str
    wording: str
    band: str
    rollouts: int
    reward: float


def played(run: Path, servers: Path) -> list[Played]:
    """The rollouts of a run by agent, wording and band.

    Args:
        run: the folder of a run.
        servers: the folder of the servers that were played.

    Raises:
        BadInput: one of them cannot be read.
    """
    found: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for agent, wording, band, reward in _rollouts(run, servers):
        found[agent, wording, band].append(reward)
    ordered = sorted(found, key=lambda one: (*one[:2], BANDS.index(one[2]) if one[2] in BANDS else 9))
    return [
        Played(
            run=run.resolve().name,
            agent=one[0],
            wording=one[1],
            band=one[2],
            rollouts=len(found[one]),
            reward=round(mean(found[one]), 4),
        )
        for one in ordered
    ]


def _rollouts(run: Path, servers: Path) -> Iterator[tuple[str, str, str, float]]:
    folders: dict[str, ServerFolder] = {}
    for row in Run.open(run).rows():
        if row.outcome in NO_EVIDENCE or row.reward is None:
            continue
        folder = folders.setdefault(row.server, ServerFolder.load(servers / row.server))
        grading = folder.grading(row.scenario)
        wording = grading.wording.model if grading and grading.wording else GRAMMAR
        band = folder.scenario(row.scenario).difficulty.band or "none"
        yield row.agent, wording, band, float(row.reward)


def table_of(scores: Sequence[Played]) -> list[str]:
    """The lines of a Markdown table: one for each run, agent and wording, one column for each band."""
    found = {(one.run, one.agent, one.wording, one.band): one for one in scores}
    rows = list(dict.fromkeys((one.run, one.agent, one.wording) for one in scores))
    head = f"| run | agent | instructions in the words of | {' | '.join(BANDS)} |"
    lines = [head, "| --- | --- | --- |" + " ---: |" * 3]
    for run, agent, wording in rows:
        cells = [_cell(found.get((run, agent, wording, band))) for band in BANDS]
        lines.append(f"| {run} | `{agent}` | {wording} | {' | '.join(cells)} |")
    return lines


def _cell(one: Played | None) -> str:
    return f"{one.reward:.3f} of {one.rollouts}" if one else "not measured"
