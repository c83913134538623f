"""`openai:MODEL`: OpenAI's Responses API, through its SDK."""

from __future__ import annotations

from typing import Any

from envscaler_mcp.spec import Json

from .connection import Connection
from .hearing import Hearing
from .llm import Answer, Finish
from .prices import Price, cost_of
from .request import Request
from .schemas import is_strict
from .structured import Structured
from .wire import Wire, missing_sdk, short, text_of, usage_of

ADDRESS = "https://api.openai.com/v1"


class OpenAIResponses:
    """A model of OpenAI."""

    def __init__(self, model: str, connection: Connection, price: Price | None) -> None:
        self.name = f"openai:{model}"
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
            return self._answer(await self._hearing.response(body))

        return await self._wire(call)

    def _body(self, request: Request, schema: Json | None) -> dict[str, Any]:
        turns = [{"role": message.role, "content": message.text} for message in request.messages]
        body: dict[str, Any] = {"model": self._model, "input": turns, "store": False}
        body["max_output_tokens"] = request.max_tokens
        if request.system:
            body["instructions"] = request.system
        if schema is not None:
            wanted = {"type": "json_schema", "name": "answer", "schema": schema, "strict": is_strict(schema)}
            body["text"] = {"format": wanted}
        return body

    def _answer(self, response: Any) -> Answer:
        parts = [part for output in response.output if output.type == "message" for part in output.content]
        texts = [part.text for part in parts if part.type == "output_text"]
        refusals = [part.refusal for part in parts if part.type == "refusal"]
        counted = response.usage
        cached = getattr(getattr(counted, "input_tokens_details", None), "cached_tokens", 0)
        usage = usage_of(getattr(counted, "input_tokens", 0), getattr(counted, "output_tokens", 0), cached)
        return Answer(
            text=text_of(texts or refusals),
            finish=_finish(response, refused=bool(refusals)),
            usage=usage,
            model=self.name,
            served_by=short(response.model),
            cost_usd=cost_of(usage, self._price),
        )


def open_client(spec: str, connection: Connection) -> tuple[Hearing, Wire]:
    """A client of the SDK whose own retries are off; the chat provider uses the same.

    Raises:
        BadInput: the SDK is not installed.
    """
    try:
        import openai  # noqa: PLC0415 (only who asks OpenAI needs it)
    except ImportError as error:
        raise missing_sdk(connection.said, "openai") from error
    client = openai.AsyncOpenAI(
        api_key=connection.key,
        base_url=connection.address,
        max_retries=0,
        timeout=connection.attempt_seconds,
    )
    connection.close_later(client.close)
    wire = Wire(openai, spec, connection.key_name, connection.secrets, connection.clock)
    return Hearing(spec, client, connection.streams), wire


def _finish(response: Any, *, refused: bool) -> Finish:
    if response.status == "incomplete":
        reason = getattr(response.incomplete_details, "reason", None)
        return "refused" if reason == "content_filter" else "length"
    return "refused" if refused else "done"
