"""`--tasks FILE`: the topics that a run is about, mined from requests that people made."""

from __future__ import annotations

from pathlib import Path

from envscaler_mcp.spec import write_text
from envscaler_mcp.synthesis.mining import Caps, mine, read_tasks
from envscaler_mcp.synthesis.topic import Topic

from .models import Models
from .run_folder import RunFolder

NAME = "mining"
CATEGORY_SHARE = 3
"""No category has more than one topic in so many, where a number of topics is wanted."""


async def topics_of(tasks: Path, count: int, models: Models, folder: RunFolder) -> list[Topic]:
    """Topics mined from a file; the funnel is kept as `RUN/mining/funnel.md`.

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
    mined = await mine(found, author, caps=Caps(topics=count, of_category=of_category))
    author.at(NAME).tell(mined.rejected)
    write_text(folder.path / NAME / "funnel.md", mined.funnel.to_markdown() + "\n")
    return list(mined.topics)
