"""`openai:MODEL`: a conversation over OpenAI's Responses. Nothing is kept there: a turn sends all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from envscaler_mcp.llm.hearing import Body
from envscaler_mcp.llm.llm import Finish
from envscaler_mcp.llm.prices import cost_of
from envscaler_mcp.llm.wire import text_of, usage_of

from .dialogue import MAX_TOKENS, Brief, ToolResult, Turn, tool_use
from .line import Line


class Responses:
    """One conversation."""

    def __init__(self, line: Line, brief: Brief) -> None:
        self._line = line
        self._body: dict[str, Any] = {
            "model": line.model,
            "instructions": brief.system,
            "tools": [_tool(tool) for tool in brief.tools],
            "store": False,
            "include": ["reasoning.encrypted_content"],
            "max_output_tokens": MAX_TOKENS,
        }
        self._turns: list[Any] = [{"role": "user", "content": brief.instruction}]

    async def next(self, results: Sequence[ToolResult], said: str = "") -> Turn:
        """The next turn."""
        self._turns += [
            {"type": "function_call_output", "call_id": one.use.id, "output": one.text} for one in results
        ]
        if said:
            self._turns.append({"role": "user", "content": said})
        body = {**self._body, "input": self._turns}
        return await self._line.ask(body, self._ask, first=len(self._turns) == 1)

    async def _ask(self, body: Body) -> Turn:
        response = await self._line.hearing.response(body)
        turn = self._turn(response)
        self._turns += [part.model_dump(mode="json", exclude_none=True) for part in response.output]
        return turn

    def _turn(self, response: Any) -> Turn:
        parts = [part for one in response.output if one.type == "message" for part in one.content]
        refusals = [part.refusal for part in parts if part.type == "refusal"]
        calls = [one for one in response.output if one.type == "function_call"]
        counted = response.usage
        cached = getattr(getattr(counted, "input_tokens_details", None), "cached_tokens", 0)
        usage = usage_of(getattr(counted, "input_tokens", 0), getattr(counted, "output_tokens", 0), cached)
        return Turn(
            text=text_of([part.text for part in parts if part.type == "output_text"] or refusals),
            uses=tuple(tool_use(one.call_id, one.name, one.arguments) for one in calls),
            finish=_finish(response, refused=bool(refusals)),
            usage=usage,
            cost_usd=cost_of(usage, self._line.price),
        )


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    named = {"name": tool["name"], "description": tool["description"]}
    return {"type": "function", **named, "parameters": tool["inputSchema"], "strict": False}


def _finish(response: Any, *, refused: bool) -> Finish:
    if response.status == "incomplete":
        filtered = getattr(response.incomplete_details, "reason", None) == "content_filter"
        return "refused" if filtered else "length"
    return "refused" if refused else "done"
