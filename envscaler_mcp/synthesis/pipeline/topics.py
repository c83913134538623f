"""`--tasks FILE`: the topics that a run is about, mined from requests that people made."""

from __future__ import annotations

from pathlib import Path

from envscaler_mcp.spec import Problem, write_text
from envscaler_mcp.synthesis.mining import Caps, Mined, mine, read_tasks

from .models import Models
from .run_folder import RunFolder

NAME = "mining"
CATEGORY_SHARE = 3
"""No category has more than one topic in so many, where a number of topics is wanted."""


async def topics_of(
    tasks: Path, count: int, models: Models, folder: RunFolder
) -> tuple[Mined, list[Problem]]:
    """Topics mined from a file, and its rows that hold no request; the funnel is `RUN/mining/funnel.md`.

    Args:
        tasks: the file.
        count: so many topics at most; 0: all that are worth it.
        models: who judges.
        folder: of the run.

    Raises:
        BadInput: the file cannot be read, or holds no request.
        ProviderFailed: there is no answer to be had.
        BudgetReached: the next call might cost more than is left.
    """
    found, unread = read_tasks(tasks)
    author = models.for_one(folder.events(NAME)).authors.author
    author.at(NAME).tell(unread)
    of_category = max(1, -(-count // CATEGORY_SHARE)) if count else 0
    caps = Caps(topics=count, of_category=of_category)
    mined = await mine(found, author, caps=caps, embed=models.embedder)
    mined.funnel.steps.insert(0, ("rows with a request", len(found) + len(unread), len(found)))
    author.at(NAME).tell(mined.rejected)
    told = f"{mined.funnel.to_markdown()}\n\nTopics were compared by {mined.compared_by}.\n"
    write_text(folder.path / NAME / "funnel.md", told)
    return mined, unread
