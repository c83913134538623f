"""Ask until the answer is sound, so many times at most: what is wrong goes back with what was answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from envscaler_mcp.spec import Problem
from envscaler_mcp.synthesis.author import Author, Problems

Answer = TypeVar("Answer", bound=BaseModel)


async def ask_until_sound(
    author: Author,
    prompt: str,
    answer: type[Answer],
    faults: Callable[[Answer], Iterable[Problem]],
    *,
    repairs: int,
    **values: object,
) -> Answer | Problems:
    """An answer without faults, or the faults of the last one.

    Args:
        author: who is asked.
        prompt: takes `problems` and `before`, beside `values`.
        answer: its shape.
        faults: what is wrong with an answer.
        repairs: how often it may be asked again.
        values: what the prompt may use.
    """
    plain = cast("dict[str, Any]", values)
    before, problems = "", tuple[Problem, ...]()
    for attempt in range(repairs + 1):
        said = await author.ask(prompt, answer, attempt=attempt, before=before, problems=problems, **plain)
        if isinstance(said, Problems):
            problems = said.found
            continue
        problems = tuple(faults(said))
        if not problems:
            return said
        author.tell(problems)
        before = said.model_dump_json(indent=1)
    return Problems(problems)
