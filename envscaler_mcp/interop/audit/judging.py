"""From evidence to findings: what there is to say against each check of a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from envscaler_mcp.interop.checks import UNUSABLE
from envscaler_mcp.sandbox.checks import CheckResult
from envscaler_mcp.spec.record import Json, State
from envscaler_mcp.spec.scenario import Check

from .findings import CheckAudit, Finding, ScenarioAudit, Unseen
from .reach import Reach
from .recordings import Ending
from .sources import CheckText, look_at
from .starts import Start

SHOWN_LITERAL = 80
_QUOTES = str.maketrans('‘’“”"', "'''''")
"""However a text is quoted, its wording is the same."""


@dataclass(frozen=True)
class Evidence:
    """Everything that was seen of one scenario."""

    start: Start
    texts: tuple[CheckText | None, ...]
    """None for a check that could not be converted."""
    endings: tuple[Ending, ...] = ()

    def solutions(self, reach: Reach) -> list[Ending]:
        """Recordings that solve the scenario."""
        far = {at for at, text in enumerate(self.texts) if text is None or _is_out_of_reach(text, reach)}
        return [ending for ending in self.endings if ending.solves(self.start, far)]


def texts_of(start: Start) -> tuple[CheckText | None, ...]:
    """Look at every check of a task."""
    pairs = zip(start.task.grading.checks, start.answers, strict=True)
    return tuple(None if _is_unusable(answer) else _look_at(check.source) for check, answer in pairs)


def judged(env_id: str, evidence: Evidence, reach: Reach) -> ScenarioAudit:
    """The scenario with its checks and all findings."""
    start = evidence.start
    task = start.task
    copies = _copies(evidence.texts)
    given = _given(start)
    solutions = evidence.solutions(reach)
    checks: list[CheckAudit] = []
    for at, (check, answer) in enumerate(zip(task.grading.checks, start.answers, strict=True)):
        found = [*_at_start(answer), *_in_recordings(at, answer, evidence.endings, solutions)]
        if (text := evidence.texts[at]) is not None:
            found += [*_of_text(text, answer, reach, given), *_copy(copies.get(at))]
        checks.append(_check(at, check, answer, found))
    return ScenarioAudit(
        task.scenario.id,
        env_id,
        task.where,
        task.scenario.instruction,
        tuple(checks),
        recordings=len(evidence.endings),
        solutions=len(solutions),
    )


def unseen(evidence: Sequence[Evidence], reach: Reach) -> tuple[Unseen, ...]:
    """Attributes of the state that no check of any scenario looks at."""
    texts = [text for one in evidence for text in one.texts if text is not None]
    if any(text.reads is None for text in texts):
        return ()
    seen = {attribute for text in texts for attribute in text.reads or ()}
    held = dict.fromkeys(attribute for one in evidence for attribute in one.start.state)
    return tuple(Unseen(name, reach.writes(name)) for name in held if name not in seen)


def _check(at: int, check: Check, answer: CheckResult, found: Sequence[Finding]) -> CheckAudit:
    return CheckAudit(check.id, at + 1, check.text, check.source, answer.ok, tuple(found))


def _is_unusable(answer: CheckResult) -> bool:
    return answer.ok is None and UNUSABLE in (answer.error or "")


def _look_at(source: str) -> CheckText:
    try:
        return look_at(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return CheckText(None, source, ())


def _at_start(answer: CheckResult) -> Iterator[Finding]:
    if answer.ok is True:
        yield Finding("true_at_start", "it holds before anybody has acted")
    elif answer.ok is None:
        yield Finding("crashed", answer.error or "it gave no answer")


def _in_recordings(
    at: int, answer: CheckResult, endings: Sequence[Ending], solutions: Sequence[Ending]
) -> Iterator[Finding]:
    """A start-true check that a right solution makes false: nobody can have both."""
    against = [one.recorded.where for one in solutions if one.answers[at].ok is not True]
    if answer.ok is not True:
        return
    if against:
        message = f"it holds at the start and not after a run that makes all goals true: {against[0]}"
        yield Finding("contradictory", message)
    lost = [one.recorded.where for one in endings if one.answers[at].ok is not True]
    if lost and not against:
        yield Finding("lost", f"a run that solves the task only in part made it false: {lost[0]}")


def _of_text(text: CheckText, answer: CheckResult, reach: Reach, given: str) -> Iterator[Finding]:
    if text.reads is not None and _is_out_of_reach(text, reach):
        always = "true" if answer.ok is True else "false"
        looks = f"it looks only at {_listed(text.reads)}, which no tool writes"
        yield Finding("unreachable", f"{looks if text.reads else 'it looks at no state'}: always {always}")
    untold = [literal for literal in text.literals if _plain(literal) not in given]
    for literal in text.literals[:1]:
        yield Finding("literal_text", f"it compares with the wording “{_shortened(literal)}”")
    for literal in untold[:1]:
        message = f"neither the task nor the start state gives the wording “{_shortened(literal)}”"
        yield Finding("literal_untold", message)


def _is_out_of_reach(text: CheckText, reach: Reach) -> bool:
    return text.reads is not None and not any(map(reach.writes, text.reads))


def _copies(texts: Sequence[CheckText | None]) -> dict[int, int]:
    """Place → place of the first check with the same normal form."""
    first: dict[str, int] = {}
    found: dict[int, int] = {}
    for at, text in enumerate(texts):
        if text is not None and first.setdefault(text.normal_form, at) != at:
            found[at] = first[text.normal_form]
    return found


def _copy(original: int | None) -> Iterator[Finding]:
    if original is not None:
        yield Finding("equal", f"it says the same as check {original + 1} (names and layout apart)")


def _given(start: Start) -> str:
    """All wording that an agent can know: the task's and the start state's."""
    return "\n".join(map(_plain, [start.task.scenario.instruction, *_strings(start.state)]))


def _strings(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in cast("State", value).items():
            yield name
            yield from _strings(part)
    elif isinstance(value, list):
        for part in cast("list[Json]", value):
            yield from _strings(part)
    elif isinstance(value, str):
        yield value


def _plain(text: str) -> str:
    return " ".join(text.casefold().translate(_QUOTES).split())


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_LITERAL else f"{text[: SHOWN_LITERAL - 1]}…"


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
