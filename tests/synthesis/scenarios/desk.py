"""The rental desk as a server on disk, and models that write scenarios for it from a book."""

from __future__ import annotations

from pathlib import Path

from envscaler_mcp.llm.fitted import Fitted
from envscaler_mcp.render import render, write_tree
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.synthesis.author import Author
from envscaler_mcp.synthesis.outline.assembling import Assembled, assemble
from envscaler_mcp.synthesis.outline.draft import Draft
from envscaler_mcp.synthesis.outline.environment import environment_of
from envscaler_mcp.synthesis.outline.faults import completed
from envscaler_mcp.synthesis.outline.outline import Outline
from envscaler_mcp.synthesis.scenarios import Authors
from tests.synthesis import rental
from tests.synthesis.book import Book, BookModel

BOOK = Book.read(Path(__file__).parent / "rental_book.yaml")


def rental_desk(folder: Path) -> ServerFolder:
    """The server, without scenarios."""
    outline = Outline.model_validate(
        {
            "name": "rental_desk",
            "class_name": "RentalDesk",
            "title": "Rental desk",
            "introduction": "A desk that rents things out to its members.",
            "guidance": (),
            **rental.STATE,
            **rental.TOOLS,
        }
    )
    draft = Draft(completed(outline), rental.BODIES, rental.INVARIANTS)
    assembled = assemble(draft)
    assert isinstance(assembled, Assembled), assembled
    write_tree(render(environment_of(draft.outline, assembled.source), ()), folder / "rental_desk")
    return ServerFolder.load(folder / "rental_desk")


def authors(book: Book = BOOK, solver: Book | None = None) -> tuple[Authors, BookModel]:
    """Authors that answer from a book, and the model behind them."""
    model = BookModel(book)
    other = Fitted(BookModel(solver)) if solver else None
    return Authors(Author(Fitted(model)), solver=other), model
