"""An audit in plain words: one headline, and some sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .findings import Audit, Code

Grade = Literal["sound", "care", "unfit"]
SLIGHT = 0.05
"""Up to this mean reward for doing nothing, dropping what is true at the start repairs a release."""


@dataclass(frozen=True)
class Headline:
    """The verdict: a grade for the colour, and one sentence."""

    grade: Grade
    text: str


def headline(audit: Audit) -> Headline:
    """What to think of the release's reward as it stands."""
    if audit.sound:
        return Headline("sound", "Sound: doing nothing earns nothing, no check is broken or out of reach.")
    if not audit.noop_paid:
        return Headline("care", "Doing nothing earns nothing, but some rows or checks are broken: see below.")
    if audit.noop_reward_mean <= SLIGHT:
        return Headline("care", "Usable with care: little is paid for nothing, but read the findings first.")
    return Headline("unfit", "Do not train or rank on this reward as it stands: it pays for doing nothing.")


def sentences(audit: Audit) -> list[str]:
    """The findings in the order in which they matter; what was not found is not mentioned."""
    return [*_of_reward(audit), *_of_checks(audit), *_of_tools(audit), *_of_rows(audit)]


def counted(number: int, noun: str) -> str:
    """`1 check`, `1,043 checks`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def share(part: int, whole: int) -> str:
    """`49 %`."""
    return f"{100 * part / whole:.0f} %" if whole else "0 %"


def _of_reward(audit: Audit) -> Iterator[str]:
    scenarios = len(audit.scenarios)
    if audit.noop_paid:
        most = max(audit.scenarios, key=lambda one: one.noop_reward)
        yield (
            f"An agent that does nothing is paid in {audit.noop_paid:,} of {counted(scenarios, 'scenario')}: "
            f"{audit.noop_reward_mean:.4f} on average, and {most.noop_reward:g} in {most.id}."
        )
    true = audit.count("true_at_start")
    if true:
        whole = f"{true:,} of {counted(audit.checks, 'check')} ({share(true, audit.checks)})"
        verb = "is" if true == 1 else "are"
        yield f"{whole} {verb} true before anybody acts.{_one_holds_most(audit, true)}"
    telling = f"{audit.telling:,} of {counted(audit.checks, 'check')} ({share(audit.telling, audit.checks)})"
    yield f"{telling} can tell runs apart."


def _one_holds_most(audit: Audit, true: int) -> str:
    most = max(audit.scenarios, key=lambda one: one.count("true_at_start"))
    held = most.count("true_at_start")
    if 2 * held <= true or len(audit.scenarios) < 2:
        return ""
    rest = audit.checks - len(most.checks)
    return f" {most.id} alone has {held:,} of them; without it, it is {share(true - held, rest)}."


def _of_checks(audit: Audit) -> Iterator[str]:
    said: dict[Code, tuple[str, str]] = {
        "crashed": ("Crashed at the start", "; they count as false"),
        "contradictory": ("Contradictory", "; true at the start and false once the task is solved"),
        "unreachable": ("Out of reach", "; no tool writes the state that they look at"),
        "equal": ("Said twice", "; one deed counts more than once"),
        "literal_untold": ("Compared with wording that neither task nor start state gives", ""),
        "lost": ("Made false by a recorded run that solves its task only in part", ""),
    }
    for code, (title, meaning) in said.items():
        if number := audit.count(code):
            where = counted(audit.affected(code), "scenario")
            yield f"{title}: {counted(number, 'check')} in {where}{meaning}."


def _of_tools(audit: Audit) -> Iterator[str]:
    raising = sum(len(one.raising) for one in audit.environments)
    played = sum(len(one.tools) for one in audit.environments)
    if raising:
        yield f"{raising} of {counted(played, 'tool')} raised on plausible arguments."
    if unordered := sum(one.differs == "process" for e in audit.environments for one in e.tools):
        yield f"{counted(unordered, 'tool')} gave another answer to the same call in another process."
    if unseeded := sum(one.differs == "run" for e in audit.environments for one in e.tools):
        yield f"{counted(unseeded, 'tool')} answered by the clock or by chance (ids, dates)."
    unseen = sum(any(part.written for part in one.unseen) for one in audit.environments)
    if unseen:
        yield f"In {counted(unseen, 'environment')} tools write state that no check looks at."


def _of_rows(audit: Audit) -> Iterator[str]:
    if audit.errors:
        yield f"{counted(len(audit.errors), 'problem')} with rows; what was good was judged."
    mended = sum(len(one.repaired) for one in audit.environments)
    if mended:
        yield f"{counted(mended, 'damaged place')} in released classes had to be repaired first."
