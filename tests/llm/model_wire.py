"""How a scripted reply is spelt in each of the protocols, whole or as a stream of events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.llm.model_script import Asked, Dialect, Said, ToolUse

Event = tuple[str, Any]
"""Name and content of a server-sent event; no name where the protocol has none."""

_CHAT_FINISH = {"done": "stop", "length": "length", "refused": "content_filter"}
_MESSAGES_FINISH = {"done": "end_turn", "length": "max_tokens", "refused": "refusal"}


def whole(asked: Asked, said: Said) -> Any:
    """The reply as one JSON value."""
    spell = {"chat": _chat, "responses": _response, "messages": _message, "embeddings": _embeddings}
    return spell[asked.dialect](asked, said)


def events(asked: Asked, said: Said) -> Iterator[Event]:
    """The reply as a stream."""
    stream = {"chat": _chat_events, "responses": _response_events, "messages": _message_events}
    return stream[asked.dialect](asked, said)


def error(dialect: Dialect, said: Said) -> Any:
    """What comes with a status that is no 200."""
    message = said.text or "scripted"
    if dialect == "messages":
        kind = {429: "rate_limit_error", 529: "overloaded_error", 401: "authentication_error"}
        return {"type": "error", "error": {"type": kind.get(said.status, "api_error"), "message": message}}
    return {"error": {"message": message, "type": "scripted", "code": None, "param": None}}


def spelt(event: Event) -> bytes:
    """One server-sent event."""
    name, content = event
    text = content if isinstance(content, str) else json.dumps(content)
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


def _counts(asked: Asked, said: Said) -> tuple[Any, Any]:
    return said.tokens or (1 + len(asked.system + asked.text) // 4, 1 + len(said.text) // 4)


def _pieces(text: str) -> list[str]:
    """A few characters each; of a long text a hundred, since an SDK that joins them copies it each time."""
    size = max(7, len(text) // 100)
    return [text[at : at + size] for at in range(0, len(text), size)]


def _call_id(asked: Asked, number: int) -> str:
    return f"call_{asked.results}_{number}"


# Chat completions


def _chat(asked: Asked, said: Said) -> Any:
    message: dict[str, Any] = {"role": "assistant", "content": said.text or None}
    if said.tools:
        message["tool_calls"] = [_chat_call(asked, n, tool) for n, tool in enumerate(said.tools)]
    choice = {"index": 0, "message": message, "finish_reason": _chat_finish(said), "logprobs": None}
    return {**_chat_head(asked, "chat.completion"), "choices": [choice], "usage": _chat_usage(asked, said)}


def _chat_head(asked: Asked, kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1, "model": asked.body.get("model", "scripted")}


def _chat_call(asked: Asked, number: int, tool: ToolUse) -> Any:
    function = {"name": tool.name, "arguments": json.dumps(tool.arguments)}
    return {"id": _call_id(asked, number), "type": "function", "function": function}


def _chat_finish(said: Said) -> str:
    return "tool_calls" if said.tools else _CHAT_FINISH[said.finish]


def _chat_usage(asked: Asked, said: Said) -> Any:
    took, gave = _counts(asked, said)
    return {"prompt_tokens": took, "completion_tokens": gave, "total_tokens": 0}


def _chat_events(asked: Asked, said: Said) -> Iterator[Event]:
    head = _chat_head(asked, "chat.completion.chunk")

    def chunk(delta: Any, finish: str | None = None) -> Event:
        return "", {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    yield chunk({"role": "assistant", "content": ""})
    for piece in _pieces(said.text):
        yield chunk({"content": piece})
    for number, tool in enumerate(said.tools):
        call = _chat_call(asked, number, tool)
        arguments = call["function"].pop("arguments")
        yield chunk({"tool_calls": [{"index": number, **call}]})
        for piece in _pieces(arguments):
            yield chunk({"tool_calls": [{"index": number, "function": {"arguments": piece}}]})
    yield chunk({}, _chat_finish(said))
    if (asked.body.get("stream_options") or {}).get("include_usage"):
        yield "", {**head, "choices": [], "usage": _chat_usage(asked, said)}
    yield "", "[DONE]"


# Responses


def _response(asked: Asked, said: Said) -> Any:
    cut = said.finish == "length"
    took, gave = _counts(asked, said)
    return {
        **_response_head(asked),
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "output": list(_response_outputs(asked, said)),
        "usage": {
            "input_tokens": took,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": gave,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 0,
        },
    }


def _response_head(asked: Asked) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": asked.body.get("model", "scripted"),
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "output": [],
        "parallel_tool_calls": False,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
    }


def _response_outputs(asked: Asked, said: Said) -> Iterator[Any]:
    if said.finish == "refused":
        parts = [{"type": "refusal", "refusal": said.text or "No."}]
        yield {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": parts}
    elif said.text or not said.tools:
        parts = [{"type": "output_text", "text": said.text, "annotations": [], "logprobs": []}]
        yield {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": parts}
    for number, tool in enumerate(said.tools):
        call = _call_id(asked, number)
        named = {"name": tool.name} | ({"namespace": tool.namespace} if tool.namespace else {})
        arguments = json.dumps(tool.arguments)
        yield {"id": f"fc_{call}", "type": "function_call", "status": "completed", "call_id": call,
               "arguments": arguments, **named}  # fmt: skip


def _response_events(asked: Asked, said: Said) -> Iterator[Event]:
    for number, (kind, content) in enumerate(_response_parts(asked, said)):
        yield kind, {"type": kind, "sequence_number": number, **content}


def _response_parts(asked: Asked, said: Said) -> Iterator[Event]:
    yield "response.created", {"response": _response_head(asked)}
    yield "response.in_progress", {"response": _response_head(asked)}
    for index, output in enumerate(_response_outputs(asked, said)):
        at = {"output_index": index}
        begun = {**output, "status": "in_progress"}
        begun |= {"content": []} if output["type"] == "message" else {"arguments": ""}
        yield "response.output_item.added", {**at, "item": begun}
        if output["type"] == "message":
            yield from _response_text(output, at)
        else:
            place = {**at, "item_id": output["id"]}
            yield "response.function_call_arguments.delta", {**place, "delta": output["arguments"]}
            done = {"arguments": output["arguments"], "name": output["name"]}
            yield "response.function_call_arguments.done", {**place, **done}
        yield "response.output_item.done", {**at, "item": output}
    kind = "response.incomplete" if said.finish == "length" else "response.completed"
    yield kind, {"response": _response(asked, said)}


def _response_text(output: Any, at: dict[str, int]) -> Iterator[Event]:
    part = output["content"][0]
    place = {**at, "item_id": output["id"], "content_index": 0}
    word = "text" if part["type"] == "output_text" else "refusal"
    kind = "output_text" if word == "text" else "refusal"
    yield "response.content_part.added", {**place, "part": {**part, word: ""}}
    for piece in _pieces(part[word]):
        yield f"response.{kind}.delta", {**place, "delta": piece, "logprobs": []}
    yield f"response.{kind}.done", {**place, word: part[word], "logprobs": []}
    yield "response.content_part.done", {**place, "part": part}


# Messages


def _message(asked: Asked, said: Said) -> Any:
    took, gave = _counts(asked, said)
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked.body.get("model", "scripted"),
        "content": list(_blocks(asked, said)),
        "stop_reason": "tool_use" if said.tools else _MESSAGES_FINISH[said.finish],
        "stop_sequence": None,
        "usage": {"input_tokens": took, "output_tokens": gave},
    }


def _blocks(asked: Asked, said: Said) -> Iterator[Any]:
    if said.text:
        yield {"type": "text", "text": said.text}
    for number, tool in enumerate(said.tools):
        arguments = dict(tool.arguments)
        yield {"type": "tool_use", "id": _call_id(asked, number), "name": tool.name, "input": arguments}


def _message_events(asked: Asked, said: Said) -> Iterator[Event]:
    for kind, content in _message_parts(_message(asked, said)):
        yield kind, {"type": kind, **content}


def _message_parts(message: Any) -> Iterator[Event]:
    used = {**message["usage"], "output_tokens": 1}
    begun = {**message, "content": [], "stop_reason": None, "usage": used}
    yield "message_start", {"message": begun}
    for index, block in enumerate(message["content"]):
        at = {"index": index}
        if block["type"] == "text":
            yield "content_block_start", {**at, "content_block": {"type": "text", "text": ""}}
            for piece in _pieces(block["text"]):
                yield "content_block_delta", {**at, "delta": {"type": "text_delta", "text": piece}}
        else:
            yield "content_block_start", {**at, "content_block": {**block, "input": {}}}
            arguments = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
            yield "content_block_delta", {**at, "delta": arguments}
        yield "content_block_stop", at
    ending = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield "message_delta", {"delta": ending, "usage": {"output_tokens": message["usage"]["output_tokens"]}}
    yield "message_stop", {}


# Embeddings


def _embeddings(asked: Asked, said: Said) -> Any:
    """The text is a list of vectors; they come in the wrong order, with their numbers."""
    rows = [
        {"object": "embedding", "index": n, "embedding": one} for n, one in enumerate(json.loads(said.text))
    ]
    took = _counts(asked, said)[0]
    usage = {"prompt_tokens": took, "total_tokens": took}
    return {"object": "list", "data": rows[::-1], "model": asked.body["model"], "usage": usage}
