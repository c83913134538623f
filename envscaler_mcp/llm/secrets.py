"""Keys must not get into files, messages or prompts: wherever text crosses, they are blotted out."""

from __future__ import annotations

from collections.abc import Iterable

from envscaler_mcp.runtime.standalone.canonical import dumps, loads

from .llm import Answer, Model
from .request import Request

BLOT = "[key]"
_SHORTEST = 8
"""Anything shorter is a placeholder such as `none`, and would blot out words."""


class Secrets:
    """Texts that nobody may read."""

    def __init__(self, texts: Iterable[str]) -> None:
        found = {spelt for text in texts if len(text) >= _SHORTEST for spelt in (text, dumps(text)[1:-1])}
        self._texts = sorted(found, key=len, reverse=True)

    def blot(self, text: str) -> str:
        """The text without them."""
        for secret in self._texts:
            text = text.replace(secret, BLOT)
        return text

    def __repr__(self) -> str:
        return f"Secrets({len(self._texts)})"


class Blotted:
    """A model that is told no secret, and can tell none."""

    def __init__(self, model: Model, secrets: Secrets) -> None:
        self._model = model
        self._secrets = secrets
        self.name = model.name

    async def answer(self, request: Request) -> Answer:
        """What the model says, without secrets that it may have echoed."""
        return self._answer(await self._model.answer(self._request(request)))

    def _request(self, request: Request) -> Request:
        written = dumps(request.to_json())
        blotted = self._secrets.blot(written)
        return request if blotted == written else Request.from_json(loads(blotted), "a request")

    def _answer(self, answer: Answer) -> Answer:
        text, served_by = self._secrets.blot(answer.text), self._secrets.blot(answer.served_by)
        return answer.model_copy(update={"text": text, "served_by": served_by})
