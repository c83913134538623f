"""`anthropic:MODEL`: a conversation over Anthropic's Messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from envscaler_mcp.llm.anthropic_messages import finish_of, usage_told
from envscaler_mcp.llm.hearing import Body
from envscaler_mcp.llm.prices import cost_of
from envscaler_mcp.llm.wire import text_of

from .dialogue import MAX_TOKENS, Brief, ToolResult, ToolUse, Turn, as_arguments
from .line import Line


class Messages:
    """One conversation."""

    def __init__(self, line: Line, brief: Brief) -> None:
        self._line = line
        self._body: dict[str, Any] = {
            "model": line.model,
            "system": brief.system,
            "tools": [_tool(tool) for tool in brief.tools],
            "max_tokens": MAX_TOKENS,
        }
        self._turns: list[Any] = [{"role": "user", "content": brief.instruction}]

    async def next(self, results: Sequence[ToolResult], said: str = "") -> Turn:
        """The next turn."""
        if results:
            self._turns.append({"role": "user", "content": [_result(one) for one in results]})
        if said:
            self._turns.append({"role": "user", "content": said})
        body = {**self._body, "messages": self._turns}
        return await self._line.ask(body, self._ask, first=len(self._turns) == 1)

    async def _ask(self, body: Body) -> Turn:
        message = await self._line.hearing.message(body)
        turn = self._turn(message)
        said = [block.model_dump(mode="json", exclude_none=True) for block in message.content]
        self._turns.append({"role": "assistant", "content": said})
        return turn

    def _turn(self, message: Any) -> Turn:
        usage = usage_told(message.usage)
        uses = [block for block in message.content if block.type == "tool_use"]
        return Turn(
            text=text_of([block.text for block in message.content if block.type == "text"]),
            uses=tuple(_use(block) for block in uses),
            finish=finish_of(message.stop_reason),
            usage=usage,
            cost_usd=cost_of(usage, self._line.price),
        )


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": tool["name"],
        "description": tool["description"],
        "input_schema": tool["inputSchema"],
    }


def _use(block: Any) -> ToolUse:
    return ToolUse(block.id, block.name, as_arguments(block.input), str(block.input))


def _result(one: ToolResult) -> dict[str, Any]:
    told = {"type": "tool_result", "tool_use_id": one.use.id, "content": one.text}
    return {**told, "is_error": True} if one.is_error else told
