"""A reply of a provider as its SDK's own object, heard as a stream of events or fetched as one whole.

Streams are the rule: a long answer keeps its connection busy, and one that is cut is known to be. Whoever
answers with a whole although a stream was asked for is heard too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .attempt import AnswerLost
from .wire import short

Body = dict[str, Any]
_LAST_EVENTS = frozenset({"response.completed", "response.incomplete", "response.failed"})


@dataclass(frozen=True)
class Hearing:
    """A client of an SDK, asked in its own words; every method raises `AnswerLost` for half an answer."""

    name: str
    client: Any
    streams: bool

    async def completion(self, body: Body) -> Any:
        """A `ChatCompletion` of OpenAI's SDK, with a choice at least."""
        whole = self.client.chat.completions.create
        completion = await (self._streamed_completion(body) if self.streams else whole(**body))
        if not completion.choices:
            raise AnswerLost(f"{self.name}: the reply holds no choice")
        return completion

    async def response(self, body: Body) -> Any:
        """A `Response` of OpenAI's SDK, completed or incomplete."""
        whole = self.client.responses.create
        response = await (self._streamed_response(body) if self.streams else whole(**body))
        if response.status not in {"completed", "incomplete"}:
            raise AnswerLost(f"{self.name}: the response is {short(response.status) or 'of no known form'}")
        return response

    async def message(self, body: Body) -> Any:
        """A `Message` of Anthropic's SDK."""
        if not self.streams:
            return await self.client.messages.create(**body)
        async with self.client.messages.stream(**body) as stream:
            message = await stream.get_final_message()
        if message.stop_reason is None:
            raise self._cut()
        return message

    async def _streamed_completion(self, body: Body) -> Any:
        from openai.lib.streaming.chat import ChatCompletionStreamState  # noqa: PLC0415 (only who asks it)
        from openai.types.chat import ChatCompletion  # noqa: PLC0415

        state: Any = ChatCompletionStreamState()
        chunks = 0
        wanted = {"stream": True, "stream_options": {"include_usage": True}}
        async with await self.client.chat.completions.create(**body, **wanted) as stream:
            if _is_whole(stream):
                return ChatCompletion.construct(**await _json_of(stream))
            async for chunk in stream:
                state.handle_chunk(chunk)
                chunks += 1
        completion = state.current_completion_snapshot if chunks else None
        if completion is None or any(choice.finish_reason is None for choice in completion.choices):
            raise self._cut()
        return completion

    async def _streamed_response(self, body: Body) -> Any:
        from openai.types.responses import Response  # noqa: PLC0415 (only who asks it)

        async with await self.client.responses.create(**body, stream=True) as stream:
            if _is_whole(stream):
                return Response.construct(**await _json_of(stream))
            async for event in stream:
                if event.type in _LAST_EVENTS:
                    return event.response
                if event.type == "error":
                    raise AnswerLost(f"{self.name}: an error came in the stream ({short(event.message)})")
        raise self._cut()

    def _cut(self) -> AnswerLost:
        return AnswerLost(f"{self.name}: the stream ended before the answer did")


def _is_whole(stream: Any) -> bool:
    return "json" in stream.response.headers.get("content-type", "")


async def _json_of(stream: Any) -> Any:
    await stream.response.aread()
    return stream.response.json()
