"""What a scripted model is asked, and what it answers: independent of the protocol that is spoken."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Dialect = Literal["chat", "responses", "messages", "embeddings"]


@dataclass(frozen=True)
class ToolUse:
    """A call that the model makes; `namespace` as Codex wraps the tools of an MCP server."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    namespace: str | None = None


@dataclass(frozen=True)
class Said:
    """One reply, good or bad."""

    text: str = ""
    tools: tuple[ToolUse, ...] = ()
    finish: Literal["done", "length", "refused"] = "done"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    tokens: tuple[Any, Any] | None = None
    body: bytes | None = None
    """Sent instead of what the protocol says."""
    content_type: str = "application/json"
    cut: Literal["", "at once", "connection", "stream"] = ""
    """Hang up without a word; in the middle of the body; or end a stream properly, too early."""
    hold: bool = False
    """Answer only after the server's `release` is set."""


@dataclass(frozen=True)
class Asked:
    """One request, as far as a script may look at it."""

    dialect: Dialect
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    system: str
    users: tuple[str, ...]
    tools: tuple[ToolUse, ...]
    results: int
    """Tool results since the last message of the user: the step that the model is at."""

    @property
    def stream(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def text(self) -> str:
        """All that the user said."""
        return "\n".join(self.users)

    def tool(self, name: str) -> ToolUse | None:
        """The offered tool of that name, however a client decorates it: `mcp__toy__add`, `toy_add`."""
        exact = [tool for tool in self.tools if tool.name == name]
        ending = [tool for tool in self.tools if tool.name.endswith((f"_{name}", f".{name}", f"/{name}"))]
        return next(iter([*exact, *ending]), None)


Script = Callable[[Asked], Said]


def says(*replies: Said | str) -> Script:
    """These replies one after another; the last one again and again."""
    left = [Said(text=reply) if isinstance(reply, str) else reply for reply in replies]

    def script(_asked: Asked) -> Said:
        return left.pop(0) if len(left) > 1 else left[0]

    return script


def places(vector: Callable[[str], Sequence[float]]) -> Script:
    """A model that gives each text its vector."""
    return lambda asked: Said(text=json.dumps([vector(text) for text in asked.users]))


def plays(calls: Sequence[tuple[str, Mapping[str, Any]]], closing: str = "Done.") -> Script:
    """A model that makes these tool calls; a counter would break on requests that clients send beside."""

    def script(asked: Asked) -> Said:
        if asked.results >= len(calls):
            return Said(text=closing)
        name, arguments = calls[asked.results]
        offered = asked.tool(name)
        return Said(text=closing) if offered is None else Said(tools=(replace(offered, arguments=arguments),))

    return script


def asked_of(dialect: Dialect, path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> Asked:
    """One request, read in its dialect."""
    turns = list(_READ[dialect](body))
    users = [text for kind, text in turns if kind == "user"]
    last = max((n for n, (kind, _) in enumerate(turns) if kind == "user"), default=-1)
    return Asked(
        dialect=dialect,
        path=path,
        headers=headers,
        body=body,
        system="\n".join(text for kind, text in turns if kind == "system"),
        users=tuple(users),
        tools=tuple(_tools(body.get("tools") or [])),
        results=sum(kind == "result" for kind, _ in turns[last + 1 :]),
    )


def _chat(body: Mapping[str, Any]):
    kinds = {"system": "system", "developer": "system", "user": "user", "tool": "result"}
    for message in body.get("messages") or []:
        yield kinds.get(message["role"], "model"), _text(message.get("content"))


def _responses(body: Mapping[str, Any]):
    yield "system", body.get("instructions") or ""
    turns = body.get("input") or []
    for turn in [{"role": "user", "content": turns}] if isinstance(turns, str) else turns:
        if turn.get("type") in {"function_call_output", "custom_tool_call_output"}:
            yield "result", ""
        elif "role" in turn:
            kinds = {"user": "user", "assistant": "model"}
            yield kinds.get(turn["role"], "system"), _text(turn.get("content"))


def _messages(body: Mapping[str, Any]):
    yield "system", _text(body.get("system"))
    for message in body.get("messages") or []:
        content = message.get("content")
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
        results = [block for block in blocks if block.get("type") == "tool_result"]
        if results:  # clients put reminders beside them: those are no message of the user
            yield from (("result", "") for _ in results)
        else:
            yield "user" if message["role"] == "user" else "model", _text(blocks)


def _embeddings(body: Mapping[str, Any]):
    given = body["input"]
    yield from (("user", text) for text in ([given] if isinstance(given, str) else given))


_READ = {"chat": _chat, "responses": _responses, "messages": _messages, "embeddings": _embeddings}


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else "" if content is None else json.dumps(content)


def _tools(offered: Sequence[Mapping[str, Any]], namespace: str | None = None):
    for tool in offered:
        if tool.get("type") == "namespace":
            yield from _tools(tool.get("tools") or [], tool["name"])
        else:
            name = (tool.get("function") or tool).get("name")
            if name:
                yield ToolUse(name, namespace=namespace)
