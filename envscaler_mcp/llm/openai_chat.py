"""`chat:MODEL@URL`: any endpoint that speaks chat completions, through OpenAI's SDK."""

from __future__ import annotations

from typing import Any

from envscaler_mcp.spec import Json

from .connection import Connection
from .llm import Answer, Finish
from .openai_responses import open_client
from .prices import Price, cost_of
from .request import Request
from .schemas import is_strict
from .structured import Structured, in_words
from .wire import short, text_of, usage_of

FINISH: dict[str, Finish] = {"length": "length", "content_filter": "refused"}


class OpenAIChat:
    """A model behind an address: vLLM, llama.cpp, Ollama, a gateway."""

    def __init__(self, model: str, connection: Connection, price: Price | None) -> None:
        self.name = f"chat:{model}"
        self._model = model
        self._price = price
        self._hearing, self._wire = open_client(self.name, connection)
        self._structured = Structured(self._ask, suits=lambda _schema: True)

    async def answer(self, request: Request) -> Answer:
        """What the model says."""
        return await self._structured.answer(request)

    async def _ask(self, request: Request, schema: Json | None) -> Answer:
        body = self._body(request, schema)

        async def call() -> Answer:
            return self._answer(await self._hearing.completion(body))

        return await self._wire(call)

    def _body(self, request: Request, schema: Json | None) -> dict[str, Any]:
        # Some endpoints take a schema and do nothing with it: the model is told in words as well.
        told = request if schema is None else in_words(request)
        system = [{"role": "system", "content": told.system}] if told.system else []
        turns = [{"role": message.role, "content": message.text} for message in told.messages]
        body: dict[str, Any] = {"model": self._model, "messages": [*system, *turns]}
        body["max_tokens"] = request.max_tokens
        if schema is not None:
            wanted = {"name": "answer", "schema": schema, "strict": is_strict(schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": wanted}
        return body

    def _answer(self, completion: Any) -> Answer:
        choice, counted = completion.choices[0], completion.usage
        refusal = getattr(choice.message, "refusal", None)
        cached = getattr(getattr(counted, "prompt_tokens_details", None), "cached_tokens", 0)
        usage = usage_of(
            getattr(counted, "prompt_tokens", 0), getattr(counted, "completion_tokens", 0), cached
        )
        said = choice.message.content
        return Answer(
            text=text_of([refusal if said is None and refusal else "" if said is None else said]),
            finish="refused" if refusal else FINISH.get(str(choice.finish_reason), "done"),
            usage=usage,
            model=self.name,
            served_by=short(completion.model),
            cost_usd=cost_of(usage, self._price),
        )
