"""`anthropic:MODEL`: Anthropic's Messages, through its SDK."""

from __future__ import annotations

from typing import Any, cast

from envscaler_mcp.spec import Json

from .connection import Connection
from .hearing import Hearing
from .llm import Answer, Finish, Usage
from .prices import Price, cost_of
from .request import Request
from .schemas import is_closed
from .structured import Structured
from .wire import Wire, missing_sdk, short, text_of, usage_of

ADDRESS = "https://api.anthropic.com"
_FINISH: dict[str, Finish] = {
    "end_turn": "done",
    "stop_sequence": "done",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refused",
}


class AnthropicMessages:
    """A model of Anthropic."""

    def __init__(self, model: str, connection: Connection, price: Price | None) -> None:
        self.name = f"anthropic:{model}"
        self._model = model
        self._price = price
        self._hearing, self._wire = open_anthropic(self.name, connection)
        self._structured = Structured(self._ask, suits=self._suits)

    async def answer(self, request: Request) -> Answer:
        """What the model says."""
        return await self._structured.answer(request)

    def _suits(self, schema: Json) -> bool:
        """The SDK narrows a schema: it closes every object (an open one would come back empty)."""
        try:
            _narrowed(schema)
        except (ValueError, TypeError, AssertionError):
            return False
        return is_closed(schema)

    async def _ask(self, request: Request, schema: Json | None) -> Answer:
        body = self._body(request, schema)

        async def call() -> Answer:
            return self._answer(await self._hearing.message(body))

        return await self._wire(call)

    def _body(self, request: Request, schema: Json | None) -> dict[str, Any]:
        turns = [{"role": message.role, "content": message.text} for message in request.messages]
        body: dict[str, Any] = {"model": self._model, "messages": turns, "max_tokens": request.max_tokens}
        if request.system:
            body["system"] = request.system
        if schema is not None:
            body["output_config"] = {"format": {"type": "json_schema", "schema": _narrowed(schema)}}
        return body

    def _answer(self, message: Any) -> Answer:
        usage = usage_told(message.usage)
        return Answer(
            text=text_of([block.text for block in message.content if block.type == "text"]),
            finish=finish_of(message.stop_reason),
            usage=usage,
            model=self.name,
            served_by=short(message.model),
            cost_usd=cost_of(usage, self._price),
        )


def open_anthropic(spec: str, connection: Connection) -> tuple[Hearing, Wire]:
    """A client of the SDK whose own retries are off.

    Raises:
        BadInput: the SDK is not installed.
    """
    try:
        import anthropic  # noqa: PLC0415 (only who asks Anthropic needs it)
    except ImportError as error:
        raise missing_sdk(connection.said, "anthropic") from error
    client = anthropic.AsyncAnthropic(
        api_key=connection.key,
        base_url=connection.address,
        max_retries=0,
        timeout=connection.attempt_seconds,
    )
    connection.close_later(client.close)
    wire = Wire(anthropic, spec, connection.key_name, connection.secrets, connection.clock)
    return Hearing(spec, client, connection.streams), wire


def _narrowed(schema: Json) -> Any:
    """The schema as the SDK sends it; it raises where it cannot."""
    import anthropic  # noqa: PLC0415 (only who asks Anthropic needs it)

    return cast("Any", anthropic).transform_schema(schema)


def finish_of(reason: Any) -> Finish:
    """Why a message ended."""
    return _FINISH.get(str(reason), "done")


def usage_told(counted: Any) -> Usage:
    """Tokens of a message; what was read from a cache or written to it is input too."""
    read = usage_of(counted.cache_read_input_tokens, counted.cache_creation_input_tokens)
    told = usage_of(counted.input_tokens, counted.output_tokens)
    return usage_of(told.input + read.input + read.output, told.output, read.input)
