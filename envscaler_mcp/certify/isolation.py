"""Rung 4: a second episode, played in between in the same process, changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from envscaler_mcp.runtime.standalone.canonical import canonical
from envscaler_mcp.spec import Call

from .bench import Bench
from .finding import Finding, found
from .play import Played, play, play_step
from .stage import Begun

WITHOUT_ORACLE = 8
"""So many seeded calls are played where there is no oracle."""


async def isolation_rung(bench: Bench) -> Finding:
    """The journal of an episode is the same with and without another one beside it."""
    plan = bench.oracle or _seeded(bench, WITHOUT_ORACLE, "isolation")
    alone = await bench.process.begin(bench.scenario)
    await play(alone.call, plan)
    beside = await _interleaved(bench, plan)
    problems = [
        bench.problem(
            "episodes_mix", f"Call {number} ({call.tool}) went otherwise with a second episode beside it."
        )
        for number, (call, one, other) in enumerate(zip(plan, alone.journal, beside.journal, strict=False))
        if _spelt(one) != _spelt(other)
    ]
    if len(alone.journal) != len(beside.journal) and not problems:
        problems = [
            bench.problem("episodes_mix", "With a second episode beside it, not every call could be made.")
        ]
    await alone.close()
    await beside.close()
    answered = sum(not entry["is_error"] for entry in alone.journal)
    evidence = f"{len(plan)} calls ({answered} not refused), with calls of another episode between"
    return found("isolation", problems[:1], evidence)


async def _interleaved(bench: Bench, plan: Sequence[Call]) -> Begun:
    one = await bench.process.begin(bench.scenario)
    other = await bench.process.begin(bench.scenario, seed=bench.scenario.seed + 1)
    beside = _seeded(bench, len(plan), "beside")
    played: list[Played] = []
    for mine, theirs in zip(plan, beside, strict=True):
        await other.call(theirs.tool, theirs.arguments)
        played.append(await play_step(one.call, mine, played))
        await other.call(mine.tool, played[-1].arguments)
    await other.close()
    return one


def _seeded(bench: Bench, count: int, purpose: str) -> list[Call]:
    """Valid calls, writes first: they are what could leave a trace."""
    prober = bench.prober(purpose)
    names = [*sorted(bench.writes), *bench.reads]
    return [prober.valid(names[number % len(names)]) for number in range(count)]


def _spelt(entry: dict[str, Any]) -> bytes:
    return canonical({key: entry[key] for key in ("tool", "arguments", "result", "is_error", "state_digest")})
