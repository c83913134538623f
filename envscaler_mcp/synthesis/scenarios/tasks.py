"""Tasks for a start state: asked for several at once, linted, and sent back with what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from envscaler_mcp.render import hidden_characters
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec import Conversation, Problem
from envscaler_mcp.synthesis.author import AnswerPart, Author, Problems

from .conversations import ConversationAnswer, conversation_of
from .starts import Start, rows_of
from .subject import Subject

ROUNDS = 3
FEWEST_WORDS = 25
MOST_WORDS = 260
FEWEST_GOALS = 2
_TOKEN = re.compile(r"[A-Za-z0-9][\w./-]*")
_WORD = re.compile(r"\w+")


class TaskAnswer(AnswerPart):
    """One task: what is asked for, and what must hold when it is done."""

    title: str
    instruction: str
    checklist: list[str]
    conversation: ConversationAnswer


class TasksAnswer(AnswerPart):
    """Several tasks."""

    tasks: list[TaskAnswer]


@dataclass(frozen=True)
class Task:
    """A task that was proposed, and what its lint found."""

    number: int
    """Within its start state, from 1."""
    title: str
    instruction: str
    checklist: tuple[str, ...]
    conversation: Conversation | None
    problems: tuple[Problem, ...] = ()


async def write_tasks(
    subject: Subject, author: Author, start: Start, count: int, others: Sequence[str]
) -> list[Task]:
    """So many tasks; those with problems have been through all rounds.

    Args:
        subject: the server.
        author: who is asked.
        start: what the tasks begin with.
        count: so many are wanted.
        others: titles of the tasks that there are already.
    """
    kept: list[Task] = []
    returned: list[Task] = []
    for turn in range(ROUNDS):
        wanted = count - len(kept)
        answer = await author.ask(
            "tasks",
            TasksAnswer,
            **subject.values,
            now=start.now.isoformat(),
            start=dumps(start.state),
            count=wanted,
            others=[dumps(one) for one in (*others, *(task.title for task in kept))],
            returned=[_returned(task) for task in returned],
        )
        if isinstance(answer, Problems):
            break
        judged = _judged(subject, start, answer.tasks[:wanted], kept, turn)
        for task in judged:
            author.tell(task.problems)
        returned = [task for task in judged if task.problems]
        kept += [task for task in judged if not task.problems]
        if not returned:
            break
    whole = sorted([*kept, *returned], key=lambda task: bool(task.problems))
    return [replace(task, number=number) for number, task in enumerate(whole[:count], start=1)]


def _judged(
    subject: Subject, start: Start, answers: Sequence[TaskAnswer], kept: Sequence[Task], turn: int
) -> list[Task]:
    titles = {task.title.casefold() for task in kept}
    judged: list[Task] = []
    for number, answer in enumerate(answers, start=1):
        where = f"round {turn + 1}, task {number}"
        found = [*instruction_faults(subject, start, answer.instruction, where)]
        if len(answer.checklist) < FEWEST_GOALS:
            found.append(_problem("task_one_goal", where, "The checklist holds fewer than two items."))
        if answer.title.casefold() in titles:
            found.append(_problem("task_twice", where, f"{answer.title!r} is there already"))
        titles.add(answer.title.casefold())
        conversation, untold = conversation_of(answer.conversation, answer.instruction, where)
        found += untold
        judged.append(
            Task(
                number,
                answer.title[:120],
                answer.instruction.strip(),
                tuple(answer.checklist),
                conversation,
                tuple(found),
            )
        )
    return judged


def instruction_faults(subject: Subject, start: Start, instruction: str, where: str) -> Iterator[Problem]:
    """What no instruction may be or hold: too short, too long, tools' names, hidden signs, unknown ids."""
    words = len(instruction.split())
    if not FEWEST_WORDS <= words <= MOST_WORDS:
        message = f"The instruction has {words} words; {FEWEST_WORDS} to {MOST_WORDS} are wanted."
        yield _problem("task_length", where, message)
    named = set(_WORD.findall(instruction))
    for name in subject.telling_names:
        if name in named:
            yield _problem("task_names_tool", where, f"The instruction names the tool {name}.")
    if hidden_characters(instruction):
        yield _problem("task_hidden", where, "The instruction holds characters that nobody sees.")
    state = dumps(start.state)
    for token in sorted(set(_TOKEN.findall(instruction))):
        if _like_a_key(token, start) and token.rstrip(".") not in state:
            message = f"The instruction names {token}, which the start state does not hold."
            yield _problem("task_unknown_id", where, message)


def _like_a_key(token: str, start: Start) -> bool:
    """Whether a word is spelt as keys of the start state are."""
    prefix = re.match(r"[A-Za-z]+[-_]?(?=\d)", token)
    if prefix is None:
        return False
    keys = [key for name in start.state for key in rows_of(start.state, name)]
    return any(re.fullmatch(re.escape(prefix[0]) + r"\d+", key) for key in keys)


def _returned(task: Task) -> dict[str, object]:
    return {
        "title": dumps(task.title),
        "instruction": dumps(task.instruction),
        "problems": [dumps(one.message) for one in task.problems],
    }


def _problem(code: str, where: str, message: str) -> Problem:
    return Problem(code=code, where=where, message=message[:400])
