"""Small environments that these tests run in workers."""

from __future__ import annotations

from typing import Any

COUNTER = """
import uuid
from datetime import datetime


class Counter:
    def __init__(self):
        self.counts = {}

    def add(self, name, by=1):
        if by < 0:
            return {"success": False, "error": "by is negative"}
        self.counts[name] = self.counts.get(name, 0) + by
        return {"success": True, "data": self.counts[name]}

    def stamp(self):
        return {"success": True, "data": [str(uuid.uuid4()), datetime.now().isoformat()]}

    def spin(self):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass

    def grow(self):
        rows = [0]
        while True:
            rows += rows

    def crash(self):
        return {}["nope"]

    def flood(self):
        for _ in range(10000):
            print("x" * 1000)
        return {"success": True, "data": "quiet"}

    def huge(self):
        return {"success": True, "data": "x" * (65 * 1024 * 1024)}

    def backtrack(self):
        import re
        return {"success": bool(re.match("(a+)+$", "a" * 60 + "b"))}
"""

NATIVE = '''
"""A shelf."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from ._runtime import Entity, Environment, Refusal, read, rule, write


class Book(Entity):
    """A book."""

    id: str
    due: dt.date | None = None


class Shelf(Environment):
    """Books."""

    books: dict[str, Book]

    @read
    def get_book(self, book_id: Annotated[str, Field(description="Id.")]) -> Book:
        """Look up one book."""
        return self.find(self.books, book_id, "book")

    @write
    def lend(self, book_id: Annotated[str, Field(description="Id.")], due: dt.date) -> Book:
        """Lend a book."""
        book = self.find(self.books, book_id, "book")
        if book.due:
            raise Refusal("lent", f"{book_id} is lent until {book.due}.")
        book.due = due
        return book

    @rule("Nothing is due before today.")
    def due_later(self) -> bool:
        """Whether all dates lie ahead."""
        return all(book.due is None or book.due >= self.today() for book in self.books.values())
'''


def tools(*names: str) -> list[dict[str, Any]]:
    """A tools.json for a plain class."""
    return [
        {
            "name": name,
            "inputSchema": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "by": {"type": "integer"}},
            },
            "annotations": {"readOnlyHint": False},
        }
        for name in names
    ]


def plain(class_name: str, *names: str) -> dict[str, Any]:
    """What `Worker.start` wants to know of a plain class."""
    return {"name": "x", "form": "plain", "class_name": class_name, "tools": tools(*names)}


COUNTER_IS: dict[str, Any] = plain(
    "Counter", "add", "stamp", "spin", "grow", "crash", "flood", "huge", "backtrack"
)
NATIVE_IS: dict[str, Any] = {"name": "shelf", "form": "native", "class_name": "Shelf", "tools": []}
NOW = "2026-03-01T09:00:00+00:00"
