"""One rollout, call by call: what each call changed, and which checks held after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from envscaler_mcp.errors import BadInput, EnvscalerError
from envscaler_mcp.harness.run import Run
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.scoring import ask_and_score
from envscaler_mcp.spec import (
    Grading,
    RolloutRow,
    Scenario,
    Score,
    State,
    StateChange,
    Step,
    Trajectory,
    Verdict,
)

from .states import states_between

Kind = Literal["created", "deleted", "changed"]
MOST_CALLS = 400
"""Calls after which checks are no longer asked one by one."""


@dataclass(frozen=True)
class Asked:
    """One check (or rule, or the frame) over a rollout.

    Attributes:
        verdict: what it said in the end.
        text: what it asks for, as its grading has it; empty where there is none.
        source: its source, for those who want to know.
        held: whether it held at the start and after each call; None where that is not known.
    """

    verdict: Verdict
    text: str
    source: str
    held: tuple[bool | None, ...]
    missing: tuple[str, ...] = ()
    """The frame alone: collections in which a row is missing, where nothing else is wrong."""

    @property
    def turned(self) -> list[int]:
        """The calls that made it hold, or hold no longer."""
        pairs = zip(self.held, self.held[1:], strict=False)
        return [
            call for call, (was, now) in enumerate(pairs, start=1) if None not in (was, now) and was != now
        ]

    @property
    def why(self) -> str:
        """Why it ended as it did, in one sentence."""
        if self.verdict.error:
            return f"It could not be asked: {self.verdict.error}"
        if self.missing and not self.verdict.ok:
            return f"Rows that had to be made are missing: {', '.join(self.missing)}."
        turned = self.turned
        if not turned or self.held[-1] != self.verdict.ok:
            return _never(self.verdict, known=bool(self.held) and None not in self.held)
        last = turned[-1]
        more = "" if len(turned) == 1 else f", after {len(turned) - 1} turns before"
        return f"It {'holds since' if self.verdict.ok else 'was broken by'} call {last}{more}."


@dataclass(frozen=True)
class Moment:
    """One call, and what came of it."""

    step: Step
    changes: tuple[tuple[Kind, StateChange], ...]
    now_hold: tuple[str, ...]
    now_broken: tuple[str, ...]


@dataclass(frozen=True)
class Playback:
    """A rollout as a page shows it."""

    row: RolloutRow
    trajectory: Trajectory | None
    scenario: Scenario | None
    grading: Grading | None
    asked: tuple[Asked, ...]
    notes: tuple[str, ...]
    """What cannot be shown, and why."""

    @cached_property
    def moments(self) -> list[Moment]:
        """The calls in order."""
        steps = self.trajectory.steps if self.trajectory else ()
        return [self._moment(place, step) for place, step in enumerate(steps, start=1)]

    def _moment(self, place: int, step: Step) -> Moment:
        turned = [one for one in self.asked if place in one.turned]
        return Moment(
            step,
            tuple((kind_of(change), change) for change in step.diff),
            tuple(one.verdict.id for one in turned if one.held[place]),
            tuple(one.verdict.id for one in turned if not one.held[place]),
        )


def kind_of(change: StateChange) -> Kind:
    """Whether something came, went or became another."""
    if "before" not in change.model_fields_set:
        return "created"
    return "changed" if "after" in change.model_fields_set else "deleted"


def play_back(run: Run, row: RolloutRow, folder: ServerFolder | None, checks: CheckRunner) -> Playback:
    """A rollout with what its files and its server say of it; what is missing becomes a note."""
    notes: list[str] = []
    trajectory = _trajectory(run, row, notes)
    known = folder is not None and row.scenario in folder.ids
    scenario = folder.scenario(row.scenario) if known and folder else None
    grading = folder.grading(row.scenario) if known and folder else None
    if grading is None:
        notes.append("Its server, or the grading of this scenario, is not here: checks go by their ids.")
    held: dict[str, list[bool | None]] = {}
    if trajectory and trajectory.steps and scenario and grading and folder:
        try:
            held = _held(run, trajectory, _Task(scenario.now, grading, folder.roles), checks, notes)
        except EnvscalerError as error:
            notes.append(f"The checks could not be asked call by call: {error}")
    missing = row.collateral if all(path.count("/") < 2 for path in row.collateral) else ()
    asked = tuple(_asked(verdict, grading, folder, held, missing) for verdict in row.verdicts)
    if any(one.held and one.held[-1] not in (None, one.verdict.ok) and not one.missing for one in asked):
        notes.append("The checks are others than on the day of the run: the verdicts are of that day.")
    return Playback(row, trajectory, scenario, grading, asked, tuple(notes))


@dataclass(frozen=True)
class _Task:
    now: dt.datetime
    grading: Grading
    roles: dict[str, str]


def _trajectory(run: Run, row: RolloutRow, notes: list[str]) -> Trajectory | None:
    try:
        return run.trajectory(row.id)
    except BadInput as error:
        notes.append(f"Its calls cannot be shown: {error}")
        return None


def _held(
    run: Run, trajectory: Trajectory, task: _Task, checks: CheckRunner, notes: list[str]
) -> dict[str, list[bool | None]]:
    """For each check, whether it held at the start and after each call."""
    steps = trajectory.steps
    final = run.state(steps[-1].state_digest)
    if final is None or len(steps) > MOST_CALLS:
        notes.append("Which call made which check hold is not known: no final state, or too many calls.")
        return {}
    states = states_between(steps, final, task.roles)
    if None in states:
        notes.append("Some states between calls cannot be told for certain; checks are not asked about them.")
    if states[0] is None:
        return {}
    return _ask(states[0], ["", *(step.state_digest for step in steps)], states, task, checks)


def _ask(
    initial: State, digests: Sequence[str], states: Sequence[State | None], task: _Task, checks: CheckRunner
) -> dict[str, list[bool | None]]:
    """Ask about every state once, however many calls left it as it was."""
    told: dict[str, dict[str, bool]] = {}
    found: dict[str, list[bool | None]] = {}
    for place, (digest, state) in enumerate(zip(digests, states, strict=True)):
        if state is not None and digest not in told:
            score = ask_and_score(checks, task.grading, initial, state, now=task.now, roles=task.roles)
            told[digest] = {verdict.id: verdict.ok or _waits(verdict, score) for verdict in score.verdicts}
        for name, ok in (told[digest] if state is not None else {}).items():
            found.setdefault(name, [None] * len(states))[place] = ok
    return found


def _waits(verdict: Verdict, score: Score) -> bool:
    """Whether the frame only misses rows that are still to be made: until the end that is no harm."""
    return verdict.kind == "frame" and all(path.count("/") < 2 for path in score.collateral)


def _asked(
    verdict: Verdict,
    grading: Grading | None,
    folder: ServerFolder | None,
    held: dict[str, list[bool | None]],
    missing: tuple[str, ...],
) -> Asked:
    checks = {check.id: check for check in grading.checks} if grading else {}
    check = checks.get(verdict.id)
    rules = {rule.id: rule.text for rule in folder.card.rules} if folder else {}
    text = check.text if check else rules.get(verdict.id, "")
    is_frame = verdict.kind == "frame"
    return Asked(
        verdict,
        "Nothing beside the task was touched." if is_frame else text,
        check.source if check else "",
        tuple(held.get(verdict.id, ())),
        missing if is_frame else (),
    )


def _never(verdict: Verdict, *, known: bool) -> str:
    if not known:
        return "It held in the end." if verdict.ok else "It did not hold in the end."
    if verdict.ok:
        return "It held all along."
    return "No call made it hold." if verdict.kind == "goal" else "It did not hold from the start on."
