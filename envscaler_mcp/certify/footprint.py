"""Rung 7: an extra write elsewhere fails, an extra read never costs."""

from __future__ import annotations

from collections.abc import AsyncIterator

from envscaler_mcp.runtime.standalone.difference import diff
from envscaler_mcp.spec import Call, Problem

from .bench import Bench, Ending, ending_of
from .finding import Finding, found
from .play import play, rearranged

WANTED = 5
"""So many extra writes are judged."""
TRIES = 20
"""So often each tool is tried for one."""


async def frame_rung(bench: Bench, ending: Ending) -> Finding:
    """Extra writes after the oracle are rejected; extra reads before, between and after it change nothing."""
    if bench.grading.frame is None:
        return found(
            "frame",
            [bench.problem("no_frame", "There is no frame: any damage elsewhere passes.")],
            "no frame",
        )
    problems: list[Problem] = []
    writes = 0
    async for call, after in _extra_writes(bench, ending):
        writes += 1
        if bench.accepts(after):
            message = f"An extra {call.tool} with {call.arguments} is accepted."
            problems.append(bench.problem("extra_write_accepted", message[:400]))
    if not writes:
        problems.append(
            bench.problem("no_extra_write", "No other write could be found to try the frame with.")
        )
    reads, costly = await _extra_reads(bench, ending)
    return bench.found("frame", [*problems, *costly], f"{writes} extra writes, {reads} extra reads")


async def _extra_writes(bench: Bench, ending: Ending) -> AsyncIterator[tuple[Call, Ending]]:
    """Seeded writes after the oracle that succeed and change something that counts."""
    start = await bench.pristine.fork()
    await play(start.call, bench.oracle)
    prober = bench.prober("extra", ending.state)
    given = 0
    tools = sorted(bench.writes)
    for name in tools * TRIES:
        call = prober.valid(name)
        fork = await start.fork()
        outcome = await fork.call(call.tool, call.arguments)
        if not outcome.is_error and await fork.digest() != ending.digest:
            after = await ending_of(fork, ())
            if not bench.same(after.state, ending.state):
                given += 1
                yield call, after
        await fork.close()
        if given == WANTED:
            break
    await start.close()


async def _extra_reads(bench: Bench, ending: Ending) -> tuple[int, list[Problem]]:
    """The oracle with a read before each step and at the end; every one must leave all as it was."""
    prober = bench.prober("reads")
    if not bench.reads:
        return 0, []
    order: list[int | Call] = []
    for index in range(len(bench.oracle) + 1):
        order.append(prober.valid(bench.reads[index % len(bench.reads)]))
        order += [index] if index < len(bench.oracle) else []
    after = await bench.run(rearranged(bench.oracle, order))
    reads = len(bench.oracle) + 1
    # The states themselves: an episode takes no new digest after a read.
    if not diff(ending.state, after.state, bench.roles) and bench.accepts(after):
        return reads, []
    message = "With extra reads the oracle does not come to the same state."
    return reads, [bench.problem("read_costs", message)]
