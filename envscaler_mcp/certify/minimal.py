"""Rung 6: the oracle ends in a write, and nothing less than the oracle passes."""

from __future__ import annotations

from envscaler_mcp.spec import Problem

from .bench import Bench
from .finding import Finding
from .play import without


async def minimal_rung(bench: Bench) -> Finding:
    """No proper prefix by writes passes, and no oracle with one write (and what depends on it) dropped."""
    problems = _last_step(bench)
    writes = bench.write_steps()
    for kept, index in enumerate(writes):
        if bench.accepts(await bench.run(bench.oracle[:index])):
            message = f"The first {kept} writes of {len(writes)} already pass."
            problems.append(bench.problem("prefix_passes", message))
        if bench.accepts(await bench.run(without(bench.oracle, [index]))):
            message = (
                f"Without step {index} ({bench.oracle[index].tool}) the oracle passes: it is superfluous."
            )
            problems.append(bench.problem("superfluous_write", message))
    return bench.found("minimal", problems, f"{len(writes)} prefixes and {len(writes)} omissions played")


def _last_step(bench: Bench) -> list[Problem]:
    if bench.oracle[-1].tool in bench.writes:
        return []
    return [bench.problem("oracle_ends_in_read", f"The last step, {bench.oracle[-1].tool}, is a read.")]
