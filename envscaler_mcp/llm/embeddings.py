"""Texts to vectors, through OpenAI's SDK: calls like all others, so stored, counted and within the budget."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from envscaler_mcp.errors import RequestRefused
from envscaler_mcp.runtime.standalone.canonical import StrictJsonError, dumps, loads

from .connection import Connection
from .llm import Answer, Model
from .openai_responses import open_client
from .prices import Price, cost_of
from .request import Message, Request
from .wire import short, usage_of

DEFAULT_MODEL = "text-embedding-3-small"
"""Of OpenAI: the cheapest that it has."""
TEXTS_A_CALL = 32
DIGITS = 6
"""Of each number; what a cosine needs, and a third of the bytes of a stored call."""

Vector = Sequence[float]


class OpenAIEmbeddings:
    """A model that answers the texts of a request with their vectors, as JSON."""

    def __init__(self, name: str, model: str, connection: Connection, price: Price | None) -> None:
        self.name = name
        self._model = model
        self._price = price
        hearing, self._wire = open_client(self.name, connection)
        self._client = hearing.client

    async def answer(self, request: Request) -> Answer:
        """A list of vectors, one for each message.

        Raises:
            RequestRefused: what came back are no vectors.
        """
        texts = [message.text for message in request.messages]

        async def call() -> Answer:
            # Servers other than OpenAI's own may not know the SDK's default form, base64.
            made = await self._client.embeddings.create(
                model=self._model, input=texts, encoding_format="float"
            )
            return self._answer(made, len(texts))

        return await self._wire(call)

    def _answer(self, made: Any, texts: int) -> Answer:
        usage = usage_of(getattr(getattr(made, "usage", None), "prompt_tokens", 0), 0)
        return Answer(
            text=dumps(_vectors(self.name, made, texts)),
            finish="done",
            usage=usage,
            model=self.name,
            served_by=short(getattr(made, "model", "")),
            cost_usd=cost_of(usage, self._price),
        )


@dataclass(frozen=True)
class Embedder:
    """Gives vectors of texts, in the order of the texts."""

    model: Model
    stage: str = "mining.embed"

    @property
    def name(self) -> str:
        """Which model this is."""
        return self.model.name

    async def __call__(self, texts: Sequence[str]) -> list[Vector]:
        """Their vectors, all of one length.

        Raises:
            RequestRefused: it gives none, or of different lengths.
            ProviderFailed: there is no answer to be had.
            BudgetReached: it might cost more than is left.
            BadInput: they are replayed, and were not stored.
        """
        found: list[Vector] = []
        for start in range(0, len(texts), TEXTS_A_CALL):
            found += await self._some(texts[start : start + TEXTS_A_CALL])
        if len({len(vector) for vector in found}) > 1:
            raise RequestRefused(f"{self.name}: its vectors differ in length.")
        return found

    async def _some(self, texts: Sequence[str]) -> list[Vector]:
        messages = tuple(Message(role="user", text=text) for text in texts)
        answer = await self.model.answer(Request(stage=self.stage, messages=messages, max_tokens=1))
        try:
            found = loads(answer.text)
        except StrictJsonError as error:
            raise RequestRefused(f"{self.name}: its answer is no list of vectors.") from error
        return _checked(self.name, found, len(texts))


def _vectors(name: str, made: Any, texts: int) -> list[Vector]:
    found: Any = getattr(made, "data", None)
    rows: list[Any] = [*cast("list[Any]", found)] if isinstance(found, list) else [None]
    if not all(isinstance(getattr(row, "index", None), int) for row in rows):
        raise RequestRefused(f"{name}: what came back are no vectors.")
    rows.sort(key=lambda row: row.index)
    exact = _checked(name, [getattr(row, "embedding", None) for row in rows], texts)
    return [[round(float(number), DIGITS) for number in vector] for vector in exact]


def _checked(name: str, found: Any, texts: int) -> list[Vector]:
    if not isinstance(found, list) or len(cast("list[Any]", found)) != texts:
        raise RequestRefused(f"{name}: {texts} texts were given, and not as many vectors came back.")
    if not all(_is_vector(vector) for vector in cast("list[Any]", found)):
        raise RequestRefused(f"{name}: what came back are no vectors.")
    return cast("list[Vector]", found)


def _is_vector(vector: Any) -> bool:
    """Numbers that point somewhere."""
    if not isinstance(vector, list) or not vector:
        return False
    numbers = cast("list[Any]", vector)
    return all(type(one) in (int, float) and math.isfinite(one) for one in numbers) and any(numbers)
