from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.synthesis.author import Author
from envscaler_mcp.synthesis.scenarios import Subject, Wish, Written, write_scenarios
from tests.synthesis.book import Book, BookModel
from tests.synthesis.scenarios.desk import BOOK, authors, rental_desk


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> ServerFolder:
    """The rental desk, for reading only."""
    return rental_desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def own_server(tmp_path: Path) -> ServerFolder:
    """A rental desk that may be written to."""
    return rental_desk(tmp_path)


@pytest.fixture
def written(server: ServerFolder):
    """Scenarios for the desk by a book, with the author's log and the model."""

    async def write(
        book: Book = BOOK, solver: Book | None = None, *, scenarios: int = 2
    ) -> tuple[Written, Author, BookModel]:
        asked, model = authors(book, solver)
        done = await write_scenarios(Subject(server), Wish(scenarios=scenarios), asked)
        return done, asked.author, model

    return write


Write = Callable[..., object]
