"""Rung 8: mutants of the oracle's end state and of its plan are rejected."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from envscaler_mcp.scoring import checks_reject, defects, rejects
from envscaler_mcp.spec import MutantCount, Problem, Score

from .bench import Bench, Ending
from .finding import Finding
from .leaves import Determined
from .plan_mutants import plan_mutants
from .report import GOALS_ALONE, totals
from .state_mutants import Mutant, extremes, state_mutants

EXTREMES = 40
"""So many ends are looked at for broken rules."""


async def mutants_rung(bench: Bench, ending: Ending) -> tuple[Finding, dict[str, MutantCount]]:
    """Count for every operator what was made, and what goals alone and everything together rejected."""
    tally = _Tally(bench, ending)
    determined = Determined(bench, ending.state)
    for mutant in [*state_mutants(determined), *await plan_mutants(bench)]:
        await tally.add(mutant)
    async for mutant in _rule_violations(bench, determined):
        await tally.add(mutant)
    counts = {
        name: MutantCount(made=count[0], killed_by_goals=count[1], killed=count[2]) for name, count in tally
    }
    made, killed, by_goals = totals(counts)
    problems = [*tally.survivors, *_weak_goals(bench, made, by_goals, tally.past_goals)]
    problems += tally.fragile.values()
    if not made:
        problems.append(bench.problem("no_mutants", "The oracle's end state offers nothing to mutate."))
    evidence = f"{killed} of {made} rejected, {by_goals} by goals alone; {tally.equivalent} equivalent"
    return bench.found("mutants", problems, evidence), counts


@dataclass
class _Tally:
    bench: Bench
    ending: Ending
    counts: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    survivors: list[Problem] = field(default_factory=list[Problem])
    past_goals: list[str] = field(default_factory=list[str])
    fragile: dict[str, Problem] = field(default_factory=dict[str, Problem])
    equivalent: int = 0

    def __iter__(self):  # noqa: ANN204 - items of the counts
        return iter(sorted(self.counts.items()))

    async def add(self, mutant: Mutant) -> None:
        """Judge one mutant; what equals the oracle's end is none."""
        scored = self._judge(mutant)
        by_goals = checks_reject(scored)
        if not by_goals and self.bench.same(mutant.state, self.ending.state):
            self.equivalent += 1
            return
        killed = rejects(scored)
        if not killed and mutant.ending is None:
            broken = await self.bench.rules_broken_in(mutant.state)
            if broken is None:
                return
            killed = bool(broken)
        self._count(mutant, by_goals=by_goals, killed=killed)

    def _judge(self, mutant: Mutant) -> Score:
        if mutant.ending:
            return self.bench.judge_ending(mutant.ending)
        scored = self.bench.judge(mutant.state, mutant.broken_rules)
        for bad in defects(scored):
            message = f"{bad.id} crashes over a state ({mutant.operator}: {mutant.about}): {bad.error}"
            self.fragile.setdefault(bad.id, self.bench.problem("check_fragile", message[:400], "warning"))
        return scored

    def _count(self, mutant: Mutant, *, by_goals: bool, killed: bool) -> None:
        count = self.counts.setdefault(mutant.operator, [0, 0, 0])
        for place, amount in enumerate((True, by_goals, killed)):
            count[place] += amount
        if not killed:
            message = f"Wrong and accepted ({mutant.operator}): {mutant.about}"
            self.survivors.append(self.bench.problem("mutant_survives", message[:400]))
        elif not by_goals:
            self.past_goals.append(f"{mutant.operator}: {mutant.about}")


async def _rule_violations(bench: Bench, determined: Determined) -> AsyncIterator[Mutant]:
    """One end for each rule that an extreme value breaks; ends that the environment cannot hold are none."""
    seen: set[str] = set()
    for number, (about, state) in enumerate(extremes(determined)):
        if number >= EXTREMES:
            return
        broken = await bench.rules_broken_in(state)
        if broken and not seen.issuperset(broken):
            seen.update(broken)
            yield Mutant("rule_violation", f"{about}, against {', '.join(broken)}", state, broken)


def _weak_goals(bench: Bench, made: int, by_goals: int, past: list[str]) -> list[Problem]:
    """A warning only: the share that counts is that of the whole server (see `report.GOALS_ALONE`)."""
    if not made or by_goals / made >= GOALS_ALONE:
        return []
    shown = "; ".join(past[:4])[:600]
    message = f"Goals and guards alone reject {by_goals} of {made} mutants; past them came: {shown}"
    return [bench.problem("weak_goals", message, "warning")]
