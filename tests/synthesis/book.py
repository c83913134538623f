"""Answers written by hand, found by what a request holds: for `manual:DIR`, scripted models and servers.

A book is a YAML list of `{stage, holds, answer}`: the first entry whose stage fits, and whose every text
stands in the request, is the answer to it. So answers outlive a change of the words of a prompt.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from envscaler_mcp.llm import Answer, Request, Usage


@dataclass(frozen=True)
class Entry:
    """One answer (or what makes it of the request), and the requests that it is for."""

    stage: str
    holds: tuple[str, ...]
    answer: Any

    def fits(self, stage: str, text: str) -> bool:
        return re.fullmatch(self.stage, stage) is not None and all(one in text for one in self.holds)

    def text(self, asked: str) -> str:
        said = self.answer(asked) if callable(self.answer) else self.answer
        return said if isinstance(said, str) else json.dumps(said)


class NoAnswer(LookupError):
    """The book has no answer to a request."""


@dataclass(frozen=True)
class Book:
    """Answers in order."""

    entries: tuple[Entry, ...]

    @classmethod
    def read(cls, *paths: Path) -> Book:
        found: list[Entry] = []
        for path in paths:
            rows = yaml.safe_load(path.read_text(encoding="utf-8"))
            found += [
                Entry(row.get("stage", ".*"), tuple(row.get("holds", ())), row["answer"]) for row in rows
            ]
        return cls(tuple(found))

    def with_first(self, *entries: Entry) -> Book:
        """The book with other answers before its own."""
        return Book((*entries, *self.entries))

    def answer(self, stage: str, text: str) -> str:
        for entry in self.entries:
            if entry.fits(stage, text):
                return entry.text(text)
        raise NoAnswer(f"stage {stage}: {text[-1500:]}")


def said_in(request: Request) -> str:
    """All that a request says."""
    return "\n".join((request.system, *(message.text for message in request.messages)))


class BookModel:
    """A model that answers from a book; `asked` holds the stages of all requests."""

    name = "manual"

    def __init__(self, book: Book) -> None:
        self.book = book
        self.asked: list[Request] = []

    async def answer(self, request: Request) -> Answer:
        self.asked.append(request)
        text = self.book.answer(request.stage, said_in(request))
        return Answer(text=text, finish="done", usage=Usage(), model=self.name)
