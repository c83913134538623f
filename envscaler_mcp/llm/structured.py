"""Structured output where a provider has it, and the same request in words where it refuses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from envscaler_mcp.errors import RequestRefused
from envscaler_mcp.runtime.standalone.canonical import digest, pretty
from envscaler_mcp.spec import Json

from .llm import Answer
from .request import Request

Ask = Callable[[Request, Json | None], Awaitable[Answer]]
"""One exchange; with a schema, the provider is to hold the model to it."""


class Structured:
    """Remembers which schemas a provider refused."""

    def __init__(self, ask: Ask, suits: Callable[[Json], bool]) -> None:
        self._ask = ask
        self._suits = suits
        self._refused: set[str] = set()

    async def answer(self, request: Request) -> Answer:
        """What the model says, held to the schema by its provider if that can be."""
        schema = request.answer_schema
        if schema is None:
            return await self._ask(request, None)
        mark = digest(schema)
        if mark in self._refused or not self._suits(schema):
            return await self._ask(in_words(request), None)
        try:
            return await self._ask(request, schema)
        except RequestRefused:
            # Was it the schema? If the request passes without it, it was.
            answer = await self._ask(in_words(request), None)
            self._refused.add(mark)
            return answer


def in_words(request: Request) -> Request:
    """The request with its schema told in the system's part."""
    wanted = (
        "Answer with one JSON value and nothing else: no words around it. It must fit this JSON Schema:\n\n"
        f"{pretty(request.answer_schema)}"
    )
    return request.model_copy(update={"system": "\n\n".join(filter(None, (request.system, wanted)))})
