"""Keep tasks that need a state → say what world they come from → keep what is worth it → one of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from envscaler_mcp.spec import Problem
from envscaler_mcp.synthesis.at_once import each
from envscaler_mcp.synthesis.author import AnswerPart, Author, Problems
from envscaler_mcp.synthesis.topic import Topic

from .funnel import Funnel
from .likeness import Embed, likeness_of, merged
from .reading import Task

TASKS_A_CALL = 12


class Verdict(AnswerPart):
    """What is said of the task with this number."""

    number: int
    stateful: bool
    specific: bool
    reason: Annotated[str, Field(max_length=400)]


class Verdicts(AnswerPart):
    """What is said of all of them."""

    verdicts: tuple[Verdict, ...]


class MinedTopic(AnswerPart):
    """The world that a task comes from."""

    analysis: Annotated[str, Field(max_length=1500)]
    title: Annotated[str, Field(min_length=3, max_length=80)]
    introduction: Annotated[str, Field(min_length=20, max_length=1200)]
    category: Annotated[str, Field(min_length=2, max_length=40)]
    usefulness: Annotated[int, Field(ge=1, le=10)]
    modelability: Annotated[int, Field(ge=1, le=10)]


@dataclass(frozen=True, kw_only=True)
class Caps:
    """What is kept: marks from so high on, so many topics of one category, so many in all (0: any number)."""

    lowest: int = 7
    of_category: int = 0
    topics: int = 0


@dataclass(frozen=True)
class Mined:
    """Topics in the order of their first tasks, the way there in numbers, and why others were left out.

    `compared_by` says whether topics were compared by vectors or by their words, and why by these.
    """

    topics: tuple[Topic, ...]
    funnel: Funnel
    rejected: tuple[Problem, ...]
    compared_by: str


async def mine(
    tasks: Sequence[Task], author: Author, *, caps: Caps | None = None, embed: Embed | None = None
) -> Mined:
    """Topics for environments.

    Args:
        tasks: requests that people made.
        author: who judges them.
        caps: what is kept.
        embed: gives vectors of texts, where the provider has them; else words are compared.

    Raises:
        ProviderFailed: there is no answer to be had.
        BudgetReached: the next call might cost more than is left.
    """
    caps, author = caps or Caps(), author.at("mining")
    work = _Work(author, Funnel(), [])
    first: dict[str, Task] = {}
    for task in tasks:
        first.setdefault(task.text.casefold(), task)
    distinct = list(first.values())
    work.funnel.add("tasks that differ", len(tasks), len(distinct))
    stateful = await work.stateful(distinct)
    topics = work.worth_it(await work.topics(stateful), caps.lowest)
    likeness = await likeness_of(topics, embed)
    apart = merged(topics, likeness)
    work.funnel.add("topics that differ", len(topics), len(apart))
    chosen = work.capped(apart, caps)
    return Mined(tuple(chosen), work.funnel, tuple(work.rejected), likeness.by)


@dataclass
class _Work:
    author: Author
    funnel: Funnel
    rejected: list[Problem]

    async def stateful(self, tasks: Sequence[Task]) -> list[Task]:
        """Tasks that need a state that lasts, in a world of its own kind."""
        groups = [tasks[n : n + TASKS_A_CALL] for n in range(0, len(tasks), TASKS_A_CALL)]
        answers = await each(groups, self._judged)
        kept: list[Task] = []
        for group, answer in zip(groups, answers, strict=True):
            for number, task in enumerate(group, start=1):
                verdict = answer.get(number)
                if verdict is not None and verdict.stateful and verdict.specific:
                    kept.append(task)
                else:
                    self._reject(
                        "not_stateful", task, verdict.reason if verdict else "nothing was said of it"
                    )
        self.funnel.add("tasks that need a state", len(tasks), len(kept))
        return kept

    async def topics(self, tasks: Sequence[Task]) -> list[Topic]:
        """The worlds that tasks come from."""
        answers = await each(tasks, self._topic)
        found: list[Topic] = []
        for task, answer in zip(tasks, answers, strict=True):
            if isinstance(answer, Problems):
                self._reject("no_topic", task, answer.found[0].message if answer.found else "no answer")
            else:
                said = answer.model_dump(exclude={"analysis"})
                found.append(Topic(**said, tasks=(task.text,)))
        self.funnel.add("tasks with a topic", len(tasks), len(found))
        return found

    def worth_it(self, topics: Sequence[Topic], lowest: int) -> list[Topic]:
        """Topics whose marks are high enough, both of them."""
        kept = [topic for topic in topics if min(topic.usefulness, topic.modelability) >= lowest]
        for topic in topics:
            if topic not in kept:
                marks = f"usefulness {topic.usefulness}, modelability {topic.modelability}"
                self._note("not_worth_it", topic.title, f"{marks}; {lowest} is wanted of both")
        self.funnel.add(f"topics with marks from {lowest} on", len(topics), len(kept))
        return kept

    def capped(self, topics: Sequence[Topic], caps: Caps) -> list[Topic]:
        """No more of one category, and in all, than is wanted."""
        counts: Counter[str] = Counter()
        kept: list[Topic] = []
        for topic in topics:
            category = topic.category.casefold()
            full = bool(caps.of_category) and counts[category] >= caps.of_category
            if full or (caps.topics and len(kept) >= caps.topics):
                self._note(
                    "cap_reached", topic.title, f"there are enough{' of its category' if full else ''}"
                )
                continue
            counts[category] += 1
            kept.append(topic)
        self.funnel.add("topics within the caps", len(topics), len(kept))
        return kept

    async def _judged(self, tasks: Sequence[Task]) -> dict[int, Verdict]:
        answer = await self.author.ask("mine_judge", Verdicts, tasks=[task.text for task in tasks])
        return {} if isinstance(answer, Problems) else {one.number: one for one in answer.verdicts}

    async def _topic(self, task: Task) -> MinedTopic | Problems:
        return await self.author.ask("mine_topic", MinedTopic, task=task.text)

    def _reject(self, code: str, task: Task, reason: str) -> None:
        self._note(code, task.where, f"{task.text[:80]!r}: {reason}")

    def _note(self, code: str, where: str, message: str) -> None:
        self.rejected.append(Problem(code=code, where=where, message=message, severity="warning"))
        self.author.note("dropped", where, message, code)
