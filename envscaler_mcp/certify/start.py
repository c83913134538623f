"""Rungs 2 and 3: the start obeys every rule, and doing nothing earns nothing."""

from __future__ import annotations

import datetime as dt

from envscaler_mcp.scoring import Asks, defects
from envscaler_mcp.spec import Check, Grading, Problem, Score, State

from .bench import Bench
from .finding import Finding, found


async def rules_rung(bench: Bench) -> Finding:
    """The start state satisfies every executable rule."""
    ending = await bench.run(())
    problems = [
        bench.problem("rule_broken_at_start", f"The start state breaks the rule {rule!r}.")
        for rule in ending.broken_rules
    ]
    executable = sum(rule.executable for rule in bench.folder.card.rules)
    return found("start_obeys_rules", problems, f"{executable} executable rules asked of the start state")


def checks_rung(bench: Bench) -> Finding:
    """Every check runs; goals are false and guards true at the start; doing nothing earns nothing."""
    scored = bench.judge(bench.initial)
    problems = [
        bench.problem("check_crashes", f"{bad.id} at the start: {bad.error}") for bad in defects(scored)
    ]
    problems += [
        bench.problem("goal_true_at_start", f"The goal {verdict.id} is true before anything was done.")
        for verdict in scored.verdicts
        if verdict.kind == "goal" and verdict.ok
    ]
    problems += [
        bench.problem("guard_false_at_start", f"The guard {verdict.id} is false before anything was done.")
        for verdict in scored.verdicts
        if verdict.kind == "guard" and not verdict.ok and verdict.error is None
    ]
    problems += _earnings(bench, scored)
    return found(
        "checks_at_start", problems, f"{_counted(bench.grading)}; doing nothing earns {scored.progress:g}"
    )


def reclassified(grading: Grading, runner: Asks, initial: State, now: dt.datetime) -> Grading:
    """An imported grading with its checks told apart: false at the start → goal, true → unclassified."""
    answers = runner.run([check.source for check in grading.checks], initial, initial, now=now)
    checks = [
        _told_apart(check, answer.ok is not False)
        for check, answer in zip(grading.checks, answers, strict=True)
    ]
    return grading.model_copy(update={"checks": tuple(checks)})


def _told_apart(check: Check, worthless: bool) -> Check:
    """A declared guard stays one; only evidence can make one of an imported check."""
    if check.kind == "guard":
        return check
    return check.model_copy(update={"kind": "unclassified" if worthless else "goal"})


def _earnings(bench: Bench, scored: Score) -> list[Problem]:
    if not any(check.kind == "goal" for check in bench.grading.checks):
        return [bench.problem("no_goal", "No check is a goal, so there is nothing to reach.")]
    if scored.success or scored.progress:
        return [bench.problem("noop_paid", f"Doing nothing earns {scored.progress:g}.")]
    return []


def _counted(grading: Grading) -> str:
    kinds = [check.kind for check in grading.checks]
    counts = [(kinds.count(kind), kind) for kind in ("goal", "guard", "unclassified")]
    return ", ".join(
        f"{count} {kind}" + "s" * (count != 1 and kind != "unclassified") for count, kind in counts if count
    )
