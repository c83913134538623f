"""`manual:DIR`: each request a file to read, its answer awaited in another: anybody can be the model."""

from __future__ import annotations

import os
from pathlib import Path

import anyio

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import pretty
from envscaler_mcp.spec import read_bytes, write_text, writing

from .clock import Clock, RealClock
from .llm import Answer, Usage
from .request import Request

REQUEST, ANSWER = ".request.md", ".answer"
SECONDS_BETWEEN_LOOKS = 1.0
_SETTLED = 1.0
"""A file that was written to less than so many seconds ago may not be whole."""


class Manual:
    """Waits for as many answers as there are requests, with one look at the folder for all of them."""

    name = "manual"

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._folder = folder
        self._clock = clock or RealClock()
        self._waiting: set[str] = set()
        self._found: dict[str, str] = {}
        self._one_looks = anyio.Lock()
        self._looks = 0
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)

    async def answer(self, request: Request) -> Answer:
        """What stands in the answer's file, as soon as it is there."""
        mark = file_mark(request)
        question = self._folder / f"{mark}{REQUEST}"
        text = request_text(request, f"{mark}{ANSWER}")
        if not question.exists() or question.read_bytes() != text.encode():
            write_text(question, text)
        said = await self._said(mark)
        return Answer(text=said, finish="done", usage=Usage(), model=self.name)

    async def _said(self, mark: str) -> str:
        self._waiting.add(mark)
        try:
            self._take()
            while mark not in self._found:
                await self._look()
            return self._found[mark]
        finally:
            self._waiting.discard(mark)

    async def _look(self) -> None:
        """Look once, after a pause; whoever waited while another looked has nothing to do."""
        looks = self._looks
        async with self._one_looks:
            if looks == self._looks:
                await self._clock.sleep(SECONDS_BETWEEN_LOOKS)
                self._take()

    def _take(self) -> None:
        self._looks += 1
        with writing(self._folder), os.scandir(self._folder) as entries:
            there = {entry.name: entry.stat().st_mtime for entry in entries if entry.name.endswith(ANSWER)}
        for name, written in there.items():
            mark = name.removesuffix(ANSWER)
            young = 0 <= self._clock.wall() - written < _SETTLED
            if mark in self._waiting and mark not in self._found and not young:
                self._keep(mark, self._folder / name)

    def _keep(self, mark: str, path: Path) -> None:
        try:
            said = read_bytes(path).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadInput(str(path), "the answer is not UTF-8", "save it as UTF-8 and go on") from error
        if said.strip():
            self._found[mark] = said


def file_mark(request: Request) -> str:
    """What the files of a request are called."""
    return f"{request.stage}-{request.digest().removeprefix('sha256:')[:16]}"


def request_text(request: Request, answer_file: str) -> str:
    """The request as a person reads it; nothing parses it again."""
    parts = [f"# {request.stage}", _how(request, answer_file)]
    if request.system:
        parts += ["## System", request.system]
    for message in request.messages:
        parts += ["## The user" if message.role == "user" else "## Your answer before", message.text]
    if request.answer_schema is not None:
        parts += ["## The JSON Schema of the answer", f"```json\n{pretty(request.answer_schema)}```"]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _how(request: Request, answer_file: str) -> str:
    form = "plain text" if request.answer_schema is None else "one JSON value that fits the schema at the end"
    round_of = " An answer was given before and could not be used: see the end." if request.round else ""
    again = f" Attempt {request.attempt + 1}, to be answered afresh." if request.attempt else ""
    return f"Write the answer to `{answer_file}` beside this file: {form}.{round_of}{again}"
