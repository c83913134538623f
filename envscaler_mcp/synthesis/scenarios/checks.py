"""Checks: from a checklist to predicates over states, tried in the sandbox over the start state."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import Field

from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.sandbox.check_policy import plan
from envscaler_mcp.scoring import Asks
from envscaler_mcp.spec import Check, Problem
from envscaler_mcp.synthesis.author import AnswerPart, Author, Problems

from .starts import Start
from .subject import Subject
from .tasks import Task

ROUNDS = 4
"""One answer, and three repairs."""
MOST_CHECKS = 24


class CheckAnswer(AnswerPart):
    """One predicate, and the item of the checklist that it stands for."""

    text: str
    kind: Literal["goal", "guard"]
    source: str = Field(description="Python: def check(initial, final): ... return a bool")


class ChecksAnswer(AnswerPart):
    """All checks of a task."""

    checks: list[CheckAnswer]


async def write_checks(
    subject: Subject, author: Author, runner: Asks, start: Start, task: Task
) -> tuple[Check, ...] | Problems:
    """Checks that run, tell the start from what is asked for, and look at what they judge.

    Args:
        subject: the server.
        author: who is asked.
        runner: runs checks in the sandbox.
        start: what the task begins with.
        task: what is asked for.
    """
    returned: dict[str, Any] | None = None
    found = Problems(())
    for turn in range(ROUNDS):
        answer = await author.ask(
            "checks",
            ChecksAnswer,
            **subject.values,
            now=start.now.isoformat(),
            start=dumps(start.state),
            instruction=task.instruction,
            checklist=task.checklist,
            returned=returned,
        )
        if isinstance(answer, Problems):
            return answer
        checks = checks_of(answer.checks)
        found = Problems(tuple(faults(checks, runner, start)))
        if not found.found:
            if turn:
                author.note("repaired", task.title, f"checks in round {turn + 1}")
            return checks
        author.tell(found)
        returned = {
            "checks": dumps([one.model_dump() for one in answer.checks]),
            "problems": [dumps(f"{one.where}: {one.message}") for one in found],
        }
    return found


def checks_of(answers: Sequence[CheckAnswer]) -> tuple[Check, ...]:
    """The checks under ids of their own."""
    seen: dict[str, int] = {}
    made: list[Check] = []
    for answer in answers[:MOST_CHECKS]:
        slug = "-".join(re.findall(r"[a-z0-9]+", answer.text.lower())[:6]) or answer.kind
        seen[slug] = seen.get(slug, 0) + 1
        suffix = f"-{seen[slug]}" if seen[slug] > 1 else ""
        source = answer.source.strip("\n") + "\n"
        made.append(Check(id=slug[:60] + suffix, kind=answer.kind, text=answer.text[:300], source=source))
    return tuple(made)


def faults(checks: Sequence[Check], runner: Asks, start: Start) -> Iterator[Problem]:
    """What is wrong with checks before anything was played."""
    if not any(check.kind == "goal" for check in checks):
        yield _problem("check_no_goal", "checks", "No check is a goal.")
    answers = runner.run([one.source for one in checks], start.state, start.state, now=start.now)
    for check, answer in zip(checks, answers, strict=True):
        if error := plan(check.source).error or answer.error:
            yield _problem("check_crashes", check.id, f"It does not run over the start state: {error}")
        elif check.kind == "goal" and answer.ok:
            yield _problem("check_goal_at_start", check.id, "The goal is true before anything was done.")
        elif check.kind == "guard" and not answer.ok:
            yield _problem("check_guard_at_start", check.id, "The guard is false before anything was done.")
        elif not _looks_at_final(check.source):
            yield _problem("check_blind", check.id, "It does not look at its second argument, the end state.")


def _looks_at_final(source: str) -> bool:
    """Whether the function reads its second parameter at all: what does not is true or false for ever."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name == "check" and len(node.args.args) == 2:
            name = node.args.args[1].arg
            return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))
    return False


def _problem(code: str, check: str, message: str) -> Problem:
    return Problem(code=code, where=f"checks/{check}", message=message[:400])
