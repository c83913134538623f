"""`chat:MODEL@URL`: a conversation over chat completions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from envscaler_mcp.llm.hearing import Body
from envscaler_mcp.llm.openai_chat import FINISH
from envscaler_mcp.llm.prices import cost_of
from envscaler_mcp.llm.wire import text_of, usage_of

from .dialogue import MAX_TOKENS, Brief, ToolResult, Turn, tool_use
from .line import Line

_OF_STREAMS = {"index": True, "function": {"parsed_arguments"}}
"""What a call that was streamed has beside what it said."""


class Chat:
    """One conversation."""

    def __init__(self, line: Line, brief: Brief) -> None:
        self._line = line
        self._body: dict[str, Any] = {
            "model": line.model,
            "tools": [_tool(tool) for tool in brief.tools],
            "max_tokens": MAX_TOKENS,
        }
        self._turns: list[Any] = [
            {"role": "system", "content": brief.system},
            {"role": "user", "content": brief.instruction},
        ]

    async def next(self, results: Sequence[ToolResult], said: str = "") -> Turn:
        """The next turn."""
        self._turns += [{"role": "tool", "tool_call_id": one.use.id, "content": one.text} for one in results]
        if said:
            self._turns.append({"role": "user", "content": said})
        body = {**self._body, "messages": self._turns}
        return await self._line.ask(body, self._ask, first=len(self._turns) == 2)

    async def _ask(self, body: Body) -> Turn:
        completion = await self._line.hearing.completion(body)
        choice = completion.choices[0]
        turn = self._turn(choice, completion.usage)
        self._turns.append(_said(choice.message))
        return turn

    def _turn(self, choice: Any, counted: Any) -> Turn:
        refusal = getattr(choice.message, "refusal", None)
        made: list[Any] = choice.message.tool_calls or []
        calls = [call for call in made if call.type == "function"]
        cached = getattr(getattr(counted, "prompt_tokens_details", None), "cached_tokens", 0)
        usage = usage_of(
            getattr(counted, "prompt_tokens", 0), getattr(counted, "completion_tokens", 0), cached
        )
        return Turn(
            text=text_of([choice.message.content or refusal or ""]),
            uses=tuple(tool_use(call.id, call.function.name, call.function.arguments) for call in calls),
            finish="refused" if refusal else FINISH.get(str(choice.finish_reason), "done"),
            usage=usage,
            cost_usd=cost_of(usage, self._line.price),
        )


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    named = {"name": tool["name"], "description": tool["description"]}
    return {"type": "function", "function": {**named, "parameters": tool["inputSchema"]}}


def _said(message: Any) -> dict[str, Any]:
    """The model's turn, as it is to be told again."""
    made: list[Any] = message.tool_calls or []
    calls = [call.model_dump(mode="json", exclude_none=True, exclude=_OF_STREAMS) for call in made]
    return {
        "role": "assistant",
        "content": message.content or None,
        **({"tool_calls": calls} if calls else {}),
    }
