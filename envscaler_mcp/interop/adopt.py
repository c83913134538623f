"""A recorded trajectory that satisfies every goal becomes the scenario's oracle.

Generated ids are rewritten into references (`{"$result": [step, "/pointer"]}`), so that the
oracle solves the scenario under any seed.
"""

from __future__ import annotations

from collections.abc import Sequence

from envscaler_mcp.certify import oracle_of
from envscaler_mcp.certify.publish import regraded
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec import Grading

from .replay import Replayed


def adopt_oracles(folder: ServerFolder, played: Sequence[Replayed]) -> list[str]:
    """Write the oracle of every scenario that a trajectory solved; ids of those scenarios."""
    adopted: dict[str, Grading] = {}
    for one in played:
        scenario = one.recorded.scenario
        grading = folder.grading(scenario)
        if grading is None or not one.solved or scenario in adopted:
            continue
        known = dumps([folder.scenario(scenario).start, folder.scenario(scenario).instruction])
        oracle = oracle_of(one.journal, known)
        adopted[scenario] = grading.model_copy(
            update={"oracle": oracle, "oracle_digest": None, "certificate": None}
        )
    if adopted:
        regraded(folder, adopted)
    return list(adopted)
