"""The steps of a recorded trajectory: from its list of steps, or from its messages where it has none.

What upstream turned away before it was played (an answer that could not be parsed, an unknown
name, arguments that are no object) changed nothing; such a turn is no call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from .recorded_rows import structured

TALK = "chat_with_user"
STOP = "###STOP###"
CRASH = "Error: <Exception>"
_TURNED_AWAY = re.compile(r"Error: (?:Failed to parse|Invalid action)")
_CALL = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)
_RESPONSE = re.compile(r"\A\s*<tool_response>\s*(.*?)\s*</tool_response>\s*\Z", re.DOTALL)


@dataclass(frozen=True)
class Turn:
    """One action and what came back."""

    step: int
    tool: str
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    content: Any = None
    from_tool: bool = True
    terminated: bool | None = None

    @property
    def text(self) -> str:
        """What came back, where it is text."""
        return self.content if isinstance(self.content, str) else ""

    @property
    def crashed(self) -> bool:
        """The tool, or the simulated user, raised."""
        return not self.from_tool and self.text.startswith(CRASH)

    @property
    def is_empty(self) -> bool:
        """The agent answered nothing, and upstream stopped without a look at the state."""
        return not self.tool and bool(self.terminated)

    @property
    def is_call(self) -> bool:
        """A tool was played."""
        turned_away = not self.from_tool and _TURNED_AWAY.match(self.text) is not None
        return bool(self.tool) and self.tool != TALK and not turned_away


def turns_of(row: dict[str, Any]) -> list[Turn]:
    """The turns up to the one that ended the episode.

    Raises:
        ValueError: the row has neither steps nor messages.
    """
    steps = structured(row.get("trajectory", row.get("steps")))
    messages = structured(row.get("messages", row.get("conversations")))
    if isinstance(steps, list) and steps:
        turns = _as_typed(list(_of_steps(cast("list[Any]", steps))), messages)
    elif isinstance(messages, list):
        turns = list(_of_messages(cast("list[Any]", messages)))
    else:
        raise ValueError("it has neither steps nor messages")
    last = next((number for number, turn in enumerate(turns) if turn.terminated), len(turns))
    return turns[: last + 1]


def _of_steps(steps: Sequence[Any]) -> Iterator[Turn]:
    for number, step in enumerate(steps):
        if not isinstance(step, dict) or "action" not in step:
            continue
        whole = cast("dict[str, Any]", step)
        actions = _several(structured(whole["action"]))
        seen = _several(whole.get("observation"))
        for place, action in enumerate(actions):
            is_last = place == len(actions) - 1
            terminated = whole.get("terminated") if is_last else None
            observation = seen[place] if place < len(seen) else None
            yield _turn(int(whole.get("step", number)), action, observation, terminated)


def _turn(step: int, action: Any, observation: Any, terminated: Any) -> Turn:
    content, from_tool = _content(observation)
    ended = None if terminated is None else bool(terminated)
    named = _action(action)
    if named is None:
        return Turn(step, "", {}, content, from_tool=from_tool, terminated=ended)
    return Turn(step, named[0], named[1], content, from_tool=from_tool, terminated=ended)


def _content(observation: Any) -> tuple[Any, bool]:
    """What came back, and whether a tool said it."""
    if not isinstance(observation, dict):
        is_error = isinstance(observation, str) and observation.startswith("Error: ")
        return observation, not is_error
    whole = cast("dict[str, Any]", observation)
    if "content" not in whole:
        return whole, True
    return whole["content"], whole.get("type", whole.get("role", "tool")) == "tool"


def _action(action: Any) -> tuple[str, dict[str, Any]] | None:
    """Name and arguments; None for what names no tool."""
    if not isinstance(action, dict):
        return None
    whole = cast("dict[str, Any]", action)
    calls = structured(whole.get("tool_calls"))
    if isinstance(calls, list) and calls:
        return _action(calls[0])  # upstream plays the first alone
    inner = whole.get("function")
    if isinstance(inner, dict):
        return _action(inner)
    name, arguments = whole.get("name"), _arguments(whole.get("arguments"))
    return (str(name), arguments) if name and arguments is not None else None


def _arguments(given: Any) -> dict[str, Any] | None:
    """None for what is no object; upstream turns such an action away."""
    if given is None or (isinstance(given, str) and given.strip() in ("", "null", "None")):
        return {}
    value = structured(given)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _several(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _of_messages(messages: Sequence[Any]) -> Iterator[Turn]:
    """Calls and answers of a chat, native or in `<tool_call>` tags."""
    waiting: list[tuple[str | None, str, dict[str, Any]]] = []
    step = 0
    for message in (cast("dict[str, Any]", one) for one in messages if isinstance(one, dict)):
        role = str(message.get("role", message.get("from", "")))
        content = message.get("content", message.get("value"))
        if role in ("assistant", "gpt", "function_call"):
            waiting = list(_asked(message, content))
        elif waiting and role in ("tool", "user", "human", "observation", "function"):
            call = _answered(waiting, message.get("tool_call_id"))
            step += 1
            text, from_tool = _answer(content, role)
            yield Turn(step, call[1], call[2], text, from_tool=from_tool)


def _as_typed(turns: list[Turn], messages: Any) -> list[Turn]:
    """Arguments as the agent typed them, where its messages tell.

    A class that keeps an argument and changes it later changes the recorded step as well.
    """
    chat = cast("list[Any]", messages) if isinstance(messages, list) else []
    asked = [
        next(_asked(message, message.get("content")), None)
        for message in (cast("dict[str, Any]", one) for one in chat if isinstance(one, dict))
        if message.get("role") == "assistant"
    ]
    typed = [call for call in asked if call is not None]
    named = [turn for turn in turns if turn.tool not in ("", TALK)]
    if [call[1] for call in typed] != [turn.tool for turn in named]:
        return turns
    calls = iter(typed)
    return [
        replace(turn, arguments=next(calls)[2]) if turn.tool not in ("", TALK) else turn for turn in turns
    ]


def _asked(message: dict[str, Any], content: Any) -> Iterator[tuple[str | None, str, dict[str, Any]]]:
    calls = structured(message.get("tool_calls"))
    written = _CALL.findall(content) if isinstance(content, str) else []
    if message.get("from") == "function_call" and not written:  # ShareGPT: a call without tags
        written = [content]
    for call in cast("list[Any]", calls) if isinstance(calls, list) else [structured(one) for one in written]:
        named = _action(call)
        if named is not None:
            yield (cast("dict[str, Any]", call).get("id"), *named)


def _answered(
    waiting: list[tuple[str | None, str, dict[str, Any]]], identifier: Any
) -> tuple[str | None, str, dict[str, Any]]:
    """The call that an answer is to: the one it names, or the next one."""
    place = next((at for at, call in enumerate(waiting) if identifier and call[0] == identifier), 0)
    return waiting.pop(place)


def _answer(content: Any, role: str) -> tuple[Any, bool]:
    if not isinstance(content, str):
        return content, True
    wrapped = _RESPONSE.match(content)
    is_error = content.startswith("Error: ") and (role != "tool" or content.startswith(CRASH))
    return (wrapped[1] if wrapped else content), not is_error
