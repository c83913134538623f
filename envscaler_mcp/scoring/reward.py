"""From a final state and what its checks said to a score. No LLM, no I/O."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from envscaler_mcp.spec.record import Number, State
from envscaler_mcp.spec.scenario import Check, Grading
from envscaler_mcp.spec.trajectory import Score, Verdict

from .frame import outside

REWARD_VERSION = "1"


class Answer(Protocol):
    """What one check said: `ok` is None when it crashed or returned no bool."""

    @property
    def ok(self) -> bool | None:
        """The check's word."""
        ...

    @property
    def error(self) -> str | None:
        """Why there is none."""
        ...


class Asks(Protocol):
    """Whoever runs checks; `sandbox.CheckRunner` does."""

    def run(
        self, sources: Sequence[str], initial: State, final: State, *, now: dt.datetime | None = None
    ) -> Sequence[Answer]:
        """Answers in the order of the sources; `now` is what a check sees as the time."""
        ...


def score(
    grading: Grading,
    initial: State,
    final: State,
    *,
    answers: Sequence[Answer],
    broken_rules: Sequence[str] = (),
    roles: Mapping[str, str] | None = None,
) -> Score:
    """The score of one final state.

    Args:
        grading: checks and frame.
        initial: the state at the start.
        final: the state that was left behind.
        answers: what the checks said, in their order.
        broken_rules: ids of executable rules that were broken after any call or at the end.
        roles: path pattern → role of a field.
    """
    verdicts = [_verdict(check, answer) for check, answer in zip(grading.checks, answers, strict=True)]
    collateral = outside(grading.frame, initial, final, roles or {}) if grading.frame else ()
    verdicts += [Verdict(id=rule, kind="rule", ok=False) for rule in broken_rules]
    if grading.frame:
        verdicts.append(Verdict(id="frame", kind="frame", ok=not collateral))
    success = _succeeds(verdicts)
    return Score(
        success=success,
        reward=1.0 if success else 0.0,
        progress=_progress(grading.checks, verdicts),
        collateral=collateral,
        reward_paper=_reward_paper(verdicts),
        reward_version=REWARD_VERSION,
        verdicts=tuple(verdicts),
    )


def ask_and_score(
    runner: Asks,
    grading: Grading,
    initial: State,
    final: State,
    *,
    now: dt.datetime | None = None,
    broken_rules: Sequence[str] = (),
    roles: Mapping[str, str] | None = None,
) -> Score:
    """`score`, with the checks asked by `runner`; `now` is the scenario's clock, as its tools see it."""
    answers = runner.run([check.source for check in grading.checks], initial, final, now=now)
    return score(grading, initial, final, answers=answers, broken_rules=broken_rules, roles=roles)


def defects(scored: Score) -> tuple[Verdict, ...]:
    """The checks that crashed: faults of the task, not of the agent. A score with any is no evidence."""
    return tuple(verdict for verdict in scored.verdicts if verdict.error is not None)


def reward_of(scored: Score, kind: Literal["success", "progress", "paper"]) -> Number:
    """The reward that a suite chose."""
    return {"success": scored.reward, "progress": scored.progress, "paper": scored.reward_paper}[kind]


def checks_reject(scored: Score) -> bool:
    """Whether goals and guards alone, without frame and rules, reject the state; a crash rejects nothing."""
    asked = [verdict for verdict in scored.verdicts if verdict.kind in ("goal", "guard")]
    return any(not verdict.ok and verdict.error is None for verdict in asked)


def rejects(scored: Score) -> bool:
    """Whether something says no to the state, and not merely crashes over it."""
    asked = [verdict for verdict in scored.verdicts if verdict.kind != "unclassified"]
    return any(not verdict.ok and verdict.error is None for verdict in asked)


def _verdict(check: Check, answer: Answer) -> Verdict:
    error = (answer.error or "the check gave no answer") if answer.ok is None else None
    return Verdict(id=check.id, kind=check.kind, ok=bool(answer.ok), error=error)


def _succeeds(verdicts: Sequence[Verdict]) -> bool:
    """Without a goal nothing was asked for, so nothing can succeed."""
    binding = [verdict for verdict in verdicts if verdict.kind != "unclassified"]
    return any(verdict.kind == "goal" for verdict in binding) and all(verdict.ok for verdict in binding)


def _progress(checks: Sequence[Check], verdicts: Sequence[Verdict]) -> float:
    asked = zip(checks, verdicts, strict=False)
    goals = [(check.weight, verdict.ok) for check, verdict in asked if check.kind == "goal"]
    whole = sum(weight for weight, _ in goals)
    return round(sum(weight for weight, ok in goals if ok) / whole, 4) if whole else 0.0


def _reward_paper(verdicts: Sequence[Verdict]) -> float:
    """As EnvScaler computes it: a crash counts as false, every check counts alike."""
    asked = [verdict for verdict in verdicts if verdict.kind not in ("rule", "frame")]
    return round(sum(verdict.ok for verdict in asked) / len(asked), 4) if asked else 0.0
