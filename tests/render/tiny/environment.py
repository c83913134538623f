"""A lending library, small enough to read at a glance."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ._runtime import Entity, Environment, Refusal, read, rule, write


class Book(Entity):
    """A book that one member may hold."""

    id: str
    title: str
    holder: str | None = None


class Loan(Entity):
    """That somebody took a book."""

    id: str
    book_id: str


BookId = Annotated[str, Field(description="Id of a book, such as BK-1.")]


class TinyLibrary(Environment):
    """A lending library."""

    books: dict[str, Book]
    loans: dict[str, Loan]

    @read
    def list_books(self) -> list[Book]:
        """List all books."""
        return list(self.books.values())

    @write
    def lend_book(
        self, book_id: BookId, member: Annotated[str, Field(description="Name of a member.")]
    ) -> Loan:
        """Lend a book that nobody holds."""
        book = self.find(self.books, book_id, "book")
        if book.holder is not None:
            raise Refusal("already_lent", f"{book.holder} holds {book_id}.")
        book.holder = member
        loan = Loan(id=self.new_id("LN"), book_id=book_id)
        self.loans[loan.id] = loan
        return loan

    @write
    def return_loan(self, loan_id: Annotated[str, Field(description="Id of a loan.")]) -> Book:
        """Take a book back."""
        loan = self.find(self.loans, loan_id, "loan")
        del self.loans[loan_id]
        book = self.books[loan.book_id]
        book.holder = None
        return book

    @rule("Every loan is of a book that somebody holds.")
    def loans_have_holders(self) -> bool:
        """See the rule."""
        return all(self.books[loan.book_id].holder for loan in self.loans.values())
