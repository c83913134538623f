"""`prompted:SPEC`: tools described in the prompt and called as `<tool_call>` text, as in the paper.

For models without tool calls of their own (EnvScaler, arXiv 2601.05808, appendix: Qwen's form).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from envscaler_mcp.llm.llm import Model
from envscaler_mcp.llm.request import Message, Request
from envscaler_mcp.runtime.standalone.canonical import StrictJsonError, dumps, loads
from envscaler_mcp.spec import Json

from .dialogue import MAX_TOKENS, Brief, ToolResult, ToolUse, Turn, as_arguments

_CALL = re.compile(r"<tool_call>(.*?)(?:</tool_call>|\Z)", re.DOTALL)
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


class Prompted:
    """One conversation."""

    def __init__(self, model: Model, brief: Brief) -> None:
        self._model = model
        self._system = f"{brief.system}\n\n{_told(brief.tools)}"
        self._turns = [Message(role="user", text=brief.instruction)]

    async def next(self, results: Sequence[ToolResult], said: str = "") -> Turn:
        """The next turn."""
        if results:
            told = "\n".join(f"<tool_response>\n{one.text}\n</tool_response>" for one in results)
            self._turns.append(Message(role="user", text=told))
        if said:
            self._turns.append(Message(role="user", text=said))
        answer = await self._model.answer(
            Request(stage="agent", system=self._system, messages=tuple(self._turns), max_tokens=MAX_TOKENS)
        )
        self._turns.append(Message(role="assistant", text=answer.text))
        spoken = _THOUGHT.sub("", answer.text)
        uses = tuple(_use(number, text) for number, text in enumerate(_CALL.findall(spoken)))
        return Turn(_CALL.sub("", spoken).strip(), uses, answer.finish, answer.usage, answer.cost_usd)


def _told(tools: Sequence[dict[str, Json]]) -> str:
    lines = "\n".join(
        dumps({"name": one["name"], "description": one["description"], "parameters": one["inputSchema"]})
        for one in tools
    )
    return (
        f"# Tools\n\nEach line is a tool:\n<tools>\n{lines}\n</tools>\n\nTo call one, write a JSON object "
        'with its name and arguments:\n<tool_call>\n{"name": "…", "arguments": {…}}\n</tool_call>\n'
        "Several calls may follow each other. When everything is done, answer without a call."
    )


def _use(number: int, text: str) -> ToolUse:
    try:
        found: Any = loads(text.strip())
    except StrictJsonError:
        found = None
    said = as_arguments(found) or {}
    name = said.get("name")
    if not isinstance(name, str):
        return ToolUse(f"call-{number}", "", None, text)
    return ToolUse(f"call-{number}", name, as_arguments(said.get("arguments", {})), text)
