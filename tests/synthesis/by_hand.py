"""Answers the requests of a `manual:DIR` from a book, as a person at a keyboard would.

python -m tests.synthesis.by_hand DIR BOOK.yaml…     until it is stopped
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from envscaler_mcp.spec import write_text
from tests.synthesis.book import Book, NoAnswer
from tests.synthesis.worlds import world_named

SECONDS_BETWEEN_LOOKS = 0.2


class Hand:
    """Looks into a folder, and writes an answer beside each request that the book has one for."""

    def __init__(self, folder: Path, book: Book) -> None:
        self.folder = folder
        self.book = book
        self.puzzled: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Hand:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def look(self) -> None:
        """Answer what waits."""
        for request in sorted(self.folder.glob("*.request.md")):
            name = request.name.removesuffix(".request.md")
            answer = self.folder / f"{name}.answer"
            if not answer.exists() and name not in self.puzzled:
                self._answer(request, answer, name)

    def wait(self) -> None:
        """Go on until stopped."""
        self._work()

    def _answer(self, request: Path, answer: Path, name: str) -> None:
        text = request.read_text(encoding="utf-8")
        try:
            write_text(answer, self.book.answer(name.rsplit("-", 1)[0], text))
        except NoAnswer:
            self.puzzled.add(name)
            sys.stderr.write(f"no answer: {request}\n")

    def _work(self) -> None:
        while not self._stop.is_set():
            self.look()
            self._stop.wait(SECONDS_BETWEEN_LOOKS)


if __name__ == "__main__":
    Hand(Path(sys.argv[1]), world_named(sys.argv[2]).book).wait()
